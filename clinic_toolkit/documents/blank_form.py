"""The questionnaire on paper: boxes to tick under the answer labels; no item has to be answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.documents import page_layout, sheet_texts, text_shaping
from clinic_toolkit.documents.answer_grid import AIRY_PAD, ITEM_STYLE, AnswerColumns, ItemGrid
from clinic_toolkit.documents.blocks import Block, Rule, Text, WritingLines, typed_paragraphs
from clinic_toolkit.documents.styles import ACCENT, BODY, EDGE, MM, SMALL, SOFT, TITLE, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.instruments.closed_sets import EvidenceLevel, SafetyFlag

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.instruments.model import Item
    from clinic_toolkit.record.values.page_values import BlankQuestionnaire

_WORD = TextStyle(size=10.5, bold=True, leading=1.28)
_MEANING = TextStyle(size=10.5, leading=1.28)
_CLOSING = TextStyle(size=11, leading=1.3)
# The style of everything but the questions, if the form would not fit on one page otherwise.
_TIGHT = TextStyle(size=10, leading=1.24)
_TIGHT_TITLE = TextStyle(size=19, bold=True, leading=1.15)
# The clinician types this code when entering the sheet, so it is printed large.
_CODE = TextStyle(size=11.5, bold=True, leading=1.3)
_HOW_TO_ANSWER = (
    "Tick the answer that fits best. You can leave any sentence out. “{did_not_come_up}” and “"
    "{declined}” are good answers too. You can tick “{talk}” with any answer, or alone."
)
_AIRY = (30.0, 27.0, 24.0, 21.0, 19.0)
_CLOSE = (AIRY_PAD, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.5)
_TIGHTEST = (11.0, 10.5, 10.0, 9.5, 9.0)
_TITLE = "Questions to answer"
_DATE = "Date"
_ONE_PERSON_LINE = "Think of one person, the same one throughout."
_OWN_QUESTION_LINE = "The question you chose: " + "_" * 62
_GENERAL_LINE = "Think of the people close to you."


class TitleWithDate(Block):
    """The title, and on its right a line for the day on which the sheet is filled in."""

    LINE_LENGTH = 110.0

    def __init__(self, title: str, style: TextStyle, *, after: float) -> None:
        super().__init__(after=after, keep_with_next=True)
        self.title = Text(title, style, role=Role.H1)
        self.date = Text(_DATE, TextStyle(size=12, colour=SOFT))

    def height(self, width: float) -> float:
        return self.title.height(self._title_width(width))

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        height, date_height = self.height(width), self.date.height(width)
        self.title.draw(canvas, x, top, self._title_width(width))
        line_left = x + width - self.LINE_LENGTH
        date_width = self.date.lines(width)[0].width
        self.date.draw(canvas, line_left - date_width - 8, top - height + date_height, date_width + 1)
        Rule(colour=EDGE, weight=0.7).draw(canvas, line_left, top - height + 4, self.LINE_LENGTH)

    def _title_width(self, width: float) -> float:
        return width - self.LINE_LENGTH - self.date.lines(width)[0].width - 24


def render_blank_form(value: "BlankQuestionnaire") -> bytes:
    """Draw the form. Items differ in their text only, so none stands out as a safety question."""
    instrument = value.instrument
    # The code identifies the form; its name would reveal the topic to anyone who finds the sheet.
    version_label = "Draft, version" if instrument.evidence.level == EvidenceLevel.DRAFTED else "Version"
    footer_text = f"{standing_sentences.CLIENT_LINE} {version_label} {instrument.version} · sheet "
    sheet = page_layout.PageLayout(
        paper=value.letterhead.paper_size,
        language=instrument.language,
        footer=(Text([(footer_text, SMALL), (value.form_code, _CODE)]),),
        demo=value.letterhead.is_demo,
        side=19 * MM,
        top=16 * MM,
        bottom=9 * MM,
    )
    items = list(enumerate(_item_texts(value), 1))
    heads = _answer_columns(value, sheet.width)
    blocks, sheet = _fit_to_pages(items, heads, value, sheet)
    return page_layout.make_pdf(blocks, sheet)


def _intro_blocks(value: "BlankQuestionnaire", *, tight: bool = False) -> list[Block]:
    """The head of the form: neutral title, person and period, limits of confidentiality, how to answer.

    Args:
        tight: use the smaller styles, for a form that would not fit on one page otherwise.
    """
    instructions = _HOW_TO_ANSWER.format(
        did_not_come_up=sheet_texts.DID_NOT_COME_UP,
        declined=sheet_texts.DECLINED,
        talk=sheet_texts.TALK_LABEL,
    )
    about_line = f"{_GENERAL_LINE if value.is_general else _ONE_PERSON_LINE} {value.instrument.recall}:"
    style = _TIGHT if tight else BODY
    # Above the questions and in bold, so that a client who skips the introduction still reads it.
    limits = typed_paragraphs(value.confidentiality_text, replace(style, bold=True), gap=2)
    for paragraph in limits[-1:]:
        paragraph.after = 5
    return [
        *([] if tight else [Rule(colour=ACCENT, weight=2.4, length=30, after=9)]),
        TitleWithDate(_TITLE, _TIGHT_TITLE if tight else TITLE, after=2 if tight else 3),
        Text(about_line, TextStyle(size=12.5, bold=True), after=6),
        *limits,
        Text(instructions, style, after=10),
    ]


def _item_texts(value: "BlankQuestionnaire") -> list[str]:
    """The text of each question, with a line to write on in place of the client's own question."""
    instrument = value.instrument
    texts = [item.text_general if value.is_general else item.text for item in instrument.items]
    if instrument.own_place is not None and not value.is_general:
        texts.insert(instrument.own_place - 1, _OWN_QUESTION_LINE)
    return texts


