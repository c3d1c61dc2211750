"""Reliable change: whether a difference exceeds the measurement error; refused without local data.

The formulas are exact, but their inputs are unknown. Reliability and standard deviation hold for one version
of a form, one language and one kind of relationship; values borrowed from other items would be baseless.
Therefore `compute_reliable_change` is locked (`docs/change.md`), and no page unlocks it.
"""

from collections.abc import Sequence
from datetime import date
from math import sqrt

from msgspec import Struct

from clinic_toolkit.errors import ClinicError

MIN_PEOPLE = 100
MIN_FELDT_LOWER = 0.70
_Z_95 = 1.96


class ReliableChangeLocked(ClinicError):
    """There are not enough local data for a statement about reliable change."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Nothing can be said here about reliable change: {why}. Look at the answers themselves instead."
        )


class ComparisonKey(Struct, frozen=True, kw_only=True):
    """What must be the same for a comparison: the version, its language and the kind of relationship."""

    instrument: str
    version: str
    language: str
    frame: str


class LocalData(Struct, frozen=True, kw_only=True):
    """Statistics of this practice's own clients, each counted once, by their first form.

    `alpha` is the reliability, `feldt_lower` its lower 95 % limit after Feldt, and `sd` the standard
    deviation in points of the scale.
    """

    key: ComparisonKey
    people: int
    alpha: float
    feldt_lower: float
    sd: float
    on: date


class ReliableChange(Struct, frozen=True, kw_only=True):
    """The change in units of its standard error, with the local data it rests on, to print beside it."""

    index: float
    local: LocalData


class Trend(Struct, frozen=True, kw_only=True):
    """A straight line through all points: its slope per unit of time, and the error of the slope.

    The error counts the measurement error of the form alone. `rti` is slope / error; `low` and `high` are the
    95 % limits of the slope.
    """

    slope: float
    error: float
    rti: float
    low: float
    high: float


def compute_reliable_change(
    first: float, second: float, key: ComparisonKey, local: LocalData | None = None
) -> ReliableChange:
    """The reliable change index of Jacobson and Truax, from sufficient local data.

    Args:
        first: the earlier score.
        second: the later score.
        key: the version, language and kind of relationship that both scores have.
        local: the local data, if there are any.

    Raises:
        ReliableChangeLocked: there are no local data, they have another key or come from fewer than 100
            people, the lower limit of alpha is below .70, or alpha or the standard deviation is impossible.
    """
    if local is None:
        raise ReliableChangeLocked("no answers have been collected for it yet")
    if local.key != key:
        raise ReliableChangeLocked(
            "the answers collected are from another version, language or kind of relationship"
        )
    if local.people < MIN_PEOPLE:
        raise ReliableChangeLocked(
            f"{local.people} people were asked here, and at least {MIN_PEOPLE} are needed"
        )
    # The comparisons are negated as a whole so that NaN is refused as well.
    if not (local.feldt_lower >= MIN_FELDT_LOWER and local.alpha <= 1 and local.sd > 0):
        raise ReliableChangeLocked("the answers do not fit together well enough")
    return ReliableChange(
        index=reliable_change_index(first, second, sd=local.sd, reliability=local.alpha), local=local
    )


def sem(sd: float, reliability: float) -> float:
    """The standard error of measurement, SD × √(1 − r), in points of the scale."""
    return sd * sqrt(1 - reliability)


def standard_error_of_difference(sd: float, reliability: float) -> float:
    """The standard error of the difference of two scores, SEM × √2, in points of the scale."""
    return sem(sd, reliability) * sqrt(2)


def reliable_change_index(first: float, second: float, *, sd: float, reliability: float) -> float:
    """(second − first) / Sdiff. Pages use `compute_reliable_change`, which refuses insufficient data."""
    return (second - first) / standard_error_of_difference(sd, reliability)


def reliable_trend(
    numbers: Sequence[float], standard_error: float, times: Sequence[float] | None = None
) -> Trend:
    """The reliable trend index: the slope over its error, SEM / √Σ(t − t̄)².

    Args:
        standard_error: the standard error of measurement, in points.
        times: when each was measured, in any unit; by default 1, 2, 3 …

    Raises:
        ValueError: fewer than two different times, or not one time for each number.
    """
    time_points = list(times) if times is not None else [float(step) for step in range(1, len(numbers) + 1)]
    if len(set(time_points)) < 2 or len(time_points) != len(numbers):
        raise ValueError("a trend needs a time for each number, and two different ones")
    mean_time, mean_number = sum(time_points) / len(time_points), sum(numbers) / len(numbers)
    time_variation = sum((t - mean_time) ** 2 for t in time_points)
    products = ((t - mean_time) * (x - mean_number) for t, x in zip(time_points, numbers, strict=True))
    slope, error = sum(products) / time_variation, standard_error / sqrt(time_variation)
    return Trend(
        slope=slope,
        error=error,
        rti=slope / error,
        low=slope - _Z_95 * error,
        high=slope + _Z_95 * error,
    )
