"""Local times on the nights on which the clocks are changed, worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.record.scheduling.local_moments import (
    ClockChange,
    find_zone,
    resolve_moment,
    to_local,
    zone_city,
)

ZONES = ("Europe/Berlin", "America/New_York", "Europe/Dublin", "Africa/Cairo", "America/Sao_Paulo")


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc", "local", "change"),
    [
        # Berlin 2027: forward on 28 March at 02:00, back on 31 October at 03:00.
        ("Europe/Berlin", date(2027, 3, 28), time(1, 59), "2027-03-28 00:59", time(1, 59), ""),
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28 01:00", time(3, 0), "skipped"),
        ("Europe/Berlin", date(2027, 3, 28), time(3, 0), "2027-03-28 01:00", time(3, 0), ""),
        ("Europe/Berlin", date(2027, 10, 31), time(2, 30), "2027-10-31 00:30", time(2, 30), "twice"),
        ("Europe/Berlin", date(2027, 10, 31), time(3, 0), "2027-10-31 02:00", time(3, 0), ""),
        # New York 2027: forward on 14 March at 02:00, back on 7 November at 02:00.
        ("America/New_York", date(2027, 3, 14), time(2, 0), "2027-03-14 07:00", time(3, 0), "skipped"),
        ("America/New_York", date(2027, 11, 7), time(1, 15), "2027-11-07 05:15", time(1, 15), "twice"),
        # Dublin 2027: its zone calls winter the other time; the clocks change at 01:00 and at 02:00.
        ("Europe/Dublin", date(2027, 3, 28), time(1, 45), "2027-03-28 01:00", time(2, 0), "skipped"),
        ("Europe/Dublin", date(2027, 10, 31), time(1, 45), "2027-10-31 00:45", time(1, 45), "twice"),
        # Cairo 2027: at midnight, forward on Friday 30 April and back on Friday 29 October.
        ("Africa/Cairo", date(2027, 4, 30), time(0, 30), "2027-04-29 22:00", time(1, 0), "skipped"),
        ("Africa/Cairo", date(2027, 10, 28), time(23, 30), "2027-10-28 20:30", time(23, 30), "twice"),
        # São Paulo changed its clocks for the last time in 2019; in 2018 at midnight, forward on 4 November.
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 30), "2018-11-04 03:00", time(1, 0), "skipped"),
        ("America/Sao_Paulo", date(2027, 11, 7), time(0, 30), "2027-11-07 03:30", time(0, 30), ""),
    ],
)
def test_the_nights_on_which_the_clocks_change(
    zone: str, day: date, at: time, utc: str, local: time, change: str
) -> None:
    found = resolve_moment(day, at, ZoneInfo(zone))
    assert found.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.local.time() == local
    assert found.change == ClockChange(change)


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2017, 1, 1), date(2040, 12, 31)),
    minute=st.integers(0, 1439),
)
def test_a_time_that_exists_is_itself_and_any_other_the_first_after_it(
    zone: str, day: date, minute: int
) -> None:
    asked = datetime.combine(day, time(minute // 60, minute % 60))
    found = resolve_moment(day, asked.time(), ZoneInfo(zone))
    assert to_local(found.at, ZoneInfo(zone)) == found.local
    if found.change == ClockChange.SKIPPED:
        assert found.local > asked
        # Nothing between the two exists: a minute earlier the clock showed a time before the one asked for.
        assert to_local(found.at - timedelta(minutes=1), ZoneInfo(zone)) < asked
    else:
        assert found.local == asked
    if found.change == ClockChange.TWICE:
        again = [found.at + timedelta(minutes=minutes) for minutes in range(15, 121, 15)]
        assert asked in [to_local(at, ZoneInfo(zone)) for at in again]


def test_a_zone_that_this_machine_does_not_know_is_none() -> None:
    assert find_zone("") is None
    assert find_zone("Nowhere/At_All") is None
    assert find_zone("../../etc/passwd") is None
    assert find_zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert zone_city("America/Argentina/Buenos_Aires") == "Buenos Aires"
