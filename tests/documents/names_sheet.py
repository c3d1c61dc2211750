"""A sheet with one name on each line, and its picture; run as a module, it writes the accepted pictures anew.

    python -m tests.documents.names_sheet

Look at each name before you commit them: they are what later drawings are compared with.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from clinic_toolkit.documents import font_faces, line_breaking
from clinic_toolkit.documents.styles import TextStyle
from tests.documents.names_of_the_world import list_names

ACCEPTED = {
    False: Path(__file__).parent / "accepted" / "names.png",
    True: Path(__file__).parent / "accepted" / "names_bold.png",
}
WIDTH, ROW, SCALE = 300, 34, 1.5


def draw_names(names: Sequence[str], *, bold: bool = False, size: float = 16) -> bytes:
    """A PDF of one page with each text on a line of its own."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    first: Any = font_faces.primary_face(False).name
    canvas = Canvas(out, pagesize=(WIDTH, ROW * len(names)), invariant=True, initialFontName=first)
    pen = canvas.beginText()
    for row, name in enumerate(names, start=1):
        (line,), _ = line_breaking.break_lines([(name, TextStyle(size=size, bold=bold))], 1000)
        line_breaking.draw_line(pen, line, 8, ROW * (len(names) - row) + 12)
    canvas.drawText(pen)
    canvas.showPage()
    with font_faces.subset_lock:
        canvas.save()
    return out.getvalue()


def picture_of(pdf: bytes) -> Image.Image:
    """The first page in greys, as PDFium draws it."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture: Image.Image = page.render(scale=SCALE).to_pil().convert("L")
    return picture


def copied_lines(pdf: bytes) -> list[str]:
    """The lines that PDFium copies out of the first page."""
    text: str = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    return text.replace("\r\n", "\n").split("\n")


if __name__ == "__main__":
    for weight, path in ACCEPTED.items():
        path.parent.mkdir(exist_ok=True)
        picture_of(draw_names(list_names(), bold=weight)).save(path, optimize=True)
