"""Scores many forms at once, with exactly the results of `scoring.score_form` for each form.

All sums are in integers, column by column, with one division at the end, so that no rounding differs.
"""

from collections.abc import Sequence
from math import lcm

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from clinic_toolkit.instruments import facet_groups
from clinic_toolkit.instruments.closed_sets import ScoreKind
from clinic_toolkit.instruments.model import Instrument, Item, MissingRule
from clinic_toolkit.psychometrics.scoring import (
    AnswerDoesNotFit,
    highest_value,
    is_scored,
    item_weight,
    lowest_value,
)

# The byte that means "no answer chosen" in a record.
NO_ANSWER = 255
# Chunks of this many forms fit into the processor's cache.
_CHUNK_SIZE = 1 << 16

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class BulkScores(Struct, frozen=True, kw_only=True):
    """The scores of n forms, each array of shape (n,); NaN where the missing rule gives no score.

    `facets` is by facet id. `answered` counts the answered items of every role.
    """

    facets: dict[str, FloatArray]
    total: FloatArray
    answered: IntArray


class _Sums(Struct, frozen=True):
    """For each form, over the items of one part: answered items, sum of weights, weighted sum of values."""

    count: IntArray
    weights: IntArray
    points: IntArray


def score_many(instrument: Instrument, values: NDArray[np.uint8]) -> BulkScores:
    """Score many forms of one version.

    Args:
        values: shape (forms, items), items in the order of the form, as stored in the record: the value of
            the option, or 255 where none was chosen.

    Raises:
        AnswerDoesNotFit: a value is no option of this questionnaire, or the number of columns is wrong.
    """
    if values.ndim != 2 or values.shape[1] != len(instrument.items):
        raise AnswerDoesNotFit(instrument.title)
    form_count = len(values)
    facets = {facet.id: np.empty(form_count) for facet in facet_groups.facets_in_order(instrument)}
    total, answered = np.empty(form_count), np.empty(form_count, np.int64)
    if instrument.missing is None:
        no_scores = np.full(form_count, np.nan)
        answered_counts: IntArray = (values != NO_ANSWER).sum(axis=1)
        return BulkScores(facets=dict.fromkeys(facets, no_scores), total=no_scores, answered=answered_counts)
    scorer = _BulkScorer(instrument, instrument.missing)
    for start in range(0, form_count, _CHUNK_SIZE):
        chunk = slice(start, start + _CHUNK_SIZE)
        answered[chunk], facet_scores, total[chunk] = scorer.score(values[chunk])
        for id, scores in facet_scores.items():
            facets[id][chunk] = scores
    return BulkScores(facets=facets, total=total, answered=answered)


class _BulkScorer:
    """Scores forms of one version; what depends on the version alone is computed once."""

    def __init__(self, instrument: Instrument, rule: MissingRule) -> None:
        self.instrument, self.rule = instrument, rule
        self.items = instrument.items
        self.scored = [index for index, item in enumerate(self.items) if is_scored(instrument, item)]
        self.parents = facet_groups.parents_of(instrument)
        self.low, self.high = lowest_value(instrument), highest_value(instrument)
        self.options = np.zeros(256, np.bool_)
        self.options[[*(option.value for option in instrument.options), NO_ANSWER]] = True
        # Scale all weights to integers: 0.5 and 2 become 1 and 4.
        self.scale = lcm(*(item_weight(self.items[index]).denominator for index in self.scored), 1)

    def score(self, values: NDArray[np.uint8]) -> tuple[IntArray, dict[str, FloatArray], FloatArray]:
        """Score some forms.

        Returns:
            The number of answered items, the score of each facet by its id, and the total.
        """
        if not self.options[values].all():
            raise AnswerDoesNotFit(self.instrument.title)
        columns = np.ascontiguousarray(values.T)
        is_answered = columns != NO_ANSWER
        facet_sums = {
            id: self._sum_items(
                [index for index in self.scored if self.items[index].facet == id], columns, is_answered
            )
            for id in self.parents
        }
        minimum = self.rule.facet_minimum
        scores = {}
        for facet in facet_groups.facets_in_order(self.instrument):
            id = facet.id
            parts = [
                part
                for part in facet_sums
                if id in (part, *facet_groups.groups_above(part, self.parents))
                and self._scored_items_of(part)
            ]
            if minimum is None or not parts or facet.words_only:
                scores[id] = np.full(len(values), np.nan)
                continue
            enough = np.ones(len(values), np.bool_)
            for part in parts:
                enough &= facet_sums[part].count >= minimum
            scores[id] = self._scores(_add_sums([facet_sums[part] for part in parts]), parts, enough)
        answered: IntArray = is_answered.sum(axis=0)
        return answered, scores, self._total_scores(facet_sums)

    def _total_scores(self, facet_sums: dict[str, _Sums]) -> FloatArray:
        rule, parts = self.rule, [part for part in facet_sums if self._scored_items_of(part)]
        total_sums = _add_sums([facet_sums[part] for part in parts])
        enough = total_sums.count >= rule.total_minimum
        if rule.total_minimum_per_facet is not None:
            for part in parts:
                enough &= facet_sums[part].count >= rule.total_minimum_per_facet
        return self._scores(total_sums, parts, enough)

    def _scored_items_of(self, part: str) -> list[Item]:
        return [self.items[index] for index in self.scored if self.items[index].facet == part]

    def _sum_items(
        self, item_indices: Sequence[int], columns: NDArray[np.uint8], is_answered: NDArray[np.bool_]
    ) -> _Sums:
        count, weights, points = (np.zeros(columns.shape[1], np.int64) for _ in range(3))
        for index in item_indices:
            item = self.items[index]
            weight = int(item_weight(item) * self.scale)
            value = (
                (self.low + self.high - columns[index].astype(np.int64)) if item.reverse else columns[index]
            )
            count += is_answered[index]
            weights += weight * is_answered[index]
            points += np.where(is_answered[index], weight * value, 0)
        return _Sums(count, weights, points)

    def _scores(self, sums: _Sums, parts: Sequence[str], enough: NDArray[np.bool_]) -> FloatArray:
        """Divide integer by integer, once, which gives the nearest float to the exact result."""
        items = [item for part in parts for item in self._scored_items_of(part)]
        enough = enough & (sums.count > 0)
        numerators, denominators = sums.points, sums.weights
        if self.instrument.score == ScoreKind.STRETCHED:
            numerators, denominators = (
                100 * (sums.points - self.low * sums.weights),
                sums.weights * (self.high - self.low),
            )
        elif self.instrument.score == ScoreKind.SUM:
            numerators, denominators = (
                sums.points * int(sum(map(item_weight, items)) * self.scale),
                sums.weights * self.scale,
            )
            if not self.rule.prorate:
                enough &= sums.count == len(items)
        scores = np.full(len(enough), np.nan)
        np.divide(numerators, denominators, out=scores, where=enough)
        return scores


def _add_sums(parts: Sequence[_Sums]) -> _Sums:
    first, *others = parts
    count, weights, points = first.count.copy(), first.weights.copy(), first.points.copy()
    for other in others:
        count += other.count
        weights += other.weights
        points += other.points
    return _Sums(count, weights, points)
