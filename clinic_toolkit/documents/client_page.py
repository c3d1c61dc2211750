"""The page a client may take along: their own words, one next step, whom to call. No number, no grade."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Text, WritingLines, paragraphs
from clinic_toolkit.documents.look import MM, READING, READING_HEADING, SOFT, Look

if TYPE_CHECKING:
    from clinic_toolkit.record.summaries import ClientPage

_WHEN = Look(size=12, colour=SOFT)
_PITCH = 9.5 * MM


def render(value: "ClientPage") -> bytes:
    """Draw the client page. What is empty leaves no heading; where words may be added there are lines."""
    sheet = page.Sheet(
        paper=value.letterhead.paper,
        foot=(Text(words.CLIENT_LINE, _WHEN),),
        demo=value.letterhead.demo,
        small=_WHEN,
    )
    narrow = replace(sheet, top=15 * MM, bottom=10 * MM)
    # What is left of the page is for the hand; where much was said, white and margins give way first.
    for lines, white, margins in (
        *((lines, 1.0, sheet) for lines in (6, 5, 4, 3, 2)),
        *((lines, white, narrow) for lines in (2, 1) for white in (1.0, 0.8, 0.6)),
    ):
        blocks = _blocks(value, lines)
        for block in blocks:
            block.before *= white
        if page.stacked([*blocks, *page.explained(blocks, sheet)], margins.width) <= margins.room:
            return page.make(blocks, margins)
    return page.make(_blocks(value, 2), sheet)


def _blocks(value: "ClientPage", lines: int) -> list[Block]:
    return [
        *page.title(value.title, after=2),
        Text(words.day(value.on), _WHEN, after=20),
        *_part("What is going well", value.strengths),
        *_part("What stood out", value.stood_out),
        *_own(value.own_words, lines + 1),
        *_step(value.next_step, min(lines, 3)),
        *_part("Where is this wrong?", ()),
        WritingLines(min(lines, 3), _PITCH),
        *_crisis(value.letterhead.crisis_text),
    ]


def _heading(heading: str) -> Text:
    return Text(heading, READING_HEADING, before=22, after=6, keep=True)


def _part(heading: str, sentences: tuple[str, ...]) -> list[Block]:
    if not sentences and heading != "Where is this wrong?":
        return []
    return [_heading(heading), *(Text(sentence, READING, after=6) for sentence in sentences)]


def _own(own_words: tuple[str, ...], lines: int) -> list[Block]:
    quotes = [quote for each in own_words if (quote := paragraphs(each, READING, bar=True))]
    if not quotes:
        return [_heading("In my own words"), WritingLines(lines, _PITCH)]
    for quote in quotes:
        quote[-1].after = 8
    return [_heading("In my own words"), *(block for quote in quotes for block in quote)]


def _step(next_step: str, lines: int) -> list[Block]:
    if not next_step.strip():
        return [_heading("One next step"), WritingLines(lines, _PITCH)]
    return [_heading("One next step"), *paragraphs(next_step, READING)]


def _crisis(crisis_text: str) -> list[Block]:
    if not crisis_text.strip():
        return []
    return [
        Text("If it gets too much", READING_HEADING, before=34, after=5, keep=True),
        *paragraphs(crisis_text, READING),
    ]
