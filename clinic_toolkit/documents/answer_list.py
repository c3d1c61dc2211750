"""Every question of a questionnaire with its answer beside it, as a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import sheet_texts
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.styles import BODY, QUIET, STRONG
from clinic_toolkit.documents.tagging import Role, Scope
from clinic_toolkit.psychometrics.result_sentences import uncapitalise

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.page_values import AnsweredItem


# A longer remark could fill a page, and a row is not split.
_MAX_IN_ROW = 600


def answer_rows(items: Sequence["AnsweredItem"]) -> list[Block]:
    """One row for each question, in their order; a long remark stands below its row and may be split."""
    blocks: list[Block] = []
    for item in items:
        remarks = " · ".join(
            filter(None, (sheet_texts.TALK_LABEL if item.wants_to_talk else "", remark_text(item)))
        )
        if len(remarks) <= _MAX_IN_ROW:
            blocks.append(AnswerRow(item, remarks, before=6))
        else:
            blocks.append(AnswerRow(item, "", before=6))
            blocks.append(Text(remarks, QUIET, indent=AnswerRow.NUMBER_WIDTH))
    return blocks


def answer_text(item: "AnsweredItem") -> str:
    """The label that was chosen, or else the status of the item in words."""
    if item.label is None:
        return sheet_texts.NON_ANSWER_LABELS.get(item.status, "No answer")
    return uncapitalise(item.label)


def remark_text(item: "AnsweredItem") -> str:
    """What the client said beside the question, or nothing."""
    return f"said: “{item.remark.strip()}”" if item.remark.strip() else ""


class AnswerRow(Block):
    """One question and its answer beside it; a remark stands below the question."""

    NUMBER_WIDTH, ANSWER_WIDTH = 28.0, 126.0

    def __init__(self, item: "AnsweredItem", remarks: str, *, before: float) -> None:
        super().__init__(before=before)
        self.number = Text(str(item.number), QUIET)
        self.text = Text(item.text, BODY)
        self.remark = Text(remarks, QUIET) if remarks else None
        self.answer = Text(answer_text(item), STRONG if item.label is not None else QUIET)

    def height(self, width: float) -> float:
        remark_height = self.remark.height(width - self.NUMBER_WIDTH) if self.remark else 0.0
        return self._row_height(width) + remark_height

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        with canvas.element(Role.ROW):
            with canvas.element(Role.CELL):
                self.number.draw(canvas, x, top, self.NUMBER_WIDTH)
            with canvas.element(Role.HEAD_CELL, scope=Scope.ROW):
                self.text.draw(canvas, x + self.NUMBER_WIDTH, top, self._text_width(width))
            with canvas.element(Role.CELL):
                self.answer.draw(canvas, x + width - self.ANSWER_WIDTH, top, self.ANSWER_WIDTH)
                if self.remark:
                    left, below = x + self.NUMBER_WIDTH, top - self._row_height(width)
                    self.remark.draw(canvas, left, below, width - self.NUMBER_WIDTH)

    def has_placeholder(self) -> bool:
        return any(part.has_placeholder() for part in (self.text, self.answer, self.remark) if part)

    def _row_height(self, width: float) -> float:
        return max(self.text.height(self._text_width(width)), self.answer.height(self.ANSWER_WIDTH))

    def _text_width(self, width: float) -> float:
        return width - self.NUMBER_WIDTH - self.ANSWER_WIDTH - 14
