"""Draw every paper as a picture: each worksheet in normal and in large print, and each other document.

    .venv/bin/python docs/make_paper_pictures.py

Everything ends up in docs/paper/: the pages of one paper stand beside each other, and under them the same in
grey, as most printers print them. The people on them are invented. Needs what the tests need.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from clinic_toolkit.documents import worksheet  # noqa: E402
from clinic_toolkit.worksheets.catalogue import list_worksheets  # noqa: E402
from tests.documents import values  # noqa: E402
from tests.documents.reading import SHEETS  # noqa: E402
from tests.fixtures.replaced import replace  # noqa: E402

PICTURES = CHECKOUT / "docs" / "paper"
# Pixels for each point, and the space between two pages.
SCALE, GAP = 0.9, 10
COLOURS = 64


def main() -> int:
    """Draw every picture anew; one of a paper that is no more is removed."""
    PICTURES.mkdir(exist_ok=True)
    drawn = set()
    for name, pdfs in papers():
        path = PICTURES / f"{name}.png"
        picture_of([page for pdf in pdfs for page in pages_of(pdf)]).save(path, optimize=True)
        drawn.add(path)
        sys.stdout.write(f"{path.relative_to(CHECKOUT)}: {path.stat().st_size:,} bytes\n")
    for path in PICTURES.glob("*.png"):
        if path not in drawn:
            path.unlink()
    return 0


def papers() -> Iterator[tuple[str, list[bytes]]]:
    """The name of each picture, and the papers on it."""
    for name, make in SHEETS.items():
        if "worksheet" not in name:
            yield name.replace("'", "").replace(" ", "-"), [make("A4")]
    for sheet in list_worksheets():
        value = replace(values.sheet(initials=""), worksheet=sheet)
        sizes = (value, replace(value, large_type=True))
        yield f"worksheet-{sheet.slug}", [worksheet.render_worksheet(each) for each in sizes]


def pages_of(pdf: bytes) -> list[Image.Image]:
    """Each page of the file as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=SCALE).to_pil() for page in document]
    finally:
        document.close()


def picture_of(pages: list[Image.Image]) -> Image.Image:
    """The pages beside each other, and below them the same in grey."""
    width = sum(page.width + GAP for page in pages) + GAP
    height = max(page.height for page in pages) + GAP
    whole = Image.new("RGB", (width, 2 * height + GAP), (150, 150, 150))
    left = GAP
    for page in pages:
        whole.paste(page, (left, GAP))
        whole.paste(page.convert("L").convert("RGB"), (left, height + GAP))
        left += page.width + GAP
    return whole.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    raise SystemExit(main())
