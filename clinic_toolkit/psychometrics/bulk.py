"""Many filled forms scored at once, by the same rules and to the same numbers as `scoring`.

Everything is added in whole numbers, column by column, and divided once at the end; so a number is exactly
the one that `scoring.score` gives for that form alone.
"""

from collections.abc import Sequence
from math import lcm

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from clinic_toolkit.instruments import groups
from clinic_toolkit.instruments.model import Instrument, Item, MissingRule
from clinic_toolkit.psychometrics.scoring import (
    AnswerDoesNotFit,
    highest,
    is_scored,
    lowest,
    weight,
)

# What stands in the bytes of a record where no answer was chosen.
NO_ANSWER = 255
# So many forms at a time stay in the cache of the processor.
_AT_ONCE = 1 << 16

Whole = NDArray[np.int64]
Numbers = NDArray[np.float64]


class BulkScores(Struct, frozen=True, kw_only=True):
    """Of each form its numbers, NaN where the missing rule gives none; `answered` counts every item."""

    facets: dict[str, Numbers]
    total: Numbers
    answered: Whole


class _Sums(Struct, frozen=True):
    """Of the items of a part: how many were answered, their weights, and their weighted answers."""

    count: Whole
    weights: Whole
    points: Whole


def score_many(instrument: Instrument, values: NDArray[np.uint8]) -> BulkScores:
    """Score many forms of one version.

    Args:
        values: one row for each form and one column for each item, in the order of the form, as they lie
            in the record: the value of the option, or 255 where none was chosen.

    Raises:
        AnswerDoesNotFit: a value is no option of this questionnaire, or the columns are not its items.
    """
    if values.ndim != 2 or values.shape[1] != len(instrument.items):
        raise AnswerDoesNotFit(instrument.title)
    forms = len(values)
    facets = {facet.id: np.empty(forms) for facet in groups.in_order(instrument)}
    total, answered = np.empty(forms), np.empty(forms, np.int64)
    if instrument.missing is None:
        nothing = np.full(forms, np.nan)
        counted: Whole = (values != NO_ANSWER).sum(axis=1)
        return BulkScores(facets=dict.fromkeys(facets, nothing), total=nothing, answered=counted)
    scorer = _Scorer(instrument, instrument.missing)
    for at in range(0, forms, _AT_ONCE):
        chunk = slice(at, at + _AT_ONCE)
        answered[chunk], by_facet, total[chunk] = scorer.score(values[chunk])
        for id, numbers in by_facet.items():
            facets[id][chunk] = numbers
    return BulkScores(facets=facets, total=total, answered=answered)


class _Scorer:
    """What is worked out once for all forms of a version."""

    def __init__(self, instrument: Instrument, rule: MissingRule) -> None:
        self.instrument, self.rule = instrument, rule
        self.items = instrument.items
        self.scored = [place for place, item in enumerate(self.items) if is_scored(instrument, item)]
        self.parents = groups.parents_of(instrument)
        self.low, self.high = lowest(instrument), highest(instrument)
        self.options = np.zeros(256, np.bool_)
        self.options[[*(option.value for option in instrument.options), NO_ANSWER]] = True
        # Weights as whole numbers: 0.5 and 2 are counted as 1 and 4.
        self.scale = lcm(*(weight(self.items[place]).denominator for place in self.scored), 1)

    def score(self, values: NDArray[np.uint8]) -> tuple[Whole, dict[str, Numbers], Numbers]:
        """Of these forms: how many items were answered, the numbers of the facets, the total."""
        if not self.options[values].all():
            raise AnswerDoesNotFit(self.instrument.title)
        columns = np.ascontiguousarray(values.T)
        given = columns != NO_ANSWER
        own = {
            id: self._added([place for place in self.scored if self.items[place].facet == id], columns, given)
            for id in self.parents
        }
        minimum = self.rule.facet_minimum
        numbers = {}
        for facet in groups.in_order(self.instrument):
            id = facet.id
            parts = [
                part for part in own if id in (part, *groups.above(part, self.parents)) and self._in(part)
            ]
            if minimum is None or not parts or facet.words_only:
                numbers[id] = np.full(len(values), np.nan)
                continue
            enough = np.ones(len(values), np.bool_)
            for part in parts:
                enough &= own[part].count >= minimum
            numbers[id] = self._numbers(_together([own[part] for part in parts]), parts, enough)
        answered: Whole = given.sum(axis=0)
        return answered, numbers, self._total(own)

    def _total(self, own: dict[str, _Sums]) -> Numbers:
        rule, parts = self.rule, [part for part in own if self._in(part)]
        whole = _together([own[part] for part in parts])
        enough = whole.count >= rule.total_minimum
        if rule.total_minimum_per_facet is not None:
            for part in parts:
                enough &= own[part].count >= rule.total_minimum_per_facet
        return self._numbers(whole, parts, enough)

    def _in(self, part: str) -> list[Item]:
        return [self.items[place] for place in self.scored if self.items[place].facet == part]

    def _added(self, places: Sequence[int], columns: NDArray[np.uint8], given: NDArray[np.bool_]) -> _Sums:
        count, weights, points = (np.zeros(columns.shape[1], np.int64) for _ in range(3))
        for place in places:
            item = self.items[place]
            counts = int(weight(item) * self.scale)
            value = (
                (self.low + self.high - columns[place].astype(np.int64)) if item.reverse else columns[place]
            )
            count += given[place]
            weights += counts * given[place]
            points += np.where(given[place], counts * value, 0)
        return _Sums(count, weights, points)

    def _numbers(self, sums: _Sums, parts: Sequence[str], enough: NDArray[np.bool_]) -> Numbers:
        """Divide once. Whole numbers on both sides: the nearest float to the exact result."""
        asked = [item for part in parts for item in self._in(part)]
        enough = enough & (sums.count > 0)
        over, under = sums.points, sums.weights
        if self.instrument.score == "stretched":
            over, under = 100 * (sums.points - self.low * sums.weights), sums.weights * (self.high - self.low)
        elif self.instrument.score == "sum":
            over, under = sums.points * int(sum(map(weight, asked)) * self.scale), sums.weights * self.scale
            if not self.rule.prorate:
                enough &= sums.count == len(asked)
        found = np.full(len(enough), np.nan)
        np.divide(over, under, out=found, where=enough)
        return found


def _together(parts: Sequence[_Sums]) -> _Sums:
    first, *rest = parts
    count, weights, points = first.count.copy(), first.weights.copy(), first.points.copy()
    for each in rest:
        count += each.count
        weights += each.weights
        points += each.points
    return _Sums(count, weights, points)
