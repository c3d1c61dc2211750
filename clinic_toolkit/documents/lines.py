"""Text broken into lines that fit, each ready to be drawn."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clinic_toolkit.documents import letters, text
from clinic_toolkit.documents.letters import Face
from clinic_toolkit.documents.look import Look

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

Span = tuple[str, Look]
# Text, its look, whether its span reads from the right, and its face; none where letters change places.
_Piece = tuple[str, Look, bool, Face | None]
_SPACES = " \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
# A word with the spaces after it; a line may also end after a hyphen or slash within it, and between marks.
_WORD = re.compile(rf"[^{_SPACES}]+[{_SPACES}]*|[{_SPACES}]+")
_INSIDE = re.compile(r"(?<=[^\W\d_][-–—/])(?=[^\W\d_])|(?<=\])(?=\[)")
_CLUSTER = re.compile(
    r"\[U\+[0-9A-F]{4,6}\]|.[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*",
    re.DOTALL,
)


class Run(Struct, frozen=True):
    """Glyphs of one face and colour, `x` from the start of the line."""

    x: float
    font: str
    size: float
    look: Look
    text: str


class Line(Struct, frozen=True):
    """One line: its runs in drawing order, its width, and the height it takes."""

    runs: tuple[Run, ...]
    width: float
    height: float
    size: float


def broken(spans: Sequence[Span], width: float) -> tuple[list[Line], bool]:
    """Break one paragraph, and say whether all of it reads from the right.

    Never hyphenates and never drops a character: what is wider than the line is cut between letters.
    Each span keeps its own direction, so that a name cannot turn the words around it.
    """
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    from_right = True
    for typed, look in spans:
        ready = text.printable(typed)
        turns = text.turns(ready)
        rtl = turns and text.reads_from_right(ready)
        from_right = from_right and rtl
        for word in _WORD.findall(ready):
            # A face is chosen before a word is cut, so that a piece is drawn as it was measured.
            face = None if turns else letters.face(word, look.bold)
            for part in _INSIDE.split(word):
                needed = _measure(part.rstrip(" "), look, face)
                if used and used + needed > width:
                    lines.append([])
                    used = 0.0
                for piece in [part] if needed <= width else _cut(part, look, face, width):
                    if used and used + _measure(piece.rstrip(" "), look, face) > width:
                        lines.append([])
                        used = 0.0
                    lines[-1].append((piece, look, rtl, face))
                    used += _measure(piece, look, face)
    last = spans[-1][1] if spans else None
    return [_line(line, last) for line in lines], from_right


def write(pen: "PDFTextObject", line: Line, x: float, baseline: float) -> None:
    """Draw one line with a text object that is already open."""
    pen.setTextOrigin(x, baseline)
    for run in line.runs:
        pen.setFont(run.font, run.size, 0)
        pen.setFillColorRGB(*run.look.colour)
        pen.textOut(run.text)


def _measure(words: str, look: Look, face: Face | None) -> float:
    if face is not None:
        return face.width(words) * look.size
    return sum(run.width(part) for run, part in letters.by_letter(words, look.bold)) * look.size


def _cut(word: str, look: Look, face: Face | None, width: float) -> Iterable[str]:
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


def _line(pieces: Sequence[_Piece], last: Look | None) -> Line:
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = (joined[-1][0] + piece[0], *joined[-1][1:])
        else:
            joined.append(piece)
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), *joined[-1][1:])
    found: list[Run] = []
    x = 0.0
    for words, look, rtl, face in joined:
        runs = [(face, words)] if face else letters.by_letter(text.visual(words, rtl), look.bold)
        for each, part in runs:
            found.append(Run(x, each.name, look.size * each.scale, look, part))
            x += each.width(part) * look.size
    looks = [look for _, look, _, _ in joined] or ([last] if last else [])
    height = max((look.size * look.leading for look in looks), default=0.0)
    return Line(tuple(found), x, height, max((look.size for look in looks), default=0.0))
