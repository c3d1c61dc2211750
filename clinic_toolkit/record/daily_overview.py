"""The data of the *Today* page: the sessions of today, and what is unfinished in earlier ones.

Holds initials and never full names, because others may read a screen left open on a desk. What there is to
show comes from the list facts; only what is shown is opened.
"""

import sys
from collections.abc import Container, Iterable, Mapping, Set
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.outcomes import hour_list_facts
from clinic_toolkit.record.outcomes.hour_list_facts import DueForm
from clinic_toolkit.record.people import clients, display_names, session_list_facts
from clinic_toolkit.record.people.session_list_facts import RING_SESSIONS
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionState,
)
from clinic_toolkit.record.retention import due_list, retention_list_facts
from clinic_toolkit.record.retention.due_list import DueErasure
from clinic_toolkit.record.safety import ask_lines, safety_list_facts
from clinic_toolkit.record.safety.ask_lines import AskLine, ComingCheck
from clinic_toolkit.record.scheduling.series_record import SessionSeries
from clinic_toolkit.record.writing import (
    handout_list_facts,
    listed_sessions,
    request_list_facts,
    therapy_session_lines,
    treatment_plan_list_facts,
)
from clinic_toolkit.record.writing.draft_list_facts import RING_DRAFTS
from clinic_toolkit.record.writing.form_draft_record import FORM_DRAFT
from clinic_toolkit.record.writing.form_drafts import ADDITION_FORM
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.listed_sessions import ListedSession
from clinic_toolkit.record.writing.request_list_facts import OpenRequest
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.record.writing.treatment_plan_list_facts import DueReview
from clinic_toolkit.vault.vault import Vault

UPCOMING_DAYS = 7


class UnfinishedEntryLine(Struct, frozen=True, kw_only=True):
    """A risk entry, or an addition to a note, that was started and not recorded; `path` continues it."""

    begun_on: date
    initials: str
    path: str
    is_addition: bool = False


class ComingHour(Struct, frozen=True, kw_only=True):
    """What stands beside a session that is next or open, of one client; of a couple nothing does.

    `marked_count` is how many questions were marked to talk about since the last hour. `due_forms` may be
    repeated now. `begins_with_check_in`: there was an earlier hour to ask about.
    """

    marked_count: int
    due_forms: tuple[DueForm, ...]
    begins_with_check_in: bool


class DailyOverview(Struct, frozen=True, kw_only=True):
    """What *Today* shows.

    `open_sessions` are the open sessions of today, `upcoming_sessions` the planned ones of the next seven
    days. `coming_hours` is what there is to know before the next one and each open one, by its id.
    `unfinished_sessions` is ordered latest first, every other list earliest first. The two lists that
    may be long are cut off at the limit; `upcoming_count` and `unfinished_count` count all. `erasures_due`
    are the clients who can be erased now, because the undo time is over. `plan_reviews` are the treatment
    plans whose day to look again has come. `open_requests` are clients' requests that wait for an answer.
    """

    today: date
    open_sessions: tuple[TherapySessionLine, ...]
    coming_hours: Mapping[UUID, ComingHour]
    next_session: TherapySessionLine | None
    later_sessions: tuple[TherapySessionLine, ...]
    earlier_sessions: tuple[TherapySessionLine, ...]
    upcoming_sessions: tuple[TherapySessionLine, ...]
    upcoming_count: int
    unfinished_sessions: tuple[TherapySessionLine, ...]
    unfinished_count: int
    has_session_today: bool
    ask_lines: tuple[AskLine, ...]
    coming_checks: tuple[ComingCheck, ...]
    unfinished_entries: tuple[UnfinishedEntryLine, ...]
    erasures_due: tuple[DueErasure, ...]
    open_requests: tuple[OpenRequest, ...]
    plan_reviews: tuple[DueReview, ...]
    has_clients: bool

    @property
    def planned_sessions(self) -> tuple[TherapySessionLine, ...]:
        """Those that are still to come today: the next one, and the later ones."""
        return (*((self.next_session,) if self.next_session else ()), *self.later_sessions)

    @property
    def shown_sessions(self) -> tuple[RecordVersion[TherapySession], ...]:
        """All sessions in any of the lists, each once."""
        lines = (
            *self.open_sessions,
            *self.planned_sessions,
            *self.earlier_sessions,
            *self.upcoming_sessions,
            *self.unfinished_sessions,
        )
        return tuple({line.id: line.record for line in lines if line.record}.values())

    @property
    def shown_series(self) -> tuple[RecordVersion[SessionSeries], ...]:
        """The series of which an hour is in any of the lists, each once."""
        lines = (*self.planned_sessions, *self.upcoming_sessions, *self.unfinished_sessions)
        return tuple({line.id: line.series_record for line in lines if line.series_record}.values())

    @property
    def shown_sheets(self) -> tuple[RecordVersion[Handout], ...]:
        """The worksheets that are named beside a session, each once."""
        lines = (*self.open_sessions, *self.planned_sessions)
        sheets = (sheet for line in lines for sheet in line.sheets_out)
        return tuple({sheet.id: sheet for sheet in sheets}.values())


