"""Response patterns that are worth asking about; never a judgement of the client.

There is no agreed cut-off for long runs of one answer, and experiments disagree, so each note is a question
for the session. The notes are neither stored in the record nor printed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from clinic_toolkit.instruments.closed_sets import AnswerWords, InstrumentKind, ItemRole
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.item_response import ItemResponse, ResponseStatus
from clinic_toolkit.psychometrics.result_sentences import option_labels, uncapitalise
from clinic_toolkit.psychometrics.scoring import percent_of_maximum, scale_position, score_form

QUICK_SECONDS = 2.0
MANY_SKIPPED = 3


def pattern_notes(
    instrument: Instrument,
    responses: Iterable[ItemResponse],
    *,
    seconds: Sequence[float] = (),
    self_entered: bool = False,
) -> tuple[str, ...]:
    """The notes on one form, in sentences for the clinician.

    Args:
        responses: the answers, in the order of the form.
        seconds: the time for each answered item, in seconds.
        self_entered: whether the client typed the answers; `seconds` is ignored otherwise.
    """
    all_responses = tuple(responses)
    notes = [
        *_same_answer_notes(instrument, all_responses),
        *_difficulty_and_strength_notes(instrument, all_responses),
    ]
    skipped = sum(
        response.status in (ResponseStatus.DECLINED, ResponseStatus.DID_NOT_COME_UP)
        for response in all_responses
    )
    if skipped >= MANY_SKIPPED:
        notes.append(f"Worth asking: {skipped} questions were left out. Did they fit this person?")
    if self_entered and seconds and median(seconds) < QUICK_SECONDS:
        notes.append("Worth asking: the answers came quickly. Was there time to think of examples?")
    return tuple(notes)


def _same_answer_notes(instrument: Instrument, responses: Sequence[ItemResponse]) -> list[str]:
    roles = {item.id: item.role for item in instrument.items}
    value_counts = Counter(response.value for response in responses if response.value is not None)
    if not value_counts or len(set(roles.values())) < 2:
        return []
    value, count = value_counts.most_common(1)[0]
    same_roles = {roles[response.item_id] for response in responses if response.value == value}
    # The rule is ten of twelve items; other lengths use the same proportion, 5/6.
    if 6 * count < 5 * len(instrument.items) or same_roles != set(ItemRole):
        return []
    label = option_labels(instrument)[value]
    label = uncapitalise(label) if instrument.answer_words == AnswerWords.FREQUENCY else label
    return [
        f"Worth asking: {count} of {len(instrument.items)} answers are “{label}”, on difficulties and on "
        "strengths. What was it like to think about this person?"
    ]


def _difficulty_and_strength_notes(instrument: Instrument, responses: Sequence[ItemResponse]) -> list[str]:
    if instrument.kind != InstrumentKind.DIFFICULTIES:
        return []
    answers = {response.item_id: response.value for response in responses}
    numbers = {item.id: number for number, item in enumerate(instrument.items, start=1)}
    facet_of = {item.id: item.facet for item in instrument.items}
    names = {facet.id: facet.name for facet in instrument.facets}
    score = score_form(instrument, answers)
    items = {item.id: item for item in instrument.items}
    means = {
        facet.facet: percent_of_maximum(instrument, [items[id] for id in facet.items], answers)
        for facet in score.facets
        if facet.score is not None and not facet.is_group
    }
    frequent_facets = {facet for facet, mean in means.items() if mean is not None and mean >= 75}
    return [
        f"Worth asking: {names[facet_of[strength.item_id]]} and its strength (item "
        f"{numbers[strength.item_id]}) both felt true. When is it one, and when the other?"
        for strength in score.strengths
        if facet_of[strength.item_id] in frequent_facets
        and strength.value is not None
        and 4 * scale_position(instrument, items[strength.item_id], strength.value) >= 3
    ]
