"""Draw every paper as a picture: each worksheet in normal and in large print, and each other document.

    .venv/bin/python docs/make_paper_pictures.py

Everything ends up in docs/paper/: the pages of one paper stand beside each other, and under them the same in
grey, as most printers print them; README.md shows them all. The people on them are invented. With these
pictures `tests/documents/test_paper_pictures.py` compares what is drawn: look at each that changed before you
commit it, since that accepts it. Needs what the tests need.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pypdfium2
from PIL import Image

CHECKOUT = Path(__file__).resolve().parent.parent
# What follows is imported from the checkout, so it stands below this line.
sys.path.insert(0, str(CHECKOUT))

from clinic_toolkit.documents import guide, packet, worksheet  # noqa: E402
from clinic_toolkit.documents.styles import ACCENT  # noqa: E402
from clinic_toolkit.instruments.catalogue import load_instrument  # noqa: E402
from clinic_toolkit.record.values.packet_values import SeparatorPage  # noqa: E402
from clinic_toolkit.worksheets.catalogue import list_worksheets  # noqa: E402
from clinic_toolkit.worksheets.model import Worksheet  # noqa: E402
from tests.documents import values  # noqa: E402
from tests.documents.reading import SHEETS  # noqa: E402
from tests.fixtures.replaced import replace  # noqa: E402

PICTURES = CHECKOUT / "docs" / "paper"
# Pixels for each point, and the space between two pages.
SCALE, GAP = 0.9, 10
# The sixteen colours of a picture: greys, and the one colour of the papers from full to faint.
GREYS = tuple((level, level, level) for level in (0, 35, 64, 89, 115, 150, 175, 195, 215, 243, 255))
BETWEEN = (150, 150, 150)
TINTS = tuple(
    tuple(round(255 * (1 - share * (1 - part))) for part in ACCENT) for share in (1, 0.8, 0.6, 0.4, 0.2)
)
# Those of `SHEETS` that show no worksheet of the catalogue: these are drawn from the catalogue itself.
OWN_SHEETS = ("worksheet", "large worksheet")
START = """# Every paper as a picture

Drawn by `docs/make_paper_pictures.py`. The pages of one paper stand beside each other, and below them the
same in grey, as most printers print them; of a worksheet first the page in normal print, then those in large
print. The people are invented. `docs/paper.md` says by which rules the papers are made. Names in many writing
systems have [a picture of their own](../../tests/documents/accepted/names.png).
"""


def main() -> int:
    """Draw every picture and the page that shows them; a picture of a paper that is no more is removed."""
    PICTURES.mkdir(exist_ok=True)
    papers = dict(list_papers())
    for name, pdfs in papers.items():
        path = PICTURES / f"{name}.png"
        picture_of(pdfs).save(path, optimize=True)
        sys.stdout.write(f"{path.relative_to(CHECKOUT)}: {path.stat().st_size:,} bytes\n")
    for path in PICTURES.glob("*.png"):
        if path.stem not in papers:
            path.unlink()
    (PICTURES / "README.md").write_text(write_readme(list(papers)), encoding="utf-8")
    return 0


def list_papers() -> Iterator[tuple[str, list[bytes]]]:
    """The name of each picture, and the PDFs on it."""
    # The one of the tests is made to be long, and says nothing.
    real_guide = replace(values.guide(), instrument=load_instrument("giving"))
    for name, make in (SHEETS | {"guide": lambda _: guide.render_guide(real_guide)}).items():
        if name not in OWN_SHEETS:
            yield name.replace("'", "").replace(" ", "-"), [make("A4")]
    day = SeparatorPage(
        letterhead=values.letterhead(), title="10:00 · A. R.", lines=("This page stays with you.",)
    )
    separator = partial(packet.lay_out_separator, day)
    yield "separator-of-a-packet", [packet.render_packet([separator], lambda done, total: None)]
    for sheet in list_worksheets():
        yield f"worksheet-{sheet.slug}", draw_sheet(sheet)


def draw_sheet(sheet: Worksheet) -> list[bytes]:
    """The worksheet in normal and in large print, blank."""
    value = replace(values.sheet(initials=""), worksheet=sheet)
    return [worksheet.render_worksheet(each) for each in (value, replace(value, large_type=True))]


def write_readme(names: list[str]) -> str:
    """The page that shows each picture under its name."""
    shown = [f"\n## {name.replace('-', ' ').capitalize()}\n\n![{name}]({name}.png)\n" for name in names]
    return START + "".join(shown)


def picture_of(pdfs: list[bytes]) -> Image.Image:
    """The pages of the files beside each other, and below them the same in grey."""
    pages = [page for pdf in pdfs for page in _pages_of(pdf)]
    width = sum(page.width + GAP for page in pages) + GAP
    height = max(page.height for page in pages) + GAP
    whole = _start_picture((*GREYS, *TINTS), width, 2 * height + GAP)
    whole.paste(GREYS.index(BETWEEN), (0, 0, *whole.size))
    coloured, grey = _start_picture((*GREYS, *TINTS), 1, 1), _start_picture(GREYS, 1, 1)
    left = GAP
    for page in pages:
        in_grey = page.convert("L").convert("RGB")
        whole.paste(page.quantize(palette=coloured, dither=Image.Dither.NONE), (left, GAP))
        whole.paste(in_grey.quantize(palette=grey, dither=Image.Dither.NONE), (left, height + GAP))
        left += page.width + GAP
    return whole


def _start_picture(colours: Sequence[tuple[int, ...]], width: int, height: int) -> Image.Image:
    """An empty picture of these colours: always the same, so that a new word changes nothing else."""
    picture = Image.new("P", (width, height))
    picture.putpalette([part for colour in colours for part in colour])
    return picture


def _pages_of(pdf: bytes) -> list[Image.Image]:
    """Each page of the file as a picture, with its fields where it has some."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    try:
        return [page.render(scale=SCALE).to_pil() for page in document]
    finally:
        document.close()


if __name__ == "__main__":
    raise SystemExit(main())
