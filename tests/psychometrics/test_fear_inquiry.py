"""Fear counts as asked about for ninety days: the rule of `docs/safety.md`."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic_toolkit.psychometrics.fear_inquiry import (
    INQUIRY_VALID_DAYS,
    hold_own_sheet,
    is_inquiry_current,
    may_give_worksheet,
    may_suggest_worksheet,
)
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet

PLAIN = catalogue.load_worksheet("receiving-ladder")
NEEDS_ASKING = replace(PLAIN, needs_fear_asked=True)
DAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("ago", "counts"), [(0, True), (1, True), (89, True), (90, True), (91, False), (92, False), (-1, False)]
)
def test_the_ninetieth_day_counts_and_the_next_does_not(ago: int, counts: bool) -> None:
    assert is_inquiry_current(DAY - timedelta(days=ago), today=DAY) is counts
    assert (
        may_give_worksheet(NEEDS_ASKING, DAY - timedelta(days=ago), stays_in_room=False, today=DAY) is counts
    )


def test_never_asked_is_not_asked() -> None:
    assert not is_inquiry_current(None, today=DAY)
    assert not may_give_worksheet(NEEDS_ASKING, None, stays_in_room=False, today=DAY)


@given(
    asked=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    today=st.dates(date(1990, 1, 1), date(2100, 1, 1)) | st.none(),
    after=st.integers(-200, 200),
)
@example(asked=date(2028, 1, 1), today=None, after=90)
@example(asked=date(2028, 1, 1), today=None, after=91)
@example(asked=date(2027, 12, 1), today=None, after=90)
def test_the_rule_is_the_count_of_days_whatever_the_calendar(
    asked: date, today: date | None, after: int
) -> None:
    today = today or asked + timedelta(days=after)
    # Written a second time: today is one of the ninety-one days that begin with the asking.
    window = {asked.toordinal() + each for each in range(INQUIRY_VALID_DAYS + 1)}
    assert is_inquiry_current(asked, today=today) is (today.toordinal() in window)
    is_current = is_inquiry_current(asked, today=today)
    assert may_give_worksheet(NEEDS_ASKING, asked, stays_in_room=False, today=today) is is_current
    assert may_give_worksheet(PLAIN, asked, stays_in_room=False, today=today)
    assert may_give_worksheet(PLAIN, None, stays_in_room=False, today=today)


@pytest.mark.parametrize("asked", [None, DAY, DAY - timedelta(days=91)])
@pytest.mark.parametrize("held", [False, True])
def test_a_hold_gives_no_such_sheet_and_suggests_none_whatever_was_asked(
    asked: date | None, held: bool
) -> None:
    counts = asked == DAY
    assert may_give_worksheet(NEEDS_ASKING, asked, stays_in_room=held, today=DAY) is (counts and not held)
    assert may_suggest_worksheet(NEEDS_ASKING, asked, stays_in_room=held, today=DAY) is (counts and not held)
    assert may_give_worksheet(PLAIN, asked, stays_in_room=held, today=DAY)
    assert may_suggest_worksheet(PLAIN, asked, stays_in_room=held, today=DAY) is (not held)


@given(asked=st.dates(date(1990, 1, 1), date(2100, 1, 1)), later=st.integers(0, 400))
def test_once_it_is_over_it_stays_over(asked: date, later: int) -> None:
    after = asked + timedelta(days=INQUIRY_VALID_DAYS + 1)
    assert not is_inquiry_current(asked, today=after + timedelta(days=later))


@pytest.mark.parametrize("sheet", [PLAIN, NEEDS_ASKING])
def test_a_sheet_of_ones_own_waits_until_a_reason_is_recorded(sheet: Worksheet) -> None:
    for blank in ("", "  \n"):
        assert hold_own_sheet(sheet, release_reason=blank).needs_fear_asked
    released = hold_own_sheet(sheet, release_reason="It is a list of breaths.")
    assert not released.needs_fear_asked and released.title == sheet.title
