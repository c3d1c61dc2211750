"""The dot chart: the answers of one facet as dots on a line of the scale's options."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Block, Text
from clinic_toolkit.documents.styles import ACCENT, EDGE, SMALL
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.psychometrics.result_sentences import uncapitalise

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
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
        self.labels = {
            index: Text(uncapitalise(option.label), SMALL, align=Align.CENTRE)
            for index, option in enumerate(self.options)
            if self.counts[option.value]
        }

    def height(self, width: float) -> float:
        slot_width = width / len(self.options)
        tallest = max((label.height(slot_width) for label in self.labels.values()), default=0.0)
        return 2 * RADIUS + 6 + tallest

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        words = (f"{uncapitalise(option.label)}: {self.counts[option.value]}" for option in self._chosen())
        with canvas.element(Role.FIGURE, alt=f"One dot for each answer. {', '.join(words)}."):
            self._draw_dots(canvas, x, top, width)

    def _draw_dots(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        slot_width = width / len(self.options)
        y = top - RADIUS - 2
        first, last = x + slot_width / 2, x + width - slot_width / 2
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(1)
        canvas.line(first, y, last, y)
        canvas.setFillColorRGB(*ACCENT)
        for index, option in enumerate(self.options):
            centre = first + index * slot_width
            count = self.counts[option.value]
            if not count:
                canvas.line(centre, y - 2.4, centre, y + 2.4)
                continue
            spacing = min(DOT_SPACING, (slot_width - DOT_SPACING) / max(count - 1, 1))
            for dot_index in range(count):
                canvas.circle(centre + (dot_index - (count - 1) / 2) * spacing, y, RADIUS, stroke=0, fill=1)
        for index, label in self.labels.items():
            label.draw(canvas, x + index * slot_width, y - RADIUS - 3, slot_width)

    def _chosen(self) -> "list[ResponseOption]":
        return [option for option in self.options if self.counts[option.value]]
