"""Breaks text into lines that fit a width, ready to be drawn."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents import (
    break_points,
    embedded_font,
    font_faces,
    line_runs,
    printable_text,
    reading_order,
)
from clinic_toolkit.documents.font_faces import Face
from clinic_toolkit.documents.line_runs import GlyphRun
from clinic_toolkit.documents.styles import TextStyle
from clinic_toolkit.documents.text_shaping import Shaper

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

StyledText = tuple[str, TextStyle]
# Text, style, whether its span is right-to-left, and face (None if the text is shaped or reordered).
_Piece = tuple[str, TextStyle, bool, Face | None]
_SPACES = " \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
# A word with its trailing spaces.
_WORD = re.compile(rf"[^{_SPACES}]+[{_SPACES}]*|[{_SPACES}]+")


# No stack of any writing system is as high; what is higher, such as a hundred accents, may overlap.
HIGHEST_LINE = 3.5


class TextLine(Struct, frozen=True):
    """One line: its runs in drawing order, its width and its height, in points.

    The baseline of its text of size `size` is `height / 2 + size * 0.33` below its upper edge.
    """

    runs: tuple[GlyphRun, ...]
    width: float
    height: float
    size: float


def break_lines(spans: Sequence[StyledText], width: float) -> tuple[list[TextLine], bool]:
    """Break one paragraph into lines.

    It never hyphenates and never drops a character: a word wider than the line is cut between letters. Each
    span has its own direction, so that a right-to-left name cannot reorder the words around it.

    Args:
        spans: the text of the paragraph, with styles.
        width: the width of the lines, in points.

    Returns:
        The lines, and whether the whole paragraph is right-to-left.
    """
    lines: list[list[_Piece]] = [[]]
    used_width = 0.0
    from_right = True
    shaper = Shaper()
    for text, style in spans:
        printable = printable_text.make_printable(text)
        primary = font_faces.primary_face(style.bold)
        has_rtl = reading_order.has_right_to_left(printable)
        rtl = has_rtl and reading_order.is_right_to_left(printable)
        from_right = from_right and rtl
        for word in _WORD.findall(printable):
            # Choose the face before cutting the word, so that each piece is drawn as it was measured.
            face = None if has_rtl or not primary.covers(word) else primary
            for part in break_points.split_at_breaks(word):
                part_width = _measure(part.rstrip(" "), style, face, shaper)
                if used_width and used_width + part_width > width:
                    lines.append([])
                    used_width = 0.0
                for piece in [part] if part_width <= width else _cut_word(part, style, width, shaper):
                    if used_width and used_width + _measure(piece.rstrip(" "), style, face, shaper) > width:
                        lines.append([])
                        used_width = 0.0
                    lines[-1].append((piece, style, rtl, face))
                    used_width += _measure(piece, style, face, shaper)
    last_style = spans[-1][1] if spans else None
    return [_build_line(line, last_style, shaper) for line in lines], from_right


def draw_line(pen: "PDFTextObject", line: TextLine, x: float, baseline: float) -> None:
    """Draw one line with a text object that is already open."""
    pen.setTextOrigin(x, baseline)
    for run in line.runs:
        pen.setFillColorRGB(*run.style.colour)
        if run.face is not None:
            embedded_font.draw_clusters(pen, run.face, run.size, run.clusters)
        else:
            pen.setFont(run.font, run.size, 0)
            pen.textOut(run.text)


def _measure(words: str, style: TextStyle, face: Face | None, shaper: Shaper) -> float:
    return (face.width(words) if face is not None else shaper.width(words, style.bold)) * style.size


def _cut_word(word: str, style: TextStyle, width: float, shaper: Shaper) -> Iterable[str]:
    """Cut a word that is wider than a line. Letters that joined before the cut may have another width now."""
    pieces: list[str] = []
    used_width = 0.0
    for part, part_width in break_points.list_uncut_parts(word, style.bold, width / style.size, shaper):
        if pieces and used_width + part_width * style.size > width:
            yield from _shorten(pieces, style, width, shaper)
            used_width = sum(shaper.width(piece, style.bold) for piece in pieces) * style.size
        pieces.append(part)
        used_width += part_width * style.size
    while pieces:
        yield from _shorten(pieces, style, width, shaper)


def _shorten(pieces: list[str], style: TextStyle, width: float, shaper: Shaper) -> Iterable[str]:
    """Take from the list the parts that fill one line, and give them as one text."""
    count = len(pieces)
    while count > 1 and shaper.width("".join(pieces[:count]), style.bold) * style.size > width:
        count -= 1
    yield "".join(pieces[:count])
    del pieces[:count]


def _build_line(pieces: Sequence[_Piece], fallback_style: TextStyle | None, shaper: Shaper) -> TextLine:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = (joined[-1][0] + piece[0], *joined[-1][1:])
        else:
            joined.append(piece)
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), *joined[-1][1:])
    runs: list[GlyphRun] = []
    x = 0.0
    for text, style, rtl, face in joined:
        if face is not None:
            runs.append(GlyphRun(x, face.name, style.size, style, text))
            x += face.width(text) * style.size
        else:
            runs += line_runs.make_runs(text, style, rtl, x, shaper)
            x += shaper.width(text, style.bold) * style.size
    styles = [style for _, style, _, _ in joined] or ([fallback_style] if fallback_style else [])
    size = max((style.size for style in styles), default=0.0)
    height = max((style.size * style.leading for style in styles), default=0.0)
    # Stacks of letters that reach further than a line is high make their line higher, within reason.
    reach = max(
        (max(run.above - size * 0.33, run.below + size * 0.33) for run in runs if run.face), default=0
    )
    height = max(height, min(2 * reach, HIGHEST_LINE * size))
    return TextLine(tuple(runs), x, height, size)
