"""The clinician's summary of a session: facts, and each questionnaire in words, dots and scores."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout, sheet_texts
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.clinician_header import LABEL_WIDTH, letterhead_block, session_fact_blocks
from clinic_toolkit.documents.dot_chart import DotChart
from clinic_toolkit.documents.labelled_value import LabelledValue
from clinic_toolkit.documents.styles import BODY, HEADING, QUIET, SMALL, STRONG, TextStyle
from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.psychometrics.result_sentences import norm_line, uncapitalise
from clinic_toolkit.psychometrics.score_explanation import explain_higher

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
    from clinic_toolkit.record.values.page_values import (
        AnsweredItem,
        FacetResult,
        Result,
        TherapySessionSummary,
    )

_TITLE_STYLE = TextStyle(size=18, bold=True, leading=1.2)
_FACET_STYLE = TextStyle(size=12, bold=True, leading=1.25)


def render_session_summary(value: "TherapySessionSummary") -> bytes:
    """Draw the summary: strengths first, words before scores, every answer at the end."""
    blocks: list[Block] = [
        letterhead_block(value.letterhead),
        *page_layout.title_blocks("Session summary"),
        *session_fact_blocks(value.session_facts),
        LabelledValue(
            Text("Note", QUIET),
            Text(_strip_note_prefix(value.note_state_label), BODY),
            label_width=LABEL_WIDTH,
            before=2,
        ),
    ]
    if value.worksheet_titles:
        titles = ", ".join(value.worksheet_titles)
        blocks.append(
            LabelledValue(Text("Worksheets", QUIET), Text(titles, BODY), label_width=LABEL_WIDTH, before=2)
        )
    for result in value.results:
        blocks += _result_blocks(result)
    footer = [
        Text(
            [
                (value.session_facts.client_names, SMALL),
                (f" · {format_date(value.session_facts.session_date)}", SMALL),
            ]
        )
    ]
    status_lines = [
        validation_status_line(result.instrument, standing_sentences.STATUS_LINE) for result in value.results
    ]
    footer += [Text(line, SMALL) for line in dict.fromkeys(status_lines)]
    footer.append(Text(sheet_texts.LEGAL_LINE, SMALL))
    return page_layout.make_pdf(
        blocks,
        page_layout.PageLayout(
            paper=value.letterhead.paper_size, footer=footer, demo=value.letterhead.is_demo
        ),
    )


def _result_blocks(result: "Result") -> list[Block]:
    relationship_line = f"about {result.relationship_word}" + (
        f", {result.frame_label.lower()}" if result.frame_label.lower() != result.relationship_word else ""
    )
    facts = " · ".join(
        (
            f"version {result.instrument.version}",
            format_date(result.answered_on),
            result.mode_label,
            *([] if result.is_finished else ["stopped" if result.is_stopped else "in progress"]),
            f"{result.answered} of {result.asked} answered",
            *([result.after_signing_label] if result.after_signing_label else []),
        )
    )
    blocks: list[Block] = [
        Rule(before=20, after=12),
        Text(result.instrument.title, _TITLE_STYLE, keep_with_next=True),
        Text(relationship_line, QUIET, keep_with_next=True),
        Text(facts, SMALL, after=8),
    ]
    blocks += _client_says_blocks(result)
    blocks += _quotation_blocks("Strengths first", result.strengths, result)
    blocks += _quotation_blocks("Also asked about strengths", result.other_strengths, result)
    for facet in result.facets:
        blocks += _facet_blocks(facet, result)
    if result.facets:
        blocks += _total_blocks(result)
    if result.to_talk_about:
        blocks.append(Text("To talk about", HEADING, before=16, after=4, keep_with_next=True))
        blocks += [_quoted_item(item, bar=True) for item in result.to_talk_about]
    blocks.append(Text("Every answer", HEADING, before=16, after=2, keep_with_next=True))
    for item in result.items:
        blocks += _answer_blocks(item)
    if result.open_line_answer:
        blocks.append(Text(result.open_line_question, QUIET, before=10, keep_with_next=True))
        blocks += [Text(line, BODY) for line in result.open_line_answer.splitlines() if line.strip()]
    return blocks


def _client_says_blocks(result: "Result") -> list[Block]:
    """What the client says is wrong, above the lines it is about."""
    says = result.client_says
    return [
        *(
            Text(f"The client corrects what is below: “{line.strip()}”", BODY, after=4, bar=True)
            for line in says.wrong.splitlines()
            if line.strip()
        ),
        *(
            Text(f"In place of “{each.text}” the client said: “{each.correction}”", BODY, after=4, bar=True)
            for each in says.unmatched
        ),
    ]


def _instead_blocks(words: str) -> list[Block]:
    return [Text(f"The client says instead: “{words}”", BODY, after=4, bar=True)] if words else []


def _quotation_blocks(heading: str, items: Sequence["AnsweredItem"], result: "Result") -> list[Block]:
    if not items:
        return []
    blocks: list[Block] = [Text(heading, HEADING, before=12, after=3, keep_with_next=True)]
    for item in items:
        blocks.append(_quoted_item(item))
        blocks += _instead_blocks(result.client_says.instead_of_answer(item.label, item.text))
    return blocks


def _facet_blocks(facet: "FacetResult", result: "Result") -> list[Block]:
    count = f"{facet.answered} of {facet.asked} answered"
    score_text = (
        f"{facet.display_score} ({count})" if facet.display_score is not None else f"{count}, no number"
    )
    # If nothing was answered, the sentence says so already.
    score_text = score_text if facet.answered or not facet.sentence else ""
    sentence_spans = [(f"{facet.sentence} ", BODY)] if facet.sentence.strip() else []
    blocks: list[Block] = [
        Text(facet.name, _FACET_STYLE, before=14, after=1, keep_with_next=True),
        Text([*sentence_spans, (score_text, QUIET)], after=2, keep_with_next=bool(facet.values)),
    ]
    blocks += _instead_blocks(result.client_says.instead_of(facet.client_sentence))
    if facet.values:
        blocks.append(DotChart(facet.values, result.instrument.options, before=4))
    if facet.reverse_scored:
        blocks.append(Text("Reverse-scored:", SMALL, before=4, after=2, keep_with_next=True))
        blocks += [_quoted_item(item) for item in facet.reverse_scored]
    if facet.band:
        blocks.append(Text(facet.band, SMALL, after=2))
    return blocks


def _total_blocks(result: "Result") -> list[Block]:
    count = f"{result.total_answered} of {result.total_asked} answered"
    total = (
        f"{result.display_total} ({count})" if result.display_total is not None else f"Not scored: {count}"
    )
    explanation = (
        f"{explain_higher(result.instrument)} {result.total_band or norm_line(result.instrument)}".strip()
    )
    return [
        Text("All together", _FACET_STYLE, before=14, after=1, keep_with_next=True),
        Text([(f"{total}. ", BODY), (explanation, QUIET)]),
    ]


def _quoted_item(item: "AnsweredItem", *, bar: bool = False) -> Text:
    answer_text = " · ".join(filter(None, (_answer_text(item), _remark_text(item) if bar else "")))
    return Text([(f"“{item.text}” ", BODY), (answer_text, QUIET)], after=7 if bar else 4, bar=bar)


class SummaryAnswerRow(Block):
    """One item and its answer beside it."""

    NUMBER_WIDTH, ANSWER_WIDTH = 28.0, 126.0

    def __init__(self, item: "AnsweredItem", *, before: float, keep_with_next: bool) -> None:
        super().__init__(before=before, keep_with_next=keep_with_next)
        self.number = Text(str(item.number), QUIET)
        self.text = Text(item.text, BODY)
        self.answer = Text(_answer_text(item), STRONG if item.label is not None else QUIET)

    def height(self, width: float) -> float:
        return max(self.text.height(self._text_width(width)), self.answer.height(self.ANSWER_WIDTH))

    def draw(self, canvas: "TaggedCanvas", x: float, top: float, width: float) -> None:
        self.number.draw(canvas, x, top, self.NUMBER_WIDTH)
        self.text.draw(canvas, x + self.NUMBER_WIDTH, top, self._text_width(width))
        self.answer.draw(canvas, x + width - self.ANSWER_WIDTH, top, self.ANSWER_WIDTH)

    def has_placeholder(self) -> bool:
        return self.text.has_placeholder() or self.answer.has_placeholder()

    def _text_width(self, width: float) -> float:
        return width - self.NUMBER_WIDTH - self.ANSWER_WIDTH - 14


def _answer_blocks(item: "AnsweredItem") -> list[Block]:
    remarks = " · ".join(
        filter(None, (sheet_texts.TALK_LABEL if item.wants_to_talk else "", _remark_text(item)))
    )
    row = SummaryAnswerRow(item, before=6, keep_with_next=bool(remarks))
    return [row, Text(remarks, QUIET, indent=SummaryAnswerRow.NUMBER_WIDTH)] if remarks else [row]


def _answer_text(item: "AnsweredItem") -> str:
    """The label that was chosen, or else the status of the item in words."""
    if item.label is None:
        return sheet_texts.NON_ANSWER_LABELS.get(item.status, "No answer")
    return uncapitalise(item.label)


def _remark_text(item: "AnsweredItem") -> str:
    return f"said: “{item.remark.strip()}”" if item.remark.strip() else ""


def _strip_note_prefix(state: str) -> str:
    return state.removeprefix("Note: ")
