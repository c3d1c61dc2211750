"""The lines of *Today* about therapy sessions, by initials: which there are, and how one is built."""

from collections.abc import Mapping, Set
from datetime import date, time, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, session_list_facts
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS, SessionFacts
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
    TherapySessionState,
)
from clinic_toolkit.record.questionnaires.administration_list_facts import RING_ADMINISTRATIONS
from clinic_toolkit.record.writing import handouts
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_list_facts import RING_NOTES
from clinic_toolkit.record.writing.note_record import NoteState
from clinic_toolkit.vault.vault import Vault

UNFINISHED_DAYS = 60


class TherapySessionLine(Struct, frozen=True, kw_only=True):
    """One therapy session in a list; `who` names its clients, by initials but for an executor.

    `agreement` is what the same case agreed most recently before it, on `agreement_date`; `unfinished_work`
    says what is still to be done. `sheets_out` are the worksheets to ask about, for a session of today
    that is open or planned. `record` is the session itself.
    """

    id: UUID
    session_date: date
    start: time | None
    who: str
    kind: TherapySessionKind
    setting: TherapySessionSetting
    state: str
    attendance: Attendance
    agreement: str
    agreement_date: date | None
    note_state: str
    has_stopped_questionnaire: bool
    unfinished_work: tuple[str, ...]
    sheets_out: tuple[RecordVersion[Handout], ...] = ()
    record: RecordVersion[TherapySession] | None = None


class ListedSession(Struct, frozen=True, kw_only=True):
    """The facts of one session that a list may show; see `TherapySessionLine`."""

    facts: SessionFacts
    ring: UUID
    note_state: str
    has_stopped_questionnaire: bool
    unfinished_work: tuple[str, ...]


def list_sessions(reader: FactsReader, *, today: date) -> list[ListedSession]:
    """Return the open sessions, and those from `UNFINISHED_DAYS` days ago on, oldest first."""
    notes_by_ring = dict(reader.load_of_rings(RING_NOTES))
    forms = [facts for _, facts in reader.load_of_rings(RING_ADMINISTRATIONS)]
    in_progress = {session_id for facts in forms for session_id in facts.sessions_in_progress}
    stopped = {session_id for facts in forms for session_id in facts.sessions_stopped}
    listed = []
    for ring, facts in session_list_facts.list_open_or_since(reader, today - timedelta(days=UNFINISHED_DAYS)):
        notes = notes_by_ring.get(ring)
        note_state = notes.state_by_session.get(facts.id_bytes, "") if notes else ""
        listed.append(
            ListedSession(
                facts=facts,
                ring=ring,
                note_state=note_state,
                has_stopped_questionnaire=facts.id_bytes in stopped,
                unfinished_work=_unfinished_work(facts, note_state, facts.id_bytes in in_progress, today),
            )
        )
    return listed


def _unfinished_work(
    facts: SessionFacts, note_state: str, has_unfinished_questionnaire: bool, today: date
) -> tuple[str, ...]:
    """Return what is still to be done for a session, in a few words each.

    Only sessions of the last `UNFINISHED_DAYS` days are listed, except that one still open is always listed.
    """
    if facts.state == TherapySessionState.OPEN:
        # No age limit: a session that was never ended stays in the list.
        return ("not ended",) if facts.on < today else ()
    if not today - timedelta(days=UNFINISHED_DAYS) <= facts.on <= today:
        return ()
    if facts.attendance == Attendance.PLANNED:
        return ("attendance not entered",) if facts.on < today else ()
    tasks = ["questionnaire not finished"] if has_unfinished_questionnaire else []
    if note_state == NoteState.DRAFT:
        tasks.append("note not signed")
    elif not note_state and facts.took_place:
        tasks.append("no note yet")
    return tuple(tasks)


def build_session_line(
    db: Connection,
    vault: Vault,
    reader: FactsReader,
    listed: ListedSession,
    names_by_id: Mapping[UUID, str],
    *,
    clients_with_sheet_out: Set[UUID] = frozenset(),
) -> TherapySessionLine | None:
    """Open one session and build its line; None if it cannot be read.

    Args:
        clients_with_sheet_out: of whom the worksheets to ask about are listed.
    """
    session = records.find_readable_record(db, vault, THERAPY_SESSION, listed.facts.id)
    if session is None:
        return None
    agreement = _load_last_agreement(db, vault, reader, listed)
    return TherapySessionLine(
        id=session.id,
        session_date=session.payload.on,
        start=session.payload.start,
        who=_names_of_case(db, vault, session.payload.case_id, names_by_id),
        kind=session.payload.kind,
        setting=session.payload.setting,
        state=session.state,
        attendance=session.payload.attendance,
        agreement=agreement.agreed_for_next if agreement else "",
        agreement_date=agreement.on if agreement else None,
        note_state=listed.note_state,
        has_stopped_questionnaire=listed.has_stopped_questionnaire,
        unfinished_work=listed.unfinished_work,
        sheets_out=_list_sheets_out(db, vault, session, clients_with_sheet_out),
        record=session,
    )


def _list_sheets_out(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    clients_with_sheet_out: Set[UUID],
) -> tuple[RecordVersion[Handout], ...]:
    if not clients_with_sheet_out:
        return ()
    case = records.find_readable_record(db, vault, CASE, session.payload.case_id)
    primary_by_id = clients.load_client_joins(db, vault)
    client_ids = {primary_by_id.get(id, id) for id in case.payload.client_ids} if case else set()
    if case is None or not client_ids & clients_with_sheet_out:
        return ()
    return tuple(handouts.list_handouts_out(db, vault, case, session))


def _load_last_agreement(
    db: Connection, vault: Vault, reader: FactsReader, listed: ListedSession
) -> TherapySession | None:
    ring_sessions = reader.load(RING_SESSIONS, listed.ring, (listed.ring,))
    of_case = [facts for facts in ring_sessions.sessions if facts.case_id_bytes == listed.facts.case_id_bytes]
    facts = session_list_facts.find_last_agreement(of_case, listed.facts)
    session = records.find_readable_record(db, vault, THERAPY_SESSION, facts.id) if facts else None
    return session.payload if session else None


def _names_of_case(db: Connection, vault: Vault, case_id: UUID, names_by_id: Mapping[UUID, str]) -> str:
    case = records.find_readable_record(db, vault, CASE, case_id)
    client_ids = case.payload.client_ids if case else ()
    return " and ".join(names_by_id[id] for id in client_ids if id in names_by_id)
