"""The questionnaire on paper: boxes to tick under the answer words, and no item that has to be answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit.documents import letters, page, text, words
from clinic_toolkit.documents.blocks import Block, Text, WritingLines, box, paragraphs
from clinic_toolkit.documents.look import BODY, EDGE, HAIR, MM, SMALL, SOFT, WASH, Look

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.instruments.model import Item
    from clinic_toolkit.record.summaries import BlankQuestionnaire

_ITEM = Look(size=12.5, leading=1.3)
_CLOSE_ITEM = Look(size=12, leading=1.28)
_NUMBER_WIDTH = 24.0
_WORD = Look(size=10.5, bold=True, leading=1.28)
_MEANING = Look(size=10.5, leading=1.28)
_CLOSING = Look(size=11, leading=1.3)
# All that is no question, where a page would not hold it otherwise.
_TIGHT = Look(size=10, leading=1.24)
_TIGHT_TITLE = Look(size=19, bold=True, leading=1.15)
# Typed by hand when the sheet is entered.
_CODE = Look(size=11.5, bold=True, leading=1.3)
_BOX = 13.0
_HOW = (
    "Tick the answer that fits best. You can leave any sentence out. “{did_not_come_up}” and “"
    "{declined}” are good answers too. You can tick “{talk}” with any answer, or alone."
)
# White around an item's sentence and boxes: before them, between them, after them.
_SHARES = (0.34, 0.26, 0.4)
_AIRY = (30.0, 27.0, 24.0, 21.0, 19.0)
_CLOSE = (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.5)
_TIGHTEST = (11.0, 10.5, 10.0)
_TITLE = "Questions to answer"
_WHOM = "Think of one person, the same one throughout."
_OWN = "The question you chose: " + "_" * 62
_GENERAL = "Think of the people close to you."


class Heads(Struct, frozen=True, kw_only=True):
    """The answer words as column heads: the scale, the two ways not to answer, the mark to talk."""

    labels: tuple[str, ...]
    scale: int
    look: Look

    def edges(self, width: float) -> list[float]:
        """Left edge of each column and the right edge of the last; a gap sets the scale apart."""
        gap = 9.0
        column = (width - 2 * gap) / len(self.labels)
        found = [0.0]
        for at in range(len(self.labels)):
            found.append(found[-1] + column + (gap if at + 1 in (self.scale, self.scale + 2) else 0))
        return found

    def column(self, width: float) -> float:
        """Width of one column."""
        return (width - 18.0) / len(self.labels)


class Form(Block):
    """The items under their heads; heads stand again on every page that the form runs on to."""

    def __init__(self, items: Sequence[tuple[int, str]], heads: Heads, pad: float) -> None:
        super().__init__()
        self.heads, self.pad = heads, pad
        look = _ITEM if pad > _CLOSE[0] else _CLOSE_ITEM
        self.items = [
            (Text(str(number), replace(look, colour=SOFT)), Text(words_, look)) for number, words_ in items
        ]
        self.words = [Text(label, heads.look, align="centre") for label in heads.labels]

    def height(self, width: float) -> float:
        return self._head_height(width) + sum(self._row(item, width) for _, item in self.items)

    def least(self, width: float) -> float:
        return self._head_height(width) + sum(self._row(item, width) for _, item in self.items[:2])

    def split(self, width: float, room: float) -> "tuple[Form, Form] | None":
        used, fits = self._head_height(width), 0
        while fits < len(self.items) and used + self._row(self.items[fits][1], width) <= room + 0.01:
            used += self._row(self.items[fits][1], width)
            fits += 1
        if not 0 < fits < len(self.items):
            return None
        parts = Form((), self.heads, self.pad), Form((), self.heads, self.pad)
        parts[0].items, parts[1].items = self.items[:fits], self.items[fits:]
        return parts

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        edges, column = self.heads.edges(width), self.heads.column(width)
        head = self._head_height(width)
        before, between, after = (share * self.pad for share in _SHARES)
        around = min(between, 4.0)
        self._wash(canvas, x, top + 4, head + 4, edges)
        for label, edge in zip(self.words, edges, strict=False):
            label.draw(canvas, x + edge + 1, top - (head - 6 - label.height(column - 2)), column - 2)
        y = top - head
        canvas.setFillColorRGB(*EDGE)
        canvas.rect(x, y, width, 0.9, stroke=0, fill=1)
        for number, item in self.items:
            y -= before
            number.draw(canvas, x, y, _NUMBER_WIDTH)
            item.draw(canvas, x + _NUMBER_WIDTH, y, width - _NUMBER_WIDTH)
            y -= item.height(width - _NUMBER_WIDTH) + between + _BOX
            self._wash(canvas, x, y + _BOX + around, _BOX + 2 * around, edges)
            for edge in edges[:-1]:
                box(canvas, x + edge + (column - _BOX) / 2, y, _BOX)
            y -= after
            canvas.setFillColorRGB(*HAIR)
            canvas.rect(x, y, width, 0.6, stroke=0, fill=1)

    def marked(self) -> bool:
        return any(item.marked() for _, item in self.items) or any(label.marked() for label in self.words)

    def _wash(self, canvas: "Canvas", x: float, top: float, height: float, edges: list[float]) -> None:
        left, right = edges[self.heads.scale] - 2, edges[self.heads.scale + 2] - 7
        canvas.setFillColorRGB(*WASH)
        canvas.rect(x + left, top - height, right - left, height, stroke=0, fill=1)

    def _head_height(self, width: float) -> float:
        column = self.heads.column(width) - 2
        return max(label.height(column) for label in self.words) + 6

    def _row(self, item: Text, width: float) -> float:
        return item.height(width - _NUMBER_WIDTH) + _BOX + self.pad


def render(value: "BlankQuestionnaire") -> bytes:
    """Draw the form. Nothing on it tells one item from another but its words."""
    instrument = value.instrument
    # The code tells which form it is. Its name would tell whoever finds the sheet what it is about.
    draft = "Draft, version" if instrument.evidence.level == "drafted" else "Version"
    named = f"{words.CLIENT_LINE} {draft} {instrument.version} · sheet "
    foot = (Text([(named, SMALL), (value.code, _CODE)]),)
    sheet = page.Sheet(
        paper=value.letterhead.paper,
        foot=foot,
        demo=value.letterhead.demo,
        side=19 * MM,
        top=16 * MM,
        bottom=9 * MM,
    )
    items = list(enumerate(_sentences(value), 1))
    heads = _heads(value, sheet.width)
    blocks, sheet = _fitted(items, heads, value, sheet)
    return page.make(blocks, sheet)


def _above(value: "BlankQuestionnaire", *, tight: bool = False) -> list[Block]:
    """A title without a topic, whom and which time it is about, what stays between the two, how to answer."""
    how = _HOW.format(did_not_come_up=words.DID_NOT_COME_UP, declined=words.DECLINED, talk=words.TALK)
    whom = f"{_GENERAL if value.general else _WHOM} {value.instrument.recall}:"
    look = _TIGHT if tight else BODY
    title = page.title(_TITLE, look=_TIGHT_TITLE, after=2) if tight else None
    # Before anything is asked; in bold, since whoever reads nothing else above the questions reads this.
    limits = paragraphs(value.limits, replace(look, bold=True), gap=2)
    for last in limits[-1:]:
        last.after = 5
    return [
        *(title or page.title(_TITLE, after=3)),
        Text(whom, Look(size=12.5, bold=True), after=6),
        *limits,
        Text(how, look, after=10),
    ]


def _sentences(value: "BlankQuestionnaire") -> list[str]:
    """What is asked; where a question of the client's own stands, room to write it."""
    instrument = value.instrument
    found = [item.text_general if value.general else item.text for item in instrument.items]
    if instrument.own_place is not None and not value.general:
        found.insert(instrument.own_place - 1, _OWN)
    return found


