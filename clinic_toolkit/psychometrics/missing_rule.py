"""The missing rule: whether there are enough answers for a score.

A half-filled form must not look like one without difficulties: an empty form has no score, not the score 0.
The rule is strict because prorating can be biased when items differ in difficulty, and skipped items are
seldom skipped at random (Mazza et al. 2015).
"""

from collections.abc import Sequence

from clinic_toolkit.instruments.model import MissingRule


def facet_has_number(rule: MissingRule | None, answered: int) -> bool:
    """Whether a facet with so many answers gets a score; never without a rule or a facet minimum."""
    return rule is not None and rule.facet_minimum is not None and answered >= rule.facet_minimum


def total_has_number(rule: MissingRule | None, answered_per_facet: Sequence[int]) -> bool:
    """Whether the whole gets a score: enough answers in all and in every facet; never without a rule."""
    if rule is None or sum(answered_per_facet) < rule.total_minimum:
        return False
    minimum = rule.total_minimum_per_facet
    return minimum is None or all(answered >= minimum for answered in answered_per_facet)


def sum_has_number(rule: MissingRule | None, answered: int, item_count: int) -> bool:
    """Whether a sum gets a score: all items were answered, or the rule allows prorating.

    Prorating replaces each missing item by the mean of the answered ones; the minima apply as well.
    """
    return answered == item_count or (rule is not None and rule.prorate)
