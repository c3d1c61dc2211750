"""The parts of a course (facets, strengths, the whole): the answers of every round, and their sentences."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from clinic_toolkit.instruments.closed_sets import InstrumentKind, ItemRole
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics import course_sentences, phase_overlap, result_sentences, score_change
from clinic_toolkit.psychometrics.scoring import InstrumentScore, highest_value
from clinic_toolkit.record.values.course_values import CoursePart, PartKind, Reading, Round, RoundRange
from clinic_toolkit.record.values.page_values import AnsweredItem

WHOLE_NAME, STRENGTHS_NAME = "All together", "Strengths"
STRENGTHS_PHRASE = "what goes well"


def iter_course_parts(
    newest: Instrument,
    instruments: Sequence[Instrument],
    items: Sequence[tuple[AnsweredItem, ...]],
    scores: Sequence[InstrumentScore],
) -> Iterable[CoursePart]:
    """Yield the parts of the newest version, strengths first, each with one reading for every round.

    Args:
        newest: the definition of the newest round, which decides what parts there are.
        instruments: the definition of each round, oldest first.
        items: the answers of each round, in the same order.
        scores: the scores of each round, in the same order.
    """
    if newest.kind == InstrumentKind.DIFFICULTIES:
        yield CoursePart(
            id=PartKind.STRENGTHS,
            kind=PartKind.STRENGTHS,
            name=STRENGTHS_NAME,
            client_phrase=STRENGTHS_PHRASE,
            readings=tuple(
                _reading([item for item in answered if item.role == ItemRole.STRENGTH], None)
                for answered in items
            ),
        )
        for facet in newest.facets:
            yield CoursePart(
                id=facet.id,
                kind=PartKind.FACET,
                name=facet.name,
                client_phrase=facet.client_phrase,
                readings=tuple(
                    _facet_reading(facet.id, answered, score)
                    for answered, score in zip(items, scores, strict=True)
                ),
            )
    yield CoursePart(
        id=PartKind.WHOLE,
        kind=PartKind.WHOLE,
        name=WHOLE_NAME,
        client_phrase="",
        readings=tuple(
            _reading(
                [
                    item
                    for item in answered
                    if item.role == ItemRole.DIFFICULTY or instrument.kind == InstrumentKind.STRENGTHS
                ],
                score.total,
            )
            for answered, instrument, score in zip(items, instruments, scores, strict=True)
        ),
    )


def _facet_reading(facet_id: str, items: tuple[AnsweredItem, ...], score: InstrumentScore) -> Reading:
    for facet in score.facets:
        if facet.facet == facet_id:
            return _reading([item for item in items if item.item_id in facet.items], facet.score)
    # That round was given in a version without this facet.
    return Reading(values=(), item_numbers=(), asked=0)


def _reading(items: Sequence[AnsweredItem], score: float | None) -> Reading:
    answered = [(item.value, item.number) for item in items if item.value is not None]
    return Reading(
        values=tuple(value for value, _ in answered),
        item_numbers=tuple(number for _, number in answered),
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
    highest, labels = highest_value(instrument), result_sentences.option_labels(instrument)
    baselines: list[RoundRange] = []
    ranges: list[RoundRange] = []
    scores: list[float] = []
    for segment in range(rounds[-1].segment + 1):
        scored_indexes = [
            index
            for index, each in enumerate(rounds)
            if each.segment == segment and part.readings[index].score is not None
        ]
        scores = [part.readings[index].score or 0.0 for index in scored_indexes]
        baseline_span = score_change.baseline_range(scores, baseline)
        if baseline_span is not None:
            baselines.append(
                RoundRange(first_round=scored_indexes[0], last_round=scored_indexes[-1], span=baseline_span)
            )
        usual_span = score_change.usual_range(scores) if with_usual_range else None
        if usual_span is not None:
            ranges.append(
                RoundRange(first_round=scored_indexes[0], last_round=scored_indexes[-1], span=usual_span)
            )
    asked_count = part.readings[-1].asked
    newest_indexes = [index for index, each in enumerate(rounds) if each.segment == rounds[-1].segment]
    values = [part.readings[index].values for index in newest_indexes]
    is_unchanged = len(scores) > 1 and score_change.is_about_the_same(
        scores[-2], scores[-1], asked_count, highest
    )
    dated_sentences = [
        (rounds[index].answered_on, _client_sentence(part, index, labels)) for index in newest_indexes
    ]
    shown_sentences = [each for each in dated_sentences if each[1]] if part.kind != PartKind.STRENGTHS else []
    return replace(
        part,
        clinician_summary=""
        if part.kind == PartKind.STRENGTHS
        else course_sentences.describe_scores_over_time(
            scores, course_sentences.ScoreBasis(items=asked_count, highest=highest), baseline=baseline
        ),
        joint_summary=course_sentences.describe_answers_over_time(values, labels, same=is_unchanged),
        earliest=shown_sentences[0]
        if shown_sentences and len(newest_indexes) > 1 and shown_sentences[0] is dated_sentences[0]
        else None,
        latest=shown_sentences[-1]
        if shown_sentences and shown_sentences[-1] is dated_sentences[-1]
        else None,
        baselines=tuple(baselines),
        usual_ranges=tuple(ranges),
        overlap=phase_overlap.overlap(scores[:baseline], scores[baseline:]) if with_overlap else None,
    )


def _client_sentence(part: CoursePart, index: int, labels: Mapping[int, str]) -> str:
    reading = part.readings[index]
    return result_sentences.describe_answers(
        reading.values, labels, reading.asked, result_sentences.Audience.CLIENT, part.client_phrase
    )
