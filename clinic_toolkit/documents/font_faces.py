"""The embedded fonts: what each covers, and text widths.

The primary family is Atkinson Hyperlegible Next, which ReportLab draws letter by letter. Everything else is
shaped (`text_shaping.py`) and embedded by us (`embedded_font.py`): DejaVu Sans, slightly smaller so that both
look the same size, for a word of Latin, Greek or Cyrillic with a letter that the primary family lacks, and
for signs; and one font for each other writing system (`writing_systems.py`). A font is parsed once a process,
and only when it is needed.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents import writing_systems

if TYPE_CHECKING:
    from uharfbuzz import Font

FALLBACK = "DejaVuSans"
FONTS_FOLDER = Path(__file__).parent / "fonts"
# How far the second drawing of a letter is moved for bold print, as a fraction of the font size: for fonts
# that have one weight only.
BOLD_SHIFT = 0.03
# About 20 KB each.
_SUBSETS_KEPT = 16
_register_lock = Lock()
# ReportLab subsets a font through one read position that all documents share: two documents saved at the
# same time would get each other's glyphs. Hold this lock while saving.
subset_lock = Lock()


class Face(Struct, frozen=True, kw_only=True, eq=False):
    """One weight of the primary family. `widths` are by character, as a fraction of the font size."""

    name: str
    widths: dict[str, float]
    chars: frozenset[str]

    def covers(self, text: str) -> bool:
        """Whether this face has a glyph for every character."""
        return self.chars.issuperset(text)

    def width(self, text: str) -> float:
        """The width at size 1 of a text that this face covers."""
        return sum(map(self.widths.__getitem__, text))


class Glyph(Struct, frozen=True):
    """A glyph by its number in the font, and where it stands, in units of the font."""

    number: int
    x: int
    y: int


class ShapedFace(Struct, frozen=True, kw_only=True, eq=False):
    """One weight of a font whose text is shaped.

    `scale` makes all families look the same size; `shift` is how far the second drawing of each letter is
    moved for bold print, in units of the font, 0 for none.
    """

    name: str
    path: Path
    font: "Font"
    units: int
    scale: float
    shift: int
    chars: frozenset[str]

    def covers(self, text: str) -> bool:
        """Whether this face has a glyph for every character."""
        return self.chars.issuperset(text)

    def reach(self, glyphs: Iterable[Glyph]) -> tuple[float, float]:
        """How far these glyphs reach above and below the baseline at size 1, 0 at least."""
        top = bottom = 0
        for glyph in glyphs:
            if box := self.font.get_glyph_extents(glyph.number):
                top = max(top, glyph.y + box.y_bearing)
                bottom = min(bottom, glyph.y + box.y_bearing + box.height)
        return top / self.units, -bottom / self.units


_shaped_faces: dict[tuple[str, bool], ShapedFace] = {}


def primary_face(bold: bool) -> Face:
    """Atkinson Hyperlegible Next."""
    # One thread at a time: a second registration would replace the font in use by an open document.
    with _register_lock:
        return _register_primary("SemiBold" if bold else "Regular")


def fallback_face(bold: bool) -> ShapedFace:
    """DejaVu Sans, for what the primary family lacks of Latin, Greek, Cyrillic and signs."""
    return _shaped_face(FALLBACK, bold)


def find_shaped_face(char: str, bold: bool) -> ShapedFace | None:
    """The face for a character that the primary family lacks; None if no font has it."""
    font = writing_systems.find_font(char)
    if font is not None and (face := _shaped_face(font, bold)).covers(char):
        return face
    # Both weights, so that a text can be drawn in either.
    if fallback_face(False).covers(char) and fallback_face(True).covers(char):
        return fallback_face(bold)
    return None


@cache
def _register_primary(weight: str) -> Face:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    name = f"AtkinsonHyperlegibleNext-{weight}"
    font = TTFont(name, str(FONTS_FOLDER / f"{name}.ttf"), shapable=False)
    # ReportLab makes the face itself, so only its method can be replaced.
    font.face.makeSubset = _remember_subsets(font.face.makeSubset)  # type: ignore[method-assign, assignment]
    pdfmetrics.registerFont(font)
    # Combining accents need positioning rules that ReportLab does not apply: words with them are shaped.
    widths = {
        chr(code): font.face.charWidths.get(code, font.face.defaultWidth) / 1000
        for code in font.face.charToGlyph
        if unicodedata.category(chr(code))[0] not in "CM"
    }
    return Face(name=name, widths=widths, chars=frozenset(widths))


def _remember_subsets(make_subset: Callable[[Sequence[int]], bytes]) -> Callable[[Sequence[int]], bytes]:
    """Keep the newest subsets: copies of a sheet, and its preview while it is typed, need the same."""
    remembered = lru_cache(_SUBSETS_KEPT)(lambda codes: make_subset(list(codes)))
    return lambda codes: remembered(tuple(codes))


def _shaped_face(font: str, bold: bool) -> ShapedFace:
    """The face of the fallback, or of one of the fonts of `writing_systems`."""
    return _shaped_faces.get((font, bold)) or _load_shaped(font, bold)


def _load_shaped(font: str, bold: bool) -> ShapedFace:
    import uharfbuzz

    if font == FALLBACK:
        file, name, scale, is_doubled = f"{FALLBACK}{'-Bold' if bold else ''}.ttf", FALLBACK, 0.92, False
    else:
        file, name, scale, is_doubled = writing_systems.font_file(font), font, 1.0, bold
    with _register_lock:
        if (font, bold) not in _shaped_faces:
            face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONTS_FOLDER / file)))
            _shaped_faces[font, bold] = ShapedFace(
                name=f"{name}-Bold" if bold else name,
                path=FONTS_FOLDER / file,
                font=uharfbuzz.Font(face),
                units=face.upem,
                scale=scale,
                shift=round(BOLD_SHIFT * face.upem) if is_doubled else 0,
                # A private-use letter has no meaning that its shape in some font would show.
                chars=frozenset(
                    chr(code)
                    for code in face.unicodes
                    if unicodedata.category(chr(code)) not in ("Cc", "Co", "Cs")
                ),
            )
        return _shaped_faces[font, bold]
