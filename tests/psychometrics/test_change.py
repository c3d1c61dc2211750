"""Change over time, against its sources; the lock on reliable change; and what holds for any numbers."""

import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.psychometrics import course_sentences, phase_overlap, reliable_change, score_change
from clinic_toolkit.psychometrics.reliable_change import (
    ComparisonKey,
    LocalData,
    ReliableChangeLocked,
    compute_reliable_change,
)
from tests.fixtures.replaced import replace

from . import invented_forms
from .test_cases import read

CASES = read("change.toml")
LABELS = dict(enumerate(invented_forms.LABELS))
FORM = ComparisonKey(instrument="giving", version="2", language="en", frame="parent")
LOCAL = LocalData(key=FORM, people=100, alpha=0.80, feldt_lower=0.70, sd=7.5, on=date(2026, 11, 22))


def by(rule: str) -> pytest.MarkDecorator:
    """The cases of one rule, as parameters."""
    found = [case for case in CASES if case["rule"] == rule]
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


def test_every_case_names_its_source_and_is_run() -> None:
    assert all(case["source"] for case in CASES)
    run = {"reliable change", "reliable trend", "overlap", "usual range", "about the same", "words"}
    assert {case["rule"] for case in CASES} == run


@by("reliable change")
def test_reliable_change(case: dict[str, Any]) -> None:
    sd, r = case["sd"], case["r"]
    found = [reliable_change.sem(sd, r), reliable_change.standard_error_of_difference(sd, r)]
    found.append(reliable_change.reliable_change_index(case["first"], case["second"], sd=sd, reliability=r))
    assert [round(each, 4) for each in found] == [case["sem"], case["sdiff"], case["rc"]]


@by("reliable trend")
def test_reliable_trend(case: dict[str, Any]) -> None:
    found = reliable_change.reliable_trend(case["numbers"], case["noise"])
    for name in ("slope", "error", "rti", "low", "high"):
        assert round(getattr(found, name), 4) == case[name], name
    ends = (case["numbers"][-1] - case["numbers"][0]) / (case["noise"] * 2**0.5)
    assert round(ends, 4) == case["ends"]


def test_a_trend_needs_two_times() -> None:
    for numbers, times in (([50], None), ([50, 60], [1.0, 1.0]), ([50, 60], [1.0])):
        with pytest.raises(ValueError):
            reliable_change.reliable_trend(numbers, 1.0, times)


@by("overlap")
def test_overlap(case: dict[str, Any]) -> None:
    assert round(phase_overlap.nap(case["before"], case["after"]), 4) == case["nap"]
    assert round(phase_overlap.tau(case["before"], case["after"]), 4) == case["tau"]
    enough = min(len(case["before"]), len(case["after"])) >= 5
    assert (phase_overlap.overlap(case["before"], case["after"]) is not None) == enough


@by("usual range")
def test_usual_range(case: dict[str, Any]) -> None:
    found = score_change.usual_range(case["numbers"])
    assert found is not None and found.middle is not None
    assert [round(each, 4) for each in (found.middle, found.low, found.high)] == [
        case["middle"],
        case["low"],
        case["high"],
    ]
    assert score_change.usual_range(case["numbers"][:7]) is None
    assert score_change.usual_range(case["numbers"][:8]) is not None


@by("about the same")
def test_about_the_same(case: dict[str, Any]) -> None:
    assert round(score_change.largest_same_difference(case["items"]), 4) == case["limit"]
    for first, second in case["same"]:
        assert score_change.is_about_the_same(first, second, case["items"]), (first, second)
    for first, second in case["other"]:
        assert not score_change.is_about_the_same(first, second, case["items"]), (first, second)


@by("words")
def test_words(case: dict[str, Any]) -> None:
    scale = course_sentences.ScoreBasis(items=3, highest=4)
    assert (
        course_sentences.describe_scores_over_time(case["numbers"], scale, baseline=case.get("baseline", 3))
        == case["says"]
    )


