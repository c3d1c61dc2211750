"""Plain sentences for the events of the audit log, in one table by event code."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from clinic_toolkit.journal import audit_log, audit_reader, unsigned_entries
from clinic_toolkit.journal.record_kind import RecordNouns, nouns_of

# The kinds of event that a person can filter by.
EVENT_KINDS = {
    "looked": "Pages that were looked at",
    "people": "Clients and relationships",
    "hours": "Sessions",
    "questionnaires": "Questionnaires",
    "handovers": "Hand-overs to a client",
    "worksheets": "Worksheets",
    "risk": "Risk entries",
    "drafts": "Unfinished forms",
    "notes": "Notes",
    "papers": "Papers saved as files",
    "practice": "Settings and unlocking",
    "trail": "The audit trail itself",
}

EVENT_TEXTS: dict[str, tuple[str, str]] = {
    "records.read": ("looked", "Looked at"),
    "client.added": ("people", "Added a client"),
    "client.revised": ("people", "Changed a client’s details"),
    "client.joined": ("people", "Joined two entries of one client"),
    "client.taken_apart": ("people", "Took two entries of one client apart"),
    "client.archived": ("people", "Archived a client"),
    "client.restored": ("people", "Brought a client back from the archive"),
    "case.opened": ("people", "Added a case"),
    "relationship.added": ("people", "Added a relationship"),
    "relationship.revised": ("people", "Changed a relationship"),
    "relationship.watched": ("people", "Chose a question to watch"),
    "relationship.joined": ("people", "Joined two entries of one person"),
    "relationship.taken_apart": ("people", "Took two entries of one person apart"),
    "relationship.archived": ("people", "Archived a relationship"),
    "relationship.restored": ("people", "Brought a relationship back"),
    "session.entered": ("hours", "Added a session"),
    "session.opened": ("hours", "Opened a session"),
    "session.revised": ("hours", "Changed a session"),
    "session.agreed": ("hours", "Wrote down what was agreed"),
    "session.closed": ("hours", "Ended a session"),
    "administration.begun": ("questionnaires", "Began a questionnaire"),
    "administration.answered": ("questionnaires", "Saved an answer"),
    "administration.stopped": ("questionnaires", "Stopped a questionnaire"),
    "administration.completed": ("questionnaires", "Finished a questionnaire"),
    "administration.reflected": ("questionnaires", "Wrote down what was said about a result"),
    "administration.taken_up": ("questionnaires", "Went on with a stopped questionnaire"),
    "administration.self_entered": ("questionnaires", "Took over what the client answered alone"),
    "administration.keyed_again": ("questionnaires", "Compared a second entry from paper"),
    "administration.amended": ("questionnaires", "Amended a questionnaire"),
    "rhythm.agreed": ("questionnaires", "Wrote down why a questionnaire is repeated, and until when"),
    "rhythm.declined": ("questionnaires", "Noted that the client did not want a questionnaire that day"),
    "rhythm.wished_to_stop": ("questionnaires", "Noted that the client wants to stop repeating it"),
    "rhythm.stopped": ("questionnaires", "Stopped repeating a questionnaire"),
    "rhythm.went_on": ("questionnaires", "Went on repeating a questionnaire, and said why"),
    "questionnaire.taken_in": ("practice", "Added a questionnaire of your own"),
    "questionnaire.superseded": ("practice", "Replaced a questionnaire by a later version"),
    "questionnaire.retired": ("practice", "No longer offered a questionnaire of your own"),
    "questionnaire.offered": ("practice", "Offered a questionnaire of your own again"),
    "handover.begun": ("handovers", "Handed the device to the client"),
    "handover.kept": ("handovers", "Saved an answer that the client gave alone"),
    "handover.finished": ("handovers", "The client came to the end of the questions"),
    "handover.given_back": ("handovers", "The client gave the device back"),
    "handover.merged": ("handovers", "Took the client’s answers into the record"),
    "handover.proposed": ("handovers", "Set the client’s answers aside, to look at them"),
    "handover.accepted": ("handovers", "Accepted answers that had been set aside"),
    "handover.set_aside": ("handovers", "Left out answers that had been set aside"),
    "handover.closed": ("handovers", "Closed a hand-over"),
    "handout.given": ("worksheets", "Gave a worksheet"),
    "risk.written": ("risk", "Wrote a risk entry"),
    "draft.saved": ("drafts", "Saved what was typed into an unfinished form"),
    "draft.discarded": ("drafts", "Discarded an unfinished form"),
    "draft.recorded": ("drafts", "Finished an unfinished form"),
    "note.begun": ("notes", "Began a note"),
    "note.saved": ("notes", "Saved a note"),
    "note.signed": ("notes", "Signed a note"),
    "records.exported": ("papers", "Saved a paper as a file"),
    "practice.created": ("practice", "Set up the practice"),
    "practice.saved": ("practice", "Saved the settings of the practice"),
    "practice.unlocked": ("practice", "Unlocked with the passphrase"),
    "practice.unlocked_with_sheet": ("practice", "Unlocked with the recovery sheet"),
    "practice.returned": ("practice", "Came back with the return code"),
    "practice.passphrase_changed": ("practice", "Changed the passphrase"),
    "practice.passphrase_cost_raised": ("practice", "Made guessing the passphrase slower"),
    "practice.sheet_replaced": ("practice", "Made a new recovery sheet"),
    "practice.head_put_back": ("practice", "Restored the keys of the practice from their second copy"),
    "audit.opened": ("trail", "Found nothing that waited to be confirmed"),
    "practice.passphrase_refused": ("practice", "Typed a wrong present passphrase"),
    "unlock.failed": ("practice", "Tried to unlock, and did not get in"),
    "audit.not_adopted": ("trail", "Found a line that does not fit, and did not confirm it"),
    "anchor.missing_seen": ("trail", "Read which saves are missing"),
    "anchor.exchange_seen": ("trail", "Read that the data file was replaced while it was in use"),
    "anchor.absent_seen": ("trail", "Read that the check-mark of the last saves was missing"),
    "anchor.other_taken": ("trail", "Went on with another data file"),
    "audit.adopted": ("trail", "Checked and confirmed what was written while locked"),
}

PRINTOUT_NOUNS = {
    "note": "a note",
    "page": "a page for the client",
    "summary": "the summary of a session",
    "over-time": "answers over time",
    "worksheet": "a worksheet",
    "questionnaire": "a blank questionnaire",
    "answer-card": "an answer card",
    "clinician-card": "a card for the clinician",
    "guide": "a guide",
}

FAULT_TEXTS = {
    audit_reader.FAULT_MISSING: "This line is missing.",
    audit_reader.FAULT_CHANGED: "This line was changed or moved after it was written.",
    audit_reader.FAULT_SIGNATURE: "The signature under this line does not hold.",
    audit_reader.FAULT_UNKNOWN_EVENT: "This line was not written by this program, so its text is not shown.",
    audit_reader.FAULT_UNREADABLE: "This line cannot be opened.",
}


class EventText(Struct, frozen=True, kw_only=True):
    """The sentence for one event, and the kind it belongs to."""

    kind: str
    text: str


def describe_event(line: audit_reader.CheckedEntry) -> EventText:
    """The sentence for an audit entry. A detail after the event code is for the program only."""
    if line.fault and not line.event:
        return EventText(kind="trail", text=FAULT_TEXTS[line.fault])
    code, _, detail = line.event.partition(" ")
    if code not in EVENT_TEXTS:
        return EventText(kind="trail", text="Something that this version has no words for")
    kind, text = EVENT_TEXTS[code]
    if code == "audit.adopted":
        first, _, last = detail.partition("-")
        text += f": line {first}" if first == last else f": lines {first} to {last}"
    if code == unsigned_entries.EVENT_UNSIGNED_REFUSED:
        text += f": line {detail}"
    if code == audit_log.JournalEvent.RECORDS_EXPORTED:
        records_text = (
            f" with {count_records(entry.table for entry in line.references)}" if line.references else ""
        )
        text += f": {PRINTOUT_NOUNS.get(detail, 'a paper')}{records_text}"
    if code == audit_log.JournalEvent.RECORDS_READ:
        text = f"{text} {count_records(entry.table for entry in line.references)}"
    return EventText(kind=kind, text=text)


def count_records(tables: Iterable[str]) -> str:
    """Count records in words, such as "3 sessions and a note"."""
    counts = Counter(tables)
    parts = [_count_with_nouns(nouns_of(table), count) for table, count in counts.items()]
    *first, last = parts or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def _count_with_nouns(nouns: RecordNouns, count: int) -> str:
    return nouns.one if count == 1 else f"{count} {nouns.many}"
