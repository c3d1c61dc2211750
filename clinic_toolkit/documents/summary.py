"""The clinician's summary of an hour: facts, and each questionnaire in words, dots and its number."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Pair, Rule, Text
from clinic_toolkit.documents.charts import DotsLine
from clinic_toolkit.documents.facts import LABEL_WIDTH, facts, letterhead
from clinic_toolkit.documents.look import BODY, HEADING, QUIET, SMALL, STRONG, Look
from clinic_toolkit.instruments.standing import status_line
from clinic_toolkit.psychometrics.rules import higher_means
from clinic_toolkit.psychometrics.wording import norm_line, uncapitalised

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from clinic_toolkit.record.summaries import AnsweredItem, FacetResult, Result, SessionSummary

_FORM = Look(size=18, bold=True, leading=1.2)
_PART = Look(size=12, bold=True, leading=1.25)


def render(value: "SessionSummary") -> bytes:
    """Draw the summary: strengths first, words before numbers, every answer at the end."""
    blocks: list[Block] = [
        letterhead(value.letterhead),
        *page.title("Session summary"),
        *facts(value.hour),
        Pair(
            Text("Note", QUIET), Text(_after_colon(value.note_state), BODY), label_width=LABEL_WIDTH, before=2
        ),
    ]
    if value.worksheets:
        sheets = ", ".join(value.worksheets)
        blocks.append(Pair(Text("Worksheets", QUIET), Text(sheets, BODY), label_width=LABEL_WIDTH, before=2))
    for result in value.results:
        blocks += _result(result)
    foot = [Text([(value.hour.who, SMALL), (f" · {words.day(value.hour.on)}", SMALL)])]
    lines = [status_line(result.instrument, words.STATUS_LINE) for result in value.results]
    foot += [Text(line, SMALL) for line in dict.fromkeys(lines)]
    foot.append(Text(words.LEGAL_LINE, SMALL))
    return page.make(blocks, page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo))


def _result(result: "Result") -> list[Block]:
    about = f"about {result.about}" + (
        f", {result.frame_label.lower()}" if result.frame_label.lower() != result.about else ""
    )
    given = " · ".join(
        (
            f"version {result.instrument.version}",
            words.day(result.administered_on),
            result.mode,
            *([_state(result.status)] if result.status != "completed" else []),
            f"{result.answered} of {result.asked} answered",
            *([result.joined] if result.joined else []),
        )
    )
    found: list[Block] = [
        Rule(before=20, after=12),
        Text(result.instrument.title, _FORM, keep=True),
        Text(about, QUIET, keep=True),
        Text(given, SMALL, after=8),
    ]
    found += _quotations("Strengths first", result.strengths)
    found += _quotations("Also asked about strengths", result.also_asked)
    for facet in result.facets:
        found += _facet(facet, result)
    if result.facets:
        found += _total(result)
    if result.to_talk_about:
        found.append(Text("To talk about", HEADING, before=16, after=4, keep=True))
        found += [_quoted(item, bar=True) for item in result.to_talk_about]
    found.append(Text("Every answer", HEADING, before=16, after=2, keep=True))
    for item in result.items:
        found += _answer(item)
    if result.open_line:
        found.append(Text(result.asked_last, QUIET, before=10, keep=True))
        found += [Text(line, BODY) for line in result.open_line.splitlines() if line.strip()]
    return found


def _quotations(heading: str, items: Sequence["AnsweredItem"]) -> list[Block]:
    if not items:
        return []
    return [Text(heading, HEADING, before=12, after=3, keep=True), *(_quoted(item) for item in items)]


def _facet(facet: "FacetResult", result: "Result") -> list[Block]:
    count = f"{facet.answered} of {facet.asked} answered"
    number = f"{facet.shown} ({count})" if facet.shown is not None else f"{count}, no number"
    # Where nothing was answered the sentence says so already.
    number = number if facet.answered or not facet.sentence else ""
    sentence = [(f"{facet.sentence} ", BODY)] if facet.sentence.strip() else []
    found: list[Block] = [
        Text(facet.name, _PART, before=14, after=1, keep=True),
        Text([*sentence, (number, QUIET)], after=2, keep=bool(facet.values)),
    ]
    if facet.values:
        found.append(DotsLine(facet.values, result.instrument.options, before=4))
    if facet.turned:
        found.append(Text("Reverse-scored:", SMALL, before=4, after=2, keep=True))
        found += [_quoted(item) for item in facet.turned]
    if facet.band:
        found.append(Text(facet.band, SMALL, after=2))
    return found


def _total(result: "Result") -> list[Block]:
    count = f"{result.total_answered} of {result.total_asked} answered"
    words_ = f"{result.total_shown} ({count})" if result.total_shown is not None else f"Not scored: {count}"
    beside = f"{higher_means(result.instrument)} {result.total_band or norm_line(result.instrument)}".strip()
    return [
        Text("All together", _PART, before=14, after=1, keep=True),
        Text([(f"{words_}. ", BODY), (beside, QUIET)]),
    ]


def _quoted(item: "AnsweredItem", *, bar: bool = False) -> Text:
    after = " · ".join(filter(None, (_given(item), _said(item) if bar else "")))
    return Text([(f"“{item.text}” ", BODY), (after, QUIET)], after=7 if bar else 4, bar=bar)


class Answered(Block):
    """One item and its answer beside it."""

    NUMBER, ANSWER = 28.0, 126.0

    def __init__(self, item: "AnsweredItem", *, before: float, keep: bool) -> None:
        super().__init__(before=before, keep=keep)
        self.number = Text(str(item.number), QUIET)
        self.text = Text(item.text, BODY)
        self.answer = Text(_given(item), STRONG if item.label is not None else QUIET)

    def height(self, width: float) -> float:
        return max(self.text.height(self._middle(width)), self.answer.height(self.ANSWER))

    def draw(self, canvas: "Canvas", x: float, top: float, width: float) -> None:
        self.number.draw(canvas, x, top, self.NUMBER)
        self.text.draw(canvas, x + self.NUMBER, top, self._middle(width))
        self.answer.draw(canvas, x + width - self.ANSWER, top, self.ANSWER)

    def marked(self) -> bool:
        return self.text.marked() or self.answer.marked()

    def _middle(self, width: float) -> float:
        return width - self.NUMBER - self.ANSWER - 14


def _answer(item: "AnsweredItem") -> list[Block]:
    beside = " · ".join(filter(None, (words.TALK if item.talk else "", _said(item))))
    row = Answered(item, before=6, keep=bool(beside))
    return [row, Text(beside, QUIET, indent=Answered.NUMBER)] if beside else [row]


def _given(item: "AnsweredItem") -> str:
    """The label that was chosen, or the way in which none was."""
    if item.label is None:
        return words.WAYS.get(item.status, "No answer")
    return uncapitalised(item.label)


def _said(item: "AnsweredItem") -> str:
    return f"said: “{item.said.strip()}”" if item.said.strip() else ""


def _state(status: str) -> str:
    return status.replace("_", " ")


def _after_colon(state: str) -> str:
    return state.removeprefix("Note: ")
