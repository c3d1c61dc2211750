"""Overlap of two phases of a course, shown to the clinician on request; it says nothing about causes.

Tau-U is not offered: it is not bounded by −1 and 1, is inflated, and corrects a trend poorly (Tarlow 2017).
"""

from collections.abc import Sequence

from msgspec import Struct

MIN_POINTS_PER_PHASE = 5
OVERLAP_CAUTION = (
    "How far the baseline and what came after overlap. It says nothing about the cause. It ignores "
    "trends, and that each answer depends a little on the one before. After a bad week, numbers tend to "
    "move back by themselves; being asked again can change answers; and a better number may mean a "
    "client who says less."
)


class Overlap(Struct, frozen=True, kw_only=True):
    """Non-overlap of all pairs, 0 to 1, and Tau, −1 to 1; both are larger if later points are higher."""

    nap: float
    tau: float


def overlap(before: Sequence[float], after: Sequence[float]) -> Overlap | None:
    """Compare two phases; None if either has fewer than five points (What Works Clearinghouse)."""
    if min(len(before), len(after)) < MIN_POINTS_PER_PHASE:
        return None
    return Overlap(nap=nap(before, after), tau=tau(before, after))


def nap(before: Sequence[float], after: Sequence[float]) -> float:
    """The share of all pairs of an earlier and a later point in which the later is higher; ties count half.

    After Parker and Vannest 2009, not re-read; a test of SingleCaseES agrees.

    Returns:
        0 to 1.
    """
    return (tau(before, after) + 1) / 2


def tau(before: Sequence[float], after: Sequence[float]) -> float:
    """(pairs with a higher later point − pairs with a lower one) / all pairs, −1 to 1.

    After Parker, Vannest and Davis 2011.
    """
    signs = sum((later > earlier) - (later < earlier) for earlier in before for later in after)
    return signs / (len(before) * len(after))
