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

FONTS_FOLDER = Path(__file__).parent / "fonts"
_WORDS = re.compile(r"( +)")
_register_lock = Lock()
# ReportLab cuts a font's subset by moving one read position in the font that all documents share: two
# documents saved at the same moment would read each other's glyphs. One is saved at a time.
subset_lock = Lock()


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


def primary_face(bold: bool) -> Face:
    """Atkinson Hyperlegible Next."""
    return _load_face(
        "AtkinsonHyperlegibleNext-SemiBold" if bold else "AtkinsonHyperlegibleNext-Regular", 1.0
    )


def fallback_face(bold: bool) -> Face:
    """DejaVu Sans."""
    return _load_face("DejaVuSans-Bold" if bold else "DejaVuSans", 0.92)


def face_for_word(word: str, bold: bool) -> Face:
    """The face of one printable word: never two families inside a word."""
    first = primary_face(bold)
    return first if first.covers(word) else fallback_face(bold)


def runs_by_face(words: str, bold: bool) -> list[tuple[Face, str]]:
    """Runs of one face each, chosen letter by letter: the same whatever the order of the letters."""
    first = primary_face(bold)
    return [
        (first if covered else fallback_face(bold), "".join(run))
        for covered, run in groupby(words, key=first.chars.__contains__)
    ]


def text_width(words: str, bold: bool) -> float:
    """Width of printable text at size 1."""
    first = primary_face(bold)
    if first.covers(words):
        return first.width(words)
    return sum(face_for_word(word, bold).width(word) for word in _WORDS.split(words))


def _load_face(name: str, scale: float) -> Face:
    # One thread registers at a time: a second registration would swap the font under an open document.
    with _register_lock:
        return _register_font(name, scale)


@cache
def _register_font(name: str, scale: float) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(FONTS_FOLDER / f"{name}.ttf"))
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
