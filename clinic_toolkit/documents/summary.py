"""The clinician's summary of a session: facts, and each questionnaire in words, dots and scores."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from clinic_toolkit import standing_sentences
from clinic_toolkit.dates import format_date
from clinic_toolkit.documents import page_layout, sheet_texts
from clinic_toolkit.documents.answer_list import answer_rows, answer_text, remark_text
from clinic_toolkit.documents.blocks import Block, Rule, Text
from clinic_toolkit.documents.clinician_header import fact_row, letterhead_blocks, session_fact_blocks
from clinic_toolkit.documents.facet_row import FacetRow
from clinic_toolkit.documents.styles import BODY, HEADING, MM, QUIET, SMALL, TextStyle
from clinic_toolkit.documents.tagging import Role
from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.psychometrics.result_sentences import norm_line
from clinic_toolkit.psychometrics.score_explanation import explain_higher

if TYPE_CHECKING:
    from clinic_toolkit.record.values.page_values import AnsweredItem, Result, TherapySessionSummary

_TITLE_STYLE = TextStyle(size=16, bold=True, leading=1.2)
_MAX_PAGES = 2


class SummarySizes(Struct, frozen=True, kw_only=True):
    """One layout of the summary; `spacing` is the space between blocks as a share of the usual one."""

    spacing: float
    body: TextStyle = BODY
    narrow: bool = False

    @property
    def quiet(self) -> TextStyle:
        """The style of what is less important."""
        return replace(self.body, colour=QUIET.colour)

    @property
    def part(self) -> TextStyle:
        """The style of the name of a part."""
        return replace(self.body, bold=True)


_CLOSE = TextStyle(size=10.5, leading=1.28)
# The most spacious that keeps to the pages is taken.
_LAYOUTS = (
    SummarySizes(spacing=1.0),
    SummarySizes(spacing=0.75),
    SummarySizes(spacing=0.75, narrow=True),
    SummarySizes(spacing=0.6, body=_CLOSE, narrow=True),
    SummarySizes(spacing=0.4, body=_CLOSE, narrow=True),
    SummarySizes(spacing=0.35, body=TextStyle(size=10, leading=1.26), narrow=True),
)


def render_session_summary(value: "TherapySessionSummary") -> bytes:
    """Draw the summary: strengths first, words before scores; every answer at the end, if asked for.

    An hour with four of the program's questionnaires takes two pages at most, each answer left out.
    """
    wide = page_layout.PageLayout(
        paper=value.letterhead.paper_size, footer=_footer(value), demo=value.letterhead.is_demo
    )
    for sizes in _LAYOUTS:
        sheet = replace(wide, side=19 * MM, top=14 * MM, bottom=9 * MM) if sizes.narrow else wide
        blocks = _summary_blocks(value, sizes)
        for block in blocks:
            block.before *= sizes.spacing
            block.after *= sizes.spacing
        if len(page_layout.place_on_pages(blocks, sheet.width, sheet.usable_height)) <= _MAX_PAGES:
            break
    if value.with_every_answer:
        for result in value.results:
            blocks += _every_answer_blocks(result, named=len(value.results) > 1)
    return page_layout.make_pdf(blocks, sheet)


def _footer(value: "TherapySessionSummary") -> list[Text]:
    status_lines = [
        validation_status_line(result.instrument, standing_sentences.STATUS_LINE) for result in value.results
    ]
    return [
        Text(
            [
                (value.session_facts.client_names, SMALL),
                (f" · {format_date(value.session_facts.session_date)}", SMALL),
            ]
        ),
        *(Text(line, SMALL) for line in dict.fromkeys(status_lines)),
        Text(sheet_texts.LEGAL_LINE, SMALL),
    ]


def _summary_blocks(value: "TherapySessionSummary", sizes: SummarySizes) -> list[Block]:
    blocks: list[Block] = [
        *letterhead_blocks(value.letterhead),
        *page_layout.title_blocks("Session summary"),
        *session_fact_blocks(value.session_facts, close=True),
        fact_row("Note", _strip_note_prefix(value.note_state_label)),
    ]
    if value.worksheet_titles:
        titles = ", ".join(value.worksheet_titles)
        blocks.append(fact_row("Worksheets", titles))
    explained: set[str] = set()
    for result in value.results:
        blocks += _result_blocks(result, explained, sizes)
    return blocks


def _result_blocks(result: "Result", explained: set[str], sizes: SummarySizes) -> list[Block]:
    """One questionnaire; what its numbers mean is said once for all that say the same."""
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
        Rule(before=18, after=10),
        Text(
            [(f"{result.instrument.title}  ", _TITLE_STYLE), (relationship_line, sizes.quiet)],
            keep_with_next=True,
            role=Role.H2,
        ),
        Text(facts, SMALL, after=4, keep_with_next=True),
    ]
    blocks += _client_says_blocks(result, sizes)
    blocks += _quotation_blocks("Strengths first", result.strengths, result, sizes)
    blocks += _quotation_blocks("Also asked about strengths", result.other_strengths, result, sizes)
    for facet in result.facets:
        blocks.append(FacetRow(facet, result.instrument.options, sizes.body, before=10))
        blocks += _instead_blocks(result.client_says.instead_of(facet.client_sentence), sizes)
        if facet.reverse_scored:
            blocks.append(Text("Reverse-scored:", SMALL, before=4, after=2, keep_with_next=True))
            blocks += [_quoted_item(item, sizes) for item in facet.reverse_scored]
        if facet.band:
            blocks.append(Text(facet.band, SMALL, after=2))
    if result.facets:
        blocks += _total_blocks(result, explained, sizes)
    if result.to_talk_about:
        blocks.append(_part_heading("To talk about", sizes))
        blocks += [_quoted_item(item, sizes, bar=True) for item in result.to_talk_about]
    if result.open_line_answer:
        blocks.append(Text(result.open_line_question, sizes.quiet, before=10, keep_with_next=True))
        blocks += [Text(line, sizes.body) for line in result.open_line_answer.splitlines() if line.strip()]
    return blocks


def _part_heading(words: str, sizes: SummarySizes) -> Text:
    return Text(words, sizes.part, before=10, after=2, keep_with_next=True, role=Role.H3)


def _client_says_blocks(result: "Result", sizes: SummarySizes) -> list[Block]:
    """What the client says is wrong, above the lines it is about."""
    says = result.client_says
    return [
        *(
            Text(f"The client corrects what is below: “{line.strip()}”", sizes.body, after=4, bar=True)
            for line in says.wrong.splitlines()
            if line.strip()
        ),
        *(
            Text(
                f"In place of “{each.text}” the client said: “{each.correction}”",
                sizes.body,
                after=4,
                bar=True,
            )
            for each in says.unmatched
        ),
    ]


def _instead_blocks(words: str, sizes: SummarySizes) -> list[Block]:
    return [Text(f"The client says instead: “{words}”", sizes.body, after=4, bar=True)] if words else []


def _quotation_blocks(
    heading: str, items: Sequence["AnsweredItem"], result: "Result", sizes: SummarySizes
) -> list[Block]:
    if not items:
        return []
    blocks: list[Block] = [_part_heading(heading, sizes)]
    for item in items:
        blocks.append(_quoted_item(item, sizes))
        blocks += _instead_blocks(result.client_says.instead_of_answer(item.label, item.text), sizes)
    return blocks


def _total_blocks(result: "Result", explained: set[str], sizes: SummarySizes) -> list[Block]:
    count = f"{result.total_answered} of {result.total_asked} answered"
    total = (
        f"{result.display_total} ({count})" if result.display_total is not None else f"Not scored: {count}"
    )
    explanation = (
        f"{explain_higher(result.instrument)} {result.total_band or norm_line(result.instrument)}".strip()
    )
    shown = "" if explanation in explained else explanation
    explained.add(explanation)
    spans = [("All together  ", sizes.part), (f"{total}. ", sizes.body), (shown, sizes.quiet)]
    return [Text(spans, before=10)]


def _quoted_item(item: "AnsweredItem", sizes: SummarySizes, *, bar: bool = False) -> Text:
    words = " · ".join(filter(None, (answer_text(item), remark_text(item) if bar else "")))
    return Text([(f"“{item.text}” ", sizes.body), (words, sizes.quiet)], after=5 if bar else 2, bar=bar)


def _every_answer_blocks(result: "Result", *, named: bool) -> list[Block]:
    """Every question with its answer; the questionnaire is named if there are several."""
    name = f": {result.instrument.title}" if named else ""
    heading = Text(f"Every answer{name}", HEADING, before=16, after=2, keep_with_next=True, role=Role.H2)
    return [heading, *answer_rows(result.items)]


def _strip_note_prefix(state: str) -> str:
    return state.removeprefix("Note: ")
