"""Series of hours in the store: each date once, none lost, none doubled, whatever is done to them."""

import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionState,
)
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.scheduling import (
    closures,
    series,
    series_hours,
    series_list_facts,
    series_rule,
    taken_hours,
)
from clinic_toolkit.record.scheduling.closure_record import PracticeClosure
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES, SeriesState, SessionSeries
from clinic_toolkit.record.writing.therapy_session_lines import TherapySessionLine
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work
from tests.fixtures.repeating import FIRST, weekly

DAY = timedelta(days=1)
Begun = RecordVersion[SessionSeries]
TODAY = NOW.astimezone().date()  # Thursday 19 November 2026


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    at_work = practices.at_work(tmp_path)
    yield at_work
    at_work.engine.dispose()


def of_client(work: Work, name: str) -> RecordVersion[Case]:
    """The case of a new client."""
    client = work.client(name)
    with reading(work.engine) as db:
        return cases.load_single_case(db, work.vault, client.id)


def begin(work: Work, case: RecordVersion[Case], **changes: object) -> Begun:
    """A series from 1 December on, unless it is changed."""
    with writing(work.engine) as db:
        return series.begin_series(db, work.vault, case, weekly(case, zone="", **changes), now=NOW)


def moved_to(case: RecordVersion[Case], on: date, start: time = time(17)) -> TherapySession:
    """Where an hour is moved to."""
    return TherapySession(
        case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=on, start=start, end=None
    )


def computed_days(db: Connection, vault: Vault, case: RecordVersion[Case]) -> list[date]:
    """The days of a year that lists show of the hours of this case that are no session yet."""
    found = series_list_facts.list_hours_of_rings(FactsReader(db, vault), first=TODAY, last=TODAY + 365 * DAY)
    return [one.hour.series_date for one in found if one.ring == case.ring]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_each_date_is_there_once(work: Work, seed: int) -> None:
    """Skipped, taken back, moved, opened, ended and changed in any order, beside a plain account of it."""
    choice, case = random.Random(seed), of_client(work, "Ivo Lind")
    repetition = choice.choice(list(series_rule.Repetition))
    current = begin(work, case, first_on=TODAY + choice.randint(0, 9) * DAY, repetition=repetition)
    horizon = TODAY + 365 * DAY
    # Of each series its days, and what became of each: computed, left out, or a session.
    became = {(current.id, day): "" for day in series_rule.list_dates(current.payload.rule, TODAY, horizon)}
    for _ in range(60):
        days = [day for id, day in became if id == current.id]
        if not days:
            break
        day, act = (
            choice.choice(days),
            choice.choice(["skip", "back", "move", "open", "end", "change", "skip"]),
        )
        if act in ("end", "change") and choice.random() < 0.7:
            continue
        with writing(work.engine) as db:
            if act == "skip" and became[current.id, day] != "session":
                current = series.skip_hour(db, work.vault, current, day, now=NOW)
                became[current.id, day] = "left out"
            elif act == "skip":
                with pytest.raises(series.HourTaken):
                    series.skip_hour(db, work.vault, current, day, now=NOW)
            elif act == "back":
                current = series.take_back_hour(db, work.vault, current, day, now=NOW)
                became[current.id, day] = became[current.id, day].replace("left out", "")
            elif act in ("move", "open") and became[current.id, day] != "left out":
                to = moved_to(case, day + choice.randint(0, 9) * DAY) if act == "move" else None
                taken = taken_hours.take_hour(db, work.vault, case, current, day, now=NOW, moved=to)
                again = taken_hours.take_hour(db, work.vault, case, current, day, now=NOW, moved=to)
                assert again.id == taken.id
                became[current.id, day] = "session"
            elif act == "end":
                current = series.end_series(db, work.vault, current, day, now=NOW)
                became = {key: was for key, was in became.items() if key[1] <= day or was == "session"}
                # A later end lets hours come again that an earlier one had ended.
                for again_day in series_rule.list_dates(current.payload.rule, TODAY, horizon):
                    was_skipped = again_day in current.payload.skipped
                    became.setdefault((current.id, again_day), "left out" if was_skipped else "")
            elif act == "change":
                following = msgspec.structs.replace(
                    current.payload, first_on=day, start=time(choice.randint(8, 18)), last_on=None, skipped=()
                )
                before, current = (
                    current,
                    series.change_series_from(db, work.vault, case, current, following, now=NOW),
                )
                became = {
                    key: was
                    for key, was in became.items()
                    if key[0] != before.id or key[1] < day or was == "session"
                }
                for new_day in series_rule.list_dates(current.payload.rule, TODAY, horizon):
                    was_skipped = new_day in current.payload.skipped
                    became[current.id, new_day] = "left out" if was_skipped else ""
    with reading(work.engine) as db:
        assert computed_days(db, work.vault, case) == sorted(
            day for (_, day), was in became.items() if not was
        )
        pins = [
            session.payload.series_pin
            for session in records.list_all_records(db, work.vault, THERAPY_SESSION)
            if session.payload.series_pin
        ]
    assert sorted(pins, key=repr) == sorted(
        ((id.bytes, day) for (id, day), was in became.items() if was == "session"), key=repr
    )


