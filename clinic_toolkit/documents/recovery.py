"""The recovery sheet: the practice's way back in, on paper, to be kept away from the computer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Rule, Text, WritingLines
from clinic_toolkit.documents.look import BODY, HEADING, MM, QUIET, SMALL, SOFT, Look

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.record.summaries import RecoverySheet

_GROUP = Look(size=27, bold=True, leading=1.2)
_NUMBER = Look(size=11, colour=SOFT)
_KEEP = (
    "Whoever holds this sheet can open every record of the practice. Keep it where you keep a passport or "
    "a will, and not beside the computer.",
    "A copy with a person or in a place you trust helps after a fire or a theft. A photograph of it does not: "
    "it travels.",
)
_USE = (
    "If the passphrase is lost: open the program, choose “I have my recovery sheet”, type the groups in order. "
    "Each group has a check of its own, so a misread one is named.",
    "If this sheet may have been seen: make a new one in the program. The old one then no longer opens it.",
    "Without the passphrase and without this sheet nobody can open the records, and nobody can make a new way in.",
)


class Groups(Block):
    """The groups, two in a row and numbered, in letters that are hard to mistake."""

    ROW = 19 * MM

    def __init__(self, groups: Sequence[str], *, before: float = 0, after: float = 0) -> None:
        super().__init__(before=before, after=after)
        self.groups = groups

    def height(self, width: float) -> float:
        return self.ROW * ((len(self.groups) + 1) // 2)

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        column = (width - 12 * MM) / 2
        half = (len(self.groups) + 1) // 2
        for at, group in enumerate(self.groups):
            left = x + (at // half) * (column + 12 * MM)
            y = top - (at % half) * self.ROW
            Text(str(at + 1), _NUMBER).draw(canvas, left, y - 18, 20)
            Text(" ".join(group), _GROUP).draw(canvas, left + 24, y - 8, column - 24)
            Rule().draw(canvas, left, y - self.ROW + 6, column)


def render(value: "RecoverySheet") -> bytes:
    """Draw the recovery sheet on one page."""
    blocks: list[Block] = [
        Text(value.letterhead.practice, QUIET, after=10),
        *page.title("Recovery sheet"),
        *(Text(line, BODY, after=5) for line in _KEEP),
        Groups(value.groups, before=14, after=16),
        Text("How it is used", HEADING, before=10, after=4, keep=True),
        *(Text(line, BODY, after=5) for line in _USE),
        Text("Where this sheet is kept", HEADING, before=14, keep=True),
        WritingLines(1, 11 * MM),
    ]
    foot = (Text(f"Made on {words.day(value.made_on)} · practice code {value.vault_code}", SMALL),)
    sheet = page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo)
    return page.make(blocks, sheet)
