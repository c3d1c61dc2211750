"""Explains to the clinician, in sentences, how a questionnaire is scored."""

from clinic_toolkit.instruments import facet_groups
from clinic_toolkit.instruments.closed_sets import AnswerWords, InstrumentKind, ScoreKind
from clinic_toolkit.instruments.model import Instrument, MissingRule
from clinic_toolkit.psychometrics.result_sentences import option_labels, uncapitalise
from clinic_toolkit.psychometrics.scoring import highest_value, is_scored, lowest_value


def explain_scoring(instrument: Instrument) -> tuple[str, ...]:
    """Explain what the score is, how many answers it needs, and how answers are transformed for it."""
    if instrument.missing is None:
        return ("It is never given a number.",)
    return (
        f"For the clinician only: {_describe_score(instrument)}.",
        *_describe_keying(instrument),
        _describe_minimum(instrument, instrument.missing),
        "With fewer answers you see words and a count, but no number.",
    )


def explain_higher(instrument: Instrument) -> str:
    """Explain the range of the score and what a higher score means."""
    scale_range = "Numbers run from 0 to 100. " if instrument.score == ScoreKind.STRETCHED else ""
    if instrument.answer_words == AnswerWords.FREQUENCY:
        return f"{scale_range}Higher means more often, nothing else."
    return (
        f"{scale_range}Higher means closer to “{option_labels(instrument)[highest_value(instrument)]}”, "
        "nothing else."
    )


def _describe_score(instrument: Instrument) -> str:
    questions = "difficulty questions" if instrument.kind == InstrumentKind.DIFFICULTIES else "questions"
    if instrument.score == ScoreKind.SUM:
        return f"the sum of the values of the {questions}"
    if instrument.score == ScoreKind.MEAN:
        return f"the average value of the answered {questions}"
    labels = option_labels(instrument)
    end_labels = [labels[lowest_value(instrument)], labels[highest_value(instrument)]]
    low, high = (
        [uncapitalise(label) for label in end_labels]
        if instrument.answer_words == AnswerWords.FREQUENCY
        else [f"“{label}”" for label in end_labels]
    )
    return f"the average of the answered {questions} on a line from 0 ({low}) to 100 ({high})"


def _describe_minimum(instrument: Instrument, rule: MissingRule) -> str:
    scored_facets = [item.facet for item in instrument.items if is_scored(instrument, item)]
    sizes = [scored_facets.count(facet) for facet in dict.fromkeys(scored_facets)]
    if instrument.score == ScoreKind.SUM and not rule.prorate:
        return "It needs an answer to every question that is counted."
    per_facet = rule.total_minimum_per_facet
    total = f"{rule.total_minimum}" + (f", with at least {per_facet} in each part" if per_facet else "")
    prorate_sentence = " The mean of the answers then fills in for the missing ones." if rule.prorate else ""
    if rule.facet_minimum is None:
        return f"It needs {total} answers.{prorate_sentence}"
    all_of = "all " if set(sizes) == {rule.facet_minimum} and rule.facet_minimum > 1 else ""
    group_sentence = " A group needs what each of its parts needs." if _has_groups(instrument) else ""
    part_sentence = f"A part needs {all_of}{rule.facet_minimum} of its questions answered"
    return f"{part_sentence}; the whole needs {total}.{group_sentence}{prorate_sentence}"


def _has_groups(instrument: Instrument) -> bool:
    return any(facet_groups.parents_of(instrument).values())


def _describe_keying(instrument: Instrument) -> list[str]:
    reversed_numbers = [number for number, item in enumerate(instrument.items, start=1) if item.reverse]
    sentences = []
    if reversed_numbers:
        sentences.append(f"Reverse-scored: {_list_questions(reversed_numbers)}.")
    for weight in sorted({item.weight for item in instrument.items} - {1}):
        numbers = [number for number, item in enumerate(instrument.items, start=1) if item.weight == weight]
        sentences.append(f"Counted {weight:g} times: {_list_questions(numbers)}.")
    return sentences


def _list_questions(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"question {numbers[0]}"
    return f"questions {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