def test_after_a_change_nobody_is_expected_twice_in_a_week(work: Work) -> None:
    case = of_client(work, "Nele Brandt")
    begun = begin(work, case)
    with writing(work.engine) as db:
        begun = series.skip_hour(db, work.vault, begun, date(2026, 12, 15), now=NOW)
        taken_hours.take_hour(
            db, work.vault, case, begun, date(2026, 12, 22), now=NOW, moved=moved_to(case, date(2026, 12, 23))
        )
        thursdays = msgspec.structs.replace(begun.payload, first_on=date(2026, 12, 10), start=time(16))
        changed = series.change_series_from(db, work.vault, case, begun, thursdays, now=NOW)
        old = series.load_series(db, work.vault, begun.id)
        days = computed_days(db, work.vault, case)
    assert (old.state, old.payload.last_on) == (SeriesState.ENDED, date(2026, 12, 9))
    assert changed.payload.follows == begun.id.bytes
    assert days[:5] == [
        date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 10), date(2026, 12, 31), date(2027, 1, 7)
    ]  # fmt: skip


def lines_by_id(day: daily_overview.DailyOverview) -> dict[str, list[TherapySessionLine]]:
    """The lists of *Today* by name."""
    return {
        "planned": [*([day.next_session] if day.next_session else []), *day.later_sessions],
        "coming": list(day.upcoming_sessions),
        "unfinished": list(day.unfinished_sessions),
    }


def test_today_shows_it_like_a_planned_session_and_once(work: Work) -> None:
    case = of_client(work, "Ada Quill")
    with writing(work.engine) as db:
        held = therapy_sessions.create_therapy_session(
            db, work.vault, case,
            TherapySession(
                case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=TODAY - 7 * DAY,
                start=time(10), attendance=Attendance.CAME, present=case.payload.client_id_bytes,
            ), now=NOW,
        )  # fmt: skip
        therapy_sessions.record_agreement(db, work.vault, held, "Two walks.", now=NOW)
    begun = begin(work, case, first_on=TODAY, start=time(23))
    with reading(work.engine) as db:
        found = lines_by_id(daily_overview.build_daily_overview(db, work.vault, now=NOW))
        (line,) = found["planned"]
        assert (line.who, line.start, line.agreement) == ("A. Q.", time(23), "Two walks.")
        assert (line.series_date, line.record) == (TODAY, None)
        assert [line.series_date for line in found["coming"]] == [TODAY + 7 * DAY]
    with writing(work.engine) as db:
        session = taken_hours.take_hour(db, work.vault, case, begun, TODAY, now=NOW)
    with reading(work.engine) as db:
        (line,) = lines_by_id(daily_overview.build_daily_overview(db, work.vault, now=NOW))["planned"]
        assert line.record and line.record.id == session.id
    with writing(work.engine) as db:
        opened = therapy_sessions.open_therapy_session(db, work.vault, session, now=NOW)
    assert (opened.state, opened.payload.series_pin) == (TherapySessionState.OPEN, (begun.id.bytes, TODAY))
    assert opened.payload.starts_at == session.payload.starts_at
    later = NOW + 10 * DAY
    with reading(work.engine) as db:
        found = lines_by_id(daily_overview.build_daily_overview(db, work.vault, now=later))
        missed = [line for line in found["unfinished"] if line.series_date]
        assert [line.series_date for line in missed] == [TODAY + 7 * DAY]
        assert missed[0].unfinished_work == ("attendance not entered",)


