"""Text broken into lines that fit, each ready to be drawn."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinic_toolkit.documents import letters, text
from clinic_toolkit.documents.look import Look

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

Span = tuple[str, Look]
_Piece = tuple[str, Look, bool]  # the last: whether its span reads from the right
_SPACES = " \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000"
# A word with the spaces after it; a line may also end after a hyphen or slash within it, and between marks.
_WORD = re.compile(rf"[^{_SPACES}]+[{_SPACES}]*|[{_SPACES}]+")
_INSIDE = re.compile(r"(?<=[^\W\d_][-–—/])(?=[^\W\d_])|(?<=\])(?=\[)")
_CLUSTER = re.compile(
    r"\[U\+[0-9A-F]{4,6}\]|.[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face and colour, `x` from the start of the line."""

    x: float
    font: str
    size: float
    look: Look
    text: str


@dataclass(frozen=True, slots=True)
class Line:
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
        rtl = text.reads_from_right(ready)
        from_right = from_right and rtl
        for word in _words(ready):
            needed = letters.width(word.rstrip(" "), look.bold) * look.size
            if used and used + needed > width:
                lines.append([])
                used = 0.0
            for piece in [word] if needed <= width else _cut(word, look, width):
                if used and used + letters.width(piece.rstrip(" "), look.bold) * look.size > width:
                    lines.append([])
                    used = 0.0
                lines[-1].append((piece, look, rtl))
                used += letters.width(piece, look.bold) * look.size
    last = spans[-1][1] if spans else None
    return [_line(line, last) for line in lines], from_right


def write(pen: "PDFTextObject", line: Line, x: float, baseline: float) -> None:
    """Draw one line with a text object that is already open."""
    pen.setTextOrigin(x, baseline)
    for run in line.runs:
        pen.setFont(run.font, run.size, 0)
        pen.setFillColorRGB(*run.look.colour)
        pen.textOut(run.text)


def _words(words: str) -> Iterable[str]:
    for word in _WORD.findall(words):
        yield from _INSIDE.split(word)


def _cut(word: str, look: Look, width: float) -> Iterable[str]:
    held, used = "", 0.0
    for cluster in _CLUSTER.findall(word):
        more = letters.width(cluster, look.bold) * look.size
        if held and used + more > width:
            yield held
            held, used = "", 0.0
        held += cluster
        used += more
    if held:
        yield held


def _line(pieces: Sequence[_Piece], last: Look | None) -> Line:
    joined: list[_Piece] = []
    for words, look, rtl in pieces:
        if joined and joined[-1][1] is look and joined[-1][2] == rtl:
            joined[-1] = (joined[-1][0] + words, look, rtl)
        else:
            joined.append((words, look, rtl))
    if joined:
        joined[-1] = (joined[-1][0].rstrip(" "), *joined[-1][1:])
    found: list[Run] = []
    x = 0.0
    for words, look, rtl in joined:
        for face, part in letters.runs(text.visual(words, rtl), look.bold):
            found.append(Run(x, face.name, look.size * face.scale, look, part))
            x += face.width(part) * look.size
    looks = [look for _, look, _ in joined] or ([last] if last else [])
    height = max((look.size * look.leading for look in looks), default=0.0)
    return Line(tuple(found), x, height, max((look.size for look in looks), default=0.0))
