"""The blocks that a sheet is made of: what is printed, and what there is to write in.

Every block has a `label`, printed above it in bold; only that of a prose block may be empty. What each block
looks like on paper, and when to use which, is shown in `worksheets/README.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen

MAX_TEXT, MAX_LINE = 2_000, 200
Text = Annotated[str, MinLen(1), MaxLen(MAX_TEXT)]
Line = Annotated[str, MinLen(1), MaxLen(MAX_LINE)]
LineCount = Annotated[int, Ge(1), Le(20)]
# They print nothing and stand inside words of several scripts, such as Persian and Hindi.
_JOINERS: Mapping[int, None] = {0x200C: None, 0x200D: None}


@dataclass(frozen=True, kw_only=True, slots=True)
class ProseBlock:
    """A paragraph to read; nothing to write in."""

    kind: Literal["prose"]
    text: Text
    label: Annotated[str, MaxLen(MAX_LINE)] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinesBlock:
    """Writing lines, 8 mm or more apart, numbered or not."""

    kind: Literal["lines"]
    label: Line
    count: LineCount
    numbered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxBlock:
    """An empty box to write or draw in, as high as `lines` writing lines."""

    kind: Literal["box"]
    label: Line
    lines: LineCount


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuBlock:
    """Options with a box to tick before each, in two columns if they are short, and lines for one's own."""

    kind: Literal["menu"]
    label: Line
    options: Annotated[tuple[Line, ...], MinLen(2), MaxLen(16)]
    own_lines: Annotated[int, Ge(0), Le(4)] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class TableBlock:
    """Empty rows under column heads.

    `row_heads` names the rows in a first column of their own (a grid); then `rows` is how many there are. A
    tick column, counted from 0 without the column of row heads, has a box in each row. `lines` is how many
    writing lines high a row is.
    """

    kind: Literal["table"]
    label: Line
    columns: Annotated[tuple[Line, ...], MinLen(1), MaxLen(6)]
    rows: Annotated[int, Ge(1), Le(14)]
    numbered: bool = False
    tick_columns: tuple[Annotated[int, Ge(0)], ...] = ()
    row_heads: Annotated[tuple[Line, ...], MaxLen(14)] = ()
    lines: Annotated[int, Ge(1), Le(4)] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class DiaryBlock:
    """A week: one row for each day, named, under column heads; `lines` is how many lines high a row is."""

    kind: Literal["diary"]
    label: Line
    columns: Annotated[tuple[Line, ...], MinLen(1), MaxLen(4)]
    days: Annotated[tuple[Line, ...], MinLen(3), MaxLen(14)] = (
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    )
    lines: Annotated[int, Ge(1), Le(4)] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SortBlock:
    """Three named boxes side by side, each with lines, to sort things into."""

    kind: Literal["sort"]
    label: Line
    boxes: Annotated[tuple[Line, ...], MinLen(3), MaxLen(3)]
    lines: Annotated[int, Ge(2), Le(12)]


@dataclass(frozen=True, kw_only=True, slots=True)
class LadderBlock:
    """A ladder with a line on each rung, the easiest at the bottom; up to three narrow columns to rate."""

    kind: Literal["ladder"]
    label: Line
    rungs: Annotated[int, Ge(3), Le(10)]
    bottom: Line
    top: Line
    ratings: Annotated[tuple[Line, ...], MaxLen(3)] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleBlock:
    """A line with words at both ends, to be marked by hand."""

    kind: Literal["scale"]
    label: Line
    left: Line
    right: Line
    steps: Annotated[int, Ge(2), Le(11)] = 11


@dataclass(frozen=True, kw_only=True, slots=True)
class GaugeBlock:
    """A gauge for each name, with the same levels from the bottom to the top, to shade or to mark.

    With `lines` and one name, there is a line to write on beside each level.
    """

    kind: Literal["gauge"]
    label: Line
    names: Annotated[tuple[Line, ...], MinLen(1), MaxLen(6)]
    levels: Annotated[tuple[Line, ...], MinLen(2), MaxLen(5)]
    lines: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CirclesBlock:
    """Two circles that touch in the middle, each with a name on top."""

    kind: Literal["circles"]
    label: Line
    left: Line
    right: Line
    middle: Line


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyBlock:
    """The outline of a body to mark, with lines beside it."""

    kind: Literal["body"]
    label: Line
    lines: Annotated[int, Ge(0), Le(10)] = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptBlock:
    """The parts of something to say, each with the words it begins with and `lines` lines to go on."""

    kind: Literal["script"]
    label: Line
    parts: Annotated[tuple[Line, ...], MinLen(2), MaxLen(6)]
    lines: Annotated[int, Ge(1), Le(4)] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnsBlock:
    """Two columns under heads of the same weight, each with lines; with `ticks`, a box before each line."""

    kind: Literal["columns"]
    label: Line
    left: Line
    right: Line
    rows: Annotated[int, Ge(2), Le(12)]
    ticks: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CardBlock:
    """A card to cut out and keep: sentences that are printed, and lines for one's own."""

    kind: Literal["card"]
    label: Line
    sentences: Annotated[tuple[Line, ...], MaxLen(6)]
    own_lines: Annotated[int, Ge(0), Le(4)] = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SharesBlock:
    """A circle to divide by hand into shares of a whole, with lines beside it to name them; no numbers."""

    kind: Literal["shares"]
    label: Line
    shares: Annotated[int, Ge(2), Le(8)]


SheetBlock = (
    ProseBlock
    | LinesBlock
    | BoxBlock
    | MenuBlock
    | TableBlock
    | DiaryBlock
    | SortBlock
    | LadderBlock
    | ScaleBlock
    | GaugeBlock
    | CirclesBlock
    | BodyBlock
    | ScriptBlock
    | ColumnsBlock
    | CardBlock
    | SharesBlock
)
SHEET_BLOCK_TYPES: Mapping[str, type[SheetBlock]] = {
    get_args(kind.__annotations__["kind"])[0]: kind for kind in get_args(SheetBlock)
}


def is_printable(text: str) -> bool:
    """Whether a sheet can hold every character of this text: no line break, and none that cannot be seen."""
    return text.translate(_JOINERS).isprintable()


def block_texts(block: SheetBlock) -> tuple[str, ...]:
    """Every text of the block that is printed, in reading order."""
    texts: list[str] = [block.label] if block.label else []
    for name in type(block).__dataclass_fields__:
        value = getattr(block, name)
        if name in ("kind", "label"):
            continue
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            texts += [each for each in value if isinstance(each, str)]
    return tuple(texts)
