"""The dot chart: the answers of one facet as dots on a line of the scale's options."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.styles import ACCENT, EDGE, SMALL
from clinic_toolkit.psychometrics.result_sentences import uncapitalise

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.instruments.model import ResponseOption

RADIUS = 4.4
DOT_SPACING = 2 * RADIUS + 2


class DotChart(Block):
    """One dot for each answer, all of one size and colour, and a tick for each option on the line.

    Only chosen labels are printed, so that no sheet names an answer that was not given.
    """

    def __init__(
        self,
        values: Sequence[int],
        options: "Sequence[ResponseOption]",
        *,
        before: float = 0,
        after: float = 0,
    ) -> None:
        super().__init__(before=before, after=after)
        self.counts = Counter(values)
        self.options = sorted(options, key=lambda option: option.value)

    def height(self, width: float) -> float:
        place = width / len(self.options)
        tallest = max((word.height(place) for word in self._labels().values()), default=0.0)
        return 2 * RADIUS + 6 + tallest

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        place = width / len(self.options)
        y = top - RADIUS - 2
        first, last = x + place / 2, x + width - place / 2
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(1)
        canvas.line(first, y, last, y)
        canvas.setFillColorRGB(*ACCENT)
        for index, option in enumerate(self.options):
            centre = first + index * place
            count = self.counts[option.value]
            if not count:
                canvas.line(centre, y - 2.4, centre, y + 2.4)
                continue
            step = min(DOT_SPACING, (place - DOT_SPACING) / max(count - 1, 1))
            for each in range(count):
                canvas.circle(centre + (each - (count - 1) / 2) * step, y, RADIUS, stroke=0, fill=1)
        for index, word in self._labels().items():
            word.draw(canvas, x + index * place, y - RADIUS - 3, place)

    def _labels(self) -> dict[int, Text]:
        return {
            index: Text(uncapitalise(option.label), SMALL, align="centre")
            for index, option in enumerate(self.options)
            if self.counts[option.value]
        }
