"""Score changes of one person over time, described without norms or data of other people.

It works from the first round on (`docs/change.md`). Nothing here is a statistical test: the display
rule only decides which words a page uses, and the ranges only summarise the answers so far. Whether a change
exceeds the measurement error is decided in `reliable_change`, which refuses without local data.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from msgspec import Struct

ABOUT_THE_SAME_RULE = (
    "“About the same” means that the answers moved by no more than two steps in all, such as two answers "
    "by one step each. It is a rule for the words on this page, not a test."
)
STEPS_WITHIN_SAME = 2
MIN_BASELINE_ROUNDS = 3
MIN_POINTS_FOR_BASELINE = 5
MIN_POINTS_FOR_LIMITS = 8
RECENT_ROUNDS = 5
# Three standard deviations, estimated from moving ranges of two points: 3 / 1.128, in tables 2.66.
_PER_MOVING_RANGE = 3 / 1.128
# Scores are quotients of small integers, so two different scores differ by far more than this.
_TOLERANCE = 1e-9

# The scores of one round, by facet id ("" is the whole); None where there were too few answers.
RoundScores = Mapping[str, float | None]


class ScoreRange(Struct, frozen=True, kw_only=True):
    """A range of scores, 0 to 100; `middle` is the mean of a usual range, None for a baseline."""

    low: float
    high: float
    middle: float | None = None


def largest_same_difference(items: int, highest: int = 4) -> float:
    """The largest difference called "about the same": that of two answers changed by one step each.

    This is a convention, not a statistical test (`docs/change.md`).

    Args:
        items: how many items the score is the mean of: 9 gives 5.56 points, 3 gives 16.67, 8 gives 6.25.
        highest: the value of the highest option.

    Returns:
        Points of the scale from 0 to 100.
    """
    return STEPS_WITHIN_SAME * 100 / (items * highest)


def is_about_the_same(first: float, second: float, items: int, highest: int = 4) -> bool:
    """Whether two scores of the same version are called "about the same"."""
    return abs(second - first) <= largest_same_difference(items, highest) + _TOLERANCE


def baseline_range(numbers: Sequence[float], baseline_rounds: int = MIN_BASELINE_ROUNDS) -> ScoreRange | None:
    """The range of the baseline points.

    Args:
        numbers: the scores of one version, oldest first.
        baseline_rounds: how many of the first points are the baseline, at least three.

    Returns:
        None with fewer than five points, or with a baseline of fewer than three or more than all points.
    """
    if len(numbers) < MIN_POINTS_FOR_BASELINE or not MIN_BASELINE_ROUNDS <= baseline_rounds <= len(numbers):
        return None
    baseline = numbers[:baseline_rounds]
    return ScoreRange(low=min(baseline), high=max(baseline))


class OutsideBaseline(Struct, frozen=True, kw_only=True):
    """How many of the last `count` points after the baseline lie below, and above, every baseline point."""

    count: int
    below: int
    above: int


def count_outside_baseline(
    numbers: Sequence[float], baseline_rounds: int = MIN_BASELINE_ROUNDS
) -> OutsideBaseline | None:
    """Count how many of the last points, at most five, lie outside the baseline; this is no test.

    Returns:
        None without a baseline range or without a point after it.
    """
    baseline = baseline_range(numbers, baseline_rounds)
    recent = numbers[baseline_rounds:][-RECENT_ROUNDS:]
    if baseline is None or not recent:
        return None
    return OutsideBaseline(
        count=len(recent),
        below=sum(number < baseline.low for number in recent),
        above=sum(number > baseline.high for number in recent),
    )


def usual_range(numbers: Sequence[float]) -> ScoreRange | None:
    """The limits of an individuals chart, mean ± 2.66 × mean moving range; None with fewer than 8 points.

    It is a rough guide to what has been usual so far, after Wheeler and the NIST handbook. Neither was
    consulted; the tests work out an example ascribed to the handbook. The limits may lie beyond 0 and 100;
    pages cut them off there.
    """
    if len(numbers) < MIN_POINTS_FOR_LIMITS:
        return None
    middle = fmean(numbers)
    margin = _PER_MOVING_RANGE * fmean(abs(later - earlier) for earlier, later in pairwise(numbers))
    return ScoreRange(low=middle - margin, high=middle + margin, middle=middle)


def count_unchanged_rounds(rounds: Sequence[RoundScores], items: Mapping[str, int], highest: int = 4) -> int:
    """Count the rounds at the end that are about the same as the round before them and as each other.

    The first round of the run is not counted: four rounds alike are three unchanged rounds. A round without a
    score for the whole ends the run. Every round is compared with all others of the run and not only with its
    neighbour, so that a slow drift counts as a change.

    Args:
        rounds: the scores of the rounds of one version, oldest first.
        items: how many items each score is the mean of, by facet id; "" is the whole.
        highest: the value of the highest option.
    """
    count = 0
    for length in range(2, len(rounds) + 1):
        if not _are_about_the_same(rounds[-length:], items, highest):
            break
        count = length - 1
    return count


def _are_about_the_same(rounds: Sequence[RoundScores], items: Mapping[str, int], highest: int) -> bool:
    for part, item_count in items.items():
        scores = [score for round_scores in rounds if (score := round_scores.get(part)) is not None]
        if part == "" and len(scores) < len(rounds):
            return False
        if scores and not is_about_the_same(min(scores), max(scores), item_count, highest):
            return False
    return True
