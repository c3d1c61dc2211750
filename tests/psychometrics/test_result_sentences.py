"""What stands out for the client, what is going well, and the lines for the clinician."""

from clinic_toolkit.psychometrics.result_sentences import (
    Audience,
    describe_all_facets,
    describe_answers,
    describe_count,
    describe_total,
    option_labels,
    quote_item,
    stood_out_sentences,
    strength_item_ids,
    uncapitalise,
)
from clinic_toolkit.psychometrics.scoring import score_form

from . import invented_forms

FORM = invented_forms.difficulties()


def answers(**facets: tuple[int | None, int | None, int | None]) -> dict[str, int | None]:
    """Answers to the difficulty items of each facet, in the order of the form."""
    scored = {f: [i.id for i in FORM.items if i.facet == f and i.role == "difficulty"] for f in "ABC"}
    return {
        item: value for f, values in facets.items() for item, value in zip(scored[f], values, strict=True)
    }


def test_the_facets_with_most_answers_at_the_top_come_first_and_ties_keep_their_order() -> None:
    result = score_form(FORM, answers(A=(3, 4, 1), B=(4, 4, 4), C=(0, 3, 3)))
    assert stood_out_sentences(FORM, result) == (
        "For the questions about part b you said nearly all the time.",
        "For most of the questions about part a you said most of the time or nearly all the time, "
        "for the other some of the time.",
        "For most of the questions about part c you said most of the time, for the other never.",
    )


def test_nothing_stands_out_when_answers_lie_lower() -> None:
    assert (
        stood_out_sentences(FORM, score_form(FORM, answers(A=(2, 2, 2), B=(0, 0, 4), C=(1, 3, None)))) == ()
    )


def test_what_leaves_the_room_is_silent_on_the_facets_that_ask_about_fear_whatever_was_answered() -> None:
    result = score_form(FORM, answers(A=(3, 3, 3), B=(4, 4, 4), C=(0, 3, 3)))
    assert stood_out_sentences(FORM, result, goes_home=True) == (
        "For the questions about part a you said most of the time.",
        "For most of the questions about part c you said most of the time, for the other never.",
    )


def test_a_phrase_with_a_comma_is_closed_by_one() -> None:
    sentence = describe_answers((3, 3, 3), option_labels(FORM), 3, Audience.CLIENT, "limits, yours or theirs")
    assert sentence == "For the questions about limits, yours or theirs, you said most of the time."


def test_a_form_of_strengths_has_sentences_of_its_own() -> None:
    form = invented_forms.strengths()
    result = score_form(form, {"J1.a": 4, "J1.b": 3, "J2.a": 4, "J3.a": 1, "J3.b": 1, "J4.a": 3, "J4.b": 3})
    assert stood_out_sentences(form, result) == (
        "For both questions about giving gladly you said most of the time or nearly all the time.",
        "For both questions about room for two you said most of the time.",
    )


def test_what_goes_well_is_the_strengths_of_the_upper_half_most_frequent_first() -> None:
    assert strength_item_ids(FORM, score_form(FORM, {"A.B": 2, "C.T": 4, "B.F": 1})) == ("C.T", "A.B")
    assert strength_item_ids(FORM, score_form(FORM, {"A.B": 0})) == ()
    # Of the facet that asks about fear nothing leaves the room, not even what goes well.
    all_well = score_form(FORM, {"A.B": 2, "C.T": 4, "B.F": 4})
    assert strength_item_ids(FORM, all_well) == ("C.T", "B.F", "A.B")
    assert strength_item_ids(FORM, all_well, goes_home=True) == ("C.T", "A.B")
    assert quote_item("Most of the time", "I took a rest.") == "Most of the time: “I took a rest.”"


def test_the_line_for_a_note_says_every_facet() -> None:
    line = describe_all_facets(
        FORM, score_form(FORM, answers(A=(4, 4, 0), B=(2, 2, 2), C=(None, None, None)))
    )
    assert line == (
        "Part A: never for 1, nearly all the time for 2. Part B: all three about half the time. "
        "Part C: not answered."
    )
    some = describe_all_facets(
        FORM, score_form(FORM, answers(A=(None, 4, None), B=(3, None, 3), C=(4, 1, None)))
    )
    assert some == (
        "Part A (1 of 3 answered): nearly all the time. Part B (2 of 3 answered): most of the time. "
        "Part C (2 of 3 answered): some of the time, nearly all the time."
    )


def test_a_number_never_stands_without_its_count() -> None:
    nine = score_form(FORM, answers(A=(3, 3, 3), B=(3, 3, 3), C=(3, 3, None)))
    assert describe_total(nine) == "75 (8 of 9 answered)"
    assert (
        describe_total(score_form(FORM, answers(A=(3, 3, 3), B=(3, None, None))))
        == "Not scored: 4 of 9 answered"
    )
    assert describe_count(FORM, nine.facets[2]) == "2 of 3 answered, no number"
    strands = invented_forms.strengths()
    assert describe_count(strands, score_form(strands, {"J1.a": 1}).facets[0]) == "1 of 2 answered"


def test_labels_inside_a_sentence() -> None:
    assert list(option_labels(FORM).values()) == list(invented_forms.LABELS)
    assert uncapitalise("Most of the time") == "most of the time"
    assert uncapitalise("I agree") == "I agree"
    assert uncapitalise("In part") == "in part"
