"""The lines of *Today* about therapy sessions, by initials: which there are, and how one is built."""

from collections.abc import Mapping, Set
from datetime import date, datetime, time
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
from clinic_toolkit.record.scheduling.series_hours import SeriesHour, other_local_time
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES, SessionSeries
from clinic_toolkit.record.writing import handouts
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.listed_sessions import ListedSession
from clinic_toolkit.vault.vault import Vault


class TherapySessionLine(Struct, frozen=True, kw_only=True):
    """One therapy session in a list; `who` names its clients, by initials but for an executor.

    `agreement` is what the same case agreed most recently before it, on `agreement_date`; `unfinished_work`
    says what is still to be done. `sheets_out` are the worksheets to ask about, for a session of today
    that is open or planned. `record` is the session itself. `remarks` say what else is to be known of its
    time: that the practice is closed, the time where the client is, a change of the clocks.

    An hour of a series that is only computed has no record; its `id` is that of the series, and `series_date`
    the day for which that has it.
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
    series_record: RecordVersion[SessionSeries] | None = None
    series_date: date | None = None
    remarks: tuple[str, ...] = ()


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
    if listed.hour:
        return _build_hour_line(
            db, vault, reader, listed, listed.hour, names_by_id, clients_with_sheet_out=clients_with_sheet_out
        )
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
        sheets_out=_list_sheets_out(db, vault, session.payload.case_id, clients_with_sheet_out, session),
        record=session,
        remarks=_time_remarks(
            listed.closed, session.payload.starts_at, listed.facts, session.payload.client_zone, ""
        ),
    )


def _build_hour_line(
    db: Connection,
    vault: Vault,
    reader: FactsReader,
    listed: ListedSession,
    hour: SeriesHour,
    names_by_id: Mapping[UUID, str],
    *,
    clients_with_sheet_out: Set[UUID],
) -> TherapySessionLine | None:
    series = records.find_readable_record(db, vault, SESSION_SERIES, hour.series_id)
    if series is None:
        return None
    agreement = _load_last_agreement(db, vault, reader, listed)
    case_id = series.payload.case_id
    return TherapySessionLine(
        id=series.id,
        session_date=hour.on,
        start=hour.start,
        who=_names_of_case(db, vault, case_id, names_by_id),
        kind=TherapySessionKind.SESSION,
        setting=series.payload.setting,
        state=TherapySessionState.ENTERED,
        attendance=Attendance.PLANNED,
        agreement=agreement.agreed_for_next if agreement else "",
        agreement_date=agreement.on if agreement else None,
        note_state="",
        has_stopped_questionnaire=False,
        unfinished_work=listed.unfinished_work,
        sheets_out=_list_sheets_out(db, vault, case_id, clients_with_sheet_out),
        series_record=series,
        series_date=hour.series_date,
        remarks=_time_remarks(
            listed.closed, hour.starts_at, listed.facts, series.payload.client_zone, hour.clock_sentence
        ),
    )


def _time_remarks(
    closed: str, starts_at: datetime | None, facts: SessionFacts, client_zone: str, clock_sentence: str
) -> tuple[str, ...]:
    there = other_local_time(starts_at, facts.on, facts.start, client_zone)
    return tuple(filter(None, (closed, there, clock_sentence)))


def _list_sheets_out(
    db: Connection,
    vault: Vault,
    case_id: UUID,
    clients_with_sheet_out: Set[UUID],
    session: RecordVersion[TherapySession] | None = None,
) -> tuple[RecordVersion[Handout], ...]:
    """Return the sheets to ask about in a session, or in an hour to come if there is none yet."""
    if not clients_with_sheet_out:
        return ()
    case = records.find_readable_record(db, vault, CASE, case_id)
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
    # An hour that is no session yet is none of these, and comes after all that were held.
    facts = session_list_facts.find_last_agreement(of_case, None if listed.hour else listed.facts)
    session = records.find_readable_record(db, vault, THERAPY_SESSION, facts.id) if facts else None
    return session.payload if session else None


def _names_of_case(db: Connection, vault: Vault, case_id: UUID, names_by_id: Mapping[UUID, str]) -> str:
    case = records.find_readable_record(db, vault, CASE, case_id)
    client_ids = case.payload.client_ids if case else ()
    return " and ".join(names_by_id[id] for id in client_ids if id in names_by_id)
