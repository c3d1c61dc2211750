"""What a drawing of answers over time consists of, before anybody draws it: places, not pixels.

One description serves the screen (`templates/macros/chart.html`) and paper (`documents/time_chart.py`).
Both measures run from 0 to 1: from the first round to the last, and from the top of the answers down. Tells
everything by shape and place, nothing by colour. Numbers are never written; a word of the scale stands
only where it was chosen. Fit for a part without a number: then there are dots and no line.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from clinic_toolkit.documents.words import MONTHS

if TYPE_CHECKING:
    from clinic_toolkit.record.course_summaries import Stretch

# How it was given: three shapes, filled or hollow. A way that is not known here is a cross.
SHAPES = {
    "read_aloud": "circle",
    "self_entered": "circle-hollow",
    "telehealth": "square",
    "interpreter": "diamond",
    "telehealth_interpreter": "diamond-hollow",
    "mixed": "square-hollow",
    "paper": "triangle",
}
UNKNOWN = "cross"

# A gap between two rounds is drawn as long as it was, between a third and three times the usual gap.
_LEAST, _MOST = 0.35, 3.0
_AT_BREAK = 0.6
# A few points stand at the left, where more will follow; from six on they take the whole width.
_ALONE, _EACH = 0.2, 0.15
# With more rounds than this, a narrow drawing has smaller marks.
_MANY = 12


class Given(Protocol):
    """What the plan needs to know of a round."""

    @property
    def on(self) -> date: ...
    @property
    def segment(self) -> int: ...
    @property
    def mode(self) -> str: ...


class Read(Protocol):
    """What the plan needs to know of one part in one round: every answer, and a number 0 to 100 or None."""

    @property
    def values(self) -> tuple[int, ...]: ...
    @property
    def number(self) -> float | None: ...


class Level(Struct, frozen=True, kw_only=True):
    """One place of the scale; `word` is empty where nobody chose it."""

    y: float
    word: str


class Dots(Struct, frozen=True, kw_only=True):
    """So many answers of one round at one place of the scale."""

    x: float
    y: float
    count: int


class Mark(Struct, frozen=True, kw_only=True):
    """How a round was given, by its shape: at the mean, or (`y` is None) on the rail below."""

    x: float
    y: float | None
    shape: str


class Stroke(Struct, frozen=True, kw_only=True):
    """A thin line from one mean to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


class Band(Struct, frozen=True, kw_only=True):
    """A range over some rounds; `middle` is the mean of a usual range, None for a baseline."""

    x1: float
    x2: float
    top: float
    bottom: float
    middle: float | None = None


class Word(Struct, frozen=True, kw_only=True):
    """A word beside the drawing; `at` says how it stands to its place: "start", "middle", "end", or
    "between", which is "middle" and may be left out where there is little room."""

    x: float
    text: str
    at: str


class Plan(Struct, frozen=True, kw_only=True):
    """The whole drawing. `gaps` are long silences, drawn shorter than they were and marked."""

    levels: tuple[Level, ...]
    dots: tuple[Dots, ...]
    marks: tuple[Mark, ...]
    strokes: tuple[Stroke, ...]
    baselines: tuple[Band, ...]
    usual: tuple[Band, ...]
    breaks: tuple[Word, ...]
    gaps: tuple[float, ...]
    dates: tuple[Word, ...]
    with_mean: bool

    many: bool = False

    @property
    def rail(self) -> bool:
        """Whether marks stand below the scale."""
        return any(mark.y is None for mark in self.marks)