def _open_line_blocks(value: "BlankQuestionnaire") -> list[Block]:
    """The open question of a check-in, with lines to write on."""
    question = value.instrument.open_line_general if value.is_general else value.instrument.open_line
    if not question:
        return []
    return [Text(question, ITEM_STYLE, before=18, keep_with_next=True), WritingLines(3, 9 * MM)]


def _fit_to_pages(
    items: list[tuple[int, str]],
    heads: AnswerColumns,
    value: "BlankQuestionnaire",
    sheet: page_layout.PageLayout,
) -> tuple[list[Block], page_layout.PageLayout]:
    """Choose the most spacious layout that fits.

    First everything on one page, then all items on the first page, else as many pages as needed.

    Returns:
        The blocks of the form and the page layout with the margins they need.
    """
    instrument, open_line = value.instrument, _open_line_blocks(value)
    spacious_end = [
        *open_line,
        *_definition_list(instrument.items),
        Text(instrument.closing, BODY, before=14),
    ]
    compact_end = [
        *open_line,
        *_definition_paragraph(instrument.items),
        Text(instrument.closing, _CLOSING, before=6),
    ]
    tight_end = [
        *open_line,
        *_definition_paragraph(instrument.items, _TIGHT),
        Text(instrument.closing, _TIGHT, before=6),
    ]
    spacious_intro, tight_intro = _intro_blocks(value), _intro_blocks(value, tight=True)
    narrow_sheet = replace(sheet, top=13 * MM, bottom=7 * MM)
    wide_sheet = replace(narrow_sheet, side=15 * MM)
    attempts = [(pad, spacious_intro, spacious_end, spacious_end, sheet) for pad in _AIRY]
    attempts += [
        (pad, spacious_intro, compact_end, compact_end, layout)
        for layout in (sheet, narrow_sheet)
        for pad in _CLOSE
    ]
    attempts += [(pad, tight_intro, tight_end, tight_end, wide_sheet) for pad in (*_CLOSE, *_TIGHTEST)]
    attempts += [(pad, spacious_intro, spacious_end, [], sheet) for pad in (*_AIRY, *_CLOSE)]
    for pad, intro, end, counted_end, layout in attempts:
        grid = ItemGrid(items, heads, pad)
        if page_layout.stacked_height([*intro, grid, *counted_end], layout.width) <= layout.usable_height:
            return [*intro, grid, *end], layout
    return [*spacious_intro, ItemGrid(items, heads, 28.0), *spacious_end], sheet


def _answer_columns(value: "BlankQuestionnaire", width: float) -> AnswerColumns:
    options = sorted(value.instrument.options, key=lambda option: option.value)
    labels = (
        *(option.label for option in options),
        sheet_texts.DID_NOT_COME_UP,
        sheet_texts.DECLINED,
        sheet_texts.TALK_LABEL,
    )
    column_width = (width - 18.0) / len(labels) - 2
    widest = max(text_shaping.text_width(word, True) for label in labels for word in label.split())
    style = TextStyle(size=max(6.5, min(10.0, column_width / widest)), bold=True, leading=1.2)
    return AnswerColumns(labels=labels, scale=len(options), style=style)


def _defined_words(items: "Sequence[Item]") -> dict[str, str]:
    # Definitions of fear items describe violence, and other people may find the paper.
    shown_items = [item for item in items if item.safety_flag != SafetyFlag.FEAR]
    return {word: meaning for item in shown_items for word, meaning in item.define.items()}


def _definition_list(items: "Sequence[Item]") -> list[Block]:
    """The definitions of words, one in a line."""
    rows = [
        Text([(f"{word}: ", _WORD), (meaning, _MEANING)], after=2)
        for word, meaning in _defined_words(items).items()
    ]
    heading = Text(
        "Some of the words",
        TextStyle(size=12, bold=True),
        before=14,
        after=3,
        keep_with_next=True,
        role=Role.H2,
    )
    return [heading, *rows] if rows else []


def _definition_paragraph(items: "Sequence[Item]", style: TextStyle = _MEANING) -> list[Block]:
    """The definitions of words in one paragraph, for a page that has no room for a list."""
    spans = [
        span
        for word, meaning in _defined_words(items).items()
        for span in ((f"{word}: ", replace(style, bold=True)), (f"{meaning}.  ", style))
    ]
    return [Text(spans, before=8)] if spans else []
