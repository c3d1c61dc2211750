"""Goal 1 of the benchmark: what layout costs above drawing the same glyphs on a bare canvas.

The floor is drawn from a recording of one render: every run of glyphs at its place, every line and
shape, on the same paper with the same embedded fonts. It sets a font or a colour only where it changes,
so it is a strict floor. Rounds are paired in one process and measured in processor time.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from io import BytesIO
from typing import Any
from unittest.mock import patch

from clinic_toolkit.documents import font_faces, line_breaking, summary, worksheet
from clinic_toolkit.documents.line_breaking import TextLine
from tests.documents import values

# What a tagged paper may cost, and the same one without its tags.
GOAL, UNTAGGED_GOAL = 2.2, 1.6
SHAPES = ("rect", "line", "lines", "circle", "roundRect")
STATE = ("setFillColorRGB", "setStrokeColorRGB", "setLineWidth")
Act = tuple[str, tuple[Any, ...], dict[str, Any]]


def bench_pdf(rounds: int = 41) -> float:
    """The larger ratio of the two sheets that are printed most: a worksheet and a summary."""
    return max(ratio(make, rounds) for make in SHEETS.values())


def bench_untagged(rounds: int = 41) -> float:
    """The same with a canvas that keeps no structure: what layout costs alone."""
    with untagged():
        return bench_pdf(rounds)


@contextmanager
def untagged() -> Iterator[None]:
    """Draw with a canvas that knows no elements."""
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.documents import tagged_canvas

    real = tagged_canvas.TaggedCanvas

    class Untagged(real):  # type: ignore[misc, valid-type]
        def element(self, *given: Any, **named: Any) -> nullcontext[None]:
            return nullcontext()

        def artifact(self) -> nullcontext[None]:
            return nullcontext()

        def _end_segment(self) -> None:
            pass

        def save(self) -> None:
            Canvas.save(self)

    with patch.object(tagged_canvas, "TaggedCanvas", Untagged):
        yield


def ratio(make: Callable[[], bytes], rounds: int) -> float:
    """Median over paired rounds of layout and drawing against drawing alone."""
    size, pages = record(make)
    for _ in range(3):
        make(), redraw(size, pages)
    found = []
    for _ in range(rounds):
        found.append(cost(make) / cost(lambda: redraw(size, pages)))
    return statistics.median(found)


def cost(act: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    for _ in range(3):
        act()
    return time.process_time() - begun


def record(make: Callable[[], bytes]) -> tuple[tuple[float, float], list[list[Act]]]:
    """Render once and keep what was drawn: shapes in order, and the runs of glyphs."""
    from clinic_toolkit.documents import tagged_canvas

    pages: list[list[Act]] = [[]]
    sizes: list[tuple[float, float]] = []
    real_canvas, real_write = tagged_canvas.TaggedCanvas, line_breaking.draw_line

    class Recorder(real_canvas):  # type: ignore[misc, valid-type]
        depth = 0

        def __init__(self, *given: Any, **named: Any) -> None:
            self.depth = 1
            super().__init__(*given, **named)
            self.depth = 0
            sizes.append(named["pagesize"])

        def showPage(self) -> None:  # noqa: N802
            pages.append([])
            super().showPage()

    def keep(name: str) -> Callable[..., Any]:
        def kept(self: Any, *given: Any, **named: Any) -> Any:
            if not self.depth:
                pages[-1].append((name, given, named))
            self.depth += 1
            try:
                return getattr(real_canvas, name)(self, *given, **named)
            finally:
                self.depth -= 1

        return kept

    for name in (*SHAPES, *STATE):
        setattr(Recorder, name, keep(name))

    def write(pen: Any, line: TextLine, x: float, baseline: float) -> None:
        pages[-1].append(("write", (line, x, baseline), {}))
        real_write(pen, line, x, baseline)

    with (
        patch.object(tagged_canvas, "TaggedCanvas", Recorder),
        patch.object(line_breaking, "draw_line", write),
    ):
        make()
    return sizes[0], [drawn for drawn in pages if drawn]


@cache
def plain_font(name: str) -> str:
    """The same font as ReportLab has it, which makes its subset anew for each paper."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    plain = f"{name}-plain"
    pdfmetrics.registerFont(TTFont(plain, str(font_faces.FONTS_FOLDER / f"{name}.ttf"), shapable=False))
    return plain


def redraw(size: tuple[float, float], pages: list[list[Act]]) -> bytes:
    """The same page with no layout at all."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    first: Any = plain_font(font_faces.primary_face(False).name)
    canvas = Canvas(out, pagesize=size, invariant=True, pageCompression=1, lang="en", initialFontName=first)
    for drawn in pages:
        for name, given, named in drawn:
            if name != "write":
                getattr(canvas, name)(*given, **named)
        pen = canvas.beginText()
        font: tuple[str, float] | None = None
        colour: tuple[float, ...] | None = None
        for name, given, _ in drawn:
            if name != "write":
                continue
            line, x, baseline = given
            pen.setTextOrigin(x, baseline)
            for run in line.runs:
                if run.face is not None:
                    raise AssertionError("The floor knows plain text only.")
                if (run.font, run.size) != font:
                    font = (run.font, run.size)
                    pen.setFont(plain_font(run.font), run.size, 0)
                if run.style.colour != colour:
                    colour = run.style.colour
                    pen.setFillColorRGB(*colour)
                pen.textOut(run.text)
        canvas.drawText(pen)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


SHEETS: dict[str, Callable[[], bytes]] = {
    "worksheet": lambda: worksheet.render_worksheet(values.sheet()),
    "session summary": lambda: summary.render_session_summary(values.summary()),
}

if __name__ == "__main__":
    import sys

    for name, make in SHEETS.items():
        sys.stdout.write(f"{name}: {ratio(make, 41):.2f} x the bare canvas (goal: at most {GOAL})\n")
        with untagged():
            sys.stdout.write(f"  untagged: {ratio(make, 41):.2f} (goal: at most {UNTAGGED_GOAL})\n")
