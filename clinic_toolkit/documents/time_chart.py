"""The chart of answers over time on paper, from the same plan as on the screen (`chart_plan`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents.blocks import Align, Block, Text
from clinic_toolkit.documents.chart_plan import ChartLabel, ChartPlan, LabelAnchor, RangeBand
from clinic_toolkit.documents.point_shapes import HOLLOW_SHAPES, PointShape
from clinic_toolkit.documents.styles import ACCENT, EDGE, HAIR, INK, SMALL, SOFT, WASH, Colour, TextStyle
from clinic_toolkit.documents.tagging import Role

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas

_SCALE_WIDTH, _GAP, _INSET = 62.0, 14.0, 8.0
_PLOT_HEIGHT = 96.0
_ABOVE, _BELOW, _RAIL_HEIGHT = 14.0, 20.0, 17.0
_LABEL_HEIGHT = 14.0
_RADIUS, _DOT = 3.6, 2.1
_WORD = TextStyle(size=8.5, colour=SOFT, leading=1.12)


class TimeChart(Block):
    """The chart of one part: the scale on the left, the rounds beside it, the dates below.

    `described` is what a screen reader says in its place.
    """

    def __init__(
        self,
        plan: ChartPlan,
        *,
        described: str,
        before: float = 0,
        after: float = 0,
        keep_with_next: bool = False,
    ) -> None:
        super().__init__(before=before, after=after, keep_with_next=keep_with_next)
        self.plan, self.described = plan, described

    def height(self, width: float) -> float:
        above = _ABOVE + (_LABEL_HEIGHT if self.plan.breaks else 0)
        return above + _PLOT_HEIGHT + _BELOW + (_RAIL_HEIGHT if self.plan.has_mode_rail else 0)

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        self._plot = _PlotArea(
            left=x + _SCALE_WIDTH + _GAP + _INSET,
            width=width - _SCALE_WIDTH - _GAP - 2 * _INSET,
            top=top - _ABOVE - (_LABEL_HEIGHT if self.plan.breaks else 0),
        )
        with canvas.element(Role.FIGURE, alt=self.described):
            self._draw_scale(canvas, x)
            for band in self.plan.baselines:
                self._draw_baseline(canvas, band)
            for band in self.plan.usual:
                self._draw_usual_range(canvas, band)
            self._draw_breaks(canvas)
            self._draw_mean_lines(canvas)
            self._draw_answers(canvas)
            self._draw_dates(canvas)

    def _draw_scale(self, canvas: "TaggedCanvas", x: float) -> None:
        plot = self._plot
        canvas.setLineWidth(0.6)
        for level in self.plan.levels:
            y = plot.y(level.y)
            canvas.setStrokeColorRGB(*HAIR)
            canvas.line(plot.left - _INSET, y, plot.left + plot.width + _INSET, y)
            if level.word:
                label = Text(level.word, _WORD, align=Align.RIGHT)
                label.draw(canvas, x, y + label.height(_SCALE_WIDTH) / 2, _SCALE_WIDTH)

        if self.plan.has_mode_rail:
            y = plot.y(1) - _RAIL_HEIGHT
            Text("how given", _WORD, align=Align.RIGHT).draw(canvas, x, y + _WORD.size * 0.56, _SCALE_WIDTH)

    def _draw_baseline(self, canvas: "TaggedCanvas", band: RangeBand) -> None:
        x1, x2, low, high = self._corners(band)
        canvas.setFillColorRGB(*WASH)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.5)
        canvas.setDash(1, 2)
        canvas.rect(x1, low, x2 - x1, high - low, stroke=1, fill=1)
        canvas.setDash()

    def _draw_usual_range(self, canvas: "TaggedCanvas", band: RangeBand) -> None:
        x1, x2, low, high = self._corners(band)
        canvas.setStrokeColorRGB(*EDGE)
        canvas.setLineWidth(0.9)
        canvas.setDash(5, 3)
        canvas.line(x1, low, x2, low)
        canvas.line(x1, high, x2, high)
        canvas.setDash()

    def _corners(self, band: RangeBand) -> tuple[float, float, float, float]:
        plot = self._plot
        return plot.x(band.x1), plot.x(band.x2), plot.y(band.bottom), plot.y(band.top)

    def _draw_breaks(self, canvas: "TaggedCanvas") -> None:
        plot = self._plot
        canvas.setStrokeColorRGB(*INK)
        canvas.setLineWidth(0.9)
        canvas.setDash(1.2, 2.4)
        for label in self.plan.breaks:
            canvas.line(plot.x(label.x), plot.y(1) - 5, plot.x(label.x), plot.y(0) + 8)
        canvas.setDash()
        for label in self.plan.breaks:
            self._draw_label(canvas, label, plot.y(0) + 8 + _WORD.size, 5.0)
        canvas.setStrokeColorRGB(*SOFT)
        for gap in self.plan.gaps:
            x, y = plot.x(gap), plot.y(1)
            canvas.line(x - 3, y - 3, x, y + 3)
            canvas.line(x, y - 3, x + 3, y + 3)

    def _draw_mean_lines(self, canvas: "TaggedCanvas") -> None:
        plot = self._plot
        canvas.setStrokeColorRGB(*ACCENT)
        canvas.setLineWidth(0.8)
        for stroke in self.plan.strokes:
            canvas.line(plot.x(stroke.x1), plot.y(stroke.y1), plot.x(stroke.x2), plot.y(stroke.y2))

    def _draw_answers(self, canvas: "TaggedCanvas") -> None:
        plot = self._plot
        canvas.setFillColorRGB(*(EDGE if self.plan.with_mean else ACCENT))
        for dots in self.plan.dots:
            step = min(2 * _DOT, 18 / dots.count)
            for dot_index in range(dots.count):
                y = plot.y(dots.y) + (dot_index - (dots.count - 1) / 2) * step
                canvas.circle(plot.x(dots.x), y, _DOT, stroke=0, fill=1)
        for point in self.plan.points:
            y = plot.y(1) - _RAIL_HEIGHT if point.y is None else plot.y(point.y)
            draw_shape(canvas, point.shape, plot.x(point.x), y, SOFT if point.y is None else ACCENT)

    def _draw_dates(self, canvas: "TaggedCanvas") -> None:
        top = self._plot.y(1) - 8 - (_RAIL_HEIGHT if self.plan.has_mode_rail else 0)
        for label in self.plan.dates:
            self._draw_label(canvas, label, top, 0.0)

    def _draw_label(self, canvas: "TaggedCanvas", word: ChartLabel, top: float, offset: float) -> None:
        x, label_width = self._plot.x(word.x), 120.0
        if word.anchor == LabelAnchor.START:
            Text(word.text, _WORD).draw(canvas, x + offset, top, label_width)
        elif word.anchor == LabelAnchor.END:
            Text(word.text, _WORD, align=Align.RIGHT).draw(canvas, x - label_width - offset, top, label_width)
        else:
            Text(word.text, _WORD, align=Align.CENTRE).draw(canvas, x - label_width / 2, top, label_width)


class _PlotArea:
    """Converts the relative coordinates of a plan into points on the sheet."""

    def __init__(self, *, left: float, width: float, top: float) -> None:
        self.left, self.width, self.top = left, width, top

    def x(self, share: float) -> float:
        return self.left + share * self.width

    def y(self, share: float) -> float:
        return self.top - share * _PLOT_HEIGHT


# Corners relative to the centre of a point, in multiples of its radius.
_DIAMOND = ((0, 1.3), (1.3, 0), (0, -1.3), (-1.3, 0))
_CORNERS = {
    PointShape.DIAMOND: _DIAMOND,
    PointShape.DIAMOND_HOLLOW: _DIAMOND,
    PointShape.TRIANGLE: ((0, 1.25), (1.2, -0.9), (-1.2, -0.9)),
}


def draw_shape(
    canvas: "TaggedCanvas", shape: PointShape, x: float, y: float, colour: Colour = ACCENT
) -> None:
    """Draw one point: a hollow one is white inside, a filled one has a white edge against the line."""
    hollow, is_cross = shape in HOLLOW_SHAPES, shape == PointShape.CROSS
    canvas.setFillColorRGB(*((1, 1, 1) if hollow else colour))
    canvas.setStrokeColorRGB(*(colour if hollow or is_cross else (1, 1, 1)))
    canvas.setLineWidth(1.2 if hollow or is_cross else 0.8)
    radius = _RADIUS
    if shape in (PointShape.CIRCLE, PointShape.CIRCLE_HOLLOW):
        canvas.circle(x, y, radius, stroke=1, fill=1)
    elif shape in (PointShape.SQUARE, PointShape.SQUARE_HOLLOW):
        canvas.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8, stroke=1, fill=1)
    elif shape in _CORNERS:
        path = canvas.beginPath()
        first, *other_corners = _CORNERS[shape]
        path.moveTo(x + radius * first[0], y + radius * first[1])
        for dx, dy in other_corners:
            path.lineTo(x + radius * dx, y + radius * dy)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    else:
        canvas.lines(
            [
                (x - radius, y - radius, x + radius, y + radius),
                (x - radius, y + radius, x + radius, y - radius),
            ]
        )


class ModeLegend(Block):
    """The legend of the mode shapes, one a line."""

    PITCH = 15.0

    def __init__(
        self, modes: Sequence[tuple[PointShape, str]], *, before: float = 0, after: float = 0
    ) -> None:
        super().__init__(before=before, after=after)
        self.modes = [(shape, Text(label, SMALL)) for shape, label in modes]

    def height(self, width: float) -> float:
        return len(self.modes) * self.PITCH

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        for index, (shape, label) in enumerate(self.modes):
            with canvas.element(Role.ITEM):
                # The shape itself is passed over: only who sees the chart has a use for it.
                draw_shape(canvas, shape, x + 6, top - index * self.PITCH - 6)
                with canvas.element(Role.BODY):
                    label.draw(canvas, x + 18, top - index * self.PITCH, width - 18)
