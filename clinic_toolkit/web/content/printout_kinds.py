"""The kinds of document that can be printed or saved as a file."""

from enum import StrEnum


class PrintoutKind(StrEnum):
    """What a printout is: the beginning of its file name, and the detail of its audit event."""

    NOTE = "note"
    PAGE = "page"
    SUMMARY = "summary"
    OVER_TIME = "over-time"
    WORKSHEET = "worksheet"
    QUESTIONNAIRE = "questionnaire"
    ANSWER_CARD = "answer-card"
    CLINICIAN_CARD = "clinician-card"
    GUIDE = "guide"
