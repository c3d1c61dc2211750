"""Room to write: lines, a box, the parts of something to say."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Text, draw_writing_lines
from clinic_toolkit.documents.sheet_blocks.fill_in_block import (
    NUMBER_INSET,
    FillInBlock,
    RowBlock,
    describe_lines,
    draw_frame,
    measure_width,
    number_texts,
    open_blank,
)
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.worksheets.block_model import BoxBlock, LinesBlock, ScriptBlock


class Lines(RowBlock):
    """Lines to write on, numbered or not."""

    def __init__(self, block: "LinesBlock", style: TextStyle) -> None:
        super().__init__(style, block.count)
        self.numbers = number_texts(block.count, self.quiet_style) if block.numbered else []
        self.inset = NUMBER_INSET * self.scale if self.numbers else 0.0

    def texts(self) -> Iterable[Text]:
        return self.numbers

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        lines = [top - (index + 1) * self.pitch for index in range(len(self.rows))]
        segments = [(x + self.inset, y, x + width, y) for y in lines]
        if not self.numbers:
            with open_blank(canvas, describe_lines(len(lines))):
                draw_writing_lines(canvas, segments)
            if not self.is_continued():  # two fields of one name would show the same text twice
                self.mark_text(canvas, "text", x, lines[-1], width, self.height(width))
            return
        with canvas.element(Role.LIST, owner=self.owner, numbered=True):
            draw_writing_lines(canvas, segments)
            for row, y in zip(self.rows, lines, strict=True):
                number = self.numbers[row]
                with canvas.element(Role.ITEM):
                    with canvas.element(Role.LABEL):
                        number.draw(canvas, x, y + number.height(self.inset) - 3, self.inset)
                    with canvas.element(Role.BODY):
                        self.mark_text(canvas, f"r{row + 1}", x + self.inset, y, width - self.inset)


class Box(FillInBlock):
    """An empty box, as high as its number of lines."""

    def __init__(self, block: "BoxBlock", style: TextStyle) -> None:
        super().__init__(style)
        self.lines = block.lines

    def height(self, width: float) -> float:
        return self.lines * self.pitch + 4

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        with open_blank(canvas, "A box to write or draw in."):
            draw_frame(canvas, x, top - height, width, height)
        self.mark_text(canvas, "text", x + 4, top - height + 2, width - 8, height - 4)


class Script(RowBlock):
    """The parts of something to say: the words that each begins with, and lines to go on.

    The first line goes on behind short words; below long ones it begins a line of its own.
    """

    GAP = 6.0

    def __init__(self, block: "ScriptBlock", style: TextStyle) -> None:
        super().__init__(style, len(block.parts))
        self.parts = [Text(part, self.light_head_style) for part in block.parts]
        self.line_count = block.lines

    def texts(self) -> Iterable[Text]:
        return self.parts

    def row_height(self, row: int, width: float) -> float:
        return self._words_height(row, width) + self._lines_below(row, width) * self.pitch + self.GAP

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        for row in self.rows:
            height, below = self.row_height(row, width), self._lines_below(row, width)
            part = self.parts[row]
            bottom = top - height + self.GAP
            words_bottom = top - self._words_height(row, width)
            lines = [
                (x, words_bottom - number * self.pitch, x + width, words_bottom - number * self.pitch)
                for number in range(1, below + 1)
            ]
            if self._goes_on(row, width):
                begin = x + measure_width(part, width) + 6
                lines.append((begin, words_bottom, x + width, words_bottom))
                part.draw(canvas, x, words_bottom + part.height(width) - 3, width)
            else:
                part.draw(canvas, x, top - self.GAP, width)
            with open_blank(canvas, describe_lines(len(lines))):
                draw_writing_lines(canvas, lines)
            if not below:
                self.mark_text(canvas, f"p{row + 1}", begin, bottom, x + width - begin)
            else:  # The rest of a line behind the words is not part of a field of several lines.
                self.mark_text(canvas, f"p{row + 1}", x, bottom, width, below * self.pitch)
            top -= height

    def _goes_on(self, row: int, width: float) -> bool:
        lines = self.parts[row].lines(width)
        return len(lines) == 1 and lines[0].width < width * 0.5

    def _lines_below(self, row: int, width: float) -> int:
        return self.line_count - 1 if self._goes_on(row, width) else self.line_count

    def _words_height(self, row: int, width: float) -> float:
        if self._goes_on(row, width):
            return self.pitch
        return self.parts[row].height(width) + self.GAP