def plan(
    rounds: Sequence[Given],
    readings: Sequence[Read],
    labels: Mapping[int, str],
    *,
    chosen: Sequence[int],
    segments: Sequence[str] = (),
    with_mean: bool = True,
    baselines: "Sequence[Stretch]" = (),
    usual: "Sequence[Stretch]" = (),
    dates: int = 4,
) -> Plan:
    """Plan the drawing of one part.

    Args:
        rounds: in the order of time, at least one; a reading each.
        labels: the whole scale, by value.
        chosen: the values whose words may stand at the scale.
        segments: what each stretch after a break is called.
        with_mean: draw the number of each round, and a line where one follows the other.
        dates: how many days at most are written below.
    """
    top = max(labels)
    xs = _places(rounds)
    several = len({each.mode for each in rounds}) > 1
    means = [each.number if with_mean else None for each in readings]
    return Plan(
        levels=tuple(
            Level(y=1 - value / top, word=labels[value] if value in chosen else "")
            for value in sorted(labels)
        ),
        dots=tuple(
            Dots(x=x, y=1 - value / top, count=read.values.count(value))
            for x, read in zip(xs, readings, strict=True)
            for value in sorted(set(read.values))
        ),
        marks=tuple(
            Mark(x=x, y=None if mean is None else 1 - mean / 100, shape=shape(given.mode))
            for x, given, mean, read in zip(xs, rounds, means, readings, strict=True)
            if mean is not None or (several and read.values)
        ),
        strokes=tuple(
            Stroke(x1=xs[at], y1=1 - before / 100, x2=xs[at + 1], y2=1 - after / 100)
            for at, (before, after) in enumerate(pairwise(means))
            if before is not None and after is not None and rounds[at].segment == rounds[at + 1].segment
        ),
        baselines=tuple(_band(each, xs) for each in baselines) if with_mean else (),
        usual=tuple(_band(each, xs) for each in usual) if with_mean else (),
        breaks=tuple(_breaks(rounds, xs, segments)),
        gaps=tuple(_gaps(rounds, xs)),
        dates=tuple(_dates(rounds, xs, dates)),
        with_mean=with_mean,
        many=len(rounds) > _MANY,
    )


def shape(mode: str) -> str:
    """The shape that stands for a way of giving."""
    return SHAPES.get(mode, UNKNOWN)


def _days(rounds: Sequence[Given]) -> list[int]:
    return [(later.on - earlier.on).days for earlier, later in pairwise(rounds)]


def _usual_gap(rounds: Sequence[Given]) -> float:
    return median([days for days in _days(rounds) if days > 0] or [1])


def _places(rounds: Sequence[Given]) -> list[float]:
    usual, at, places = _usual_gap(rounds), 0.0, [0.0]
    for days, (earlier, later) in zip(_days(rounds), pairwise(rounds), strict=True):
        at += min(_MOST, max(_LEAST, days / usual))
        at += _AT_BREAK if earlier.segment != later.segment else 0.0
        places.append(at)
    reach = min(1.0, _ALONE + _EACH * len(rounds))
    return [place / at * reach if at else 0.0 for place in places]


def _gaps(rounds: Sequence[Given], xs: Sequence[float]) -> list[float]:
    usual = _usual_gap(rounds)
    return [(xs[at] + xs[at + 1]) / 2 for at, days in enumerate(_days(rounds)) if days > _MOST * usual]


def _breaks(rounds: Sequence[Given], xs: Sequence[float], segments: Sequence[str]) -> list[Word]:
    found = []
    for at, (earlier, later) in enumerate(pairwise(rounds)):
        if earlier.segment != later.segment:
            x = (xs[at] + xs[at + 1]) / 2
            name = segments[later.segment] if later.segment < len(segments) else ""
            found.append(Word(x=x, text=name, at="start" if x < 0.7 else "end"))
    return found


def _dates(rounds: Sequence[Given], xs: Sequence[float], most: int) -> list[Word]:
    """The first day, the last, and others where there is room; each day once."""
    apart = 1 / max(most - 0.7, 1)
    last = len(rounds) - 1
    shown = [0]
    for at in range(1, last):
        other_day = rounds[at].on not in (rounds[shown[-1]].on, rounds[last].on)
        if other_day and xs[at] - xs[shown[-1]] >= apart and xs[last] - xs[at] >= apart:
            shown.append(at)
    if rounds[last].on != rounds[0].on:
        shown.append(last)
    years = len({each.on.year for each in rounds}) > 1
    return [
        Word(
            x=xs[at],
            text=_day(rounds[at].on, year=years),
            at="between"
            if 0 < at < last
            else "end"
            if xs[at] > 0.94
            else "middle"
            if xs[at] > 0.6
            else "start",
        )
        for at in shown
    ]


def _day(on: date, *, year: bool) -> str:
    return f"{on.day} {MONTHS[on.month - 1][:3]}" + (f" {on.year % 100:02}" if year else "")


def _band(stretch: "Stretch", xs: Sequence[float]) -> Band:
    span = stretch.span

    def place(number: float) -> float:
        return 1 - min(100.0, max(0.0, number)) / 100

    return Band(
        x1=xs[stretch.first],
        x2=xs[stretch.last],
        top=place(span.high),
        bottom=place(span.low),
        middle=None if span.middle is None else place(span.middle),
    )
