"""Scoring: from answers to scores, which are for the clinician alone.

A score is the mean of the answered difficulty items, rescaled to 0-100; it measures how often, not how bad.
Strength-worded items are listed separately and never reversed into a difficulty score: reversed items turn
one factor into two and lower quality (van Sonderen et al. 2013; Ilhan et al. 2024), and three times "about
half the time" with one "never felt free" is not the same experience as "most of the time". A practice's own
questionnaire may nevertheless have reverse-keyed items, weights, groups, plain means and sums.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from math import floor

from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import facet_groups
from clinic_toolkit.instruments.closed_sets import InstrumentKind, ItemRole, ScoreKind
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.psychometrics.missing_rule import facet_has_number, sum_has_number, total_has_number

_TWO_PLACES = Decimal("0.01")


class AnswerDoesNotFit(ClinicError):
    """An answer belongs to no item, or its value to no option, of this version of the questionnaire."""

    def __init__(self, title: str) -> None:
        super().__init__(f"One answer is not from this version of “{title}”. Nothing was scored.")


class StrengthAnswer(Struct, frozen=True, kw_only=True):
    """A strength-worded item and its answer, as chosen; None if it was not answered."""

    item_id: str
    value: int | None


class FacetScore(Struct, frozen=True, kw_only=True):
    """One facet: the ids of its scored items in the order asked, their values, and its score.

    `values` are the answers as chosen, before reverse scoring, None if not answered. `score` is None if the
    missing rule gives none. `reverse_scored` are the ids of the reverse-scored items, `reported_separately`
    those that get a sentence of their own. With `words_only` there is never a score. A group has the items of
    every facet below it; `depth` counts the groups above a facet.
    """

    facet: str
    items: tuple[str, ...]
    values: tuple[int | None, ...]
    score: float | None
    reverse_scored: frozenset[str] = frozenset()
    reported_separately: frozenset[str] = frozenset()
    words_only: bool = False
    is_group: bool = False
    depth: int = 0

    @property
    def answered_values(self) -> tuple[int, ...]:
        """The values that were answered, in the order asked."""
        return tuple(value for value in self.values if value is not None)

    @property
    def answered(self) -> int:
        """How many of its items were answered."""
        return len(self.answered_values)

    @property
    def asked(self) -> int:
        """How many items it has."""
        return len(self.values)

    @property
    def directly_worded_values(self) -> tuple[int | None, ...]:
        """The values of the items that are neither reverse-scored nor reported separately."""
        pairs = zip(self.items, self.values, strict=True)
        excluded = self.reverse_scored | self.reported_separately
        return tuple(value for item, value in pairs if item not in excluded)

    @property
    def values_for_sentence(self) -> tuple[int, ...]:
        """The answered values among `directly_worded_values`."""
        return tuple(value for value in self.directly_worded_values if value is not None)


class InstrumentScore(Struct, frozen=True, kw_only=True):
    """The scores of one form; None where the missing rule gives none.

    `total_answered` and `total_asked` count the scored items; `answered` and `asked` count every item.
    """

    facets: tuple[FacetScore, ...]
    total: float | None
    total_answered: int
    total_asked: int
    strengths: tuple[StrengthAnswer, ...]
    answered: int
    asked: int
    score_kind: ScoreKind = ScoreKind.STRETCHED


def score_form(instrument: Instrument, answers: Mapping[str, int | None]) -> InstrumentScore:
    """Score one form; an item that is absent from `answers`, or None there, was not answered.

    A form of kind "difficulties" has a score for each facet and a total, from its difficulty items. A form of
    kind "strengths" has a total over all its items and no facet scores (its rule sets no facet minimum). A
    group is scored over all items below it, if each of its facets has enough answers. A check-in has no score
    at all, because its six questions are of five different kinds.

    Raises:
        AnswerDoesNotFit: an answer belongs to no item, or its value to no option.
    """
    _check_answers(instrument, answers)
    scored = [item for item in instrument.items if is_scored(instrument, item)]
    parents = facet_groups.parents_of(instrument)
    items_by_facet = {id: [item for item in scored if item.facet == id] for id in parents}
    items_below = {
        id: [item for item in scored if id in (item.facet, *facet_groups.groups_above(item.facet, parents))]
        for id in items_by_facet
    }
    answered_counts = {
        id: sum(answers.get(item.id) is not None for item in items) for id, items in items_by_facet.items()
    }
    has_enough = {id: facet_has_number(instrument.missing, count) for id, count in answered_counts.items()}
    facets = tuple(
        FacetScore(
            facet=facet.id,
            items=tuple(item.id for item in items_below[facet.id]),
            values=tuple(answers.get(item.id) for item in items_below[facet.id]),
            score=_score_items(instrument, items_below[facet.id], answers)
            if all(has_enough[item.facet] for item in items_below[facet.id])
            and items_below[facet.id]
            and not facet.words_only
            else None,
            reverse_scored=frozenset(item.id for item in items_below[facet.id] if item.reverse),
            reported_separately=frozenset(item.id for item in items_below[facet.id] if item.apart),
            words_only=facet.words_only,
            is_group=facet.id in parents.values(),
            depth=facet_groups.depth(facet.id, parents),
        )
        for facet in facet_groups.facets_in_order(instrument)
    )
    counts = [answered_counts[id] for id, items in items_by_facet.items() if items]
    has_total = total_has_number(instrument.missing, counts)
    return InstrumentScore(
        facets=facets,
        total=_score_items(instrument, scored, answers) if has_total else None,
        total_answered=sum(answered_counts.values()),
        total_asked=len(scored),
        strengths=tuple(
            StrengthAnswer(item_id=item.id, value=answers.get(item.id))
            for item in instrument.items
            if item.role == ItemRole.STRENGTH
        ),
        answered=sum(answers.get(item.id) is not None for item in instrument.items),
        asked=len(instrument.items),
        score_kind=instrument.score,
    )


def round_half_up(number: float) -> int:
    """Round to the nearest integer, for print; halves go up, so 62.5 is shown as 63."""
    # Not round(), which sends 62.5 to 62; not floor(number + 0.5), whose sum may itself be rounded up.
    integer = floor(number)
    return integer + (number - integer >= 0.5)


def format_score(score_kind: ScoreKind, score: float) -> int | str:
    """A score as it is printed.

    A stretched score (0 to 100) is an integer. A mean has two decimals. A sum has none, or two if weights
    left a fraction.
    """
    if score_kind == ScoreKind.STRETCHED:
        return round_half_up(score)
    rounded = Decimal(repr(score)).quantize(_TWO_PLACES, ROUND_HALF_UP)
    return int(rounded) if score_kind == ScoreKind.SUM and rounded == int(rounded) else str(rounded)


def highest_value(instrument: Instrument) -> int:
    """The value of the highest option."""
    return max(option.value for option in instrument.options)


def lowest_value(instrument: Instrument) -> int:
    """The value of the lowest option."""
    return min(option.value for option in instrument.options)


def keyed_value(instrument: Instrument, item: Item, value: int) -> int:
    """The value as it is scored: reversed on the scale if the item is reverse-keyed."""
    return lowest_value(instrument) + highest_value(instrument) - value if item.reverse else value


def scale_position(instrument: Instrument, item: Item, value: int) -> Fraction:
    """The position of an answer on the scale after reverse scoring, from 0 to 1."""
    low = lowest_value(instrument)
    return Fraction(keyed_value(instrument, item, value) - low, highest_value(instrument) - low)


def is_in_upper_half(instrument: Instrument, item: Item, value: int | None) -> bool:
    """Whether an answer is in the upper half of the scale after reverse scoring, the middle included."""
    return value is not None and 2 * scale_position(instrument, item, value) >= 1


def is_above_lowest(instrument: Instrument, item: Item, value: int | None) -> bool:
    """Whether an answer is above the lowest option after reverse scoring."""
    return value is not None and scale_position(instrument, item, value) > 0


def percent_of_maximum(
    instrument: Instrument, items: Iterable[Item], answers: Mapping[str, int | None]
) -> float | None:
    """The weighted mean of the answered items, rescaled to 0-100, whatever score the form itself uses.

    Returns:
        None if none of the items was answered.
    """
    answered = [(item, value) for item in items if (value := answers.get(item.id)) is not None]
    if not answered:
        return None
    low = lowest_value(instrument)
    weighted_sum = sum(
        (keyed_value(instrument, item, value) - low) * item_weight(item) for item, value in answered
    )
    max_sum = (highest_value(instrument) - low) * sum(item_weight(item) for item, _ in answered)
    return float(Fraction(100 * weighted_sum, max_sum))


def item_weight(item: Item) -> Fraction | int:
    """The exact weight of an item as written: 0.1 is one tenth, not the nearest binary fraction."""
    return _exact_weight(item.weight)


@cache
def _exact_weight(weight: float) -> Fraction | int:
    # Most weights are 1, and integers are added much faster than fractions.
    exact = Fraction(str(weight))
    return exact.numerator if exact.denominator == 1 else exact


def is_scored(instrument: Instrument, item: Item) -> bool:
    """Whether an item is scored: difficulty items are, strength items only on a form of kind "strengths".

    No item of a check-in is scored.
    """
    if instrument.kind == InstrumentKind.CHECK_IN:
        return False
    return item.role == ItemRole.DIFFICULTY or instrument.kind == InstrumentKind.STRENGTHS


def _score_items(
    instrument: Instrument, items: Sequence[Item], answers: Mapping[str, int | None]
) -> float | None:
    """The score of these items, without the minima of the missing rule, which the caller checks.

    All arithmetic is exact up to the final conversion to float, so that halves are rounded correctly.
    """
    if instrument.score == ScoreKind.STRETCHED:
        return percent_of_maximum(instrument, items, answers)
    answered = [(item, value) for item in items if (value := answers.get(item.id)) is not None]
    # A sum over fewer items is not comparable, so there is none unless the missing rule allows prorating.
    if not answered or (
        instrument.score == ScoreKind.SUM
        and not sum_has_number(instrument.missing, len(answered), len(items))
    ):
        return None
    weighted_sum = sum(keyed_value(instrument, item, value) * item_weight(item) for item, value in answered)
    mean = Fraction(weighted_sum, sum(item_weight(item) for item, _ in answered))
    return float(mean * sum(map(item_weight, items)) if instrument.score == ScoreKind.SUM else mean)


def _check_answers(instrument: Instrument, answers: Mapping[str, int | None]) -> None:
    item_ids = {item.id for item in instrument.items}
    option_values = {option.value for option in instrument.options}
    for item_id, value in answers.items():
        if item_id not in item_ids or (value is not None and value not in option_values):
            raise AnswerDoesNotFit(instrument.title)
