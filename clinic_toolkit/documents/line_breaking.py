"""Text broken into lines that fit, each ready to be drawn."""

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
# Text, its look, whether its span reads from the right, and its face; none where letters change places.
_Piece = tuple[str, TextStyle, bool, Face | None]
_SPACES = " \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
# A word with the spaces after it; a line may also end after a hyphen or slash within it, and between marks.
_WORD = re.compile(rf"[^{_SPACES}]+[{_SPACES}]*|[{_SPACES}]+")
_INNER_BREAKS = re.compile(r"(?<=[^\W\d_][-–—/])(?=[^\W\d_])|(?<=\])(?=\[)")
_CLUSTER = re.compile(
    r"\[U\+[0-9A-F]{4,6}\]|.[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*",
    re.DOTALL,
)


class GlyphRun(Struct, frozen=True):
    """Glyphs of one face and colour, `x` from the start of the line."""

    x: float
    font: str
    size: float
    look: TextStyle
    text: str


class TextLine(Struct, frozen=True):
    """One line: its runs in drawing order, its width, and the height it takes."""

    runs: tuple[GlyphRun, ...]
    width: float
    height: float
    size: float


def break_lines(spans: Sequence[StyledText], width: float) -> tuple[list[TextLine], bool]:
    """Break one paragraph, and say whether all of it reads from the right.

    Never hyphenates and never drops a character: what is wider than the line is cut between letters.
    Each span keeps its own direction, so that a name cannot turn the words around it.
    """
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    from_right = True
    for typed, look in spans:
        ready = printable_text.make_printable(typed)
        turns = printable_text.has_right_to_left(ready)
        rtl = turns and printable_text.is_right_to_left(ready)
        from_right = from_right and rtl
        for word in _WORD.findall(ready):
            # A face is chosen before a word is cut, so that a piece is drawn as it was measured.
            face = None if turns else font_faces.face_for_word(word, look.bold)
            for part in _INNER_BREAKS.split(word):
                needed = _measure(part.rstrip(" "), look, face)
                if used and used + needed > width:
                    lines.append([])
                    used = 0.0
                for piece in [part] if needed <= width else _cut_word(part, look, face, width):
                    if used and used + _measure(piece.rstrip(" "), look, face) > width:
                        lines.append([])
                        used = 0.0
                    lines[-1].append((piece, look, rtl, face))
                    used += _measure(piece, look, face)
    last = spans[-1][1] if spans else None
    return [_build_line(line, last) for line in lines], from_right


def draw_line(pen: "PDFTextObject", line: TextLine, x: float, baseline: float) -> None:
    """Draw one line with a text object that is already open."""
    pen.setTextOrigin(x, baseline)
    for run in line.runs:
        pen.setFont(run.font, run.size, 0)
        pen.setFillColorRGB(*run.look.colour)
        pen.textOut(run.text)


def _measure(words: str, look: TextStyle, face: Face | None) -> float:
    if face is not None:
        return face.width(words) * look.size
    return sum(run.width(part) for run, part in font_faces.runs_by_face(words, look.bold)) * look.size


def _cut_word(word: str, look: TextStyle, face: Face | None, width: float) -> Iterable[str]:
    held, used = "", 0.0
    for cluster in _CLUSTER.findall(word):
        more = _measure(cluster, look, face)
        if held and used + more > width:
            yield held
            held, used = "", 0.0
        held += cluster
        used += more
    if held:
        yield held


def _build_line(pieces: Sequence[_Piece], last: TextStyle | None) -> TextLine:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = (joined[-1][0] + piece[0], *joined[-1][1:])
        else:
            joined.append(piece)
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), *joined[-1][1:])
    found: list[GlyphRun] = []
    x = 0.0
    for words, look, rtl, face in joined:
        runs = (
            [(face, words)]
            if face
            else font_faces.runs_by_face(printable_text.to_visual_order(words, rtl), look.bold)
        )
        for each, part in runs:
            found.append(GlyphRun(x, each.name, look.size * each.scale, look, part))
            x += each.width(part) * look.size
    looks = [look for _, look, _, _ in joined] or ([last] if last else [])
    height = max((look.size * look.leading for look in looks), default=0.0)
    return TextLine(tuple(found), x, height, max((look.size for look in looks), default=0.0))
