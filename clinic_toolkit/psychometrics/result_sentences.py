"""Result sentences, made only of the labels that the client chose and of how often each was chosen.

There are no norms, so words such as "low" or "high" cannot be justified; the client's own words can. A label
that was not chosen is never named, not even as one end of a range.

Every label that was chosen is named: "nearly all the time for 2" would hide that the third was "never".

A page for the client shows no digit and must not reveal which questions were left unanswered. Its sentences
therefore contain no counts, and a sentence that only a form with blanks could produce is left out: every
sentence could also come from some form without blanks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from clinic_toolkit.instruments.closed_sets import AnswerWords, SafetyFlag
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.psychometrics.scoring import FacetScore, InstrumentScore, format_score, is_in_upper_half


class Audience(StrEnum):
    """Who reads a sentence."""

    CLINICIAN = "clinician"
    CLIENT = "client"


NO_NORM = "There is no normal score to compare with."
MAX_STOOD_OUT = 3


def norm_line(instrument: Instrument) -> str:
    """The line that says that there are no norms; "" if the questionnaire has published bands."""
    return "" if instrument.bands else NO_NORM


def option_labels(instrument: Instrument) -> dict[int, str]:
    """The label of every option, by its value."""
    return {option.value: option.label for option in instrument.options}


def quoted_labels(instrument: Instrument) -> dict[int, str]:
    """The labels as used inside a sentence, by value: frequency labels plain, all others in quotation marks.

    "For both questions you said most of the time" is English; "Fully true" fits there only as a quotation.
    """
    labels = option_labels(instrument)
    if instrument.answer_words == AnswerWords.FREQUENCY:
        return labels
    return {value: f"“{label}”" for value, label in labels.items()}


def describe_answers(
    values: Sequence[int],
    labels: Mapping[int, str],
    question_count: int,
    audience: Audience,
    subject: str = "",
) -> str:
    """Describe answers in one sentence.

    The sentence does not say how many questions were answered; `describe_count` does. For a client it is
    empty unless one label, or the two highest together, answers most of the questions.

    Args:
        values: the answers given.
        labels: the label of every option, by its value.
        question_count: how many questions were asked.
        subject: for a client, completes "the questions about …".
    """
    if audience == Audience.CLIENT:
        return _client_sentence(values, labels, question_count, subject)
    return _clinician_sentence(values, labels, question_count)


def describe_facet(instrument: Instrument, facet: FacetScore) -> str:
    """Describe the answers of one facet for the clinician; "" for a group, whose facets are described.

    Reverse-scored items have the opposite meaning, so they are not counted among the others. Items that are
    reported separately follow, each with a sentence of its own.
    """
    if facet.is_group:
        return ""
    question_count = len(facet.directly_worded_values)
    # If every item of a facet is reverse-scored, they agree in direction and can be described together.
    values, question_count = (
        (facet.values_for_sentence, question_count)
        if question_count
        else (facet.answered_values, facet.asked)
    )
    sentence = describe_answers(values, quoted_labels(instrument), question_count, Audience.CLINICIAN)
    return " ".join([sentence, *_separate_item_sentences(instrument, facet)])


def describe_all_facets(instrument: Instrument, score: InstrumentScore) -> str:
    """Describe every facet in one paragraph, for a note, such as "Giving (2 of 3 answered): never."."""
    names = {facet.id: facet.name for facet in instrument.facets}
    parts = []
    for facet in score.facets:
        if not facet.is_group:
            is_partial = 0 < facet.answered < facet.asked
            count = f" ({facet.answered} of {facet.asked} answered)" if is_partial else ""
            parts.append(f"{names[facet.facet]}{count}: {uncapitalise(describe_facet(instrument, facet))}")
    return " ".join(parts)


def describe_count(instrument: Instrument, facet: FacetScore) -> str:
    """How many were answered, with "no number" if too few for one: "2 of 3 answered, no number"."""
    count = f"{facet.answered} of {facet.asked} answered"
    rule = instrument.missing
    lacks_score = (
        facet.score is None and rule is not None and rule.facet_minimum is not None and not facet.words_only
    )
    return f"{count}, no number" if lacks_score else count


def describe_total(score: InstrumentScore) -> str:
    """The total with its count, "75 (8 of 9 answered)", or "Not scored: 4 of 9 answered"."""
    count = f"{score.total_answered} of {score.total_asked} answered"
    return (
        f"Not scored: {count}"
        if score.total is None
        else f"{format_score(score.score_kind, score.total)} ({count})"
    )


def stood_out_sentences(
    instrument: Instrument, score: InstrumentScore, *, goes_home: bool = False
) -> tuple[str, ...]:
    """Choose at most three plain sentences for the client, from the facets with most answers at the top.

    A facet is eligible only if most of its answers are at the top, so there may be no sentence at all. Ties
    keep the order of the definition.

    Args:
        goes_home: for a page that leaves the room, leave out all facets that ask about fear, whatever was
            answered. Other people may find the paper, and a rule that depended on the answers would reveal
            them.
    """
    hidden = _facets_about_fear(instrument) if goes_home else frozenset()
    labels = quoted_labels(instrument)
    top = top_values(labels)
    facets = [facet for facet in score.facets if facet.facet not in hidden and not facet.is_group]
    # Rank by the answers below the top: ranking by those at the top would reveal an unanswered question.
    ranked = sorted(facets, key=lambda facet: sum(value not in top for value in facet.values_for_sentence))
    sentences = [
        client_sentence(instrument, facet)
        for facet in ranked
        if _is_majority(
            sum(value in top for value in facet.values_for_sentence), len(facet.directly_worded_values)
        )
    ]
    return tuple(sentences[:MAX_STOOD_OUT])


def client_sentence(instrument: Instrument, facet: FacetScore) -> str:
    """One facet in a sentence for the client, as on the page to look at together; "" if it is a group."""
    if facet.is_group:
        return ""
    phrases = {each.id: each.client_phrase for each in instrument.facets}
    return describe_answers(
        facet.values_for_sentence,
        quoted_labels(instrument),
        len(facet.directly_worded_values),
        Audience.CLIENT,
        phrases[facet.facet],
    )


def _facets_about_fear(instrument: Instrument) -> frozenset[str]:
    return frozenset(item.facet for item in instrument.items if item.safety_flag == SafetyFlag.FEAR)


def strength_item_ids(
    instrument: Instrument, score: InstrumentScore, *, goes_home: bool = False
) -> tuple[str, ...]:
    """Choose the strength items to show under "What is going well": those in the upper half of the scale.

    Reverse-scored items are worded as the opposite of a strength and are never included.

    Args:
        goes_home: for a page that leaves the room, leave out the items of facets that ask about fear as well:
            not everybody who may find the paper should read "when I said no".

    Returns:
        The item ids, the highest answers first, ties in the order asked. `quote_item` renders one.
    """
    hidden = _facets_about_fear(instrument) if goes_home else frozenset()
    items = {item.id: item for item in instrument.items if not item.reverse and item.facet not in hidden}
    shown = [
        strength
        for strength in score.strengths
        if strength.item_id in items and is_in_upper_half(instrument, items[strength.item_id], strength.value)
    ]
    return tuple(strength.item_id for strength in sorted(shown, key=lambda s: -(s.value or 0)))


def quote_item(label: str, text: str) -> str:
    """Quote one item after its answer: "Nearly all the time: “…”"."""
    return f"{label}: “{text}”"


def top_values(labels: Mapping[int, str]) -> frozenset[int]:
    """The values that count as the top: the two highest of a scale of four or more, else the highest."""
    return frozenset(sorted(labels)[-2:] if len(labels) >= 4 else sorted(labels)[-1:])


def uncapitalise(text: str) -> str:
    """Lower-case the first letter, for use inside a sentence, as in "most of the time"; "I agree" stays."""
    if text[:1] == "I" and not text[1:2].isalpha():
        return text
    return text[:1].lower() + text[1:]


def _separate_item_sentences(instrument: Instrument, facet: FacetScore) -> list[str]:
    labels = quoted_labels(instrument)
    numbers = {item.id: number for number, item in enumerate(instrument.items, start=1)}
    return [
        f"Question {numbers[item]} on its own: {uncapitalise(labels[value])}."
        for item, value in zip(facet.items, facet.values, strict=True)
        if item in facet.reported_separately and value is not None
    ]


def _clinician_sentence(values: Sequence[int], labels: Mapping[int, str], question_count: int) -> str:
    if not values:
        return "Not answered."
    counts = Counter(values)
    chosen_labels = {value: uncapitalise(labels[value]) for value in sorted(counts)}
    if len(counts) == 1:
        (label,) = chosen_labels.values()
        return _as_sentence(
            f"{_all_phrase(question_count)} {label}" if len(values) == question_count else label
        )
    if max(counts.values()) == 1:
        return _as_sentence(", ".join(chosen_labels.values()))
    return _as_sentence(", ".join(f"{label} for {counts[value]}" for value, label in chosen_labels.items()))


def _client_sentence(
    values: Sequence[int], labels: Mapping[int, str], question_count: int, subject: str
) -> str:
    top = top_values(labels)
    groups = [[value for value in values if value in top]]
    groups += [[value for value in values if value == option] for option in sorted(labels, reverse=True)]
    for group in groups:
        if _is_majority(len(group), question_count):
            other_values = [value for value in values if value not in group]
            quantifier = "both" if question_count == 2 else "most of the" if other_values else "the"
            topic = f" about {subject}" + ("," if "," in subject else "") if subject else ""
            other_clause = (
                f", for the other{'s' if len(other_values) > 1 else ''} {_join_labels(other_values, labels)}"
            )
            return (
                f"For {quantifier} questions{topic} you said {_join_labels(group, labels)}"
                f"{other_clause if other_values else ''}."
            )
    return ""


def _is_majority(count: int, total: int) -> bool:
    # Two answers are enough for facets of two or three items; on longer ones two would hide the others.
    return count >= 2 and 2 * count > total


def _join_labels(values: Sequence[int], labels: Mapping[int, str]) -> str:
    return " or ".join(uncapitalise(labels[value]) for value in sorted(set(values)))


def _all_phrase(number: int) -> str:
    return {1: "", 2: "both"}.get(number, f"all {number_in_words(number)}")


def _as_sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}."
