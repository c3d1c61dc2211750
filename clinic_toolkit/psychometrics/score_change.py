"""One person over time: what may be said of a difference, without borrowing a number from anybody.

Works from the first day (clinical specification 3.7). Nothing here tests anything: the display rule only
decides which words a page uses, and the ranges only repeat what was answered so far. Whether a change is
larger than the noise of the form is asked in `reliable`, which refuses until local data answer it.
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
# Three standard deviations from moving ranges of two: 3 / 1.128, which tables round to 2.66.
_PER_MOVING_RANGE = 3 / 1.128
# Numbers are quotients of small whole numbers; two that differ at all differ by far more than this.
_TOLERANCE = 1e-9

# The numbers of one round by part ("" is the whole); None where there were too few answers for one.
RoundScores = Mapping[str, float | None]


class ScoreRange(Struct, frozen=True, kw_only=True):
    """A range of numbers, 0 to 100, and the middle it was made from, if it was."""

    low: float
    high: float
    middle: float | None = None


def largest_same_difference(items: int, highest: int = 4) -> float:
    """The largest difference that is "about the same": two answers, one step each (3.7, a convention).

    Args:
        items: how many items the number is the mean of: 9 gives 5.56 points, 3 gives 16.67, 8 gives 6.25.
        highest: the value of the highest answer.
    """
    return STEPS_WITHIN_SAME * 100 / (items * highest)


def is_about_the_same(first: float, second: float, items: int, highest: int = 4) -> bool:
    """Whether two numbers of the same version are called "about the same"."""
    return abs(second - first) <= largest_same_difference(items, highest) + _TOLERANCE


def baseline_range(numbers: Sequence[float], baseline_rounds: int = MIN_BASELINE_ROUNDS) -> ScoreRange | None:
    """The range of the first points, as declared; None with fewer than five points or a baseline too short.

    Args:
        numbers: in the order of time, all of one version.
        baseline_rounds: how many of the first points are the baseline, three or more.
    """
    if len(numbers) < MIN_POINTS_FOR_BASELINE or not MIN_BASELINE_ROUNDS <= baseline_rounds <= len(numbers):
        return None
    first = numbers[:baseline_rounds]
    return ScoreRange(low=min(first), high=max(first))


class OutsideBaseline(Struct, frozen=True, kw_only=True):
    """Of the last few points after the baseline, how many lie below all of it, and how many above."""

    count: int
    below: int
    above: int


def count_outside_baseline(
    numbers: Sequence[float], baseline_rounds: int = MIN_BASELINE_ROUNDS
) -> OutsideBaseline | None:
    """Count the last points (five at most) outside the baseline. A count; it has no p value."""
    base = baseline_range(numbers, baseline_rounds)
    last = numbers[baseline_rounds:][-RECENT_ROUNDS:]
    if base is None or not last:
        return None
    return OutsideBaseline(
        count=len(last),
        below=sum(number < base.low for number in last),
        above=sum(number > base.high for number in last),
    )


def usual_range(numbers: Sequence[float]) -> ScoreRange | None:
    """The limits of an individuals chart, mean ± 2.66 × mean moving range; None with fewer than 8 points.

    A rough guide to what has been usual so far, after Wheeler and the NIST handbook, neither of which was
    opened: an example ascribed to the handbook is worked out among the tests. May reach beyond 0 and 100; a
    page shows the part that is possible.
    """
    if len(numbers) < MIN_POINTS_FOR_LIMITS:
        return None
    middle = fmean(numbers)
    reach = _PER_MOVING_RANGE * fmean(abs(later - earlier) for earlier, later in pairwise(numbers))
    return ScoreRange(low=middle - reach, high=middle + reach, middle=middle)


def count_unchanged_rounds(rounds: Sequence[RoundScores], items: Mapping[str, int], highest: int = 4) -> int:
    """How many rounds at the end are about the same as the one before them, and as each other.

    The round that they are compared with is none of them, so four alike are three unchanged rounds. A
    round without a number for the whole is not known to be unchanged. A slow drift is a change: each is
    compared with every one of the run, not only with its neighbour.

    Args:
        rounds: in the order of time, all of one version.
        items: how many items each number is the mean of, by part; "" is the whole.
    """
    count = 0
    for length in range(2, len(rounds) + 1):
        if not _are_about_the_same(rounds[-length:], items, highest):
            break
        count = length - 1
    return count


def _are_about_the_same(rounds: Sequence[RoundScores], items: Mapping[str, int], highest: int) -> bool:
    for part, many in items.items():
        known = [number for each in rounds if (number := each.get(part)) is not None]
        if part == "" and len(known) < len(rounds):
            return False
        if known and not is_about_the_same(min(known), max(known), many, highest):
            return False
    return True
