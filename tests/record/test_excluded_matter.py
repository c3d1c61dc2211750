"""What the law leaves out of psychotherapy notes is found in what is typed, and little else is."""

import pytest

from clinic_toolkit.record.writing.excluded_matter import (
    ExcludedMatter,
    build_reminder,
    find_excluded_matter,
)

RESULT, TIME = ExcludedMatter.RESULT, ExcludedMatter.SESSION_TIME


@pytest.mark.parametrize(
    "text",
    ["14 of 20", "It was 14 out of 20.", "14/20 today", "she scored 14", "a score of 12", "T 65", "T=65",
     "T-score 65", "z = 1.2", "the 90th percentile: 92 percentile", "scored a 14", "12 points"],
)  # fmt: skip
def test_a_result_is_found(text: str) -> None:
    assert RESULT in find_excluded_matter(text)


@pytest.mark.parametrize(
    "text",
    ["began at 14:05", "9.30 to 10.20", "at 3 pm", "from 9 to 10", "50 minutes", "45-minute"],
)
def test_a_session_time_is_found(text: str) -> None:
    assert TIME in find_excluded_matter(text)


@pytest.mark.parametrize(
    "text",
    ["", "I felt pushed away.", "2 of 3 sisters", "On 12/11/2026 we began", "1.2.2026", "2026-12-01",
     "She is 14 and angry", "T. said nothing for two weeks", "the second of twenty", "room 12.", "I can’t 5",
     "he points out three things"],
)  # fmt: skip
def test_ordinary_words_bring_no_reminder(text: str) -> None:
    assert find_excluded_matter(text) == frozenset() and build_reminder(text) == ""


def test_the_reminder_is_one_line_and_says_which() -> None:
    both = build_reminder("scored 14 at 14:05")
    assert both.startswith("This reads like a result and the time of a session") and "\n" not in both
    assert "result" not in build_reminder("at 14:05") and "time" not in build_reminder("scored 14")


def test_a_page_of_digits_is_read_at_once() -> None:
    """A pattern that goes back and forth would take minutes for it."""
    assert find_excluded_matter("1 of " * 4000) == frozenset()
    assert find_excluded_matter("scored " * 3000 + "14") == {RESULT}