def build_daily_overview(
    db: Connection, vault: Vault, *, now: datetime, limit: int = sys.maxsize
) -> DailyOverview:
    """Build the overview of the local day of `now`.

    Args:
        limit: how many upcoming and how many unfinished sessions to show at most.
    """
    today, reader = now.astimezone().date(), FactsReader(db, vault)
    leaving = retention_list_facts.list_leaving_owners(reader)
    short_by_id = display_names.load_display_names(db, vault).short_by_id
    initials_by_id = {id: initials for id, initials in short_by_id.items() if id not in leaving}
    listed = [
        one
        for one in listed_sessions.list_sessions(
            reader,
            today=today,
            last=today + timedelta(days=UPCOMING_DAYS),
            now=now,
        )
        if vault.rings.find_owner(one.ring) not in leaving
    ]
    todays = [one for one in listed if one.facts.on == today]
    open_today = [one for one in todays if one.facts.state == TherapySessionState.OPEN]
    planned = [
        one
        for one in todays
        if one.facts.state == TherapySessionState.ENTERED and one.facts.attendance == Attendance.PLANNED
    ]
    unfinished = [one for one in reversed(listed) if one.unfinished_work]
    earlier = [
        one for one in todays if one not in planned and one not in open_today and one not in unfinished
    ]
    upcoming = [
        one
        for one in listed
        if today < one.facts.on <= today + timedelta(days=UPCOMING_DAYS)
        and one.facts.attendance == Attendance.PLANNED
    ]

    clients_with_sheet_out = (
        handout_list_facts.list_clients_with_sheet_out(db, vault, reader) if open_today or planned else set()
    )

    def build(
        sessions: Iterable[ListedSession], with_sheet_out: Set[UUID] = frozenset()
    ) -> tuple[TherapySessionLine, ...]:
        lines = (
            therapy_session_lines.build_session_line(
                db, vault, reader, one, initials_by_id, clients_with_sheet_out=with_sheet_out
            )
            for one in sessions
        )
        return tuple(line for line in lines if line)

    planned_lines = build(planned, clients_with_sheet_out)
    open_lines = build(open_today, clients_with_sheet_out)
    facts_by_id = {one.facts.id: one for one in (*open_today, *planned)}
    hours = (
        (line.id, _build_coming_hour(db, vault, reader, facts_by_id[line.id], initials_by_id, now=now))
        for line in (*open_lines, *planned_lines[:1])
    )
    asks = ask_lines.build_ask_lines(
        db, vault, safety_list_facts.list_person_safety(reader, db, vault), initials_by_id, today=today
    )
    return DailyOverview(
        today=today,
        open_sessions=open_lines,
        coming_hours={id: hour for id, hour in hours if hour},
        next_session=planned_lines[0] if planned_lines else None,
        later_sessions=planned_lines[1:],
        earlier_sessions=build(earlier),
        upcoming_sessions=build(upcoming[:limit]),
        upcoming_count=len(upcoming),
        unfinished_sessions=build(unfinished[:limit]),
        unfinished_count=len(unfinished),
        has_session_today=bool(todays),
        ask_lines=asks.to_ask,
        coming_checks=asks.coming,
        unfinished_entries=_list_unfinished_entries(db, vault, reader, initials_by_id),
        erasures_due=due_list.list_due_erasures(reader, short_by_id, now=now),
        open_requests=request_list_facts.list_open_requests(vault, reader, initials_by_id),
        plan_reviews=treatment_plan_list_facts.list_due_reviews(
            vault, reader, initials_by_id, leaving=leaving, today=today
        ),
        has_clients=bool(initials_by_id),
    )


def _build_coming_hour(
    db: Connection,
    vault: Vault,
    reader: FactsReader,
    listed: ListedSession,
    client_ids: Container[UUID],
    *,
    now: datetime,
) -> ComingHour | None:
    client_id = vault.rings.find_owner(listed.ring)
    if client_id is None or client_id not in client_ids:
        # The ring of a couple belongs to their case.
        return None
    sessions = (
        facts
        for ring in clients.list_record_rings(db, vault, client_id)
        for facts in reader.load(RING_SESSIONS, ring, (ring,)).sessions
    )
    last_held_on = session_list_facts.find_last_held_day(sessions, listed.facts)
    facts = hour_list_facts.load_person_hour(db, vault, reader, client_id)
    return ComingHour(
        marked_count=facts.count_marked_since(last_held_on),
        due_forms=hour_list_facts.list_due_forms(db, vault, facts, now=now),
        begins_with_check_in=last_held_on is not None,
    )


def _list_unfinished_entries(
    db: Connection, vault: Vault, reader: FactsReader, initials_by_id: Mapping[UUID, str]
) -> tuple[UnfinishedEntryLine, ...]:
    """Return the risk entries and additions to notes that were started and not recorded, oldest first."""
    found = [
        records.find_readable_record(db, vault, FORM_DRAFT, UUID(bytes=draft_id))
        for _, ring_drafts in reader.load_of_rings(RING_DRAFTS)
        for draft_id in (*ring_drafts.risk_entry_ids, *ring_drafts.addition_ids)
    ]
    drafts = [draft for draft in found if draft]
    return tuple(
        UnfinishedEntryLine(
            begun_on=draft.payload.begun_at.astimezone().date(),
            initials=initials_by_id[owner],
            path=draft.payload.path,
            is_addition=draft.payload.form_name == ADDITION_FORM,
        )
        for draft in sorted(drafts, key=lambda draft: draft.payload.begun_at)
        if (owner := vault.rings.find_owner(draft.ring)) in initials_by_id and owner is not None
    )
