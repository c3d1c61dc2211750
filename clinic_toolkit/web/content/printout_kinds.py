"""The kinds of document that can be printed or saved as a file, and their nouns in the audit trail."""

from enum import StrEnum


class PrintoutKind(StrEnum):
    """What a printout is: the beginning of its file name, and the detail of its audit event."""

    NOTE = "note"
    PLAN = "plan"
    # Their files may be found: the beginning of a name says nothing of what is in it.
    HARD_MOMENTS = "paper"
    SMALL_CARD = "card"
    PAGE = "page"
    SUMMARY = "summary"
    OVER_TIME = "over-time"
    WORKSHEET = "worksheet"
    PACKET = "packet"
    PREPARATION = "before"
    FILLABLE_SHEET = "fillable-sheet"
    LOCKED_SHEET = "locked-sheet"
    WORKSHEET_FILE = "worksheet-file"
    QUESTIONNAIRE = "questionnaire"
    ANSWER_CARD = "answer-card"
    CLINICIAN_CARD = "clinician-card"
    GUIDE = "guide"
    PSYCHOTHERAPY_NOTES = "own-notes"
    CONSENT_SHEET = "consent"
    NOTES_TEXT = "notes"
    RELEASE = "record"
    CASE_SHEET = "case-sheet"
    RELEASE_DATA = "record-data"
    CALENDAR = "calendar"


PRINTOUT_NOUNS: dict[str, str] = {
    PrintoutKind.NOTE: "a note",
    PrintoutKind.PLAN: "a treatment plan",
    PrintoutKind.HARD_MOMENTS: "a plan for hard moments",
    PrintoutKind.SMALL_CARD: "a small card",
    PrintoutKind.PAGE: "a page for the client",
    PrintoutKind.SUMMARY: "the summary of a session",
    PrintoutKind.OVER_TIME: "answers over time",
    PrintoutKind.WORKSHEET: "a worksheet",
    PrintoutKind.PACKET: "several worksheets in one file",
    PrintoutKind.PREPARATION: "the sheet before an hour",
    PrintoutKind.FILLABLE_SHEET: "a worksheet to fill in",
    PrintoutKind.LOCKED_SHEET: "a worksheet locked for sending",
    PrintoutKind.WORKSHEET_FILE: "a worksheet as a file for another practice",
    PrintoutKind.QUESTIONNAIRE: "a blank questionnaire",
    PrintoutKind.ANSWER_CARD: "an answer card",
    PrintoutKind.CLINICIAN_CARD: "a card for the clinician",
    PrintoutKind.GUIDE: "a guide",
    PrintoutKind.PSYCHOTHERAPY_NOTES: "psychotherapy notes",
    PrintoutKind.CONSENT_SHEET: "a sheet for a consent",
    PrintoutKind.CASE_SHEET: "a case sheet for supervision",
    PrintoutKind.NOTES_TEXT: "notes for another record",
    PrintoutKind.RELEASE: "a part of a record for somebody",
    PrintoutKind.RELEASE_DATA: "a part of a record as data",
    PrintoutKind.CALENDAR: "your hours as a calendar file",
}
