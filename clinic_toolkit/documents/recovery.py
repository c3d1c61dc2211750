"""The recovery sheet: the practice's way back in, on paper, to be kept away from the computer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import letters, page, words
from clinic_toolkit.documents.blocks import Block, Rule, Text, WritingLines
from clinic_toolkit.documents.look import BODY, HEADING, INK, MM, QUIET, SMALL, SOFT, Look

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.record.summaries import RecoverySheet

_NUMBER = Look(size=11, colour=SOFT)
_KEEP = (
    "Whoever holds this sheet can open every record of the practice. Keep it where you keep a passport "
    "or a will, and not beside the computer.",
    "A copy with a person or in a place you trust helps after a fire or a theft. Do not photograph it: "
    "a picture travels.",
)
_USE = (
    "If the passphrase is lost: open the program, choose the recovery sheet, and type the groups in "
    "order. Each group carries a check, so a misread one is named.",
    "If someone else may have seen this sheet: make a new one in the program. This one then opens "
    "the practice no longer; copies of the records that were made before stay open to it.",
    "Without the passphrase and without this sheet nobody can open the records.",
)


class Groups(Block):
    """The groups, two in a row and numbered, in letters that are hard to mistake."""

    ROW = 20 * MM

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
            Text(str(at + 1), _NUMBER).draw(canvas, left, y - 17, 20)
            # Spaced by the pen and not by spaces: a group stays one word to whoever searches or copies it.
            pen = canvas.beginText(left + 26, y - 33)
            pen.setFont(letters.house(True).name, 28, 0)
            pen.setFillColorRGB(*INK)
            pen.setCharSpace(2.6)
            pen.textOut(group)
            pen.setCharSpace(0)
            canvas.drawText(pen)
            Rule().draw(canvas, left, y - self.ROW + 8, column)


def render(value: "RecoverySheet") -> bytes:
    """Draw the recovery sheet on one page."""
    blocks: list[Block] = [
        Text(value.letterhead.practice, QUIET, after=10),
        *page.title("Recovery sheet"),
        *(Text(line, BODY, after=5) for line in _KEEP),
        Groups(value.groups, before=16, after=18),
        Text("How it is used", HEADING, before=10, after=4, keep=True),
        *(Text(line, BODY, after=5) for line in _USE),
        Text("Where this sheet is kept", HEADING, before=14, keep=True),
        WritingLines(1, 11 * MM),
    ]
    foot = (Text(f"Made on {words.day(value.made_on)} · practice code {value.vault_code}", SMALL),)
    sheet = page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo)
    return page.make(blocks, sheet)
