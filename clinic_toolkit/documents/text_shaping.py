"""Text in the glyphs that draw it: split by font, and shaped by HarfBuzz.

A word is split into parts of one font. Letters and their marks are shaped together, so that they join, stack
and change places as their writing system asks. Nothing is kept between two paragraphs: a text that a person
typed does not stay in memory.
"""

import itertools
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from clinic_toolkit.documents import font_faces, printable_text, reading_order
from clinic_toolkit.documents.font_faces import Face, Glyph, ShapedFace
from clinic_toolkit.documents.printable_text import WITHOUT_WIDTH

# Kerning is left out: then a text is as wide as its parts, wherever a line is broken.
_FEATURES = {"kern": False}
_COMBINING_JOINER = "\u034f"


class Cluster(Struct, frozen=True):
    """Letters that are drawn as one: their text, their glyphs, how far the pen moves in units of the font."""

    text: str
    glyphs: tuple[Glyph, ...]
    advance: int


class FontPart(Struct, frozen=True, eq=False):
    """A part of a text in one font. `is_letters` tells letters from signs and digits."""

    text: str
    face: Face | ShapedFace
    is_letters: bool


class Shaper:
    """Splits and shapes the words of one paragraph; each part is shaped once."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, bool], list[FontPart]] = {}
        self._clusters: dict[tuple[str, str, bool], tuple[Cluster, ...]] = {}

    def split_word(self, word: str, bold: bool) -> list[FontPart]:
        """Split printable text into parts of one font, in logical order."""
        found = self._parts.get((word, bold))
        if found is None:
            found = self._parts[word, bold] = _split_word(word, bold)
        return found

    def shape(self, text: str, face: ShapedFace, rtl: bool) -> tuple[Cluster, ...]:
        """Shape text of one font into clusters, in the order of drawing from left to right."""
        found = self._clusters.get((text, face.name, rtl))
        if found is None:
            found = self._clusters[text, face.name, rtl] = _shape(text, face, rtl)
        return found

    def width(self, word: str, bold: bool) -> float:
        """The width of printable text at size 1."""
        return sum(self._part_width(part) for part in self.split_word(word, bold))

    def list_clusters(self, word: str, bold: bool) -> Iterator[tuple[str, float]]:
        """The parts of a word between which it may be cut, in logical order, and their widths at size 1."""
        for part in self.split_word(word, bold):
            if isinstance(part.face, Face):
                yield from ((char, part.face.widths[char]) for char in part.text)
                continue
            rtl = reading_order.is_right_to_left(part.text)
            clusters = self.shape(part.text, part.face, rtl)
            scale = part.face.scale / part.face.units
            for cluster in reversed(clusters) if rtl else clusters:
                yield cluster.text, cluster.advance * scale

    def _part_width(self, part: FontPart) -> float:
        if isinstance(part.face, Face):
            return part.face.width(part.text)
        clusters = self.shape(part.text, part.face, reading_order.is_right_to_left(part.text))
        return sum(cluster.advance for cluster in clusters) * part.face.scale / part.face.units


def text_width(words: str, bold: bool) -> float:
    """The width at size 1 of a text as it is printed, on one line."""
    primary = font_faces.primary_face(bold)
    words = printable_text.make_printable(words)
    return primary.width(words) if primary.covers(words) else Shaper().width(words, bold)


def _split_word(text: str, bold: bool) -> list[FontPart]:
    parts: list[FontPart] = []
    for word in _split_at_spaces(text):
        face = _one_face(word, bold)
        if face is not None:
            parts.append(FontPart(word, face, True))
            continue
        for char in word:
            _add_character(parts, char, bold)
    return parts


def _split_at_spaces(text: str) -> list[str]:
    words: list[str] = []
    for char in text:
        if words and (char == " ") == (words[-1][-1] == " "):
            words[-1] += char
        else:
            words.append(char)
    return words


def _one_face(word: str, bold: bool) -> Face | ShapedFace | None:
    """The face of a word of Latin, Greek or Cyrillic, which is never set in two families."""
    primary = font_faces.primary_face(bold)
    if primary.covers(word):
        return primary
    fallback = font_faces.fallback_face(bold)
    if all(
        primary.covers(char) or (font_faces.find_shaped_face(char, bold) is fallback) for char in word
    ) and fallback.covers(word):
        return fallback
    return None


def _add_character(parts: list[FontPart], char: str, bold: bool) -> None:
    kind = unicodedata.category(char)[0]
    last = parts[-1] if parts else None
    is_mark = kind == "M" or char in WITHOUT_WIDTH
    if is_mark and last and last.is_letters and isinstance(last.face, ShapedFace) and last.face.covers(char):
        # Marks belong to the letter before them wherever its font has them.
        parts[-1] = FontPart(last.text + char, last.face, True)
        return
    primary = font_faces.primary_face(bold)
    face: Face | ShapedFace | None = primary if primary.covers(char) else None
    face = face or font_faces.find_shaped_face(char, bold)
    if face is None:
        if char in WITHOUT_WIDTH:
            return  # beside letters that do not join, it has no effect
        raise ValueError(f"The character U+{ord(char):04X} is not printable.")
    is_letters = kind in "LM"
    if last is not None and last.face is face and last.is_letters == is_letters:
        parts[-1] = FontPart(last.text + char, face, is_letters)
    else:
        parts.append(FontPart(char, face, is_letters))


def _shape(text: str, face: ShapedFace, rtl: bool) -> tuple[Cluster, ...]:
    import uharfbuzz

    spelled = _take_marks_apart(text) if face.name.startswith(font_faces.FALLBACK) else list(enumerate(text))
    buffer = uharfbuzz.Buffer()
    buffer.add_codepoints([ord(char) for _, char in spelled])
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.language = "und"  # otherwise the shapes would depend on the language of the machine
    buffer.guess_segment_properties()
    uharfbuzz.shape(face.font, buffer, _FEATURES)
    grouped: list[tuple[int, list[Glyph], int]] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        at = spelled[info.cluster][0]
        if not grouped or grouped[-1][0] != at:
            grouped.append((at, [], 0))
        start, glyphs, advance = grouped[-1]
        glyphs.append(Glyph(info.codepoint, advance + position.x_offset, position.y_offset))
        grouped[-1] = (start, glyphs, advance + position.x_advance)
    ends = sorted([start for start, _, _ in grouped] + [len(text)])
    following = dict(itertools.pairwise(ends))
    return tuple(
        Cluster(text[start : following[start]], tuple(glyphs), advance + (face.shift if advance else 0))
        for start, glyphs, advance in grouped
    )


def _take_marks_apart(text: str) -> list[tuple[int, str]]:
    """The characters to shape, each with the place in the text that it comes from.

    DejaVu has places for further marks on its plain letters, but not on those with a mark of their own. So
    the first mark is taken from a letter that is followed by another, and a joiner without a shape keeps the
    shaper from putting it back.
    """
    spelled: list[tuple[int, str]] = []
    for at, char in enumerate(text):
        is_marked = unicodedata.combining(text[at + 1 : at + 2] or " ") > 0
        parts = unicodedata.normalize("NFD", char) if is_marked else char
        spelled += (
            [(at, part) for part in (parts[0], _COMBINING_JOINER, *parts[1:])] if parts[1:] else [(at, char)]
        )
    return spelled
