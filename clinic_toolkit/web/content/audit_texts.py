"""Plain sentences for the events of the audit log, in one table by event code."""

from msgspec import Struct

from clinic_toolkit.journal import audit_reader
from clinic_toolkit.journal.audit_log import JournalEvent
from clinic_toolkit.journal.audit_reader import EntryFault
from clinic_toolkit.journal.backup_events import BackupEvent, BackupKeylessEvent
from clinic_toolkit.journal.condition import ConditionEvent
from clinic_toolkit.journal.header_recovery import HeaderEvent
from clinic_toolkit.journal.incarnations import RestoreEvent
from clinic_toolkit.journal.past_log import KeyChangeEvent
from clinic_toolkit.journal.returned_rings import ReturnEvent
from clinic_toolkit.journal.ring_references import RingEvent
from clinic_toolkit.journal.tombstone_record import TombstoneEvent
from clinic_toolkit.journal.unsigned_entries import UnsignedEntriesEvent
from clinic_toolkit.record.calendars.calendar_link_record import CalendarLinkEvent
from clinic_toolkit.record.handovers.answer_log import HandoverKeylessEvent
from clinic_toolkit.record.handovers.handover_record import HandoverEvent
from clinic_toolkit.record.outcomes.repeat_agreement_record import RepeatEvent
from clinic_toolkit.record.people.case_record import CaseEvent
from clinic_toolkit.record.people.client_record import ClientEvent
from clinic_toolkit.record.people.clinician_record import ClinicianEvent
from clinic_toolkit.record.people.consent_record import ConsentEvent
from clinic_toolkit.record.people.known_key_record import ConfirmedColleagueEvent
from clinic_toolkit.record.people.logo_record import LogoEvent
from clinic_toolkit.record.people.practice_record import AccessEvent, PracticeEvent, UnlockEvent
from clinic_toolkit.record.people.relationship_record import RelationshipEvent
from clinic_toolkit.record.people.therapy_session_record import TherapySessionEvent
from clinic_toolkit.record.questionnaires.administration_record import AdministrationEvent
from clinic_toolkit.record.questionnaires.own_questionnaire_record import OwnQuestionnaireEvent
from clinic_toolkit.record.release.disclosure_record import DisclosureEvent
from clinic_toolkit.record.release.note_copy_record import NoteCopyEvent
from clinic_toolkit.record.retention.retention_record import RetentionEvent
from clinic_toolkit.record.retention.retention_rule_record import RetentionRuleEvent
from clinic_toolkit.record.safety.hard_moments_record import HardMomentsEvent
from clinic_toolkit.record.safety.risk_entry_record import RiskEntryEvent
from clinic_toolkit.record.scheduling.closure_record import ClosureEvent
from clinic_toolkit.record.scheduling.series_record import SeriesEvent
from clinic_toolkit.record.writing.filled_sheet_record import FilledSheetEvent
from clinic_toolkit.record.writing.form_draft_record import FormDraftEvent
from clinic_toolkit.record.writing.handout_record import HandoutEvent
from clinic_toolkit.record.writing.own_worksheet_record import OwnWorksheetEvent
from clinic_toolkit.record.writing.treatment_plan_record import TreatmentPlanEvent
from clinic_toolkit.web.content import audit_details
from clinic_toolkit.web.content.event_kinds import EventKind
from clinic_toolkit.web.content.note_event_texts import NOTE_EVENT_TEXTS
from clinic_toolkit.web.content.printout_kinds import PRINTOUT_NOUNS