def test_without_a_number_the_words_say_so() -> None:
    assert (
        course_sentences.describe_scores_over_time(
            [], course_sentences.ScoreBasis(items=3, highest=4), baseline=3
        )
        == course_sentences.NO_NUMBER
    )


def test_the_baseline_is_three_or_more_and_needs_five_points() -> None:
    assert score_change.baseline_range([1, 2, 3, 4]) is None
    assert score_change.baseline_range([4, 1, 2, 9, 0]) == score_change.ScoreRange(low=1, high=4)
    assert score_change.baseline_range([4, 1, 2, 9, 0], 4) == score_change.ScoreRange(low=1, high=9)
    assert score_change.baseline_range([4, 1, 2, 9, 0], 2) is None
    assert score_change.baseline_range([4, 1, 2, 9, 0], 6) is None


def test_the_page_that_explains_it_says_what_the_rules_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "change.md").read_text(encoding="utf-8")
    for items in (9, 3, 8):
        assert f"{score_change.largest_same_difference(items):.2f}" in page
    scale = course_sentences.ScoreBasis(items=3, highest=4)
    for numbers in ([50.0], [25.0, 75.0], [41.7, 66.7, 50.0]):
        assert (
            course_sentences.describe_scores_over_time(numbers, scale, baseline=3).split(". ")[0].rstrip(".")
            in page
        )
    assert f"{reliable_change.MIN_PEOPLE} people" in page and "2.66" in page
    assert (
        f"{phase_overlap.MIN_POINTS_PER_PHASE} in the baseline and "
        f"{phase_overlap.MIN_POINTS_PER_PHASE} after it" in page
    )
    for points in (score_change.MIN_POINTS_FOR_BASELINE, score_change.MIN_POINTS_FOR_LIMITS):
        assert f"| {points} and more" in page


# The lock.


def test_reliable_change_is_locked_with_nothing_behind_it() -> None:
    with pytest.raises(ReliableChangeLocked, match="Nothing can be said") as refused:
        compute_reliable_change(32.5, 47.5, FORM)
    assert "Look at the answers" in refused.value.sentence


def test_ninety_nine_people_are_refused_and_a_hundred_are_enough() -> None:
    with pytest.raises(ReliableChangeLocked, match="99"):
        compute_reliable_change(32.5, 47.5, FORM, replace(LOCAL, people=99))
    found = compute_reliable_change(32.5, 47.5, FORM, LOCAL)
    assert round(found.index, 4) == 3.1623
    # All that must be printed beside it goes with it.
    assert (found.local.people, found.local.alpha, found.local.sd) == (100, 0.80, 7.5)
    assert found.local.key.version == "2"


@pytest.mark.parametrize("lower", [0.6999, 0.0, -1.0, float("nan")])
def test_a_low_limit_of_alpha_is_refused(lower: float) -> None:
    with pytest.raises(ReliableChangeLocked, match="fit together"):
        compute_reliable_change(32.5, 47.5, FORM, replace(LOCAL, feldt_lower=lower))


@pytest.mark.parametrize(
    "other", [{"instrument": "flows"}, {"version": "1"}, {"language": "de"}, {"frame": "friend"}]
)
def test_other_versions_languages_and_kinds_are_refused(other: dict[str, str]) -> None:
    with pytest.raises(ReliableChangeLocked, match="another version"):
        compute_reliable_change(32.5, 47.5, FORM, replace(LOCAL, key=replace(FORM, **other)))


# What holds for any answers.

steps = st.integers(0, 12)
facets = st.lists(steps.map(lambda total: 100 * total / 12), min_size=1, max_size=40)


@given(st.lists(st.integers(0, 4), min_size=9, max_size=9), st.data())
def test_two_answers_one_step_each_are_always_about_the_same(values: list[int], data: st.DataObject) -> None:
    moved = list(values)
    for _ in range(2):
        at = data.draw(st.integers(0, 8))
        moved[at] = min(4, max(0, moved[at] + data.draw(st.sampled_from((-1, 1)))))
    first, second = (100 * sum(each) / 36 for each in (values, moved))
    assert score_change.is_about_the_same(first, second, 9)


