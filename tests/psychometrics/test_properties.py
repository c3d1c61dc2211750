"""What must hold for every way of filling in a form, blanks included; each with a control that must fail."""

import itertools
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from clinic_toolkit.instruments.catalogue import list_instruments, load_check_in
from clinic_toolkit.instruments.closed_sets import InstrumentKind
from clinic_toolkit.instruments.model import Instrument, MissingRule
from clinic_toolkit.psychometrics.result_sentences import (
    Audience,
    describe_all_facets,
    describe_answers,
    describe_count,
    option_labels,
    stood_out_sentences,
    uncapitalise,
)
from clinic_toolkit.psychometrics.scoring import InstrumentScore, score_form

from . import invented_forms

Answers = dict[str, int | None]

DIFFICULTIES = invented_forms.difficulties()
STRENGTHS = invented_forms.strengths()
THREE_OPTIONS = invented_forms.difficulties(("Rarely", "Sometimes", "Often"))
TWO_OPTIONS = invented_forms.difficulties(("Seldom", "Often"))
SEVEN_OPTIONS = invented_forms.difficulties(("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"))
FORMS = (DIFFICULTIES, STRENGTHS, THREE_OPTIONS, TWO_OPTIONS, SEVEN_OPTIONS, *list_instruments())
NAMES = [f"{form.id}-{form.kind}-{len(form.options)}" for form in FORMS]


@st.composite
def filled(draw: st.DrawFn) -> tuple[Instrument, Answers]:
    """A form with any pattern of answers and blanks; a blank may be None or absent.

    The blanks are drawn as a set: one by one, a form of twelve would be full once in four thousand times.
    """
    form = draw(st.sampled_from(FORMS))
    values = st.sampled_from([option.value for option in form.options])
    items = st.sampled_from(sorted(item.id for item in form.items))
    blank, absent = draw(st.sets(items)), draw(st.sets(items))
    answers = {item.id: None if item.id in blank else draw(values) for item in form.items}
    return form, {item: v for item, v in answers.items() if item not in absent or v is not None}


def named_labels(text: str, labels: Iterable[str]) -> set[str]:
    """The labels that a text names, the longest first so that "often" is not found in "very often"."""
    found = set()
    lowered = text.lower()
    for label in sorted(labels, key=len, reverse=True):
        if label.lower() in lowered:
            found.add(label)
            lowered = lowered.replace(label.lower(), "")
    return found


def by_the_rule(form: Instrument, answers: Mapping[str, int | None], result: InstrumentScore) -> bool:
    """The missing rule 3.2 written a second time, from the answers alone."""
    strengths = form.kind == "strengths"
    scored = [item for item in form.items if strengths or item.role == "difficulty"]
    per_facet = {
        facet.id: [answers.get(i.id) for i in scored if i.facet == facet.id] for facet in form.facets
    }
    if strengths:
        facets_right = all(facet.score is None for facet in result.facets)
        enough = sum(v is not None for vs in per_facet.values() for v in vs) >= 6
    else:
        words_only = {facet.id for facet in form.facets if facet.words_only}
        facets_right = all(
            (facet.score is not None)
            == (None not in per_facet[facet.facet] and facet.facet not in words_only)
            for facet in result.facets
        )
        counts = [sum(v is not None for v in vs) for vs in per_facet.values()]
        enough = sum(counts) >= 7 and min(counts) >= 2
    numbers = [n for n in (result.total, *(f.score for f in result.facets)) if n is not None]
    return facets_right and (result.total is not None) == enough and all(0 <= n <= 100 for n in numbers)


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_no_pattern_of_blanks_gives_a_number_outside_the_rule(form: Instrument) -> None:
    """Every pattern there is: drawn at random, a part of one form was full in some runs and in others not."""
    chance = random.Random(form.id)
    values = [option.value for option in form.options]
    scored = [item.id for item in form.items if form.kind == "strengths" or item.role == "difficulty"]
    for kept in itertools.product((True, False), repeat=len(scored)):
        answers = {item.id: chance.choice((*values, None)) for item in form.items}
        answers |= {
            id: chance.choice(values) if there else None for id, there in zip(scored, kept, strict=True)
        }
        assert by_the_rule(form, answers, score_form(form, answers)), answers


