"""What lists need to know of therapy sessions: when each was, and what is still to be done for it.

Kept by ring (`journal/list_facts.py`), so that *Today* opens only the sessions that it shows.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, time
from functools import cached_property
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.vault.vault import Vault


class SessionFacts(msgspec.Struct, frozen=True, array_like=True):
    """One session. `has_agreement` says that something was agreed in it for the next one.

    `series_pin` is the series that it is an hour of, and the day for which that has it.
    """

    id_bytes: bytes
    case_id_bytes: bytes
    on: date
    start: time | None
    state: TherapySessionState
    attendance: Attendance
    took_place: bool
    has_agreement: bool
    series_pin: tuple[bytes, date] | None = None

    @property
    def id(self) -> UUID:
        """The id of the session."""
        return UUID(bytes=self.id_bytes)

    @property
    def start_key(self) -> tuple[date, time]:
        """Day and start, to sort by; a session without a start is the first of its day."""
        return self.on, self.start or time.min


class RingSessions(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The sessions of one ring. `last_days` holds the last day of each case; `has_open` a session not ended.

    The sessions themselves stay encoded until they are needed: of most clients no list shows any.
    """

    last_days: tuple[tuple[bytes, date], ...]
    has_open: bool
    encoded: bytes

    @cached_property
    def sessions(self) -> tuple[SessionFacts, ...]:
        """Every session of the ring, in the order of creation."""
        return msgspec.msgpack.decode(self.encoded, type=tuple[SessionFacts, ...])

    @property
    def last_day(self) -> date:
        """The last day of any of the sessions."""
        return max((day for _, day in self.last_days), default=date.min)


def facts_of_session(session: RecordVersion[TherapySession]) -> SessionFacts:
    """The facts of one session."""
    return SessionFacts(
        session.id.bytes,
        session.payload.case_id_bytes,
        session.payload.on,
        session.payload.start,
        TherapySessionState(session.state),
        session.payload.attendance,
        session.payload.took_place,
        bool(session.payload.agreed_for_next),
        session.payload.series_pin,
    )


def _compute_session_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingSessions:
    sessions = [
        facts_of_session(session)
        for session in records.list_records_in_rings(db, vault, THERAPY_SESSION, rings)
    ]
    last_days: dict[bytes, date] = {}
    for facts in sessions:
        last_days[facts.case_id_bytes] = max(last_days.get(facts.case_id_bytes, facts.on), facts.on)
    return RingSessions(
        tuple(last_days.items()),
        any(facts.state == TherapySessionState.OPEN for facts in sessions),
        msgspec.msgpack.encode(sessions),
    )


RING_SESSIONS = register_facts(
    FactsKind(
        name="sessions", kinds=(THERAPY_SESSION,), facts_type=RingSessions, compute=_compute_session_facts
    )
)


def list_open_or_since(
    reader: FactsReader, first_day: date, also: Mapping[UUID, Set[bytes]] | None = None
) -> list[tuple[UUID, SessionFacts]]:
    """Return the sessions that are open, or on this day or later, each with its ring, oldest first.

    Args:
        also: ids of earlier sessions that are listed too, by their ring.
    """
    also = also or {}
    found = [
        (ring, facts)
        for ring, ring_sessions in reader.load_of_rings(RING_SESSIONS)
        if ring_sessions.has_open or ring_sessions.last_day >= first_day or ring in also
        for facts in ring_sessions.sessions
        if facts.on >= first_day
        or facts.state == TherapySessionState.OPEN
        or facts.id_bytes in also.get(ring, frozenset())
    ]
    return sorted(found, key=lambda one: (*one[1].start_key, reader.first_seq(one[1].id_bytes)))


def find_last_held_day(sessions: Iterable[SessionFacts], before: SessionFacts) -> date | None:
    """Return the day of the last of these sessions that took place before this one; None if none did."""
    held = (
        facts.on
        for facts in sessions
        if facts.took_place and facts.id_bytes != before.id_bytes and facts.start_key <= before.start_key
    )
    return max(held, default=None)


def find_last_agreement(
    sessions: Iterable[SessionFacts], before: SessionFacts | None = None
) -> SessionFacts | None:
    """Return the last of these sessions that was ended and has an agreement.

    Args:
        sessions: in the order of creation, which decides between two of one day and start.
        before: only sessions before this one, which is one of them; None for all.
    """
    last_agreement = None
    for facts in sorted(sessions, key=lambda facts: facts.start_key):
        if before and facts.id_bytes == before.id_bytes:
            break
        if facts.has_agreement and facts.state != TherapySessionState.OPEN:
            last_agreement = facts
    return last_agreement
