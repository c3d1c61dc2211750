"""Sentences about a part over time, depending on how many points there are (`docs/change.md`).

The clinician's sentences may contain numbers and counts. The client's sentences contain no digit, and only
those answer labels that the client chose.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.psychometrics.result_sentences import uncapitalise
from clinic_toolkit.psychometrics.score_change import count_outside_baseline, is_about_the_same
from clinic_toolkit.psychometrics.scoring import round_half_up

FIRST_ROUND = "A first picture."
TWO_POINTS = "Two points do not make a pattern."
TWO_TIMES = "Two times do not make a pattern."
NO_NUMBER = "No number yet. Each dot is one answer."
LAST_TWO_SAME = "The last two are about the same."
LAST_TWO_TIMES_SAME = "The last two times were about the same."


class ScoreBasis(Struct, frozen=True, kw_only=True):
    """The basis of a score: how many items it is the mean of, and the value of the highest option."""

    items: int
    highest: int


def describe_scores_over_time(numbers: Sequence[float], scale: ScoreBasis, *, baseline: int) -> str:
    """Describe the scores of one part for the clinician.

    Args:
        numbers: the scores of one version, oldest first.
        scale: the basis of these scores.
        baseline: how many of the first rounds are the baseline.
    """
    if not numbers:
        return NO_NUMBER
    if len(numbers) == 1:
        return FIRST_ROUND
    is_same = is_about_the_same(numbers[-2], numbers[-1], scale.items, scale.highest)
    sentences = [TWO_POINTS if len(numbers) == 2 else _describe_range(numbers)]
    return " ".join(
        [*sentences, *_describe_outside_baseline(numbers, baseline), *([LAST_TWO_SAME] if is_same else [])]
    )


def describe_answers_over_time(
    rounds: Sequence[Sequence[int]], labels: Mapping[int, str], *, same: bool
) -> str:
    """Describe the answers of one part for the client; empty if nothing was answered.

    Args:
        rounds: the values of each round of one version, oldest first; rounds without an answer are ignored.
        labels: the label of every option, by its value.
        same: whether the last two rounds are about the same (`score_change`).
    """
    answered_rounds = [values for values in rounds if values]
    if not answered_rounds:
        return ""
    if len(answered_rounds) == 1:
        return FIRST_ROUND
    sentence = TWO_TIMES
    if len(answered_rounds) > 2:
        low, high = (
            uncapitalise(labels[extreme(value for values in answered_rounds for value in values)])
            for extreme in (min, max)
        )
        sentence = f"So far always “{low}”." if low == high else f"So far between “{low}” and “{high}”."
    return f"{sentence} {LAST_TWO_TIMES_SAME}" if same else sentence


def _describe_range(numbers: Sequence[float]) -> str:
    low, high = round_half_up(min(numbers)), round_half_up(max(numbers))
    return f"So far always {low}." if low == high else f"So far between {low} and {high}."


def _describe_outside_baseline(numbers: Sequence[float], baseline: int) -> list[str]:
    outside = count_outside_baseline(numbers, baseline)
    if outside is None:
        return []
    if outside.count == 1:
        where = (
            "below every" if outside.below else "above every" if outside.above else "within the range of the"
        )
        return [f"The last one lies {where} baseline point{'' if outside.below or outside.above else 's'}."]
    counts = [(outside.below, "below"), (outside.above, "above")]
    parts = [
        f"{count} of the last {outside.count} {'lies' if count == 1 else 'lie'} {where}"
        for count, where in counts
        if count
    ]
    if not parts:
        return [f"None of the last {outside.count} is outside the baseline."]
    return [f"{' and '.join(parts)} every baseline point."]


def name_baseline(count: int) -> str:
    """The name of a baseline of `count` rounds, such as "the first three"."""
    return f"the first {number_in_words(count)}"
