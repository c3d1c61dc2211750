"""When there are enough answers for a number.

Half-filled forms must not look like calm ones: an empty form has no score, it does not have the score 0.
The rule is strict because prorating can be biased when items differ in difficulty, and skipped items are
seldom skipped at random (Mazza et al. 2015).
"""

from collections.abc import Sequence

from clinic_toolkit.instruments.model import MissingRule


def facet_has_number(rule: MissingRule | None, answered: int) -> bool:
    """Say whether a facet with so many answers gets a number; never, if there is no rule or no minimum."""
    return rule is not None and rule.facet_minimum is not None and answered >= rule.facet_minimum


def total_has_number(rule: MissingRule | None, answered_per_facet: Sequence[int]) -> bool:
    """Say whether the whole gets a number: enough in all, and in every facet; never without a rule."""
    if rule is None or sum(answered_per_facet) < rule.total_minimum:
        return False
    floor = rule.total_minimum_per_facet
    return floor is None or all(answered >= floor for answered in answered_per_facet)


def sum_has_number(rule: MissingRule | None, answered: int, asked: int) -> bool:
    """Say whether a sum may be given: of all its items, or of fewer where the rule says to prorate.

    Prorating puts the mean of the answered items in the place of the others; the minima hold as well.
    """
    return answered == asked or (rule is not None and rule.prorate)
