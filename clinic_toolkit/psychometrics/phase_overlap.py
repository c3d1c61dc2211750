"""How far two stretches of time overlap: for the clinician, only on asking, and silent about causes.

Tau-U is not offered: it is not held between −1 and 1, runs high and corrects a trend badly (Tarlow 2017).
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
    """Non-overlap of all pairs, 0 to 1, and Tau, −1 to 1; both count "higher later" as plus."""

    nap: float
    tau: float


def overlap(before: Sequence[float], after: Sequence[float]) -> Overlap | None:
    """Compare two phases; None unless each has five points or more (What Works Clearinghouse)."""
    if min(len(before), len(after)) < MIN_POINTS_PER_PHASE:
        return None
    return Overlap(nap=nap(before, after), tau=tau(before, after))


def nap(before: Sequence[float], after: Sequence[float]) -> float:
    """Of all pairs of an earlier and a later point, the share in which the later is higher; ties half.

    After Parker and Vannest 2009, not re-read; a test of SingleCaseES agrees.
    """
    return (tau(before, after) + 1) / 2


def tau(before: Sequence[float], after: Sequence[float]) -> float:
    """(pairs higher later − pairs lower later) / all pairs, after Parker, Vannest and Davis 2011."""
    signs = sum((later > earlier) - (later < earlier) for earlier in before for later in after)
    return signs / (len(before) * len(after))
