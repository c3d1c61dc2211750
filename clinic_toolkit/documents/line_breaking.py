"""Breaks text into lines that fit a width, ready to be drawn."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents import font_faces, printable_text
from clinic_toolkit.documents.font_faces import Face
from clinic_toolkit.documents.styles import TextStyle

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

StyledText = tuple[str, TextStyle]
# Text, style, whether its span is right-to-left, and face (None if the text must be reordered for drawing).
_Piece = tuple[str, TextStyle, bool, Face | None]
_SPACES = " \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
# A word with its trailing spaces; a line may also break after a hyphen or slash in a word, and between marks.
_WORD = re.compile(rf"[^{_SPACES}]+[{_SPACES}]*|[{_SPACES}]+")
_INNER_BREAKS = re.compile(r"(?<=[^\W\d_][-–—/])(?=[^\W\d_])|(?<=\])(?=\[)")
_CLUSTER = re.compile(
    r"\[U\+[0-9A-F]{4,6}\]|.[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*",
    re.DOTALL,
)


class GlyphRun(Struct, frozen=True):
    """Text of one face and colour, drawn at `x` from the start of the line."""

    x: float
    font: str
    size: float
    style: TextStyle
    text: str


class TextLine(Struct, frozen=True):
    """One line: its runs in drawing order, its width and its height, in points."""

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
    for text, style in spans:
        printable = printable_text.make_printable(text)
        has_rtl = printable_text.has_right_to_left(printable)
        rtl = has_rtl and printable_text.is_right_to_left(printable)
        from_right = from_right and rtl
        for word in _WORD.findall(printable):
            # Choose the face before cutting the word, so that each piece is drawn as it was measured.
            face = None if has_rtl else font_faces.face_for_word(word, style.bold)
            for part in _INNER_BREAKS.split(word):
                part_width = _measure(part.rstrip(" "), style, face)
                if used_width and used_width + part_width > width:
                    lines.append([])
                    used_width = 0.0
                for piece in [part] if part_width <= width else _cut_word(part, style, face, width):
                    if used_width and used_width + _measure(piece.rstrip(" "), style, face) > width:
                        lines.append([])
                        used_width = 0.0
                    lines[-1].append((piece, style, rtl, face))
                    used_width += _measure(piece, style, face)
    last_style = spans[-1][1] if spans else None
    return [_build_line(line, last_style) for line in lines], from_right


def draw_line(pen: "PDFTextObject", line: TextLine, x: float, baseline: float) -> None:
    """Draw one line with a text object that is already open."""
    pen.setTextOrigin(x, baseline)
    for run in line.runs:
        pen.setFont(run.font, run.size, 0)
        pen.setFillColorRGB(*run.style.colour)
        pen.textOut(run.text)


def _measure(words: str, style: TextStyle, face: Face | None) -> float:
    if face is not None:
        return face.width(words) * style.size
    return sum(run.width(part) for run, part in font_faces.runs_by_face(words, style.bold)) * style.size


def _cut_word(word: str, style: TextStyle, face: Face | None, width: float) -> Iterable[str]:
    piece, used_width = "", 0.0
    for cluster in _CLUSTER.findall(word):
        cluster_width = _measure(cluster, style, face)
        if piece and used_width + cluster_width > width:
            yield piece
            piece, used_width = "", 0.0
        piece += cluster
        used_width += cluster_width
    if piece:
        yield piece


def _build_line(pieces: Sequence[_Piece], fallback_style: TextStyle | None) -> TextLine:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = (joined[-1][0] + piece[0], *joined[-1][1:])
        else:
            joined.append(piece)
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), *joined[-1][1:])
    glyph_runs: list[GlyphRun] = []
    x = 0.0
    for text, style, rtl, face in joined:
        runs = (
            [(face, text)]
            if face
            else font_faces.runs_by_face(printable_text.to_visual_order(text, rtl), style.bold)
        )
        for run_face, run_text in runs:
            glyph_runs.append(GlyphRun(x, run_face.name, style.size * run_face.scale, style, run_text))
            x += run_face.width(run_text) * style.size
    styles = [style for _, style, _, _ in joined] or ([fallback_style] if fallback_style else [])
    height = max((style.size * style.leading for style in styles), default=0.0)
    return TextLine(tuple(glyph_runs), x, height, max((style.size for style in styles), default=0.0))
