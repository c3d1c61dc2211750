"""The guide to a questionnaire: what to say and to ask in the hour, for the clinician alone.

What is settled before the hour, when it is the wrong thing and what to keep in mind, stands on screen.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.look import ACCENT, MM, SOFT, Look
from clinic_toolkit.documents.page import Placed
from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.instruments.ways import IN_PRIVATE

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.instruments.model import FollowUp, Instrument
    from clinic_toolkit.record.summaries import InstrumentGuide

_GAP = 8 * MM
# From comfortable to the smallest that can be read at arm's length.
_SIZES = (10.5, 10.0, 9.6, 9.2, 8.8, 8.5, 8.2, 8.0, 7.8)
_FOR = "For you, in the session. The screen tells you when not to use it, and what to keep in mind."
# A line or two more than half, so that what is split by paragraphs fits into two columns.
_SPARE = 40.0
# The first ones of each part; all of them stand on screen.
_QUESTIONS = 4


class Columns(Block):
    """Blocks that flow through columns side by side."""

    def __init__(self, columns: Sequence[Placed], tall: float) -> None:
        super().__init__(before=10)
        self.columns, self.tall = columns, tall

    def height(self, width: float) -> float:
        return self.tall

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        one = column_of(width)
        for at, placed in enumerate(self.columns):
            for block, down in placed:
                block.draw(canvas, x + at * (one + _GAP), top - down, one)

    def marked(self) -> bool:
        return any(block.marked() for placed in self.columns for block, _ in placed)


def column_of(width: float) -> float:
    """The width of each of two columns."""
    return (width - _GAP) / 2


def render(value: "InstrumentGuide") -> bytes:
    """Draw the guide on one page, as large as its two columns allow; a long one takes more pages.

    What to ask in private follows on a page of its own.
    """
    instrument = value.instrument
    sheet = page.Sheet(
        paper=value.letterhead.paper,
        foot=[
            Text(line, Look(size=9, colour=SOFT))
            for line in (status_line(instrument, words.STATUS_LINE), words.LEGAL_LINE)
        ],
        demo=value.letterhead.demo,
        side=15 * MM,
        top=14 * MM,
        bottom=8 * MM,
    )
    head: list[Block] = [
        *page.title(instrument.title, look=Look(size=19, bold=True, leading=1.15), after=2),
        Text(
            f"{instrument.clinician_name} · version {instrument.version} · {instrument.minutes} · {_FOR}",
            Look(size=9.5, colour=SOFT, leading=1.3),
        ),
    ]
    if any(each.in_private for facet in instrument.facets for each in facet.follow_up):
        head.append(Text(IN_PRIVATE, Look(size=9.5, colour=SOFT, leading=1.3)))
    column = column_of(sheet.width)
    room = sheet.room - page.stacked(head, sheet.width) - 12
    for size in _SIZES:
        columns = page.flow(_blocks(instrument, size), column, room)
        if len(columns) <= 2:
            break
    body = [Columns(columns[at : at + 2], room) for at in range(0, len(columns), 2)]
    if instrument.guidance.danger:
        # On a sheet of its own: it is the one to have at hand, and to put away first.
        asked = _list(
            "Fear, dying, harm: ask in private", instrument.guidance.danger, Look(size=11, leading=1.3)
        )
        half = page.stacked(asked, column) / 2 + _SPARE
        body.append(Columns(page.flow(asked, column, half), room))
    return page.make([*head, *body], sheet)


def _blocks(instrument: "Instrument", size: float) -> list[Block]:
    look = Look(size=size, leading=1.27)
    guidance = instrument.guidance
    found: list[Block] = []
    for heading, lines in (
        ("While you read", guidance.pacing),
        ("An answer is declined, or does not come up", guidance.decline),
        ("It gets too much", guidance.distress),
        ("Looking at it together", guidance.debrief),
    ):
        found += _list(heading, lines, look)
    quiet = replace(look, colour=SOFT)
    for facet in instrument.facets:
        asked = [_asked(each) for each in facet.follow_up[:_QUESTIONS]]
        found += _list(facet.name, asked, look)
        found += [Text(line, quiet, indent=10, bullet="×", after=size * 0.2) for line in facet.avoid]
    return found


def _asked(each: "FollowUp") -> str:
    return f"{each.question} (In private.)" if each.in_private else each.question


def _heading(words_: str, look: Look) -> Block:
    return Text(
        words_,
        Look(size=look.size + 1, bold=True, colour=ACCENT, leading=1.25),
        before=look.size * 0.8,
        after=look.size * 0.25,
        keep=True,
    )


def _list(heading: str, lines: Sequence[str], look: Look) -> list[Block]:
    if not lines:
        return []
    items = [Text(line, look, indent=10, bullet="·", after=look.size * 0.2) for line in lines]
    return [_heading(heading, look), *items]