@given(filled())
def test_no_answers_give_a_number_outside_the_rule(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    assert by_the_rule(form, answers, score_form(form, answers))


def test_the_rule_would_catch_a_number_of_a_part_that_is_said_in_words_only() -> None:
    form = next(each for each in list_instruments() if any(facet.words_only for facet in each.facets))
    full: Answers = {item.id: form.options[-1].value for item in form.items}
    result = score_form(form, full)
    careless = structs.replace(
        result, facets=tuple(structs.replace(each, score=100.0) for each in result.facets)
    )
    assert by_the_rule(form, full, result)
    assert not by_the_rule(form, full, careless)


def test_the_rule_would_catch_a_mean_of_whatever_was_answered() -> None:
    result = score_form(DIFFICULTIES, {"A.T": 4})
    careless = InstrumentScore(
        facets=result.facets,
        total=100.0,
        total_answered=1,
        total_asked=9,
        strengths=result.strengths,
        answered=1,
        asked=12,
    )
    assert by_the_rule(DIFFICULTIES, {"A.T": 4}, result)
    assert not by_the_rule(DIFFICULTIES, {"A.T": 4}, careless)


@given(filled(), st.randoms(use_true_random=False))
def test_the_order_in_which_answers_arrive_changes_nothing(
    case: tuple[Instrument, Answers], shuffler: random.Random
) -> None:
    form, answers = case
    shuffled = list(answers.items())
    shuffler.shuffle(shuffled)
    assert score_form(form, dict(shuffled)) == score_form(form, answers)


@given(filled(), st.data())
def test_strengths_never_move_the_difficulty_numbers(
    case: tuple[Instrument, Answers], data: st.DataObject
) -> None:
    form, answers = case
    if form.kind == "strengths":
        return
    options = st.none() | st.sampled_from([option.value for option in form.options])
    other = answers | {item.id: data.draw(options) for item in form.items if item.role == "strength"}
    before, after = score_form(form, answers), score_form(form, other)
    assert (before.total, before.facets) == (after.total, after.facets)
    assert stood_out_sentences(form, before) == stood_out_sentences(form, after)


def test_a_difficulty_answer_does_move_them() -> None:
    calm = {item.id: 1 for item in DIFFICULTIES.items}
    assert score_form(DIFFICULTIES, calm).total != score_form(DIFFICULTIES, calm | {"A.T": 4}).total


def sentences(form: Instrument, answers: Answers) -> list[tuple[str, set[str]]]:
    """Every sentence made of a form, with the labels that were chosen where it speaks of."""
    result = score_form(form, answers)
    labels = option_labels(form)
    everything = {labels[v] for facet in result.facets for v in facet.answered_values}
    said = [
        (line, everything) for line in (describe_all_facets(form, result), *stood_out_sentences(form, result))
    ]
    for facet in result.facets:
        chosen = {labels[v] for v in facet.answered_values}
        said.append(
            (describe_answers(facet.answered_values, labels, facet.asked, Audience.CLINICIAN), chosen)
        )
        said.append(
            (describe_answers(facet.answered_values, labels, facet.asked, Audience.CLIENT, "this"), chosen)
        )
    return said


@given(filled())
def test_no_sentence_about_a_part_leaves_out_a_label_that_was_chosen(
    case: tuple[Instrument, Answers],
) -> None:
    form, answers = case
    labels = option_labels(form)
    for facet in score_form(form, answers).facets:
        chosen = {labels[v] for v in facet.answered_values}
        told = describe_answers(facet.answered_values, labels, facet.asked, Audience.CLINICIAN)
        assert named_labels(told, labels.values()) == chosen, told
        if told := describe_answers(facet.answered_values, labels, facet.asked, Audience.CLIENT, "this"):
            assert named_labels(told, labels.values()) == chosen, told


@given(filled())
def test_no_sentence_names_a_label_that_was_not_chosen(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    every = option_labels(form).values()
    for sentence, chosen in sentences(form, answers):
        assert named_labels(sentence, every) <= chosen, sentence


def test_a_range_of_two_labels_would_be_caught_when_one_was_chosen() -> None:
    said = "For the questions about this you said most of the time or nearly all the time."
    assert named_labels(said, invented_forms.LABELS) == {"Most of the time", "Nearly all the time"}
    assert not named_labels(said, invented_forms.LABELS) <= {"Nearly all the time"}


def to_the_client(form: Instrument, answers: Answers) -> list[str]:
    """Every sentence that may stand on a client's page."""
    result = score_form(form, answers)
    labels = option_labels(form)
    each = [
        describe_answers(f.answered_values, labels, f.asked, Audience.CLIENT, "this") for f in result.facets
    ]
    return [*stood_out_sentences(form, result), *each]


def has_digit(text: str) -> bool:
    """Say whether any character is a digit, in any script."""
    return any(character.isdigit() or character.isnumeric() for character in text)


@given(filled())
def test_sentences_for_the_client_have_no_digit_and_are_three_at_most(
    case: tuple[Instrument, Answers],
) -> None:
    form, answers = case
    assert not any(has_digit(sentence) for sentence in to_the_client(form, answers))
    assert len(stood_out_sentences(form, score_form(form, answers))) <= 3


def test_the_clinicians_sentence_would_be_caught_on_a_clients_page() -> None:
    assert has_digit(describe_answers((3, 3, 0), option_labels(DIFFICULTIES), 3, Audience.CLINICIAN))


def fill(answers: Mapping[str, int | None], form: Instrument, facet: str, value: int) -> Answers:
    """Put one answer into every blank of one facet."""
    blanks = {i.id for i in form.items if i.facet == facet and answers.get(i.id) is None}
    return {**answers, **dict.fromkeys(blanks, value)}


def hides_its_blanks(say: Callable[[Answers], object], form: Instrument, answers: Answers) -> bool:
    """Say whether some form without blanks would have said exactly the same. Facets are filled one by one."""
    said, filled_in = say(answers), answers
    for facet in {item.facet for item in form.items}:
        tried = [fill(filled_in, form, facet, option.value) for option in form.options]
        found = next((each for each in tried if say(each) == said), None)
        if found is None:
            return False
        filled_in = found
    return True


@given(filled())
def test_what_the_client_reads_never_shows_that_something_was_left_out(
    case: tuple[Instrument, Answers],
) -> None:
    form, answers = case
    assert hides_its_blanks(lambda a: stood_out_sentences(form, score_form(form, a)), form, answers)


def test_a_count_of_the_answered_would_show_it() -> None:
    answers: Answers = {"A.T": 4, "A.F": 4}
    assert not hides_its_blanks(lambda a: score_form(DIFFICULTIES, a).answered, DIFFICULTIES, answers)


@settings(max_examples=200)
@given(st.sampled_from(FORMS), st.integers(0, 3), st.data())
def test_all_the_same_is_said_as_such(form: Instrument, place: int, data: st.DataObject) -> None:
    facet = form.facets[place % len(form.facets)].id
    value = data.draw(st.sampled_from([option.value for option in form.options]))
    result = score_form(form, {item.id: value for item in form.items})
    values = next(f for f in result.facets if f.facet == facet).answered_values
    sentence = describe_answers(values, option_labels(form), len(values), Audience.CLINICIAN)
    many = "Both" if len(values) == 2 else "All three"
    assert sentence == f"{many} {uncapitalise(option_labels(form)[value])}."


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_an_empty_form_has_no_number_and_no_sentence_for_the_client(form: Instrument) -> None:
    result = score_form(form, {})
    assert result.total is None
    assert all(facet.score is None for facet in result.facets)
    assert not any(to_the_client(form, {}))


@given(st.data())
def test_no_answers_make_a_number_of_a_check_in(data: st.DataObject) -> None:
    """The check-in is never scored, with an own question or without one."""
    form = load_check_in()
    own = data.draw(st.sampled_from([item for one in list_instruments() for item in one.items]))
    if data.draw(st.booleans()) and own.facet in {facet.id for facet in form.facets}:
        form = replace(form, items=(*form.items, replace(own, id="own")))
    answers = {item.id: data.draw(st.sampled_from([None, 0, 1, 2, 3, 4])) for item in form.items}
    result = score_form(form, answers)
    assert result.total is None and [facet.score for facet in result.facets] == [None] * len(form.facets)
    assert result.total_asked == result.total_answered == 0
    assert stood_out_sentences(form, result) == ()
    assert all("no number" not in describe_count(form, facet) for facet in result.facets)
    # The control: the same questions asked as a form of strengths would make one, given enough answers.
    scored = replace(form, kind=InstrumentKind.STRENGTHS, missing=MissingRule(total_minimum=1))
    assert (score_form(scored, answers).total is None) == (not any(v is not None for v in answers.values()))
