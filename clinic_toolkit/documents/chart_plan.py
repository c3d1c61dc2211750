"""The plan of a chart of answers over time, in relative coordinates, without drawing it.

The screen (`templates/macros/chart.html`) and paper (`documents/time_chart.py`) draw the same plan. `x` runs
from 0 to 1 in the order of time, `y` from 0 at the top of the scale to 1 at its foot. Shape and position
carry all information, colour none. No number is written, and a label of the scale appears only if it was
chosen. A part without a score has dots and no line.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from clinic_toolkit.dates import format_day_and_month
from clinic_toolkit.documents.point_shapes import PointShape, mode_shape

if TYPE_CHECKING:
    from clinic_toolkit.record.values.course_values import RoundRange

# A gap between rounds is drawn to scale, but at least a third and at most three times the median gap.
_MIN_GAP, _MAX_GAP = 0.35, 3.0
_BREAK_GAP = 0.6
# Few rounds use only the left part of the width, as more will follow; six or more use all of it.
_FIRST_REACH, _REACH_PER_ROUND = 0.2, 0.15
# With more rounds than this, a narrow chart has smaller points.
_DENSE_ROUNDS = 12


class ChartRound(Protocol):
    """The attributes of a round that the plan needs."""

    @property
    def answered_on(self) -> date: ...
    @property
    def segment(self) -> int: ...
    @property
    def mode(self) -> str: ...


class ChartReading(Protocol):
    """The attributes of one part in one round that the plan needs: every answer, and a score 0 to 100."""

    @property
    def values(self) -> tuple[int, ...]: ...
    @property
    def score(self) -> float | None: ...


class Level(Struct, frozen=True, kw_only=True):
    """One option of the scale; `word` is empty if it was never chosen."""

    y: float
    word: str


class Dots(Struct, frozen=True, kw_only=True):
    """The number of answers of one round at one option of the scale."""

    x: float
    y: float
    count: int


class ChartPoint(Struct, frozen=True, kw_only=True):
    """The point of a round, whose shape shows the mode: at the mean, or below the scale if `y` is None."""

    x: float
    y: float | None
    shape: PointShape


class Stroke(Struct, frozen=True, kw_only=True):
    """A thin line from one mean to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


class RangeBand(Struct, frozen=True, kw_only=True):
    """A range over some rounds; `middle` is the mean of a usual range, None for a baseline."""

    x1: float
    x2: float
    top: float
    bottom: float
    middle: float | None = None


class LabelAnchor(StrEnum):
    """The point of a label that lies at its `x`; one `BETWEEN` lies in the middle, and may be left out."""

    START = "start"
    MIDDLE = "middle"
    END = "end"
    BETWEEN = "between"


class ChartLabel(Struct, frozen=True, kw_only=True):
    """A text beside the chart."""

    x: float
    text: str
    anchor: LabelAnchor


class ChartPlan(Struct, frozen=True, kw_only=True):
    """The whole chart. `gaps` are the places of long gaps, which are drawn shortened and marked."""

    levels: tuple[Level, ...]
    dots: tuple[Dots, ...]
    points: tuple[ChartPoint, ...]
    strokes: tuple[Stroke, ...]
    baselines: tuple[RangeBand, ...]
    usual: tuple[RangeBand, ...]
    breaks: tuple[ChartLabel, ...]
    gaps: tuple[float, ...]
    dates: tuple[ChartLabel, ...]
    with_mean: bool

    is_dense: bool = False

    @property
    def has_mode_rail(self) -> bool:
        """Whether there are points below the scale."""
        return any(point.y is None for point in self.points)


def plan_chart(
    rounds: Sequence[ChartRound],
    readings: Sequence[ChartReading],
    labels: Mapping[int, str],
    *,
    chosen: Sequence[int],
    segments: Sequence[str] = (),
    with_mean: bool = True,
    baselines: "Sequence[RoundRange]" = (),
    usual: "Sequence[RoundRange]" = (),
    dates: int = 4,
) -> ChartPlan:
    """Plan the chart of one part.

    Args:
        rounds: oldest first, at least one.
        readings: one for each round.
        labels: the label of every option, by its value.
        chosen: the values whose labels may be shown.
        segments: the label of each segment, shown at the break before it.
        with_mean: draw the score of each round, and lines between the scores of a segment.
        baselines: the baseline ranges to draw.
        usual: the usual ranges to draw.
        dates: the highest number of dates below the chart.
    """
    highest = max(labels)
    xs = _round_positions(rounds)
    has_several_modes = len({chart_round.mode for chart_round in rounds}) > 1
    means = [reading.score if with_mean else None for reading in readings]
    return ChartPlan(
        levels=tuple(
            Level(y=1 - value / highest, word=labels[value] if value in chosen else "")
            for value in sorted(labels)
        ),
        dots=tuple(
            Dots(x=x, y=1 - value / highest, count=reading.values.count(value))
            for x, reading in zip(xs, readings, strict=True)
            for value in sorted(set(reading.values))
        ),
        points=tuple(
            ChartPoint(x=x, y=None if mean is None else 1 - mean / 100, shape=mode_shape(chart_round.mode))
            for x, chart_round, mean, reading in zip(xs, rounds, means, readings, strict=True)
            if mean is not None or (has_several_modes and reading.values)
        ),
        strokes=tuple(
            Stroke(x1=xs[i], y1=1 - earlier / 100, x2=xs[i + 1], y2=1 - later / 100)
            for i, (earlier, later) in enumerate(pairwise(means))
            if earlier is not None and later is not None and rounds[i].segment == rounds[i + 1].segment
        ),
        baselines=tuple(_range_band(round_range, xs) for round_range in baselines) if with_mean else (),
        usual=tuple(_range_band(round_range, xs) for round_range in usual) if with_mean else (),
        breaks=tuple(_break_labels(rounds, xs, segments)),
        gaps=tuple(_long_gap_positions(rounds, xs)),
        dates=tuple(_date_labels(rounds, xs, dates)),
        with_mean=with_mean,
        is_dense=len(rounds) > _DENSE_ROUNDS,
    )


