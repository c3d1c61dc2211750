"""Safety prompts by the rules of `docs/safety.md`, and the notes "worth asking"."""

from dataclasses import replace
from fractions import Fraction

import pytest

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.psychometrics.response_patterns import pattern_notes
from clinic_toolkit.psychometrics.safety_prompt_rules import (
    NO_REASSURANCE,
    SOFTER_LINE,
    flagged_item_numbers,
    list_prompt_sentences,
    list_safety_prompts,
    list_softer_lines,
    lowest_prompting_option,
    should_reopen_prompt,
)

from . import invented_forms
from .invented_forms import Said

FORM = invented_forms.difficulties()
BURDEN, FEAR = "A.T", "B.T"


@pytest.mark.parametrize(
    ("response", "prompted"),
    [
        (Said(item_id=BURDEN, value=2), True),
        (Said(item_id=BURDEN, value=4), True),
        (Said(item_id=BURDEN, value=1), False),
        (Said(item_id=BURDEN, value=0, wants_to_talk=True), True),
        (Said(item_id=BURDEN, status=ResponseStatus.DECLINED), True),
        (Said(item_id=BURDEN, status=ResponseStatus.DID_NOT_COME_UP), False),
        (Said(item_id=BURDEN, status=ResponseStatus.DID_NOT_COME_UP, wants_to_talk=True), True),
        (Said(item_id=BURDEN, status=ResponseStatus.NOT_REACHED), False),
        (Said(item_id=FEAR, value=2), True),
        (Said(item_id=FEAR, value=1), True),
        (Said(item_id=FEAR, value=0), False),
        (Said(item_id=FEAR, value=0, wants_to_talk=True), True),
        (Said(item_id=FEAR, status=ResponseStatus.DECLINED), True),
        (Said(item_id=FEAR, status=ResponseStatus.DID_NOT_COME_UP), True),
        (Said(item_id=FEAR, status=ResponseStatus.NOT_REACHED), False),
        (Said(item_id="A.F", value=4, wants_to_talk=True), False),
    ],
    ids=str,
)
def test_who_is_asked_about(response: Said, prompted: bool) -> None:
    assert bool(list_prompt_sentences(FORM, [response])) == prompted


@pytest.mark.parametrize(("last", "flags"), [(-1, []), (0, []), (2, ["burden"]), (3, ["fear"]), (4, [])])
def test_what_a_stopped_form_left_blank_is_asked_about_and_what_it_never_reached_is_not(
    last: int, flags: list[str]
) -> None:
    """The flagged questions are the fourth and the fifth; answers up to the place `last`, all calm."""
    calm = [
        Said(item_id=item.id, value=0)
        if place <= last
        else Said(item_id=item.id, status=ResponseStatus.NOT_REACHED)
        for place, item in enumerate(FORM.items)
    ]
    assert [prompt.flag for prompt in list_safety_prompts(FORM, calm)] == flags


def test_a_flagged_question_that_was_passed_over_or_is_blank_at_the_end_is_asked_about() -> None:
    blank = [Said(item_id=item.id, status=ResponseStatus.NOT_REACHED) for item in FORM.items]
    assert list_safety_prompts(FORM, blank) == ()
    burden, fear = list_safety_prompts(FORM, blank, finished=True)
    assert "about being a burden has no answer (item 4)" in burden.sentence
    assert "about fear or pressure has no answer (item 5)" in fear.sentence
    passed = [*blank[:-1], Said(item_id=FORM.items[-1].id, value=0)]
    assert [prompt.number for prompt in list_safety_prompts(FORM, passed)] == [4, 5]


def test_the_sentence_says_what_was_seen_where_and_what_to_ask() -> None:
    stood, left = list_safety_prompts(
        FORM, [Said(item_id=FEAR, status=ResponseStatus.DECLINED), Said(item_id=BURDEN, value=3)]
    )
    assert (stood.flag, stood.number) == ("burden", 4)
    assert stood.sentence == (
        "Thoughts of being a burden stood out (item 4). "
        "Consider asking about hopelessness and thoughts of not living."
    )
    assert left.sentence == (
        "The question about fear or pressure was left unanswered (item 5). "
        "Ask in private about fear of this person."
    )
    assert flagged_item_numbers(FORM) == (4, 5)
    assert "no reassurance" in NO_REASSURANCE


def test_a_shorter_scale_keeps_the_rule() -> None:
    form = invented_forms.difficulties(("Rarely", "Sometimes", "Often"))
    assert list_prompt_sentences(form, [Said(item_id=BURDEN, value=1)])
    assert not list_prompt_sentences(form, [Said(item_id=BURDEN, value=0)])


