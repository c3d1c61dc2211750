"""The guide to a questionnaire: what to say and to ask in the session, for the clinician alone.

What has to be decided before the session (when not to use it, what to keep in mind) is shown on screen only.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout, sheet_texts
from clinic_toolkit.documents.blocks import Block, Text
from clinic_toolkit.documents.page_layout import PlacedBlocks
from clinic_toolkit.documents.styles import ACCENT, MM, SOFT, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.instruments.mode_guidance import IN_PRIVATE_LINE
from clinic_toolkit.instruments.validation_status import validation_status_line

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.instruments.model import FollowUp, Instrument
    from clinic_toolkit.record.values.page_values import InstrumentGuide

_GAP = 8 * MM
# Font sizes to try; a guide that does not fit even in the smaller one takes two pages.
_SIZES = (10.5, 10.0)
_QUIET = TextStyle(size=10, colour=SOFT, leading=1.3)
_SUBTITLE = "For you, in the session. The screen tells you when not to use it, and what to keep in mind."
# Added to half the height, so that text that is only split between paragraphs fits into two columns.
_SPARE = 40.0
# The guide prints this many questions of each facet; the screen shows all of them.
_MAX_QUESTIONS = 4


class Columns(Block):
    """Blocks that flow through columns side by side."""

    def __init__(self, columns: Sequence[PlacedBlocks], fixed_height: float) -> None:
        super().__init__(before=10)
        self.columns, self.fixed_height = columns, fixed_height

    def height(self, width: float) -> float:
        return self.fixed_height

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        column = column_width(width)
        for index, placed in enumerate(self.columns):
            for block, offset in placed:
                block.draw(canvas, x + index * (column + _GAP), top - offset, column)

    def has_placeholder(self) -> bool:
        return any(block.has_placeholder() for placed in self.columns for block, _ in placed)


def column_width(width: float) -> float:
    """The width of each of the two columns on a page of this width."""
    return (width - _GAP) / 2


def render_guide(value: "InstrumentGuide") -> bytes:
    """Draw the guide in two columns, on one page if it fits in letters of 10 points, else on two.

    What to ask in private about fear, dying and harm follows on a page of its own.
    """
    instrument = value.instrument
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        language=instrument.language,
        footer=[
            Text(line, _QUIET)
            for line in (
                validation_status_line(instrument, standing_sentences.STATUS_LINE),
                sheet_texts.LEGAL_LINE,
            )
        ],
        demo=value.letterhead.is_demo,
        side=15 * MM,
        top=14 * MM,
        bottom=8 * MM,
        small_style=_QUIET,
    )
    header_blocks: list[Block] = [
        *page_layout.title_blocks(
            instrument.title, style=TextStyle(size=19, bold=True, leading=1.15), after=2
        ),
        Text(
            f"{instrument.clinician_name} · version {instrument.version} · {instrument.minutes} · "
            f"{_SUBTITLE}",
            _QUIET,
        ),
    ]
    if any(follow_up.in_private for facet in instrument.facets for follow_up in facet.follow_up):
        header_blocks.append(Text(IN_PRIVATE_LINE, _QUIET))
    column = column_width(sheet.width)
    room = sheet.usable_height - page_layout.stacked_height(header_blocks, sheet.width) - 12
    for size in _SIZES:
        columns = page_layout.place_on_pages(_blocks(instrument, size), column, room)
        if len(columns) <= 2:
            break
    else:
        columns = page_layout.place_on_pages(_blocks(instrument, _SIZES[0]), column, room)
    column_blocks = [Columns(columns[index : index + 2], room) for index in range(0, len(columns), 2)]
    if instrument.guidance.danger:
        # On a separate sheet, which the clinician can keep at hand and put away first.
        danger_blocks = _bullet_list(
            "Fear, dying, harm: ask in private", instrument.guidance.danger, TextStyle(size=11, leading=1.3)
        )
        column_height = page_layout.stacked_height(danger_blocks, column) / 2 + _SPARE
        column_blocks.append(Columns(page_layout.place_on_pages(danger_blocks, column, column_height), room))
    return page_layout.make_pdf([*header_blocks, *column_blocks], sheet)


def _blocks(instrument: "Instrument", size: float) -> list[Block]:
    style = TextStyle(size=size, leading=1.27)
    guidance = instrument.guidance
    blocks: list[Block] = []
    for heading, lines in (
        ("While you read", guidance.pacing),
        ("An answer is declined, or does not come up", guidance.decline),
        ("It gets too much", guidance.distress),
        ("Looking at it together", guidance.debrief),
    ):
        blocks += _bullet_list(heading, lines, style)
    quiet_style = replace(style, colour=SOFT)
    for facet in instrument.facets:
        questions = [_question_text(follow_up) for follow_up in facet.follow_up[:_MAX_QUESTIONS]]
        blocks += _bullet_list(facet.name, questions, style)
        blocks += [Text(line, quiet_style, indent=10, bullet="×", after=size * 0.2) for line in facet.avoid]
    return blocks


def _question_text(each: "FollowUp") -> str:
    return f"{each.question} (In private.)" if each.in_private else each.question


def _heading(text: str, style: TextStyle) -> Block:
    return Text(
        text,
        TextStyle(size=style.size + 1, bold=True, colour=ACCENT, leading=1.25),
        before=style.size * 0.8,
        after=style.size * 0.25,
        keep_with_next=True,
        role=Role.H2,
    )


def _bullet_list(heading: str, lines: Sequence[str], style: TextStyle) -> list[Block]:
    if not lines:
        return []
    items = [Text(line, style, indent=10, bullet="·", after=style.size * 0.2) for line in lines]
    return [_heading(heading, style), *items]
