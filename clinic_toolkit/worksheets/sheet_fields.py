"""The fields of a sheet: every place of it that can be filled in, with a stable id and its words.

One list for the fillable PDF file, the page that confirms what came back, and the sheet as a web page. An id
begins with the number of the block, from 1: `b2` is the second block, prose counted. After it:

| block | ids |
|---|---|
| lines | `b1.text`, all lines as one field; numbered: `b1.r1`, `b1.r2`, … |
| box, body | `b1.text` (body: none without lines) |
| menu | `b1.o1`, … to tick; `b1.own1`, … for one's own |
| table, diary | `b1.r1.c1`: row and column, both from 1, the column of row heads not counted |
| sort, circles | `b1.c1`, `b1.c2`, `b1.c3`, from left to right (circles: left, middle, right) |
| ladder | `b1.r1` is the lowest rung; its ratings `b1.r1.c1`, … |
| scale | `b1.mark`, a choice with the codes `s1`, `s2`, … from left to right |
| gauge | `b1.n1`, … one for each name: a choice, codes `l1`, … from the bottom; lines beside it: `b1.l1`, … |
| script | `b1.p1`, … one for each part |
| columns | `b1.r1.c1`; with boxes to tick also `b1.r1.c1.tick` |
| card | `b1.own1`, … |
| shares | `b1.s1`, … |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.worksheets.block_model import (
    BodyBlock,
    BoxBlock,
    CardBlock,
    CirclesBlock,
    ColumnsBlock,
    DiaryBlock,
    GaugeBlock,
    LadderBlock,
    LinesBlock,
    MenuBlock,
    ScaleBlock,
    ScriptBlock,
    SharesBlock,
    SheetBlock,
    SortBlock,
    TableBlock,
)
from clinic_toolkit.worksheets.model import Worksheet

MAX_FIELDS = 200


class FieldKind(StrEnum):
    """What is put into a field."""

    LINE = "line"
    LONG = "long"
    TICK = "tick"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldOption:
    """One option of a choice: an ASCII code for files, and its words."""

    code: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetField:
    """One place to fill in. `lines` is how many writing lines it has; options belong to a choice alone.

    `label` is complete in itself, since a screen reader says it without what is printed around.
    """

    id: str
    kind: FieldKind
    label: str
    lines: int = 1
    options: tuple[FieldOption, ...] = ()

    def option_label(self, code: str) -> str | None:
        """The words of the option with this code; None if there is none."""
        return next((option.label for option in self.options if option.code == code), None)


class TooManyFields(ClinicError):
    """A sheet has more fields than one can have."""

    def __init__(self, title: str, count: int) -> None:
        super().__init__(
            f"The sheet “{title}” has {count} places to fill in, and a sheet can have {MAX_FIELDS} at most. "
            "Take out rows, columns or a block."
        )


def list_fields(sheet: Worksheet) -> tuple[SheetField, ...]:
    """Every field of the sheet, in reading order.

    Raises:
        TooManyFields: there are more than `MAX_FIELDS`.
    """
    fields = tuple(
        field
        for number, block in enumerate(sheet.blocks, start=1)
        for field in list_block_fields(block, number)
    )
    if len(fields) > MAX_FIELDS:
        raise TooManyFields(sheet.title, len(fields))
    return fields


def list_block_fields(block: SheetBlock, number: int) -> tuple[SheetField, ...]:
    """The fields of one block, in reading order.

    Args:
        number: which block of the sheet it is, from 1.
    """
    return tuple(_block_fields(block, f"b{number}"))


def _block_fields(block: SheetBlock, id: str) -> Iterator[SheetField]:
    match block:
        case LinesBlock(numbered=False):
            yield _text(f"{id}.text", block.label, block.count)
        case LinesBlock():
            for row in range(1, block.count + 1):
                yield _text(f"{id}.r{row}", f"{block.label}: line {row}")
        case BoxBlock() | BodyBlock():
            if block.lines:
                yield _text(f"{id}.text", block.label, block.lines)
        case MenuBlock():
            for index, option in enumerate(block.options, start=1):
                yield SheetField(id=f"{id}.o{index}", kind=FieldKind.TICK, label=f"{block.label}: {option}")
            yield from _own_lines(block, id)
        case TableBlock():
            rows = block.row_heads or [f"row {row}" for row in range(1, block.rows + 1)]
            yield from _grid(block.label, id, rows, block.columns, block.lines, frozenset(block.tick_columns))
        case DiaryBlock():
            yield from _grid(block.label, id, block.days, block.columns, block.lines)
        case SortBlock():
            yield from _side_by_side(block.label, id, block.boxes, block.lines)
        case CirclesBlock():
            yield from _side_by_side(block.label, id, (block.left, block.middle, block.right), 4)
        case LadderBlock():
            yield from _ladder(block, id)
        case ScaleBlock():
            yield _scale(block, id)
        case GaugeBlock():
            yield from _gauge(block, id)
        case ScriptBlock():
            for index, part in enumerate(block.parts, start=1):
                yield _text(f"{id}.p{index}", f"{block.label}: {part}", block.lines)
        case ColumnsBlock():
            yield from _columns(block, id)
        case CardBlock():
            yield from _own_lines(block, id)
        case SharesBlock():
            for index in range(1, block.shares + 1):
                yield _text(f"{id}.s{index}", f"{block.label}: share {index}")


def _text(id: str, label: str, lines: int = 1) -> SheetField:
    kind = FieldKind.LONG if lines > 1 else FieldKind.LINE
    return SheetField(id=id, kind=kind, label=label, lines=lines)


def _own_lines(block: MenuBlock | CardBlock, id: str) -> Iterator[SheetField]:
    for index in range(1, block.own_lines + 1):
        yield _text(f"{id}.own{index}", f"{block.label}: my own, line {index}")


def _grid(
    label: str,
    id: str,
    rows: Sequence[str],
    columns: Sequence[str],
    lines: int,
    ticks: frozenset[int] = frozenset(),
) -> Iterator[SheetField]:
    for row, row_name in enumerate(rows, start=1):
        for column, column_name in enumerate(columns, start=1):
            field, words = f"{id}.r{row}.c{column}", f"{label}: {row_name}, {column_name}"
            if column - 1 in ticks:
                yield SheetField(id=field, kind=FieldKind.TICK, label=words)
            else:
                yield _text(field, words, lines)


def _side_by_side(label: str, id: str, names: Sequence[str], lines: int) -> Iterator[SheetField]:
    for index, name in enumerate(names, start=1):
        yield _text(f"{id}.c{index}", f"{label}: {name}", lines)


def _ladder(block: LadderBlock, id: str) -> Iterator[SheetField]:
    # From the top, as it is read on the page.
    for rung in range(block.rungs, 0, -1):
        yield _text(f"{id}.r{rung}", f"{block.label}: step {rung}")
        for column, rating in enumerate(block.ratings, start=1):
            yield _text(f"{id}.r{rung}.c{column}", f"{block.label}: step {rung}, {rating}")


def _scale(block: ScaleBlock, id: str) -> SheetField:
    ends = {1: f", {block.left}", block.steps: f", {block.right}"}
    # A line of eleven marks has the numbers 0 to 10 printed under them.
    options = tuple(
        FieldOption(
            code=f"s{step}",
            label=(str(step - 1) if block.steps == 11 else f"mark {step} of {block.steps}")
            + ends.get(step, ""),
        )
        for step in range(1, block.steps + 1)
    )
    return SheetField(id=f"{id}.mark", kind=FieldKind.CHOICE, label=block.label, options=options)


def _gauge(block: GaugeBlock, id: str) -> Iterator[SheetField]:
    options = tuple(
        FieldOption(code=f"l{index}", label=level) for index, level in enumerate(block.levels, start=1)
    )
    for index, name in enumerate(block.names, start=1):
        yield SheetField(
            id=f"{id}.n{index}", kind=FieldKind.CHOICE, label=f"{block.label}: {name}", options=options
        )
    if block.lines:
        for index in range(len(block.levels), 0, -1):
            yield _text(f"{id}.l{index}", f"{block.label}: beside “{block.levels[index - 1]}”")


def _columns(block: ColumnsBlock, id: str) -> Iterator[SheetField]:
    for row in range(1, block.rows + 1):
        for column, name in enumerate((block.left, block.right), start=1):
            label = f"{block.label}: {name}, line {row}"
            if block.ticks:
                yield SheetField(
                    id=f"{id}.r{row}.c{column}.tick", kind=FieldKind.TICK, label=f"{label}, the box"
                )
            yield _text(f"{id}.r{row}.c{column}", label)