def test_a_low_answer_about_being_a_burden_has_a_softer_line_and_no_prompt() -> None:
    low = Said(item_id=BURDEN, value=1)
    assert [(each.item_id, each.text) for each in list_softer_lines(FORM, [low])] == [(BURDEN, SOFTER_LINE)]
    for other in (
        Said(item_id=BURDEN, value=0),
        Said(item_id=BURDEN, value=2),
        Said(item_id=BURDEN, value=1, wants_to_talk=True),
        Said(item_id=BURDEN, status=ResponseStatus.DECLINED),
        Said(item_id=FEAR, value=1),
        Said(item_id="A.F", value=1),
    ):
        assert list_softer_lines(FORM, [other]) == (), other
    assert "!" not in SOFTER_LINE and not any(digit in SOFTER_LINE for digit in "0123456789")


def test_a_question_says_from_which_answer_on_it_asks() -> None:
    by_id = {item.id: item for item in FORM.items}
    assert lowest_prompting_option(FORM, by_id[FEAR]).label == "Some of the time"
    assert lowest_prompting_option(FORM, by_id[BURDEN]).label == "About half the time"
    turned = replace(by_id[FEAR], reverse=True)
    assert lowest_prompting_option(FORM, turned).label == "Most of the time"
    two = invented_forms.difficulties(("No", "Yes"))
    assert {lowest_prompting_option(two, item).label for item in two.items if item.safety_flag != "none"} == {
        "Yes"
    }


@pytest.mark.parametrize(
    ("status", "talk", "height", "highest", "opens"),
    [
        (ResponseStatus.ANSWERED, False, Fraction(3, 4), Fraction(1, 2), True),
        (ResponseStatus.ANSWERED, False, Fraction(2, 3), Fraction(3, 4), False),
        (ResponseStatus.ANSWERED, False, Fraction(1, 2), Fraction(1, 2), False),
        (ResponseStatus.ANSWERED, False, Fraction(1, 4), None, True),
        (ResponseStatus.ANSWERED, False, None, Fraction(1, 2), True),
        (ResponseStatus.ANSWERED, True, Fraction(0), Fraction(1), True),
        (ResponseStatus.DECLINED, False, None, Fraction(1), True),
        (ResponseStatus.DID_NOT_COME_UP, False, None, None, False),
        (ResponseStatus.NOT_REACHED, False, None, None, False),
        (ResponseStatus.NOT_REACHED, True, None, Fraction(1), True),
    ],
)
def test_what_opens_again_although_it_was_asked_about(
    status: ResponseStatus, talk: bool, height: Fraction | None, highest: Fraction | None, opens: bool
) -> None:
    assert should_reopen_prompt(status, talk=talk, position=height, highest_asked=highest) is opens


def everything(value: int) -> list[Said]:
    """The same answer to every item."""
    return [Said(item_id=item.id, value=value) for item in FORM.items]


def test_one_answer_throughout_is_worth_asking() -> None:
    (note,) = pattern_notes(FORM, everything(1))
    assert note.startswith("Worth asking: 12 of 12 answers are “some of the time”")
    ten = everything(1)[:10] + [Said(item_id=item.id, value=2) for item in FORM.items[10:]]
    assert len(pattern_notes(FORM, ten)) == 1
    nine = ten[:9] + [Said(item_id=item.id, value=2) for item in FORM.items[9:]]
    assert pattern_notes(FORM, nine) == ()


def test_a_strength_and_its_facet_may_both_be_true() -> None:
    scored = [i.id for i in FORM.items if i.facet == "A" and i.role == "difficulty"]
    given = [Said(item_id=item, value=3) for item in scored] + [Said(item_id="A.B", value=3)]
    (note,) = pattern_notes(FORM, given)
    assert note == (
        "Worth asking: Part A and its strength (item 1) both felt true. When is it one, and when the other?"
    )
    assert pattern_notes(FORM, given[1:]) == ()
    assert pattern_notes(FORM, [*given[:3], Said(item_id="A.B", value=2)]) == ()


def test_three_left_out_and_quick_answers_are_worth_asking() -> None:
    left = [Said(item_id=item.id, status=ResponseStatus.DECLINED) for item in FORM.items[:3]]
    assert pattern_notes(FORM, left[:2]) == ()
    assert pattern_notes(FORM, left)[0].startswith("Worth asking: 3 questions were left out.")
    assert pattern_notes(FORM, [], seconds=(1.0, 1.5, 9.0), self_entered=True)
    assert pattern_notes(FORM, [], seconds=(1.0, 1.5, 9.0)) == ()
    assert pattern_notes(FORM, [], seconds=(1.0, 2.0, 9.0), self_entered=True) == ()


def test_no_note_calls_an_answer_careless() -> None:
    notes = pattern_notes(FORM, everything(4), seconds=(0.5,), self_entered=True)
    assert notes
    assert not any(word in note.lower() for note in notes for word in ("invalid", "careless", "suspect"))
