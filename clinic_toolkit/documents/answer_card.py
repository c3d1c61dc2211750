"""The answer card: the answer words in very large letters, to point at. It carries no number."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import letters, page, text, words
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.look import ACCENT, EDGE, HAIR, INK, MM, SOFT, WASH, Look

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.record.summaries import AnswerCard

_RING = 34.0


class Answer(Block):
    """One answer with a ring to point at, on a row of its own."""

    def __init__(self, label: Text, meaning: Text | None, row: float, *, line: bool) -> None:
        super().__init__()
        self.label, self.meaning, self.row, self.line = label, meaning, row, line

    def height(self, width: float) -> float:
        return max(self.row, self._words(width) + 14)

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        y = top - (height - self._words(width)) / 2
        first = self.label.lines(width - _RING)[0].height
        canvas.setStrokeColorRGB(*ACCENT)
        canvas.setLineWidth(2)
        canvas.circle(x + 10, y - first / 2, 9, stroke=1, fill=0)
        self.label.draw(canvas, x + _RING, y, width - _RING)
        if self.meaning:
            self.meaning.draw(canvas, x + _RING, y - self.label.height(width - _RING), width - _RING)
        if self.line:
            canvas.setFillColorRGB(*HAIR)
            canvas.rect(x, top - height, width, 0.6, stroke=0, fill=1)

    def _words(self, width: float) -> float:
        room = width - _RING
        return self.label.height(room) + (self.meaning.height(room) if self.meaning else 0)


class Ways(Block):
    """What is not an answer, on a ground of its own and with another shape."""

    def __init__(self, labels: tuple[str, ...], size: float, row: float, *, before: float) -> None:
        super().__init__(before=before)
        self.labels = [Text(label, Look(size=size, colour=INK, leading=1.15)) for label in labels]
        self.row = row

    def height(self, width: float) -> float:
        return self.row * len(self.labels) + 12

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        canvas.setFillColorRGB(*WASH)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.7)
        canvas.roundRect(
            x - 14, top - self.height(width), width + 28, self.height(width), 9, stroke=1, fill=1
        )
        for at, label in enumerate(self.labels):
            y = top - 6 - at * self.row - (self.row - label.height(width - _RING)) / 2
            canvas.setLineWidth(1.6)
            canvas.roundRect(x + 2, y - label.height(width - _RING) / 2 - 8, 16, 16, 3, stroke=1, fill=0)
            label.draw(canvas, x + _RING, y, width - _RING)
        # The last line may go with any answer: it is set off from the two ways not to answer.
        canvas.setFillColorRGB(*HAIR)
        canvas.rect(x, top - 6 - (len(self.labels) - 1) * self.row, width, 0.6, stroke=0, fill=1)


def render(value: "AnswerCard") -> bytes:
    """Draw the card on one page, as large as the longest word of an answer allows."""
    sheet = page.Sheet(
        paper=value.letterhead.paper,
        foot=(Text(words.CLIENT_LINE, Look(size=12, colour=SOFT)),),
        demo=value.letterhead.demo,
        side=20 * MM,
        top=17 * MM,
        bottom=10 * MM,
    )
    options = sorted(value.instrument.options, key=lambda option: option.value)
    ways = (words.DID_NOT_COME_UP, words.DECLINED, words.TALK)
    size = _largest([option.label for option in options], sheet.width - _RING)
    for size_ in (size * part / 20 for part in range(20, 5, -1)):
        blocks = _card([(option.label, option.meaning) for option in options], ways, size_, sheet)
        if page.stacked(blocks, sheet.width) <= sheet.room:
            break
    return page.make(blocks, sheet)


def _card(
    options: list[tuple[str, str]], ways: tuple[str, ...], size: float, sheet: page.Sheet
) -> list[Block]:
    way_size = min(size * 0.62, 26.0)
    ground = way_size * 1.9 * len(ways) + 12
    row = min((sheet.room - ground - 30) / len(options), 108.0)
    label_look = Look(size=size, bold=True, leading=1.08)
    # A meaning stays on one line where it can be read at all.
    longest = max((letters.width(text.printable(meaning), False) for _, meaning in options), default=0.0)
    note_size = max(min(size * 0.34, (sheet.width - _RING) / max(longest, 0.1)), 11.0)
    note_look = Look(size=note_size, colour=SOFT, leading=1.25)
    rows: list[Block] = [
        Answer(
            Text(label, label_look),
            Text(meaning, note_look) if meaning else None,
            row,
            line=at + 1 < len(options),
        )
        for at, (label, meaning) in enumerate(options)
    ]
    return [*rows, Ways(ways, way_size, way_size * 1.9, before=22)]


def _largest(labels: list[str], width: float) -> float:
    widest = max(letters.width(text.printable(label), True) for label in labels)
    return max(20.0, min(50.0, width / max(widest, 0.1)))
