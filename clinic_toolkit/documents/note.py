"""A progress note on paper, with signer, time and mark; an unsigned one says so on every page.

What was changed after a note was signed stands on a sheet of its own behind it, so that the signed
sheets are drawn the same for ever.
"""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Pair, Rule, Text, paragraphs
from clinic_toolkit.documents.facts import facts, letterhead
from clinic_toolkit.documents.look import BODY, HEADING, QUIET, SMALL, STRONG

if TYPE_CHECKING:
    from clinic_toolkit.record.summaries import NotePage, NoteSection

DRAFT = "Draft, not signed"


def render(value: "NotePage") -> bytes:
    """Draw the note; a long one flows over pages that say which of how many they are."""
    signed = value.signer is not None
    blocks: list[Block] = [
        letterhead(value.letterhead),
        *page.title("Progress note", after=4 if not signed else 14),
        *([] if signed else [Text(DRAFT, STRONG, after=14)]),
        *facts(value.hour),
    ]
    for section in value.sections:
        blocks += _section(section)
    blocks += _signature(value)
    after = f" · {words.day(value.hour.on)}" + ("" if signed else f" · {DRAFT}")
    # Who and when, and nothing else: a line about questionnaires or courts would be read of the note.
    foot = (Text([(value.hour.who, SMALL), (after, SMALL)]),)
    sheet = page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo)
    return page.bind([(blocks, sheet), *_behind(value)])


def _behind(value: "NotePage") -> list[tuple[list[Block], page.Sheet]]:
    """The sheet of later changes, if there are any."""
    if not value.changes and not value.some_unread:
        return []
    signed = f"The note was signed by {value.signer}"
    signed += f", {words.moment(value.signed_at)}" if value.signed_at else ""
    blocks: list[Block] = [
        *page.title(words.CHANGED_LATER),
        Text(f"{words.NOT_SIGNED} {signed}, mark {value.mark}.", QUIET, after=14),
        *(
            Pair(Text(each.name, QUIET), Text(each.sentence, BODY), label_width=92, before=3)
            for each in value.changes
        ),
        *([Text(words.SOME_UNREAD, BODY, before=10)] if value.some_unread else []),
    ]
    foot = (Text([(value.hour.who, SMALL), (f" · {words.CHANGED_LATER}", SMALL)]),)
    return [(blocks, page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo))]


def _section(section: "NoteSection") -> list[Block]:
    written = paragraphs(section.text, BODY)
    if not written:
        return []
    known = [Text(line, SMALL, before=3) for line in section.known]
    return [Text(section.heading, HEADING, before=18, after=4, keep=True), *written, *known]


def _signature(value: "NotePage") -> list[Block]:
    rows = [
        ("Signed by", value.signer or ""),
        ("At", words.moment(value.signed_at) if value.signed_at else ""),
    ]
    if value.signer is None:
        rows = [("Signature", DRAFT)]
    elif value.mark:
        rows.append(("Mark", value.mark))
    pairs: list[Block] = [
        Pair(Text(label, QUIET), Text(words_, BODY), label_width=92, before=3, keep=at + 1 < len(rows))
        for at, (label, words_) in enumerate(rows)
    ]
    return [Rule(before=24, after=8), *pairs]