@given(st.integers(0, 33), st.integers(3, 33))
def test_three_steps_are_never_about_the_same(total: int, more: int) -> None:
    assert not score_change.is_about_the_same(100 * total / 36, 100 * (total + more) / 36, 9)


@given(facets)
def test_the_words_never_judge_and_never_grow_a_pattern_from_two(numbers: list[float]) -> None:
    said = course_sentences.describe_scores_over_time(
        numbers, course_sentences.ScoreBasis(items=3, highest=4), baseline=3
    )
    assert not re.search(
        r"better|worse|improve|deteriorat|significan|progress|\blow\b|\bhigh\b|↑|↓|!", said, re.IGNORECASE
    )
    assert ("pattern" in said) == (len(numbers) == 2)
    assert ("baseline" in said) <= (len(numbers) >= 5)
    assert ("between" in said or "always" in said) == (len(numbers) >= 3)


@given(st.lists(st.lists(st.integers(0, 4), max_size=3), max_size=12), st.booleans())
def test_the_clients_words_hold_no_digit_and_only_chosen_labels(rounds: list[list[int]], same: bool) -> None:
    said = course_sentences.describe_answers_over_time(rounds, LABELS, same=same)
    assert not re.search(r"\d", said)
    chosen = {LABELS[value].lower() for values in rounds for value in values}
    assert set(re.findall(r"“([^”]+)”", said)) <= chosen
    assert bool(said) == any(rounds)


@given(facets, facets)
def test_overlap_is_bounded_and_turns_round_with_the_phases(before: list[float], after: list[float]) -> None:
    assert 0 <= phase_overlap.nap(before, after) <= 1
    assert -1 <= phase_overlap.tau(before, after) <= 1
    assert phase_overlap.tau(before, after) == -phase_overlap.tau(after, before)


@given(facets)
def test_the_usual_range_holds_its_middle(numbers: list[float]) -> None:
    found = score_change.usual_range(numbers)
    assert (found is None) == (len(numbers) < 8)
    if found is not None and found.middle is not None:
        assert found.low <= found.middle <= found.high


# Unchanged rounds.

ITEMS = {"": 9, "A": 3}


def rounds(*numbers: tuple[float | None, float | None]) -> list[dict[str, float | None]]:
    return [{"": whole, "A": part} for whole, part in numbers]


@pytest.mark.parametrize(
    ("given_", "unchanged"),
    [
        (rounds(), 0),
        (rounds((50, 50)), 0),
        (rounds((50, 50), (50, 50)), 1),
        (rounds((50, 50), (50, 50), (52, 50)), 2),
        (rounds((50, 50), (50, 50), (52, 50), (55, 50)), 3),
        (rounds((10, 50), (50, 50), (50, 50), (52, 50), (55, 50)), 3),
        # A drift: each is like its neighbour, and the last is not like the first.
        (rounds((50, 50), (54, 50), (58, 50), (62, 50)), 1),
        # A part that moved is a change, although the whole stands still.
        (rounds((50, 0), (50, 50), (50, 0), (50, 50)), 0),
        # A part without a number says nothing; a whole without one breaks the run.
        (rounds((50, None), (50, 50), (50, None), (50, 50)), 3),
        (rounds((50, 50), (None, 50), (50, 50), (50, 50)), 1),
    ],
)
def test_unchanged_rounds(given_: list[dict[str, float | None]], unchanged: int) -> None:
    assert score_change.count_unchanged_rounds(given_, ITEMS) == unchanged


def test_the_order_of_a_part_that_swings_is_never_unchanged() -> None:
    chance = random.Random(7)
    for _ in range(200):
        numbers = [(50.0, chance.choice((0.0, 100.0))) for _ in range(6)]
        found = score_change.count_unchanged_rounds(rounds(*numbers), ITEMS)
        last = [part for _, part in numbers][-found - 1 :]
        assert len(set(last)) == 1
