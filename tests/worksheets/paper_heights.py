"""How high a sheet is on paper, counted by a rough rule that knows nothing of the drawing.

Letters of 12 pt on lines of 5.5 mm, writing lines 8.2 mm apart, 75 letters across 175 mm. What the paper
itself shows is tested where it is drawn (`tests/documents`).
"""

from math import ceil
from textwrap import wrap

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
    ProseBlock,
    ScaleBlock,
    ScriptBlock,
    SharesBlock,
    SheetBlock,
    SortBlock,
    TableBlock,
)
from clinic_toolkit.worksheets.model import Worksheet

LINE, HEADING, GAP, ROW = 5.5, 7.0, 3.0, 8.2
# An option up to this many letters stands in one of two columns.
SHORT_OPTION = 32


def lines(text: str, letters: int = 75) -> int:
    """How many lines of so many letters a text takes."""
    return len(wrap(text, letters)) or 1


def millimetres(sheet: Worksheet) -> float:
    """The height of a sheet in normal print."""
    height = 12.0 + 9.0 + 8.0  # title, initials, foot
    for text in (sheet.why, sheet.example, sheet.if_it_gets_hard, sheet.bring_back):
        height += GAP + LINE * lines(f"If it gets hard  {text}")
    height += HEADING + sum(LINE * lines(step, 70) for step in sheet.try_this)
    for block in sheet.blocks:
        height += GAP + block_millimetres(block) + (LINE * lines(block.label) if block.label else 0)
    return height


def block_millimetres(block: SheetBlock) -> float:
    """The height of a block without its label and the gap above it."""
    match block:
        case ProseBlock():
            return LINE * lines(block.text)
        case LinesBlock():
            return ROW * block.count
        case BoxBlock():
            return ROW * block.lines
        case MenuBlock():
            two_columns = all(len(option) <= SHORT_OPTION for option in block.options)
            rows = ceil(len(block.options) / (2 if two_columns else 1))
            return 7.0 * rows + ROW * block.own_lines
        case TableBlock():
            heads = max((lines(column, 14) for column in block.columns[1:]), default=1)
            named = max((LINE * lines(head, 20) for head in block.row_heads), default=0)
            return LINE * heads + max(ROW * block.lines, named) * block.rows
        case DiaryBlock():
            return _heads(block.columns, 60 // len(block.columns)) + ROW * block.lines * len(block.days)
        case SortBlock():
            return _heads(block.boxes, 22) + ROW * block.lines + 3
        case LadderBlock():
            return (
                LINE * max((lines(rating, 10) for rating in block.ratings), default=1)
                + ROW * block.rungs
                + LINE
            )
        case ScaleBlock():
            return 16
        case GaugeBlock():
            return (
                8 + 9.5 * len(block.levels)
                if block.lines
                else 45 + _heads(block.names, 60 // len(block.names))
            )
        case CirclesBlock():
            return 50
        case BodyBlock():
            return max(70.0, ROW * block.lines)
        case ScriptBlock():
            # A short part stands on the line that goes on from it.
            above = [0 if len(part) <= SHORT_OPTION else LINE * lines(part) for part in block.parts]
            return sum(above) + (2 + ROW * block.lines) * len(block.parts)
        case ColumnsBlock():
            return _heads((block.left, block.right), 35) + ROW * block.rows
        case CardBlock():
            return (
                10 + sum(LINE * lines(sentence, 45) for sentence in block.sentences) + ROW * block.own_lines
            )
        case SharesBlock():
            return max(60.0, ROW * block.shares)


def _heads(words: tuple[str, ...], letters: int) -> float:
    return LINE * max(lines(each, letters) for each in words)
