"""Days and times in words, whatever the locale of the system is."""

import threading
from contextvars import copy_context
from datetime import UTC, date, datetime, time, timedelta, timezone

import msgspec
import pytest

from clinic_toolkit import dates
from clinic_toolkit.dates import Clock, DateOrder, WritingStyle
from clinic_toolkit.record.people.country_styles import (
    HOURS_12_COUNTRIES,
    MONTH_FIRST_COUNTRIES,
    style_of_country,
)
from clinic_toolkit.record.people.practice_record import PracticeSettings, RecordRole
from clinic_toolkit.web.forms.countries import COUNTRIES

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


US, ISO = WritingStyle(DateOrder.MONTH_FIRST, Clock.HOURS_12), WritingStyle(DateOrder.YEAR_FIRST)


@pytest.mark.parametrize(
    ("style", "whole", "short", "day_and_month", "moment"),
    [
        (WritingStyle(), "2 November 2026", "2 Nov 2026", "2 Nov", "2 November 2026, 14:05 UTC+01:00"),
        (US, "November 2, 2026", "Nov 2, 2026", "Nov 2", "November 2, 2026, 2:05 pm UTC+01:00"),
        (ISO, "2026-11-02", "2026-11-02", "Nov 2", "2026-11-02, 14:05 UTC+01:00"),
    ],
)
def test_each_style_writes_a_day_in_its_own_way(
    style: WritingStyle, whole: str, short: str, day_and_month: str, moment: str
) -> None:
    at = datetime(2026, 11, 2, 14, 5, tzinfo=timezone(timedelta(hours=1)))
    with dates.written_in(style):
        assert dates.format_date(at.date()) == whole
        assert dates.format_short_date(at.date()) == short
        assert dates.format_day_and_month(at.date()) == day_and_month
        assert dates.format_timestamp(at) == moment
    assert dates.format_date(at.date()) == "2 November 2026", "the style ends with its block"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (time(0, 0), "12:00 am"),
        (time(0, 59), "12:59 am"),
        (time(11, 59), "11:59 am"),
        (time(12, 0), "12:00 pm"),
        (time(13, 7), "1:07 pm"),
        (time(23, 0), "11:00 pm"),
    ],
)
def test_twelve_hours_are_told_as_people_tell_them(at: time, told: str) -> None:
    with dates.written_in(US):
        assert dates.format_time(at) == told
        assert dates.format_field_time(at) == f"{at.hour:02}:{at.minute:02}"


def test_another_thread_keeps_its_own_style() -> None:
    told: list[str] = []

    def tell() -> None:
        told.append(dates.format_date(date(2026, 11, 2)))

    with dates.written_in(US):
        for target in (tell, lambda: copy_context().run(tell)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        in_this = copy_context()
    in_this.run(tell)
    assert told == ["2 November 2026", "2 November 2026", "November 2, 2026"]


def test_an_error_ends_the_style_as_well() -> None:
    with pytest.raises(ZeroDivisionError), dates.written_in(US):
        raise ZeroDivisionError
    assert dates.current_style() == WritingStyle()


def test_a_country_has_its_usual_style_until_the_practice_chooses() -> None:
    settings = PracticeSettings(country="US", record_role=RecordRole.FULL, practice_name="", crisis_text="")
    assert settings.writing_style == US
    chosen = msgspec.structs.replace(settings, date_order="year_first", clock="24")
    assert chosen.writing_style == ISO
    assert [style_of_country(code).clock for code in ("IE", "GB", "AU", "DE", "XX")] == [
        "24", "24", "12", "24", "24"
    ]  # fmt: skip
    assert style_of_country("AU").order == DateOrder.DAY_FIRST
    assert not (MONTH_FIRST_COUNTRIES | HOURS_12_COUNTRIES) - set(COUNTRIES), "a code that no country has"