def _days_between(rounds: Sequence[ChartRound]) -> list[int]:
    return [(later.answered_on - earlier.answered_on).days for earlier, later in pairwise(rounds)]


def _usual_gap(rounds: Sequence[ChartRound]) -> float:
    return median([days for days in _days_between(rounds) if days > 0] or [1])


def _round_positions(rounds: Sequence[ChartRound]) -> list[float]:
    usual_gap, position, xs = _usual_gap(rounds), 0.0, [0.0]
    for days, (earlier, later) in zip(_days_between(rounds), pairwise(rounds), strict=True):
        position += min(_MAX_GAP, max(_MIN_GAP, days / usual_gap))
        position += _BREAK_GAP if earlier.segment != later.segment else 0.0
        xs.append(position)
    reach = min(1.0, _FIRST_REACH + _REACH_PER_ROUND * len(rounds))
    return [x / position * reach if position else 0.0 for x in xs]


def _long_gap_positions(rounds: Sequence[ChartRound], xs: Sequence[float]) -> list[float]:
    usual_gap = _usual_gap(rounds)
    return [
        (xs[index] + xs[index + 1]) / 2
        for index, days in enumerate(_days_between(rounds))
        if days > _MAX_GAP * usual_gap
    ]


def _break_labels(
    rounds: Sequence[ChartRound], xs: Sequence[float], segments: Sequence[str]
) -> list[ChartLabel]:
    labels = []
    for index, (earlier, later) in enumerate(pairwise(rounds)):
        if earlier.segment != later.segment:
            x = (xs[index] + xs[index + 1]) / 2
            name = segments[later.segment] if later.segment < len(segments) else ""
            labels.append(
                ChartLabel(x=x, text=name, anchor=LabelAnchor.START if x < 0.7 else LabelAnchor.END)
            )
    return labels


def _date_labels(rounds: Sequence[ChartRound], xs: Sequence[float], max_labels: int) -> list[ChartLabel]:
    """Labels for the first day, the last day, and others if there is room; each day once."""
    min_distance = 1 / max(max_labels - 0.7, 1)
    last = len(rounds) - 1
    shown_indices = [0]
    for index in range(1, last):
        other_day = rounds[index].answered_on not in (
            rounds[shown_indices[-1]].answered_on,
            rounds[last].answered_on,
        )
        if (
            other_day
            and xs[index] - xs[shown_indices[-1]] >= min_distance
            and xs[last] - xs[index] >= min_distance
        ):
            shown_indices.append(index)
    if rounds[last].answered_on != rounds[0].answered_on:
        shown_indices.append(last)
    with_year = len({chart_round.answered_on.year for chart_round in rounds}) > 1
    return [
        ChartLabel(
            x=xs[index],
            text=_short_date(rounds[index].answered_on, year=with_year),
            anchor=LabelAnchor.BETWEEN
            if 0 < index < last
            else LabelAnchor.END
            if xs[index] > 0.94
            else LabelAnchor.MIDDLE
            if xs[index] > 0.6
            else LabelAnchor.START,
        )
        for index in shown_indices
    ]


def _short_date(on: date, *, year: bool) -> str:
    return format_day_and_month(on) + (f" {on.year % 100:02}" if year else "")


def _range_band(round_range: "RoundRange", xs: Sequence[float]) -> RangeBand:
    span = round_range.span

    def place(number: float) -> float:
        return 1 - min(100.0, max(0.0, number)) / 100

    return RangeBand(
        x1=xs[round_range.first_round],
        x2=xs[round_range.last_round],
        top=place(span.high),
        bottom=place(span.low),
        middle=None if span.middle is None else place(span.middle),
    )
