"""The yardstick of another program: the same words, in the same structure, laid out by WeasyPrint.

The page for it is written while our own paper is drawn: each element becomes its tag in HTML with its words,
each line to write on a rule, each circle one in SVG. It has the same two fonts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from time import process_time
from typing import Any
from unittest.mock import patch

from clinic_toolkit.documents import font_faces, line_breaking, summary, worksheet
from clinic_toolkit.documents.line_breaking import TextLine
from clinic_toolkit.documents.tagging import Role
from tests.bench.rounds import ratio
from tests.documents import values

# How many times cheaper our own paper must be.
GOAL = 8.0
TAGS = {
    Role.H1: "h1",
    Role.H2: "h2",
    Role.H3: "h3",
    Role.PARAGRAPH: "p",
    Role.QUOTE: "blockquote",
    Role.LIST: "ul",
    Role.ITEM: "li",
    Role.TABLE: "table",
    Role.ROW: "tr",
    Role.HEAD_CELL: "th",
    Role.CELL: "td",
    Role.FIGURE: "figure",
}
SHEETS: dict[str, Callable[[], bytes]] = {
    "session summary": lambda: summary.render_session_summary(values.summary(every_answer=True)),
    "worksheet": lambda: worksheet.render_worksheet(values.sheet()),
}


def load_weasyprint() -> Any | None:
    """WeasyPrint; None where it cannot be loaded: it needs Pango, which is no Python library."""
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    return weasyprint


def bench_weasyprint(weasyprint: Any, name: str, *, keeps_fonts: bool, rounds: int = 9) -> float:
    """How many times as much processor time WeasyPrint takes; the median of paired rounds.

    Args:
        weasyprint: the library.
        name: which of the papers.
        keeps_fonts: whether it keeps its fonts from one paper to the next, as we do; by itself it does not.
        rounds: how many pairs are measured.
    """
    make = SHEETS[name]
    other = other_pdf(weasyprint, write_html(make), keeps_fonts=keeps_fonts)
    return ratio(other, make, times=1, clock=process_time, rounds=rounds)


def other_pdf(weasyprint: Any, page: str, *, keeps_fonts: bool) -> Callable[[], bytes]:
    """Draws the page with WeasyPrint, tagged as ours is."""
    from weasyprint.text.fonts import FontConfiguration

    def read_fonts() -> tuple[Any, Any]:
        fonts = FontConfiguration()
        return fonts, weasyprint.CSS(string=style_sheet(), font_config=fonts)

    kept = read_fonts()

    def make() -> bytes:
        fonts, style = kept if keeps_fonts else read_fonts()
        pdf: bytes = weasyprint.HTML(string=page).write_pdf(
            stylesheets=[style], font_config=fonts, pdf_tags=True
        )
        return pdf

    return make


def style_sheet() -> str:
    """The same two fonts, and lines to write on."""
    faces = "".join(
        f"@font-face {{ font-family: House; font-weight: {weight}; src: url('{path.as_uri()}'); }} "
        for weight, path in (
            (400, font_faces.FONTS_FOLDER / "AtkinsonHyperlegibleNext-Regular.ttf"),
            (700, font_faces.FONTS_FOLDER / "AtkinsonHyperlegibleNext-SemiBold.ttf"),
        )
    )
    return (
        f"{faces} @page {{ size: A4; margin: 17mm 20mm; }} body {{ font: 12pt/1.3 House; }} "
        "hr { border: 0; border-bottom: 0.7pt solid #888; height: 8mm; margin: 0; } "
        "td, th { border-bottom: 0.7pt solid #888; }"
    )


def write_html(make: Callable[[], bytes]) -> str:
    """The page that says and shows what the paper does."""
    from clinic_toolkit.documents import tagged_canvas

    written: list[str] = ['<html lang="en"><title>Document</title>']
    real_canvas, real_write = tagged_canvas.TaggedCanvas, line_breaking.draw_line

    class Writer(real_canvas):  # type: ignore[misc, valid-type]
        @contextmanager
        def element(self, role: Role, **named: Any) -> Iterator[None]:
            tag = TAGS.get(role, "span")
            written.append(f"<{tag}>")
            with super().element(role, **named):
                yield
            written.append(f"</{tag}>")

        def lines(self, drawn: list[tuple[float, float, float, float]]) -> None:
            written.extend("<hr>" for x1, y1, x2, y2 in drawn if y1 == y2)
            super().lines(drawn)

        def circle(self, x: float, y: float, radius: float, **named: Any) -> None:
            size = 2 * radius + 2
            written.append(
                f'<svg width="{size}pt" height="{size}pt"><circle cx="50%" cy="50%" r="{radius}"/></svg>'
            )
            super().circle(x, y, radius, **named)

    def write(pen: Any, line: TextLine, x: float, baseline: float) -> None:
        written.extend(
            f"<b>{escape(run.text)}</b> " if run.style.bold else f"{escape(run.text)} " for run in line.runs
        )
        real_write(pen, line, x, baseline)

    with (
        patch.object(tagged_canvas, "TaggedCanvas", Writer),
        patch.object(line_breaking, "draw_line", write),
    ):
        make()
    return "".join(written)
