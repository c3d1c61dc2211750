"""The kinds of event of the audit log, by which a person can filter it."""

from enum import StrEnum


class EventKind(StrEnum):
    """The kinds of event that a person can filter by."""

    LOOKED = "looked"
    PEOPLE = "people"
    SESSIONS = "sessions"
    QUESTIONNAIRES = "questionnaires"
    HANDOVERS = "handovers"
    WORKSHEETS = "worksheets"
    RISK = "risk"
    DRAFTS = "drafts"
    NOTES = "notes"
    PAPERS = "papers"
    PRACTICE = "practice"
    TRAIL = "trail"


EVENT_KINDS = {
    EventKind.LOOKED: "Pages that were looked at",
    EventKind.PEOPLE: "Clients and relationships",
    EventKind.SESSIONS: "Sessions",
    EventKind.QUESTIONNAIRES: "Questionnaires",
    EventKind.HANDOVERS: "Hand-overs to a client",
    EventKind.WORKSHEETS: "Worksheets",
    EventKind.RISK: "Risk entries",
    EventKind.DRAFTS: "Unfinished forms",
    EventKind.NOTES: "Notes",
    EventKind.PAPERS: "Papers saved as files",
    EventKind.PRACTICE: "Settings and unlocking",
    EventKind.TRAIL: "The audit trail itself",
}
