"""The parts of a course, a facet, the strengths, the whole: every answer of every round, and what is said."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics import change, phases, sayings, wording
from clinic_toolkit.psychometrics.scoring import InstrumentScore, highest
from clinic_toolkit.record.course_summaries import (
    FACET,
    STRENGTHS,
    WHOLE,
    Part,
    Reading,
    Round,
    Stretch,
)
from clinic_toolkit.record.summaries import AnsweredItem

WHOLE_NAME, STRENGTHS_NAME = "All together", "Strengths"
STRENGTHS_PHRASE = "what goes well"


def parts_of(
    newest: Instrument,
    forms: Sequence[Instrument],
    items: Sequence[tuple[AnsweredItem, ...]],
    scores: Sequence[InstrumentScore],
) -> Iterable[Part]:
    """The parts of the newest version, each with what every round says of it; strengths come first."""
    if newest.kind == "difficulties":
        yield Part(
            id=STRENGTHS,
            kind=STRENGTHS,
            name=STRENGTHS_NAME,
            phrase=STRENGTHS_PHRASE,
            readings=tuple(
                _reading([item for item in answered if item.role == "strength"], None) for answered in items
            ),
        )
        for facet in newest.facets:
            yield Part(
                id=facet.id,
                kind=FACET,
                name=facet.name,
                phrase=facet.client_phrase,
                readings=tuple(
                    _facet(facet.id, answered, score) for answered, score in zip(items, scores, strict=True)
                ),
            )
    yield Part(
        id=WHOLE,
        kind=WHOLE,
        name=WHOLE_NAME,
        phrase="",
        readings=tuple(
            _reading(
                [item for item in answered if item.role == "difficulty" or form.kind == "strengths"],
                score.total,
            )
            for answered, form, score in zip(items, forms, scores, strict=True)
        ),
    )


def _facet(id: str, items: tuple[AnsweredItem, ...], score: InstrumentScore) -> Reading:
    for facet in score.facets:
        if facet.facet == id:
            return _reading([item for item in items if item.item_id in facet.items], facet.score)
    # This version had no such part.
    return Reading(values=(), items=(), asked=0)


def _reading(items: Sequence[AnsweredItem], number: float | None) -> Reading:
    given = [(item.value, item.number) for item in items if item.value is not None]
    return Reading(
        values=tuple(value for value, _ in given),
        items=tuple(at for _, at in given),
        asked=len(items),
        number=number,
    )


def told(
    part: Part,
    rounds: tuple[Round, ...],
    instrument: Instrument,
    *,
    baseline: int,
    usual: bool,
    overlap: bool,
) -> Part:
    """The part with what may be said of it, each stretch by itself and the words for the newest."""
    top, labels = highest(instrument), wording.labels_of(instrument)
    baselines: list[Stretch] = []
    ranges: list[Stretch] = []
    numbers: list[float] = []
    for segment in range(rounds[-1].segment + 1):
        at = [
            place
            for place, each in enumerate(rounds)
            if each.segment == segment and part.readings[place].number is not None
        ]
        numbers = [part.readings[place].number or 0.0 for place in at]
        base = change.baseline_of(numbers, baseline)
        if base is not None:
            baselines.append(Stretch(first=at[0], last=at[-1], span=base))
        span = change.usual_range(numbers) if usual else None
        if span is not None:
            ranges.append(Stretch(first=at[0], last=at[-1], span=span))
    asked = part.readings[-1].asked
    newest = [place for place, each in enumerate(rounds) if each.segment == rounds[-1].segment]
    values = [part.readings[place].values for place in newest]
    same = len(numbers) > 1 and change.about_the_same(numbers[-2], numbers[-1], asked, top)
    told = [(rounds[place].on, _clients(part, place, labels)) for place in newest]
    heard = [each for each in told if each[1]] if part.kind != STRENGTHS else []
    return replace(
        part,
        said=""
        if part.kind == STRENGTHS
        else sayings.of_numbers(numbers, sayings.Scale(items=asked, highest=top), baseline=baseline),
        said_together=sayings.of_answers(values, labels, same=same),
        earliest=heard[0] if heard and len(newest) > 1 and heard[0] is told[0] else None,
        latest=heard[-1] if heard and heard[-1] is told[-1] else None,
        baselines=tuple(baselines),
        usual=tuple(ranges),
        overlap=phases.overlap(numbers[:baseline], numbers[baseline:]) if overlap else None,
    )


def _clients(part: Part, place: int, labels: Mapping[int, str]) -> str:
    reading = part.readings[place]
    return wording.facet_sentence(reading.values, labels, reading.asked, "client", part.phrase)
