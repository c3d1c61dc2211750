"""The clinician's summary of an hour: facts, and each questionnaire in words, dots and its number."""

from typing import TYPE_CHECKING

from clinic_toolkit.documents import page, words
from clinic_toolkit.documents.blocks import Block, Pair, Rule, Text
from clinic_toolkit.documents.charts import DotsLine
from clinic_toolkit.documents.facts import LABEL_WIDTH, facts, letterhead
from clinic_toolkit.documents.look import BODY, HEADING, QUIET, SMALL, SOFT, STRONG, Look
from clinic_toolkit.psychometrics.wording import NO_NORM

if TYPE_CHECKING:
    from clinic_toolkit.record.summaries import AnsweredItem, FacetResult, Result, SessionSummary

_FORM = Look(size=18, bold=True, leading=1.2)
_PART = Look(size=12, bold=True, leading=1.25)


def render(value: "SessionSummary") -> bytes:
    """Draw the summary: strengths first, words before numbers, every answer at the end."""
    blocks: list[Block] = [
        letterhead(value.letterhead),
        *page.title("Session summary"),
        *facts(value.hour),
        Pair(Text("Note", QUIET), Text(_after_colon(value.note_state), BODY), label_width=LABEL_WIDTH, before=2),
    ]
    if value.worksheets:
        sheets = ", ".join(value.worksheets)
        blocks.append(Pair(Text("Worksheets", QUIET), Text(sheets, BODY), label_width=LABEL_WIDTH, before=2))
    for result in value.results:
        blocks += _result(result)
    who = " · ".join(filter(None, (value.hour.who, words.day(value.hour.on))))
    foot = [Text(who, SMALL)]
    if value.results:
        foot.append(Text(words.STATUS_LINE, SMALL))
    return page.make(blocks, page.Sheet(paper=value.letterhead.paper, foot=foot, demo=value.letterhead.demo))


def _result(result: "Result") -> list[Block]:
    about = f"about {result.about}" + (f", {result.frame_label.lower()}" if result.frame_label.lower() != result.about else "")
    given = " · ".join(
        (
            f"version {result.instrument.version}",
            words.day(result.administered_on),
            result.mode,
            *([_state(result.status)] if result.status != "completed" else []),
            f"{result.answered} of {result.asked} answered",
        )
    )
    found: list[Block] = [
        Rule(before=20, after=12),
        Text(result.instrument.title, _FORM, keep=True),
        Text(about, QUIET, keep=True),
        Text(given, SMALL, after=8),
    ]
    strengths = [item for item in result.strengths if item.label is not None]
    if strengths:
        found.append(Text("Strengths first", HEADING, before=12, after=3, keep=True))
        found += [_quoted(item) for item in strengths]
    for facet in result.facets:
        found += _facet(facet, result)
    found += _total(result)
    if result.to_talk_about:
        found.append(Text("To talk about", HEADING, before=16, after=4, keep=True))
        found += [_quoted(item, bar=True) for item in result.to_talk_about]
    found.append(Text("Every answer", HEADING, before=16, after=2, keep=True))
    found += [_answer(item) for item in result.items]
    return found


def _facet(facet: "FacetResult", result: "Result") -> list[Block]:
    count = f"{facet.answered} of {facet.asked} answered"
    number = f"{facet.shown} ({count})" if facet.shown is not None else f"{count}, no number"
    sentence = [(f"{facet.sentence} ", BODY)] if facet.sentence.strip() else []
    found: list[Block] = [
        Text(facet.name, _PART, before=14, after=1, keep=True),
        Text([*sentence, (number, QUIET)], after=2, keep=bool(facet.values)),
    ]
    if facet.values:
        found.append(DotsLine(facet.values, result.instrument.options, before=4))
    return found


def _total(result: "Result") -> list[Block]:
    count = f"{result.total_answered} of {result.total_asked} answered"
    words_ = f"{result.total_shown} ({count})" if result.total_shown is not None else f"Not scored: {count}"
    return [
        Text("All together", _PART, before=14, after=1, keep=True),
        Text([(f"{words_}. ", BODY), (NO_NORM, QUIET)]),
    ]


def _quoted(item: "AnsweredItem", *, bar: bool = False) -> Text:
    return Text([(f"“{item.text}” ", BODY), (_given(item), QUIET)], after=4, bar=bar)


def _answer(item: "AnsweredItem") -> Pair:
    answer = STRONG if item.label is not None else QUIET
    return Pair(
        Text(str(item.number), Look(size=BODY.size, colour=SOFT)),
        Text([(f"{item.text} ", BODY), (_given(item), answer)]),
        label_width=28,
        before=4,
    )


def _given(item: "AnsweredItem") -> str:
    parts = [item.label.lower() if item.label is not None else words.WAYS.get(item.status, "No answer").lower()]
    if item.talk:
        parts.append(words.TALK.lower())
    if item.said.strip():
        parts.append(f"said: “{item.said.strip()}”")
    given = " · ".join(parts)
    return given.replace("i’d rather", "I’d rather")


def _state(status: str) -> str:
    return status.replace("_", " ")


def _after_colon(state: str) -> str:
    return state.removeprefix("Note: ")
