"""The two embedded font families, the characters that each covers, and text widths.

The primary family is Atkinson Hyperlegible Next. A word with a character that it lacks is set as a whole in
DejaVu Sans, slightly smaller so that both look the same size. Fonts are parsed once a process, and DejaVu
Sans, which is large, only when it is needed.
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
# ReportLab subsets a font through one read position that all documents share: two documents saved at the
# same time would get each other's glyphs. Hold this lock while saving.
subset_lock = Lock()


class Face(Struct, frozen=True, kw_only=True, eq=False):
    """One weight of one family.

    `widths` are by character, as a fraction of the font size; `scale` makes both families look the same size.
    """

    name: str
    scale: float
    widths: dict[str, float]
    chars: frozenset[str]

    def covers(self, text: str) -> bool:
        """Whether this face has a glyph for every character."""
        return self.chars.issuperset(text)

    def width(self, text: str) -> float:
        """The width at size 1 of a text that this face covers."""
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
    """The face for one printable word; a word is never set in two families."""
    primary = primary_face(bold)
    return primary if primary.covers(word) else fallback_face(bold)


def runs_by_face(words: str, bold: bool) -> list[tuple[Face, str]]:
    """Split text into runs of one face each, chosen by character, so independent of visual reordering."""
    primary = primary_face(bold)
    return [
        (primary if covered else fallback_face(bold), "".join(run))
        for covered, run in groupby(words, key=primary.chars.__contains__)
    ]


def text_width(words: str, bold: bool) -> float:
    """The width of printable text at size 1."""
    primary = primary_face(bold)
    if primary.covers(words):
        return primary.width(words)
    return sum(face_for_word(word, bold).width(word) for word in _WORDS.split(words))


def _load_face(name: str, scale: float) -> Face:
    # One thread at a time: a second registration would replace the font in use by an open document.
    with _register_lock:
        return _register_font(name, scale)


@cache
def _register_font(name: str, scale: float) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(FONTS_FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    # The primary family's combining accents need positioning rules that ReportLab does not apply. Those of
    # the fallback family overlap the preceding letter by themselves, so words with accents are set in it.
    combining = range(0x300, 0x370) if scale == 1.0 else range(0)
    widths = {
        chr(code): font.face.charWidths.get(code, font.face.defaultWidth) * scale / 1000
        for code in font.face.charToGlyph
        if code not in combining and not unicodedata.category(chr(code)).startswith("C")
    }
    return Face(name=name, scale=scale, widths=widths, chars=frozenset(widths))
