"""The parts of a course (facets, strengths, the whole): the answers of every round, and their sentences."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics import course_sentences, phase_overlap, result_sentences, score_change
from clinic_toolkit.psychometrics.scoring import InstrumentScore, highest_value
from clinic_toolkit.record.values.course_values import (
    FACET,
    STRENGTHS,
    WHOLE,
    CoursePart,
    Reading,
    Round,
    RoundRange,
)
from clinic_toolkit.record.values.page_values import AnsweredItem

WHOLE_NAME, STRENGTHS_NAME = "All together", "Strengths"
STRENGTHS_PHRASE = "what goes well"


def iter_course_parts(
    newest: Instrument,
    forms: Sequence[Instrument],
    items: Sequence[tuple[AnsweredItem, ...]],
    scores: Sequence[InstrumentScore],
) -> Iterable[CoursePart]:
    """Yield the parts of the newest version, strengths first, each with one reading for every round.

    Args:
        newest: the definition of the newest round, which decides what parts there are.
        forms: the definition of each round, oldest first.
        items: the answers of each round, in the same order.
        scores: the scores of each round, in the same order.
    """
    if newest.kind == "difficulties":
        yield CoursePart(
            id=STRENGTHS,
            kind=STRENGTHS,
            name=STRENGTHS_NAME,
            client_phrase=STRENGTHS_PHRASE,
            readings=tuple(
                _reading([item for item in answered if item.role == "strength"], None) for answered in items
            ),
        )
        for facet in newest.facets:
            yield CoursePart(
                id=facet.id,
                kind=FACET,
                name=facet.name,
                client_phrase=facet.client_phrase,
                readings=tuple(
                    _facet_reading(facet.id, answered, score)
                    for answered, score in zip(items, scores, strict=True)
                ),
            )
    yield CoursePart(
        id=WHOLE,
        kind=WHOLE,
        name=WHOLE_NAME,
        client_phrase="",
        readings=tuple(
            _reading(
                [item for item in answered if item.role == "difficulty" or form.kind == "strengths"],
                score.total,
            )
            for answered, form, score in zip(items, forms, scores, strict=True)
        ),
    )


def _facet_reading(facet_id: str, items: tuple[AnsweredItem, ...], score: InstrumentScore) -> Reading:
    for facet in score.facets:
        if facet.facet == facet_id:
            return _reading([item for item in items if item.item_id in facet.items], facet.score)
    # The version of that round has no such facet.
    return Reading(values=(), item_numbers=(), asked=0)


def _reading(items: Sequence[AnsweredItem], score: float | None) -> Reading:
    given = [(item.value, item.number) for item in items if item.value is not None]
    return Reading(
        values=tuple(value for value, _ in given),
        item_numbers=tuple(at for _, at in given),
        asked=len(items),
        score=score,
    )


def describe_part(
    part: CoursePart,
    rounds: tuple[Round, ...],
    instrument: Instrument,
    *,
    baseline: int,
    with_usual_range: bool,
    with_overlap: bool,
) -> CoursePart:
    """Add ranges and sentences to a part: ranges for each segment, sentences for the newest segment only.

    Args:
        rounds: oldest first, one for each reading of the part, at least one.
        instrument: the newest version.
        baseline: how many of the first rounds are the baseline.
        with_usual_range: compute the usual range so far, where there are enough points.
        with_overlap: compute the overlap of baseline and later, where there are enough points.
    """
    top, labels = highest_value(instrument), result_sentences.option_labels(instrument)
    baselines: list[RoundRange] = []
    ranges: list[RoundRange] = []
    numbers: list[float] = []
    for segment in range(rounds[-1].segment + 1):
        at = [
            place
            for place, each in enumerate(rounds)
            if each.segment == segment and part.readings[place].score is not None
        ]
        numbers = [part.readings[place].score or 0.0 for place in at]
        base = score_change.baseline_range(numbers, baseline)
        if base is not None:
            baselines.append(RoundRange(first_round=at[0], last_round=at[-1], span=base))
        span = score_change.usual_range(numbers) if with_usual_range else None
        if span is not None:
            ranges.append(RoundRange(first_round=at[0], last_round=at[-1], span=span))
    asked = part.readings[-1].asked
    newest = [place for place, each in enumerate(rounds) if each.segment == rounds[-1].segment]
    values = [part.readings[place].values for place in newest]
    same = len(numbers) > 1 and score_change.is_about_the_same(numbers[-2], numbers[-1], asked, top)
    told = [(rounds[place].answered_on, _client_sentence(part, place, labels)) for place in newest]
    heard = [each for each in told if each[1]] if part.kind != STRENGTHS else []
    return replace(
        part,
        clinician_summary=""
        if part.kind == STRENGTHS
        else course_sentences.describe_scores_over_time(
            numbers, course_sentences.ScoreBasis(items=asked, highest=top), baseline=baseline
        ),
        joint_summary=course_sentences.describe_answers_over_time(values, labels, same=same),
        earliest=heard[0] if heard and len(newest) > 1 and heard[0] is told[0] else None,
        latest=heard[-1] if heard and heard[-1] is told[-1] else None,
        baselines=tuple(baselines),
        usual_ranges=tuple(ranges),
        overlap=phase_overlap.overlap(numbers[:baseline], numbers[baseline:]) if with_overlap else None,
    )


def _client_sentence(part: CoursePart, index: int, labels: Mapping[int, str]) -> str:
    reading = part.readings[index]
    return result_sentences.describe_answers(
        reading.values, labels, reading.asked, "client", part.client_phrase
    )
