"""One part of a questionnaire on the summary: its name, the answers in words, and a dot for each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.dot_chart import DotChart
from clinic_toolkit.documents.styles import SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.instruments.model import ResponseOption
    from clinic_toolkit.record.values.page_values import FacetResult


class FacetRow(Block):
    """The words on the left, the dots beside them; nothing on the right where nothing was answered."""

    WORDS_SHARE, GAP = 0.54, 12.0

    def __init__(
        self, facet: "FacetResult", options: "Sequence[ResponseOption]", style: TextStyle, *, before: float
    ) -> None:
        super().__init__(before=before)
        count = f"{facet.answered} of {facet.asked} answered"
        score = (
            f"{facet.display_score} ({count})" if facet.display_score is not None else f"{count}, no number"
        )
        # If nothing was answered, the sentence says so already.
        score = score if facet.answered or not facet.sentence else ""
        self.name = Text(facet.name, replace(style, bold=True), role=Role.H3)
        sentence = [(f"{facet.sentence} ", style)] if facet.sentence.strip() else []
        self.words = Text([*sentence, (score, replace(style, colour=SOFT))])
        self.chart = DotChart(facet.values, options) if facet.values else None

    def height(self, width: float) -> float:
        left, right = self._widths(width)
        words_height = self.name.height(left) + self.words.height(left)
        return max(words_height, self.chart.height(right) if self.chart else 0.0)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        left, right = self._widths(width)
        self.name.draw(canvas, x, top, left)
        self.words.draw(canvas, x, top - self.name.height(left), left)
        if self.chart:
            self.chart.draw(canvas, x + width - right, top, right)

    def has_placeholder(self) -> bool:
        return self.name.has_placeholder() or self.words.has_placeholder()

    def _widths(self, width: float) -> tuple[float, float]:
        left = width * self.WORDS_SHARE if self.chart else width
        return left, width - left - self.GAP
