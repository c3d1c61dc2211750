"""Which drawing belongs to which kind of block."""

from typing import assert_never

from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.sheet_blocks.body_outline import BodyOutline
from clinic_toolkit.documents.sheet_blocks.card import PocketCard
from clinic_toolkit.documents.sheet_blocks.circles import Shares, TwoCircles
from clinic_toolkit.documents.sheet_blocks.columns import SortBoxes, TwoColumns
from clinic_toolkit.documents.sheet_blocks.fill_in_block import FillInBlock
from clinic_toolkit.documents.sheet_blocks.gauge import Gauge
from clinic_toolkit.documents.sheet_blocks.ladder import Ladder
from clinic_toolkit.documents.sheet_blocks.menu import Menu
from clinic_toolkit.documents.sheet_blocks.scale import Scale
from clinic_toolkit.documents.sheet_blocks.table import Table
from clinic_toolkit.documents.sheet_blocks.writing import Box, Lines, Script
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.worksheets import block_model as model


def build_drawing(block: model.SheetBlock, number: int, style: TextStyle) -> Block:
    """The drawing of a block in letters of this style, without its label.

    Args:
        block: the block.
        number: which block of the sheet it is, from 1.
        style: the style of its letters.
    """
    drawing = _build_drawing(block, style)
    if isinstance(drawing, FillInBlock):
        drawing.number = number
    return drawing


def _build_drawing(block: model.SheetBlock, style: TextStyle) -> Block:
    match block:
        case model.ProseBlock():
            return Text(block.text, style)
        case model.LinesBlock():
            return Lines(block, style)
        case model.BoxBlock():
            return Box(block, style)
        case model.MenuBlock():
            return Menu(block, style)
        case model.TableBlock():
            return Table(
                block.columns,
                len(block.row_heads) or block.rows,
                style,
                numbered=block.numbered,
                ticks=block.tick_columns,
                row_heads=block.row_heads,
                lines=block.lines,
            )
        case model.DiaryBlock():
            return Table(block.columns, len(block.days), style, row_heads=block.days, lines=block.lines)
        case model.SortBlock():
            return SortBoxes(block.boxes, block.lines, style)
        case model.LadderBlock():
            return Ladder(block, style)
        case model.ScaleBlock():
            return Scale(block, style)
        case model.GaugeBlock():
            return Gauge(block, style)
        case model.CirclesBlock():
            return TwoCircles(block, style)
        case model.BodyBlock():
            return BodyOutline(block, style)
        case model.ScriptBlock():
            return Script(block, style)
        case model.ColumnsBlock():
            return TwoColumns(block, style)
        case model.CardBlock():
            return PocketCard(block, style)
        case model.SharesBlock():
            return Shares(block, style)
        case _:
            assert_never(block)
