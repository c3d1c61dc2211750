"""Which sessions a list of sessions has: those of the record, and the hours of series that are none yet."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import session_list_facts
from clinic_toolkit.record.people.session_list_facts import SessionFacts
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySessionState
from clinic_toolkit.record.questionnaires.administration_list_facts import RING_ADMINISTRATIONS
from clinic_toolkit.record.scheduling import series_list_facts
from clinic_toolkit.record.scheduling.closure_list_facts import list_standing_closures
from clinic_toolkit.record.scheduling.closure_record import PracticeClosure
from clinic_toolkit.record.scheduling.closures import describe_closure, find_closure
from clinic_toolkit.record.scheduling.series_hours import SeriesHour
from clinic_toolkit.record.scheduling.series_list_facts import ListedHour
from clinic_toolkit.record.writing.late_entries import LATE_AFTER
from clinic_toolkit.record.writing.note_list_facts import RING_NOTES

UNFINISHED_DAYS = 60


class ListedSession(Struct, frozen=True, kw_only=True):
    """The facts of one session that a list may show; see `TherapySessionLine`.

    `hour` is the hour of a series that is no session of its own yet; `closed` says that the practice is
    closed on its day.
    """

    facts: SessionFacts
    ring: UUID
    note_state: str
    has_stopped_questionnaire: bool
    unfinished_work: tuple[str, ...]
    hour: SeriesHour | None = None
    closed: str = ""


def list_sessions(
    reader: FactsReader,
    *,
    today: date,
    last: date | None = None,
    now: datetime | None = None,
) -> list[ListedSession]:
    """Return the sessions that are open, have a draft, or are of the last `UNFINISHED_DAYS`, oldest first.

    Args:
        now: to say how old a draft is; None to say only that it is one.
        last: list the hours of series up to this day; None for today. One on a day on which the practice
            was closed is none that is still to be entered.
    """
    notes_by_ring = dict(reader.load_of_rings(RING_NOTES))
    forms = [facts for _, facts in reader.load_of_rings(RING_ADMINISTRATIONS)]
    in_progress = {session_id for facts in forms for session_id in facts.sessions_in_progress}
    stopped = {session_id for facts in forms for session_id in facts.sessions_stopped}
    listed = []
    closures = list_standing_closures(reader)
    first = today - timedelta(days=UNFINISHED_DAYS)
    drafts = {
        ring: {session_id for session_id, _ in notes.drafts}
        for ring, notes in notes_by_ring.items()
        if notes.drafts
    }
    for ring, facts in session_list_facts.list_open_or_since(reader, first, drafts):
        notes = notes_by_ring.get(ring)
        note_state = notes.state_by_session.get(facts.id_bytes, "") if notes else ""
        begun_at = notes.find_draft_begun(facts.id_bytes) if notes else None
        unsigned = (
            () if begun_at is None else _unsigned_words(now - begun_at if now is not None else timedelta())
        )
        listed.append(
            ListedSession(
                facts=facts,
                ring=ring,
                note_state=note_state,
                has_stopped_questionnaire=facts.id_bytes in stopped,
                unfinished_work=_unfinished_work(
                    facts, note_state, facts.id_bytes in in_progress, today, unsigned
                ),
                closed=_closed_on(closures, facts),
            )
        )
    hours = series_list_facts.list_hours_of_rings(reader, first=first, last=last or today)
    if not hours:
        return listed
    listed += [_list_hour(one, closures, today) for one in hours]
    # Sorting keeps the order of sessions of one start.
    return sorted(listed, key=lambda one: one.facts.start_key)


def _list_hour(one: ListedHour, closures: Sequence[PracticeClosure], today: date) -> ListedSession:
    facts = SessionFacts(
        # No session has the id of a series.
        id_bytes=one.hour.series_id.bytes,
        case_id_bytes=one.case_id_bytes,
        on=one.hour.on,
        start=one.hour.start,
        state=TherapySessionState.ENTERED,
        attendance=Attendance.PLANNED,
        took_place=False,
        has_agreement=False,
        series_pin=(one.hour.series_id.bytes, one.hour.series_date),
    )
    closed = _closed_on(closures, facts)
    return ListedSession(
        facts=facts,
        ring=one.ring,
        note_state="",
        has_stopped_questionnaire=False,
        unfinished_work=() if closed else _unfinished_work(facts, "", False, today),
        hour=one.hour,
        closed=closed,
    )


def _closed_on(closures: Sequence[PracticeClosure], facts: SessionFacts) -> str:
    if facts.attendance != Attendance.PLANNED:
        return ""
    return describe_closure(find_closure(closures, facts.on))


def _unfinished_work(
    facts: SessionFacts,
    note_state: str,
    has_unfinished_questionnaire: bool,
    today: date,
    unsigned: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return what is still to be done for a session, in a few words each.

    Only sessions of the last `UNFINISHED_DAYS` days are listed, except that one still open, or with a
    draft, is always listed.

    Args:
        unsigned: what is said of its draft.
    """
    if facts.state == TherapySessionState.OPEN:
        # No age limit: a session that was never ended stays in the list.
        return ("not ended",) if facts.on < today else ()
    if not today - timedelta(days=UNFINISHED_DAYS) <= facts.on <= today:
        return unsigned if facts.on < today else ()
    if facts.attendance == Attendance.PLANNED:
        return ("attendance not entered",) if facts.on < today else ()
    tasks = ["questionnaire not finished"] if has_unfinished_questionnaire else []
    if not note_state and facts.took_place:
        tasks.append("no note yet")
    return (*tasks, *unsigned)


def _unsigned_words(draft_age: timedelta) -> tuple[str, ...]:
    """That a note is a draft; from `LATE_AFTER` on, for how many days."""
    return (f"note not signed for {draft_age.days} days" if draft_age > LATE_AFTER else "note not signed",)
