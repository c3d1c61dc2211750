"""Days and times in words, whatever the locale of the system is."""

from datetime import UTC, date, datetime, time

import pytest

from clinic_toolkit import dates

DAY = date(2026, 11, 2)
MOMENT = datetime(2026, 11, 2, 9, 5, 59, tzinfo=UTC)


def test_each_way_to_write_a_day() -> None:
    assert dates.format_date(DAY) == "2 November 2026"
    assert dates.format_short_date(DAY) == "2 Nov 2026"
    assert dates.format_day_and_month(DAY) == "2 Nov"
    assert dates.weekday_name(DAY) == "Monday"
    assert dates.format_time(MOMENT) == dates.format_time(time(9, 5)) == "09:05"
    assert dates.format_date_and_time(MOMENT) == "2 November 2026, 09:05"


def test_every_month_and_weekday_has_its_own_name() -> None:
    months = [dates.format_date(date(2026, month, 1)) for month in range(1, 13)]
    assert months[0] == "1 January 2026" and months[-1] == "1 December 2026" and len(set(months)) == 12
    days = [dates.weekday_name(date(2026, 11, day)) for day in range(1, 8)]
    assert days[0] == "Sunday" and days[-1] == "Saturday" and len(set(days)) == 7


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, ""),
        (time(9), None, "from 09:00"),
        (None, time(9, 50), "until 09:50"),
        (time(9), time(9, 50), "09:00 to 09:50"),
    ],
)
def test_a_range_says_as_much_as_is_known(start: time | None, end: time | None, words: str) -> None:
    assert dates.format_time_range(start, end) == words
