"""The dates of a series, and its hours through the changes of the clocks."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.dates import Clock, WritingStyle, written_in
from clinic_toolkit.record.scheduling.series_hours import build_hour, list_hours, other_local_time
from clinic_toolkit.record.scheduling.series_rule import (
    Repetition,
    SeriesRule,
    describe_repetition,
    describe_span,
    is_date_of,
    list_dates,
    list_held_dates,
)

ID = UUID(int=7)
TUESDAY = date(2026, 12, 1)


def rule(
    first_on: date = TUESDAY,
    repetition: Repetition = Repetition.WEEKLY,
    *,
    start: time = time(10),
    zone: str = "Europe/Dublin",
    last_on: date | None = None,
    skipped: tuple[date, ...] = (),
) -> SeriesRule:
    """A series of fifty minutes."""
    return SeriesRule(first_on, start, 50, repetition, zone, last_on, skipped)


dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))
repetitions = st.sampled_from(Repetition)


@given(first_on=dates, repetition=repetitions, offset=st.integers(-50, 2000), length=st.integers(0, 900))
def test_the_dates_are_those_of_a_second_library(
    first_on: date, repetition: Repetition, offset: int, length: int
) -> None:
    first = first_on + timedelta(days=offset)
    last = first + timedelta(days=length)
    place = -1 if repetition == Repetition.MONTHLY_LAST or first_on.day > 28 else (first_on.day - 1) // 7 + 1
    weekday = rrule.weekday(first_on.weekday())
    begin = datetime.combine(first_on, time())
    if repetition in (Repetition.MONTHLY, Repetition.MONTHLY_LAST):
        other = rrule.rrule(rrule.MONTHLY, dtstart=begin, byweekday=weekday(place))
    else:
        other = rrule.rrule(rrule.WEEKLY, dtstart=begin, interval=1 if repetition == Repetition.WEEKLY else 2)
    expected = other.between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
    found = list_dates(rule(first_on, repetition), first, last)
    assert found == [each.date() for each in expected]
    assert all(is_date_of(rule(first_on, repetition), day) for day in found)


@given(first_on=dates, repetition=repetitions, pieces=st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_pieces_of_a_span_have_each_date_once(
    first_on: date, repetition: Repetition, pieces: list[int]
) -> None:
    whole = list_dates(rule(first_on, repetition), first_on, first_on + timedelta(days=sum(pieces) - 1))
    found, begin = [], first_on
    for days in pieces:
        found += list_dates(rule(first_on, repetition), begin, begin + timedelta(days=days - 1))
        begin += timedelta(days=days)
    assert found == whole
    assert len(set(found)) == len(found)


def test_ten_years_of_weeks_are_521_hours() -> None:
    ten_years = rule(last_on=date(2036, 11, 30))
    assert len(list_dates(ten_years, date(2000, 1, 1), date(2100, 1, 1))) == 522
    assert list_dates(ten_years, date(2036, 12, 1), date(2100, 1, 1)) == []


def test_a_fifth_weekday_is_the_last_of_every_month() -> None:
    fifth = rule(date(2026, 12, 29), Repetition.MONTHLY)
    found = list_dates(fifth, date(2027, 1, 1), date(2027, 12, 31))
    assert len(found) == 12
    for day in found:
        assert day.weekday() == calendar.TUESDAY
        assert (day + timedelta(days=7)).month != day.month
    assert describe_repetition(fifth) == "the last Tuesday of every month"


def test_the_words_of_a_rule() -> None:
    assert describe_repetition(rule()) == "every Tuesday"
    assert describe_repetition(rule(repetition=Repetition.EVERY_SECOND_WEEK)) == "every second Tuesday"
    assert (
        describe_repetition(rule(date(2026, 12, 8), Repetition.MONTHLY)) == "the 2nd Tuesday of every month"
    )
    assert describe_span(rule()) == "from Tuesday 1 December 2026, no end yet"
    assert describe_span(rule(last_on=date(2026, 11, 30))) == "ended before its first hour"


@pytest.mark.parametrize(
    ("zone", "first_on", "start", "utc_hours"),
    [
        # The last hour before each change and the first after it: 10:00 stays 10:00 for people.
        ("Europe/Berlin", date(2027, 3, 22), time(10), (9, 8)),
        ("Europe/Berlin", date(2027, 10, 25), time(10), (8, 9)),
        ("Europe/Dublin", date(2027, 3, 22), time(10), (10, 9)),
        ("Europe/Dublin", date(2027, 10, 25), time(10), (9, 10)),
        ("America/New_York", date(2027, 3, 8), time(10), (15, 14)),
        ("Africa/Cairo", date(2027, 4, 26), time(10), (8, 7)),
        ("America/Sao_Paulo", date(2027, 11, 1), time(10), (13, 13)),
    ],
)
def test_an_hour_keeps_its_place_on_the_clock(
    zone: str, first_on: date, start: time, utc_hours: tuple[int, int]
) -> None:
    weekly, local = rule(first_on, start=start, zone=zone), ZoneInfo(zone)
    days = list_dates(weekly, first_on, first_on + timedelta(days=7))
    hours = [build_hour(ID, weekly, day, local=local) for day in days]
    assert tuple(hour.starts_at.hour for hour in hours) == utc_hours
    assert {(hour.start, hour.end) for hour in hours} == {(start, time(10, 50))}


def test_an_hour_in_the_gap_says_when_it_is_and_keeps_its_length() -> None:
    nightly = rule(date(2027, 3, 28), start=time(2, 30), zone="Europe/Berlin")
    hour = build_hour(ID, nightly, date(2027, 3, 28), local=ZoneInfo("Europe/Berlin"))
    assert (hour.start, hour.end, hour.minutes) == (time(3), time(3, 50), 50)
    assert hour.clock_sentence == "02:30 does not exist that night: 03:00"
    # Lists keep hours, and the practice may choose another clock meanwhile.
    with written_in(WritingStyle(clock=Clock.HOURS_12)):
        assert hour.clock_sentence == "2:30 am does not exist that night: 3:00 am"
    after = build_hour(ID, nightly, date(2027, 4, 4), local=ZoneInfo("Europe/Berlin"))
    assert (after.start, after.clock_sentence) == (time(2, 30), "")


def test_an_hour_that_comes_twice_is_the_first() -> None:
    nightly = rule(date(2027, 10, 31), start=time(2, 30), zone="Europe/Berlin")
    hour = build_hour(ID, nightly, date(2027, 10, 31), local=ZoneInfo("Europe/Berlin"))
    assert hour.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert hour.clock_sentence == "02:30 comes twice that night: the first is meant"
    # From 02:30 to 02:20 on the clock: no end is shown before the start.
    assert (hour.end, hour.minutes) == (None, 50)


def test_a_client_whose_clock_is_changed_on_another_day_stays_on_the_clock_that_was_chosen() -> None:
    # 14 to 28 March 2027 New York has changed its clocks and Dublin has not.
    mine, hers = rule(date(2027, 3, 9), start=time(15)), rule(date(2027, 3, 9), zone="America/New_York")
    here = ZoneInfo("Europe/Dublin")
    days = [date(2027, 3, 9) + timedelta(days=7 * week) for week in range(4)]
    of_mine = [build_hour(ID, mine, day, local=here) for day in days]
    of_hers = [build_hour(ID, hers, day, local=here) for day in days]
    assert [hour.start.hour for hour in of_mine] == [15, 15, 15, 15]
    assert [hour.start.hour for hour in of_hers] == [15, 14, 14, 15]
    told = [other_local_time(hour.starts_at, hour.on, hour.start, "America/New_York") for hour in of_mine]
    assert told == ["10:00 in New York", "11:00 in New York", "11:00 in New York", "10:00 in New York"]
    told = [other_local_time(hour.starts_at, hour.on, hour.start, "America/New_York") for hour in of_hers]
    assert set(told) == {"10:00 in New York"}


def test_across_the_date_line_the_hour_is_on_the_clinicians_day() -> None:
    hers = rule(TUESDAY, start=time(9), zone="Pacific/Auckland")
    (hour,) = list_hours(
        ID,
        hers,
        frozenset(),
        first=date(2026, 11, 30),
        last=date(2026, 11, 30),
        local=ZoneInfo("Europe/Dublin"),
    )
    assert (hour.on, hour.start, hour.series_date) == (date(2026, 11, 30), time(20), TUESDAY)
    told = other_local_time(hour.starts_at, hour.on, hour.start, "Pacific/Auckland")
    assert told == "09:00 in Auckland on 1 December 2026"
    assert other_local_time(hour.starts_at, hour.on, hour.start, "Europe/Nowhere") == ""


def test_a_change_leaves_out_the_week_that_is_settled() -> None:
    changed = rule(date(2026, 12, 10), start=time(16))
    held = [date(2026, 12, 15), date(2026, 12, 29)]
    assert list_held_dates(changed, held) == [date(2026, 12, 17), date(2026, 12, 31)]
    monthly = rule(date(2026, 12, 10), Repetition.MONTHLY)
    assert list_held_dates(monthly, held) == [date(2026, 12, 10)]
    every_second = rule(date(2026, 12, 10), Repetition.EVERY_SECOND_WEEK)
    assert list_held_dates(every_second, held) == []
