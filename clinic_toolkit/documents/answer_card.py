"""The answer card: the answer labels in very large letters, to point at; it shows no number."""

from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout, sheet_texts, text_shaping
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.styles import ACCENT, EDGE, HAIR, INK, MM, SOFT, WASH, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.page_values import AnswerCard

_RING_WIDTH = 34.0


class AnswerCardRow(Block):
    """One answer in a row of its own, with a ring to point at."""

    def __init__(self, label: Text, meaning: Text | None, row: float, *, line: bool) -> None:
        super().__init__()
        self.label, self.meaning, self.row, self.line = label, meaning, row, line

    def height(self, width: float) -> float:
        return max(self.row, self._text_height(width) + 14)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height = self.height(width)
        y = top - (height - self._text_height(width)) / 2
        first_line_height = self.label.lines(width - _RING_WIDTH)[0].height
        canvas.setStrokeColorRGB(*ACCENT)
        canvas.setLineWidth(2)
        canvas.circle(x + 10, y - first_line_height / 2, 9, stroke=1, fill=0)
        with canvas.element(Role.ITEM), canvas.element(Role.BODY):
            self.label.draw(canvas, x + _RING_WIDTH, y, width - _RING_WIDTH)
            if self.meaning:
                self.meaning.draw(
                    canvas, x + _RING_WIDTH, y - self.label.height(width - _RING_WIDTH), width - _RING_WIDTH
                )
        if self.line:
            canvas.setFillColorRGB(*HAIR)
            canvas.rect(x, top - height, width, 0.6, stroke=0, fill=1)

    def _text_height(self, width: float) -> float:
        room = width - _RING_WIDTH
        return self.label.height(room) + (self.meaning.height(room) if self.meaning else 0)


class NonAnswerRows(Block):
    """The choices that are not answers, set apart by a shaded background and another shape."""

    def __init__(self, labels: tuple[str, ...], size: float, row: float, *, before: float) -> None:
        super().__init__(before=before)
        self.labels = [Text(label, TextStyle(size=size, colour=INK, leading=1.15)) for label in labels]
        self.row = row

    def height(self, width: float) -> float:
        return self.row * len(self.labels) + 12

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        canvas.setFillColorRGB(*WASH)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.7)
        canvas.roundRect(
            x - 14, top - self.height(width), width + 28, self.height(width), 9, stroke=1, fill=1
        )
        for index, label in enumerate(self.labels):
            y = top - 6 - index * self.row - (self.row - label.height(width - _RING_WIDTH)) / 2
            canvas.setLineWidth(1.6)
            canvas.roundRect(
                x + 2, y - label.height(width - _RING_WIDTH) / 2 - 8, 16, 16, 3, stroke=1, fill=0
            )
            with canvas.element(Role.ITEM), canvas.element(Role.BODY):
                label.draw(canvas, x + _RING_WIDTH, y, width - _RING_WIDTH)
        # The last row, the mark to talk, combines with any answer, so a line separates it from the others.
        canvas.setFillColorRGB(*HAIR)
        canvas.rect(x, top - 6 - (len(self.labels) - 1) * self.row, width, 0.6, stroke=0, fill=1)


def render_answer_card(value: "AnswerCard") -> bytes:
    """Draw the card on one page, with the largest letters that fit the widest label."""
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        language=value.instrument.language,
        footer=(Text(standing_sentences.CLIENT_LINE, TextStyle(size=12, colour=SOFT)),),
        demo=value.letterhead.is_demo,
        side=20 * MM,
        top=17 * MM,
        bottom=10 * MM,
    )
    options = sorted(value.instrument.options, key=lambda option: option.value)
    non_answers = (sheet_texts.DID_NOT_COME_UP, sheet_texts.DECLINED, sheet_texts.TALK_LABEL)
    max_size = _largest_size([option.label for option in options], sheet.width - _RING_WIDTH)
    for size in (max_size * part / 20 for part in range(20, 5, -1)):
        blocks = _card_blocks(
            [(option.label, option.meaning) for option in options], non_answers, size, sheet
        )
        if page_layout.stacked_height(blocks, sheet.width) <= sheet.usable_height:
            break
    return page_layout.make_pdf(blocks, sheet)


def _card_blocks(
    options: list[tuple[str, str]], non_answers: tuple[str, ...], size: float, sheet: page_layout.PageLayout
) -> list[Block]:
    non_answer_size = min(size * 0.62, 26.0)
    non_answer_height = non_answer_size * 1.9 * len(non_answers) + 12
    row = min((sheet.usable_height - non_answer_height - 30) / len(options), 108.0)
    label_style = TextStyle(size=size, bold=True, leading=1.08)
    # Shrink a meaning to fit on one line, but not below a readable size.
    longest = max(
        (text_shaping.text_width(meaning, False) for _, meaning in options),
        default=0.0,
    )
    meaning_size = max(min(size * 0.34, (sheet.width - _RING_WIDTH) / max(longest, 0.1)), 11.0)
    meaning_style = TextStyle(size=meaning_size, colour=SOFT, leading=1.25)
    rows: list[Block] = [
        AnswerCardRow(
            Text(label, label_style),
            Text(meaning, meaning_style) if meaning else None,
            row,
            line=index + 1 < len(options),
        )
        for index, (label, meaning) in enumerate(options)
    ]
    return [*rows, NonAnswerRows(non_answers, non_answer_size, non_answer_size * 1.9, before=22)]


def _largest_size(labels: list[str], width: float) -> float:
    widest = max(text_shaping.text_width(label, True) for label in labels)
    return max(20.0, min(50.0, width / max(widest, 0.1)))
