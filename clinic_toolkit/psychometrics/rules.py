"""How a questionnaire makes its number, in sentences for the clinician."""

from clinic_toolkit.instruments import groups
from clinic_toolkit.instruments.model import Instrument, MissingRule
from clinic_toolkit.psychometrics.scoring import highest, is_scored, lowest
from clinic_toolkit.psychometrics.wording import labels_of, uncapitalised


def number_rule(instrument: Instrument) -> tuple[str, ...]:
    """Say what the number is, what it needs, and what is done to an answer on the way."""
    if instrument.missing is None:
        return ("It is never given a number.",)
    return (
        f"For the clinician only: {_what(instrument)}.",
        *_keys(instrument),
        _needs(instrument, instrument.missing),
        "With fewer answers you see words and a count, but no number.",
    )


def higher_means(instrument: Instrument) -> str:
    """How far a number can go, and what a higher one says: a bare number tells neither."""
    ends = "Numbers run from 0 to 100. " if instrument.score == "stretched" else ""
    if instrument.answer_words == "frequency":
        return f"{ends}Higher means more often, nothing else."
    return f"{ends}Higher means closer to “{labels_of(instrument)[highest(instrument)]}”, nothing else."


def _what(instrument: Instrument) -> str:
    which = "difficulty questions" if instrument.kind == "difficulties" else "questions"
    if instrument.score == "sum":
        return f"the sum of the values of the {which}"
    if instrument.score == "mean":
        return f"the average value of the answered {which}"
    labels = labels_of(instrument)
    ends = [labels[lowest(instrument)], labels[highest(instrument)]]
    low, high = (
        [uncapitalised(end) for end in ends]
        if instrument.answer_words == "frequency"
        else [f"“{end}”" for end in ends]
    )
    return f"the average of the answered {which} on a line from 0 ({low}) to 100 ({high})"


def _needs(instrument: Instrument, rule: MissingRule) -> str:
    scored = [item.facet for item in instrument.items if is_scored(instrument, item)]
    sizes = [scored.count(facet) for facet in dict.fromkeys(scored)]
    if instrument.score == "sum" and not rule.prorate:
        return "It needs an answer to every question that is counted."
    each = rule.total_minimum_per_facet
    whole = f"{rule.total_minimum}" + (f", with at least {each} in each part" if each else "")
    prorated = " The mean of the answers then fills in for the missing ones." if rule.prorate else ""
    if rule.facet_minimum is None:
        return f"It needs {whole} answers.{prorated}"
    all_of = "all " if set(sizes) == {rule.facet_minimum} and rule.facet_minimum > 1 else ""
    group = " A group needs what each of its parts needs." if _has_groups(instrument) else ""
    part = f"A part needs {all_of}{rule.facet_minimum} of its questions answered"
    return f"{part}; the whole needs {whole}.{group}{prorated}"


def _has_groups(instrument: Instrument) -> bool:
    return any(groups.parents_of(instrument).values())


def _keys(instrument: Instrument) -> list[str]:
    turned = [number for number, item in enumerate(instrument.items, start=1) if item.reverse]
    found = []
    if turned:
        found.append(f"Reverse-scored: {_named(turned)}.")
    for weight in sorted({item.weight for item in instrument.items} - {1}):
        which = [number for number, item in enumerate(instrument.items, start=1) if item.weight == weight]
        found.append(f"Counted {weight:g} times: {_named(which)}.")
    return found


def _named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"question {numbers[0]}"
    return f"questions {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
