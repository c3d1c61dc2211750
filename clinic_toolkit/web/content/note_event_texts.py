"""The events of notes, in words for the audit page."""

from clinic_toolkit.journal.set_aside_record import SetAsideEvent
from clinic_toolkit.record.writing.client_request_record import RequestEvent
from clinic_toolkit.record.writing.cosignature_record import CosignatureEvent
from clinic_toolkit.record.writing.note_addition_record import AdditionEvent
from clinic_toolkit.record.writing.note_record import NoteEvent
from clinic_toolkit.record.writing.own_note_format_record import OwnNoteFormatEvent
from clinic_toolkit.record.writing.phrase_record import PhraseEvent
from clinic_toolkit.record.writing.psychotherapy_note_record import PsychotherapyNoteEvent
from clinic_toolkit.web.content.event_kinds import EventKind

NOTE_EVENT_TEXTS: dict[str, tuple[EventKind, str]] = {
    NoteEvent.BEGUN: (EventKind.NOTES, "Began a note"),
    NoteEvent.SAVED: (EventKind.NOTES, "Saved a note"),
    NoteEvent.SIGNED: (EventKind.NOTES, "Signed a note"),
    PsychotherapyNoteEvent.WRITTEN: (EventKind.NOTES, "Wrote a psychotherapy note"),
    PsychotherapyNoteEvent.CHANGED: (
        EventKind.NOTES,
        "Changed a psychotherapy note",
    ),
    PhraseEvent.ADDED: (EventKind.NOTES, "Kept a phrase for notes"),
    PhraseEvent.REVISED: (EventKind.NOTES, "Changed a phrase for notes"),
    PhraseEvent.REMOVED: (EventKind.NOTES, "Removed a phrase for notes"),
    OwnNoteFormatEvent.ADDED: (EventKind.NOTES, "Added a format of notes"),
    OwnNoteFormatEvent.REVISED: (EventKind.NOTES, "Changed a format of notes"),
    OwnNoteFormatEvent.RETIRED: (EventKind.NOTES, "No longer offered a format of notes"),
    OwnNoteFormatEvent.OFFERED: (EventKind.NOTES, "Offered a format of notes again"),
    AdditionEvent.ADDENDUM: (EventKind.NOTES, "Added an addendum to a signed note"),
    AdditionEvent.AMENDMENT: (EventKind.NOTES, "Added an amendment to a signed note"),
    AdditionEvent.FACTS: (EventKind.NOTES, "Amended the facts of a session beside its signed note"),
    AdditionEvent.COUNTERSIGNED: (EventKind.NOTES, "Wrote down that a note was countersigned on paper"),
    CosignatureEvent.SIGNED: (EventKind.NOTES, "Countersigned a note"),
    RequestEvent.RECEIVED: (EventKind.NOTES, "Wrote down a client’s request about the record"),
    RequestEvent.EXTENDED: (EventKind.NOTES, "Made the time for an answer to a request longer"),
    RequestEvent.ANSWERED: (EventKind.NOTES, "Answered a client’s request about the record"),
    RequestEvent.DISAGREED: (EventKind.NOTES, "Attached a client’s statement of disagreement"),
    SetAsideEvent.SET_ASIDE: (EventKind.NOTES, "Set something aside that belongs to another client"),
    SetAsideEvent.WRITTEN: (EventKind.NOTES, "Wrote what had been in another client’s record by mistake"),
    SetAsideEvent.ARRIVED: (EventKind.NOTES, "Noted where something came from that was set aside elsewhere"),
}