def _asked_last(value: "BlankQuestionnaire") -> list[Block]:
    """The open line of a check-in, and lines to write on."""
    asked = value.instrument.open_line_general if value.general else value.instrument.open_line
    if not asked:
        return []
    return [Text(asked, _ITEM, before=18, keep=True), WritingLines(3, 9 * MM)]


def _fitted(
    items: list[tuple[int, str]],
    heads: Heads,
    value: "BlankQuestionnaire",
    sheet: page.Sheet,
) -> tuple[list[Block], page.Sheet]:
    """As airy as one page allows, or all items on the first page, or as many pages as it takes."""
    instrument, last = value.instrument, _asked_last(value)
    apart = [*last, *_explained(instrument.items), Text(instrument.closing, BODY, before=14)]
    close = [*last, *_run_in(instrument.items), Text(instrument.closing, _CLOSING, before=6)]
    tight = [*last, *_run_in(instrument.items, _TIGHT), Text(instrument.closing, _TIGHT, before=6)]
    airy, small = _above(value), _above(value, tight=True)
    narrow = replace(sheet, top=13 * MM, bottom=7 * MM)
    wide = replace(narrow, side=15 * MM)
    tries = [(pad, airy, apart, apart, sheet) for pad in _AIRY]
    tries += [(pad, airy, close, close, margins) for margins in (sheet, narrow) for pad in _CLOSE]
    tries += [(pad, small, tight, tight, wide) for pad in (*_CLOSE, *_TIGHTEST)]
    tries += [(pad, airy, apart, [], sheet) for pad in (*_AIRY, *_CLOSE)]
    for pad, above, below, together, margins in tries:
        form = Form(items, heads, pad)
        if page.stacked([*above, form, *together], margins.width) <= margins.room:
            return [*above, form, *below], margins
    return [*airy, Form(items, heads, 28.0), *apart], sheet


def _heads(value: "BlankQuestionnaire", width: float) -> Heads:
    options = sorted(value.instrument.options, key=lambda option: option.value)
    labels = (*(option.label for option in options), words.DID_NOT_COME_UP, words.DECLINED, words.TALK)
    column = (width - 18.0) / len(labels) - 2
    widest = max(letters.width(text.printable(word), True) for label in labels for word in label.split())
    size = max(6.5, min(10.0, column / widest))
    return Heads(labels=labels, scale=len(options), look=Look(size=size, bold=True, leading=1.2))


def _meanings(items: "Sequence[Item]") -> dict[str, str]:
    # What a question about fear means names what may be done to somebody, and paper is found by others.
    told = [item for item in items if item.safety_flag != "fear"]
    return {word: meaning for item in told for word, meaning in item.define.items()}


def _explained(items: "Sequence[Item]") -> list[Block]:
    """The meanings of words, one below the other."""
    rows = [
        Text([(f"{word}: ", _WORD), (meaning, _MEANING)], after=2)
        for word, meaning in _meanings(items).items()
    ]
    heading = Text("Some of the words", Look(size=12, bold=True), before=14, after=3, keep=True)
    return [heading, *rows] if rows else []


def _run_in(items: "Sequence[Item]", look: Look = _MEANING) -> list[Block]:
    """The same in one paragraph, for a page that has no room for a list."""
    spans = [
        span
        for word, meaning in _meanings(items).items()
        for span in ((f"{word}: ", replace(look, bold=True)), (f"{meaning}.  ", look))
    ]
    return [Text(spans, before=8)] if spans else []