EVENT_TEXTS: dict[str, tuple[EventKind, str]] = {
    JournalEvent.RECORDS_READ: (EventKind.LOOKED, "Looked at"),
    ClientEvent.ADDED: (EventKind.PEOPLE, "Added a client"),
    ClientEvent.REVISED: (EventKind.PEOPLE, "Changed a client’s details"),
    ClientEvent.JOINED: (EventKind.PEOPLE, "Joined two entries of one client"),
    ClientEvent.SEPARATED: (EventKind.PEOPLE, "Took two entries of one client apart"),
    ClientEvent.ARCHIVED: (EventKind.PEOPLE, "Archived a client"),
    ClientEvent.RESTORED: (EventKind.PEOPLE, "Brought a client back from the archive"),
    ClientEvent.LEAVING: (EventKind.PEOPLE, "Took a client who is to be erased out of the lists"),
    ClientEvent.BROUGHT_BACK: (EventKind.PEOPLE, "Put a client who was to be erased back into the lists"),
    CaseEvent.PARTNER_ERASED: (EventKind.PEOPLE, "Kept the joint record of a couple without one partner"),
    CaseEvent.PARTNER_BACK: (
        EventKind.PEOPLE,
        "Put a partner who was brought back into the joint record again",
    ),
    RetentionEvent.HELD: (EventKind.PEOPLE, "Put a client’s record under a legal hold"),
    RetentionEvent.RELEASED: (EventKind.PEOPLE, "Released a legal hold"),
    RetentionEvent.PROLONGED: (EventKind.PEOPLE, "Wrote down that a record is kept longer, and why"),
    RetentionEvent.ERASURE_ASKED: (EventKind.PEOPLE, "Asked for a client to be erased"),
    RetentionEvent.TAKEN_BACK: (EventKind.PEOPLE, "Took back that a client is to be erased"),
    RetentionEvent.BROUGHT_BACK: (
        EventKind.PEOPLE,
        "Brought an erased client back from a backup, and wrote down why",
    ),
    ReturnEvent.BROUGHT_BACK: (EventKind.PEOPLE, "Put back from a backup"),
    RetentionRuleEvent.CONFIRMED: (EventKind.PRACTICE, "Confirmed how long records are kept"),
    TombstoneEvent.ERASED: (EventKind.PEOPLE, "Erased a client or a couple for good"),
    TombstoneEvent.ERASED_AGAIN: (
        EventKind.PEOPLE,
        "After a restore, carried out an erasure that is newer than the backup",
    ),
    TombstoneEvent.LIFTED: (
        EventKind.PEOPLE,
        "Noted that an erasure no longer stands for what was brought back",
    ),
    TombstoneEvent.LIFTED_AGAIN: (
        EventKind.PEOPLE,
        "After a restore, noted that what had been erased was brought back since",
    ),
    CaseEvent.OPENED: (EventKind.PEOPLE, "Began the record of a client or a couple"),
    RelationshipEvent.ADDED: (EventKind.PEOPLE, "Added a relationship"),
    RelationshipEvent.REVISED: (EventKind.PEOPLE, "Changed a relationship"),
    RelationshipEvent.WATCHED: (EventKind.PEOPLE, "Chose a question to watch"),
    RelationshipEvent.JOINED: (EventKind.PEOPLE, "Joined two entries of one person"),
    RelationshipEvent.SEPARATED: (EventKind.PEOPLE, "Took two entries of one person apart"),
    RelationshipEvent.ARCHIVED: (EventKind.PEOPLE, "Archived a relationship"),
    RelationshipEvent.RESTORED: (EventKind.PEOPLE, "Brought a relationship back"),
    TherapySessionEvent.ENTERED: (EventKind.SESSIONS, "Added a session"),
    TherapySessionEvent.OPENED: (EventKind.SESSIONS, "Opened a session"),
    TherapySessionEvent.REVISED: (
        EventKind.SESSIONS,
        "Changed the date, the times, the place or the attendance of a session",
    ),
    CalendarLinkEvent.LINKED: (EventKind.SESSIONS, "Took an hour from a calendar file"),
    CalendarLinkEvent.ANSWERED: (EventKind.SESSIONS, "Answered what a calendar file said of an hour"),
    CalendarLinkEvent.RELEASED: (
        EventKind.SESSIONS,
        "Took back what was said of an entry of a calendar file",
    ),
    CalendarLinkEvent.PASSED_OVER: (EventKind.SESSIONS, "Passed over an entry of a calendar file"),
    TherapySessionEvent.AGREED: (EventKind.SESSIONS, "Wrote down what was agreed"),
    TherapySessionEvent.TASK_NOTED: (EventKind.SESSIONS, "Noted what became of what was agreed"),
    TherapySessionEvent.CLOSED: (EventKind.SESSIONS, "Ended a session"),
    SeriesEvent.BEGUN: (EventKind.SESSIONS, "Began hours that repeat"),
    SeriesEvent.SKIPPED: (EventKind.SESSIONS, "Left out an hour that repeats"),
    SeriesEvent.TAKEN_BACK: (EventKind.SESSIONS, "Let an hour that was left out take place after all"),
    SeriesEvent.ENDED: (EventKind.SESSIONS, "Ended hours that repeat"),
    LogoEvent.KEPT: (EventKind.PRACTICE, "Kept a logo of the practice"),
    LogoEvent.REMOVED: (EventKind.PRACTICE, "Removed the logo of the practice"),
    ClosureEvent.PLANNED: (EventKind.PRACTICE, "Wrote down when the practice is closed"),
    ClosureEvent.WITHDRAWN: (EventKind.PRACTICE, "Took back that the practice is closed"),
    AdministrationEvent.BEGUN: (EventKind.QUESTIONNAIRES, "Began a questionnaire"),
    AdministrationEvent.ANSWERED: (EventKind.QUESTIONNAIRES, "Saved an answer"),
    AdministrationEvent.STOPPED: (EventKind.QUESTIONNAIRES, "Stopped a questionnaire"),
    AdministrationEvent.COMPLETED: (EventKind.QUESTIONNAIRES, "Finished a questionnaire"),
    AdministrationEvent.REFLECTED: (EventKind.QUESTIONNAIRES, "Wrote down what was said about a result"),
    AdministrationEvent.RESUMED: (EventKind.QUESTIONNAIRES, "Went on with a stopped questionnaire"),
    AdministrationEvent.SELF_ENTERED: (EventKind.QUESTIONNAIRES, "Took over what the client answered alone"),
    AdministrationEvent.KEYED_AGAIN: (EventKind.QUESTIONNAIRES, "Compared a second entry from paper"),
    AdministrationEvent.AMENDED: (EventKind.QUESTIONNAIRES, "Amended a questionnaire"),
    RepeatEvent.AGREED: (
        EventKind.QUESTIONNAIRES,
        "Wrote down why a questionnaire is repeated, and until when",
    ),
    RepeatEvent.DECLINED: (
        EventKind.QUESTIONNAIRES,
        "Noted that the client did not want a questionnaire that day",
    ),
    RepeatEvent.WISHED_TO_STOP: (
        EventKind.QUESTIONNAIRES,
        "Noted that the client wants to stop repeating it",
    ),
    RepeatEvent.STOPPED: (EventKind.QUESTIONNAIRES, "Stopped repeating a questionnaire"),
    RepeatEvent.CONTINUED: (EventKind.QUESTIONNAIRES, "Went on repeating a questionnaire, and said why"),
    OwnQuestionnaireEvent.ADDED: (EventKind.PRACTICE, "Added a questionnaire of your own"),
    OwnQuestionnaireEvent.SUPERSEDED: (EventKind.PRACTICE, "Replaced a questionnaire by a later version"),
    OwnQuestionnaireEvent.RETIRED: (EventKind.PRACTICE, "No longer offered a questionnaire of your own"),
    OwnQuestionnaireEvent.OFFERED: (EventKind.PRACTICE, "Offered a questionnaire of your own again"),
    HandoverEvent.BEGUN: (EventKind.HANDOVERS, "Handed the device to the client"),
    HandoverKeylessEvent.KEPT: (EventKind.HANDOVERS, "Saved an answer that the client gave alone"),
    HandoverKeylessEvent.FINISHED: (EventKind.HANDOVERS, "The client came to the end of the questions"),
    HandoverKeylessEvent.GIVEN_BACK: (EventKind.HANDOVERS, "The client gave the device back"),
    HandoverEvent.MERGED: (EventKind.HANDOVERS, "Took the client’s answers into the record"),
    HandoverEvent.PROPOSED: (EventKind.HANDOVERS, "Set the client’s answers aside, to look at them"),
    HandoverEvent.ACCEPTED: (EventKind.HANDOVERS, "Accepted answers that had been set aside"),
    HandoverEvent.SET_ASIDE: (EventKind.HANDOVERS, "Left out answers that had been set aside"),
    HandoverEvent.CLOSED: (EventKind.HANDOVERS, "Closed a hand-over"),
    HandoutEvent.GIVEN: (EventKind.WORKSHEETS, "Gave a worksheet"),
    FilledSheetEvent.MADE: (EventKind.WORKSHEETS, "Made a worksheet a file to fill in"),
    FilledSheetEvent.KEPT: (EventKind.WORKSHEETS, "Kept answers of a worksheet that came back"),
    OwnWorksheetEvent.ADDED: (EventKind.WORKSHEETS, "Saved a version of a worksheet of your own"),
    OwnWorksheetEvent.SUPERSEDED: (EventKind.WORKSHEETS, "Replaced a worksheet by a later version"),
    OwnWorksheetEvent.RETIRED: (EventKind.WORKSHEETS, "No longer offered a worksheet of your own"),
    OwnWorksheetEvent.OFFERED: (EventKind.WORKSHEETS, "Offered a worksheet of your own again"),
    HandoutEvent.AGREED: (EventKind.WORKSHEETS, "Noted what was agreed about a worksheet"),
    HandoutEvent.REVIEWED: (EventKind.WORKSHEETS, "Noted how it went with a worksheet"),
    HandoutEvent.MADE_SMALLER: (EventKind.WORKSHEETS, "Agreed on a smaller step with a worksheet"),
    ConsentEvent.RECORDED: (EventKind.PEOPLE, "Recorded a consent"),
    ConsentEvent.CORRECTED: (EventKind.PEOPLE, "Corrected a consent"),
    ConsentEvent.WITHDRAWN: (EventKind.PEOPLE, "Noted that a consent was withdrawn"),
    RiskEntryEvent.WRITTEN: (EventKind.RISK, "Wrote a risk entry"),
    HardMomentsEvent.WRITTEN: (EventKind.RISK, "Wrote a plan for hard moments"),
    HardMomentsEvent.REVISED: (EventKind.RISK, "Changed a plan for hard moments"),
    TreatmentPlanEvent.WRITTEN: (EventKind.NOTES, "Wrote a treatment plan"),
    TreatmentPlanEvent.REVISED: (EventKind.NOTES, "Changed a treatment plan"),
    TreatmentPlanEvent.LINKED: (
        EventKind.NOTES,
        "Chose which questionnaires and worksheets serve a goal",
    ),
    FormDraftEvent.SAVED: (EventKind.DRAFTS, "Saved what was typed into an unfinished form"),
    FormDraftEvent.DISCARDED: (EventKind.DRAFTS, "Discarded an unfinished form"),
    FormDraftEvent.RECORDED: (EventKind.DRAFTS, "Finished an unfinished form"),
    **NOTE_EVENT_TEXTS,
    NoteCopyEvent.MARKED: (EventKind.PAPERS, "Marked a note as copied into another record"),
    DisclosureEvent.MADE: (EventKind.PAPERS, "Wrote down what of a record goes to somebody"),
    JournalEvent.RECORDS_EXPORTED: (EventKind.PAPERS, "Saved a paper as a file"),
    AccessEvent.CREATED: (EventKind.PRACTICE, "Set up the practice"),
    PracticeEvent.SAVED: (EventKind.PRACTICE, "Saved the settings of the practice"),
    ClinicianEvent.SAVED: (EventKind.PRACTICE, "Saved the clinician’s own settings"),
    ConfirmedColleagueEvent.CONFIRMED: (EventKind.PRACTICE, "Confirmed the key of a colleague"),
    AccessEvent.UNLOCKED: (EventKind.PRACTICE, "Unlocked with the passphrase"),
    AccessEvent.UNLOCKED_WITH_SHEET: (EventKind.PRACTICE, "Unlocked with the recovery sheet"),
    AccessEvent.RETURNED: (EventKind.PRACTICE, "Came back with the return code"),
    AccessEvent.PHRASE_CHANGED: (EventKind.PRACTICE, "Changed the passphrase"),
    AccessEvent.GUESSING_SLOWED: (EventKind.PRACTICE, "The program made guessing the passphrase slower"),
    AccessEvent.EXECUTOR_SHEETS_MADE: (EventKind.PRACTICE, "Made two sheets for an executor"),
    AccessEvent.EXECUTOR_SHEETS_WITHDRAWN: (EventKind.PRACTICE, "Withdrew the sheets of the executor"),
    AccessEvent.PSYCHOTHERAPY_KEY_MADE: (EventKind.PRACTICE, "Made the key for psychotherapy notes"),
    AccessEvent.PSYCHOTHERAPY_NOTES_OPENED: (
        EventKind.NOTES,
        "Opened psychotherapy notes",
    ),
    AccessEvent.SHEET_REPLACED: (EventKind.PRACTICE, "Made a new recovery sheet"),
    BackupEvent.MADE: (EventKind.PRACTICE, "Made a backup"),
    BackupEvent.PROVED: (EventKind.PRACTICE, "Proved that a backup can be restored"),
    BackupEvent.LOOKED_INTO: (EventKind.LOOKED, "Looked at who is in a backup and not here"),
    BackupKeylessEvent.MADE: (EventKind.PRACTICE, "The program made a backup"),
    RestoreEvent.RESTORED: (
        EventKind.PRACTICE,
        "Went on from a backup that was restored; every line before this one came with it",
    ),
    KeyChangeEvent.KEYS_REPLACED: (EventKind.PRACTICE, "Replaced every key of the practice"),
    KeyChangeEvent.DAMAGE_KEPT: (
        EventKind.PRACTICE,
        "Agreed to new keys although parts of the record did not open",
    ),
    HeaderEvent.RESTORED: (EventKind.PRACTICE, "Restored the keys of the practice from their second copy"),
    RingEvent.SEEN: (EventKind.PRACTICE, "Noted who shares parts of the record"),
    UnsignedEntriesEvent.NONE_FOUND: (EventKind.TRAIL, "Found nothing that waited to be confirmed"),
    AccessEvent.PHRASE_REFUSED: (EventKind.PRACTICE, "Typed a wrong present passphrase"),
    UnlockEvent.FAILED: (EventKind.PRACTICE, "A try to unlock was refused"),
    UnlockEvent.EXECUTOR: (EventKind.PRACTICE, "The practice was opened with the two sheets of the executor"),
    UnsignedEntriesEvent.REFUSED: (EventKind.TRAIL, "Found a line that does not fit, and did not confirm it"),
    ConditionEvent.MISSING_SEEN: (EventKind.TRAIL, "Read which saves are missing"),
    ConditionEvent.EXCHANGE_SEEN: (
        EventKind.TRAIL,
        "Read that the data file was replaced while it was in use",
    ),
    ConditionEvent.ABSENT_SEEN: (EventKind.TRAIL, "Read that the check-mark of the last saves was missing"),
    ConditionEvent.OTHER_TAKEN: (EventKind.TRAIL, "Went on with another data file"),
    UnsignedEntriesEvent.ALL_CHECKED: (EventKind.TRAIL, "Found every line before this one as it was written"),
    UnsignedEntriesEvent.ACCEPTED: (EventKind.TRAIL, "Checked and confirmed what was written while locked"),
}