def test_an_hour_on_closed_days_says_so_and_stays(work: Work) -> None:
    case = of_client(work, "Ruth Okafor")
    begin(work, case, first_on=TODAY, start=time(23))
    with writing(work.engine) as db:
        holiday = PracticeClosure(first_on=TODAY, last_on=TODAY + 7 * DAY, words="a conference")
        closed = closures.plan_closure(db, work.vault, holiday, now=NOW)
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
        assert day.next_session and day.next_session.remarks == ("closed: a conference",)
        # Afterwards nobody asks how an hour went that was on a closed day; it is still on its page.
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW + 9 * DAY)
        assert not [line for line in day.unfinished_sessions if line.series_date]
        assert TODAY in computed_days(db, work.vault, case)
    with writing(work.engine) as db:
        closures.withdraw_closure(db, work.vault, closed, now=NOW)
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW + 9 * DAY)
        assert [line.series_date for line in day.unfinished_sessions] == [TODAY + 7 * DAY, TODAY]


def test_the_hours_of_each_list_are_reckoned_once(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(work, of_client(work, "Ruth Okafor"))
    with reading(work.engine) as db:
        spans = [(TODAY, TODAY + 365 * DAY), (TODAY, TODAY + 14 * DAY)]
        reader = FactsReader(db, work.vault)
        found = [series_list_facts.list_hours_of_rings(reader, first=a, last=b) for a, b in spans]
        assert len(found[0]) > len(found[1]) > 0
        monkeypatch.setattr(series_hours, "list_hours", None)
        assert found == [series_list_facts.list_hours_of_rings(reader, first=a, last=b) for a, b in spans]


def test_what_cannot_be_is_refused(work: Work) -> None:
    case = of_client(work, "Jun Sato")
    with pytest.raises(series.SeriesEndsBeforeStart):
        begin(work, case, last_on=FIRST - DAY)
    for minutes in (0, -5, 481):
        with pytest.raises(series.LengthOutOfRange):
            begin(work, case, minutes=minutes)
    begun = begin(work, case)
    with writing(work.engine) as db:
        with pytest.raises(taken_hours.NotAnHourOfSeries):
            series.skip_hour(db, work.vault, begun, FIRST + DAY, now=NOW)
        with pytest.raises(taken_hours.NotAnHourOfSeries):
            taken_hours.take_hour(db, work.vault, case, begun, FIRST + DAY, now=NOW)
        with pytest.raises(series.SeriesEndsBeforeStart):
            series.end_series(db, work.vault, begun, FIRST - 2 * DAY, now=NOW)
        skipped = series.skip_hour(db, work.vault, begun, FIRST, now=NOW)
        with pytest.raises(taken_hours.NotAnHourOfSeries):
            taken_hours.take_hour(db, work.vault, case, skipped, FIRST, now=NOW)
        with pytest.raises(therapy_sessions.EndBeforeStart):
            late = msgspec.structs.replace(moved_to(case, FIRST), start=time(11), end=time(10))
            taken_hours.take_hour(db, work.vault, case, skipped, FIRST + 7 * DAY, now=NOW, moved=late)
        with pytest.raises(closures.ClosureEndsBeforeStart):
            backwards = PracticeClosure(first_on=FIRST, last_on=FIRST - DAY)
            closures.plan_closure(db, work.vault, backwards, now=NOW)
        with pytest.raises(closures.ClosureTooLong):
            endless = PracticeClosure(first_on=FIRST, last_on=FIRST + 366 * DAY)
            closures.plan_closure(db, work.vault, endless, now=NOW)


def test_the_hours_go_with_the_client_and_those_of_a_couple_end(work: Work) -> None:
    one, _, couple = work.couple("Cato Voss", "Dora Ilic")
    with reading(work.engine) as db:
        own = cases.load_single_case(db, work.vault, one.id)
    begin(work, own, first_on=TODAY)
    joint = begin(work, couple, first_on=TODAY)
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db, work.vault, one.id, reason=ErasureReason.MISTAKE, words="Twice here.",
            couples=(), now=NOW - 8 * DAY,
        )  # fmt: skip
        client_erasure.erase_due_client(db, work.vault, one.id, confirmed_day=TODAY, now=NOW)
    with reading(work.engine) as db:
        left = records.list_all_records(db, work.vault, SESSION_SERIES)
        assert [each.id for each in left] == [joint.id]
        assert (left[0].state, left[0].payload.last_on) == (SeriesState.ENDED, TODAY - DAY)
        assert computed_days(db, work.vault, couple) == []
