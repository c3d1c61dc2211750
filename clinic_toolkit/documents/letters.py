"""The letters: two embedded families, what each covers, and how wide a run is.

Atkinson Hyperlegible Next is the house's face. A word with a letter that it lacks is set whole in
DejaVu Sans, slightly smaller so that the two look alike. Fonts are parsed once in a process, the
large one only when a word asks for it.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from threading import Lock

from msgspec import Struct

FOLDER = Path(__file__).parent / "fonts"
_WORDS = re.compile(r"( +)")
_registering = Lock()
# ReportLab cuts a font's subset by moving one read position in the font that all documents share: two
# documents saved at the same moment would read each other's glyphs. One is saved at a time.
subsetting = Lock()


class Face(Struct, frozen=True, kw_only=True, eq=False):
    """One weight of one family. `widths` are parts of the size; `scale` makes the families look alike."""

    name: str
    scale: float
    widths: dict[str, float]
    chars: frozenset[str]

    def covers(self, text: str) -> bool:
        """Whether every character has a glyph here."""
        return self.chars.issuperset(text)

    def width(self, text: str) -> float:
        """Width of text that this face covers, at size 1."""
        return sum(map(self.widths.__getitem__, text))


def house(bold: bool) -> Face:
    """Atkinson Hyperlegible Next."""
    return _face("AtkinsonHyperlegibleNext-SemiBold" if bold else "AtkinsonHyperlegibleNext-Regular", 1.0)


def fallback(bold: bool) -> Face:
    """DejaVu Sans."""
    return _face("DejaVuSans-Bold" if bold else "DejaVuSans", 0.92)


def face(word: str, bold: bool) -> Face:
    """The face of one printable word: never two families inside a word."""
    first = house(bold)
    return first if first.covers(word) else fallback(bold)


def by_letter(words: str, bold: bool) -> list[tuple[Face, str]]:
    """Runs of one face each, chosen letter by letter: the same whatever the order of the letters."""
    first = house(bold)
    return [
        (first if covered else fallback(bold), "".join(run))
        for covered, run in groupby(words, key=first.chars.__contains__)
    ]


def width(words: str, bold: bool) -> float:
    """Width of printable text at size 1."""
    first = house(bold)
    if first.covers(words):
        return first.width(words)
    return sum(face(word, bold).width(word) for word in _WORDS.split(words))


def _face(name: str, scale: float) -> Face:
    # One thread registers at a time: a second registration would swap the font under an open document.
    with _registering:
        return _load(name, scale)


@cache
def _load(name: str, scale: float) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    # The house's combining accents need placing by rules that ReportLab does not apply; the other family's
    # lie over the letter before them as they are, so a word with one is set in that family.
    combining = range(0x300, 0x370) if scale == 1.0 else range(0)
    widths = {
        chr(code): font.face.charWidths.get(code, font.face.defaultWidth) * scale / 1000
        for code in font.face.charToGlyph
        if code not in combining and not unicodedata.category(chr(code)).startswith("C")
    }
    return Face(name=name, scale=scale, widths=widths, chars=frozenset(widths))