FAULT_TEXTS = {
    EntryFault.MISSING: "This line is missing.",
    EntryFault.CHANGED: "This line was changed or moved after it was written.",
    EntryFault.SIGNATURE: "The signature under this line does not hold.",
    EntryFault.UNKNOWN_EVENT: "This line was not written by this program, so its text is not shown.",
    EntryFault.UNREADABLE: "This line cannot be opened.",
}


# A colleague's line about records that are not shared says nothing more.
OTHERS_RECORD = "Another clinician’s record"


class EventText(Struct, frozen=True, kw_only=True):
    """The sentence for one event, and the kind it belongs to."""

    kind: EventKind
    text: str


def describe_event(line: audit_reader.CheckedEntry) -> EventText:
    """The sentence for an audit entry. A detail after the event code is for the program only."""
    if line.is_concealed:
        return EventText(kind=EventKind.TRAIL, text=OTHERS_RECORD)
    if line.fault and not line.event:
        return EventText(kind=EventKind.TRAIL, text=FAULT_TEXTS[line.fault])
    code, _, detail = line.event.partition(" ")
    if code not in EVENT_TEXTS:
        return EventText(kind=EventKind.TRAIL, text="Something that this version has no words for")
    kind, text = EVENT_TEXTS[code]
    if code == UnsignedEntriesEvent.ACCEPTED:
        first, _, last = detail.partition("-")
        text += f": line {first}" if first == last else f": lines {first} to {last}"
    if code == UnsignedEntriesEvent.REFUSED:
        text += f": line {detail}"
    if code == RestoreEvent.RESTORED:
        text += audit_details.describe_backup(detail)
    if code == KeyChangeEvent.DAMAGE_KEPT:
        text += f": {detail}"
    if code == JournalEvent.RECORDS_EXPORTED:
        records_text = (
            f" with {audit_details.count_records(entry.table for entry in line.references)}"
            if line.references
            else ""
        )
        text += f": {PRINTOUT_NOUNS.get(detail, 'a paper')}{records_text}"
    if code == ReturnEvent.BROUGHT_BACK:
        records_put_back = {(entry.table, entry.record) for entry in line.references}
        text += f", {detail}: {audit_details.count_records(table for table, _ in sorted(records_put_back))}"
    if code == JournalEvent.RECORDS_READ:
        text = f"{text} {audit_details.count_records(entry.table for entry in line.references)}"
    return EventText(kind=kind, text=text)
