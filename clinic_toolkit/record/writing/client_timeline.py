"""Everything that happened with one client in order of time: hours, notes, questionnaires, worksheets.

Risk entries are part of it only where the clinician alone looks, since the client may be looking at the page.
Psychotherapy notes never are.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RiskEntry
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.vault.vault import Vault


class TimelineKind(StrEnum):
    """What an entry of the timeline is."""

    SESSION = "sessions"
    NOTE = "notes"
    QUESTIONNAIRE = "questionnaires"
    WORKSHEET = "worksheets"
    RISK_ENTRY = "risk_entries"


class TimelineEntry(Struct, frozen=True, kw_only=True):
    """One entry: its day and time, the id of the record, and whom it is about.

    `relationship_id` is None for nobody in particular. `therapy_session_id` is the session it is, or belongs
    to. Of a note the day is that of its session.
    """

    kind: TimelineKind
    on: date
    at: time
    record_id: UUID
    relationship_id: UUID | None
    therapy_session_id: UUID | None

    @property
    def is_hour(self) -> bool:
        """Whether it is a session, or the note of one, which are about nobody in particular."""
        return self.kind in (TimelineKind.SESSION, TimelineKind.NOTE)

    @property
    def order(self) -> tuple[date, time, int]:
        """To sort by: on one day and time the session comes before what happened in it."""
        return self.on, self.at, list(TimelineKind).index(self.kind)


class Timeline(Struct, frozen=True, kw_only=True):
    """All entries of one client, newest first, their records by id, and the cases of the sessions.

    `risk_entries` is empty unless they were asked for.
    """

    entries: tuple[TimelineEntry, ...]
    cases: tuple[RecordVersion[Case], ...]
    sessions: dict[UUID, RecordVersion[TherapySession]]
    notes: dict[UUID, RecordVersion[ClinicalNote]]
    forms: dict[UUID, RecordVersion[Administration]]
    sheets: dict[UUID, RecordVersion[Handout]]
    risk_entries: dict[UUID, RecordVersion[RiskEntry]]

    def select(self, *, kind: TimelineKind | None, relationship_id: UUID | None) -> list[TimelineEntry]:
        """The entries of one kind, or about one person; with a person, also the hours that these were in."""
        entries = list(self.entries)
        if relationship_id is not None:
            hours = {e.therapy_session_id for e in entries if e.relationship_id == relationship_id}
            entries = [
                entry
                for entry in entries
                if entry.relationship_id == relationship_id
                or (entry.is_hour and entry.therapy_session_id in hours)
            ]
        return [entry for entry in entries if kind is None or entry.kind == kind]


def count_by_year(entries: Sequence[TimelineEntry]) -> tuple[tuple[int, int], ...]:
    """Each year with the number of its entries, latest first."""
    return tuple(sorted(Counter(entry.on.year for entry in entries).items(), reverse=True))


def load_timeline(
    db: Connection, vault: Vault, client_id: UUID, *, with_risk_entries: bool = False
) -> Timeline:
    """Load everything of a client that has a place in time; never to be saved (see `joined_entries`).

    Args:
        with_risk_entries: only for a page that the clinician alone looks at.
    """
    cases = joined_entries.list_cases_of_person(db, vault, client_id)
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases)
    session_by_id = {session.id: session for session in sessions}
    found_notes = notes.list_notes_by_session(db, vault, sessions)
    forms = administrations.list_administrations(db, vault, client_id)
    sheets = handouts.list_handouts(db, vault, client_id)
    entries = [_of_session(TimelineKind.SESSION, session, session.id) for session in sessions]
    entries += [
        _of_session(TimelineKind.NOTE, session_by_id[session_id], note.id)
        for session_id, note in found_notes.items()
        if session_id in session_by_id
    ]
    entries += [
        _of_record(TimelineKind.QUESTIONNAIRE, form, form.payload.answered_on, session_by_id)
        for form in forms
    ]
    entries += [
        _of_record(TimelineKind.WORKSHEET, sheet, sheet.payload.given_at.astimezone().date(), session_by_id)
        for sheet in sheets
    ]
    asked = risk_entries.list_risk_entries_of_client(db, vault, client_id) if with_risk_entries else []
    entries += [
        _of_record(TimelineKind.RISK_ENTRY, entry, entry.payload.entry_date, session_by_id) for entry in asked
    ]
    return Timeline(
        entries=tuple(sorted(entries, key=lambda entry: entry.order, reverse=True)),
        cases=tuple(cases),
        sessions=session_by_id,
        notes={note.id: note for note in found_notes.values()},
        forms={form.id: form for form in forms},
        sheets={sheet.id: sheet for sheet in sheets},
        risk_entries={entry.id: entry for entry in asked},
    )


def _of_session(kind: TimelineKind, session: RecordVersion[TherapySession], id: UUID) -> TimelineEntry:
    return TimelineEntry(
        kind=kind,
        on=session.payload.on,
        at=session.payload.start or time.min,
        record_id=id,
        relationship_id=None,
        therapy_session_id=session.id,
    )


def _of_record(
    kind: TimelineKind,
    record: RecordVersion[Administration] | RecordVersion[Handout] | RecordVersion[RiskEntry],
    on: date,
    session_by_id: dict[UUID, RecordVersion[TherapySession]],
) -> TimelineEntry:
    return TimelineEntry(
        kind=kind,
        on=on,
        at=_time_in(session_by_id, record.payload.therapy_session_id, on),
        record_id=record.id,
        relationship_id=record.payload.relationship_id,
        therapy_session_id=record.payload.therapy_session_id,
    )


def _time_in(
    session_by_id: dict[UUID, RecordVersion[TherapySession]], session_id: UUID | None, on: date
) -> time:
    """The start of the session that something belongs to, so that it stands beside it on that day."""
    session = session_by_id.get(session_id) if session_id else None
    return (session.payload.start or time.min) if session and session.payload.on == on else time.min
