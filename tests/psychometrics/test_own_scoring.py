"""Sums, means, weights, groups and reverse-keyed questions: worked by hand, and for any filled form."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.instruments import catalogue, loader
from clinic_toolkit.instruments.closed_sets import AnswerWords, EvidenceLevel, ScoreKind
from clinic_toolkit.instruments.model import Band, Instrument, Item
from clinic_toolkit.psychometrics.bands import describe_band, find_band
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.psychometrics.response_patterns import pattern_notes
from clinic_toolkit.psychometrics.result_sentences import (
    describe_all_facets,
    describe_facet,
    describe_total,
    option_labels,
    stood_out_sentences,
    strength_item_ids,
)
from clinic_toolkit.psychometrics.safety_prompt_rules import list_safety_prompts
from clinic_toolkit.psychometrics.score_explanation import explain_higher, explain_scoring
from clinic_toolkit.psychometrics.scoring import format_score, keyed_value, score_form
from clinic_toolkit.psychometrics.worksheet_offers import offer_worksheets
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.matching import load_matching_rules

from . import invented_forms
from .invented_forms import Said
from .test_cases import read
from .test_properties import has_digit, hides_its_blanks, named_labels

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
RESTING = loader.read_instrument_file(EXAMPLE, own=True)
CASES = read("own.toml")
KINDS = tuple(ScoreKind)
ANSWER_WORDS = tuple(AnswerWords)
Answers = dict[str, int | None]


def changed(case: dict[str, Any]) -> Instrument:
    """The example with the changes that a case names."""
    form = replace(
        RESTING,
        missing=replace(invented_forms.missing_rule(RESTING), **case.get("missing", {})),
        **case.get("change", {}),
    )
    weights = case.get("weights", {})
    form = replace(form, items=tuple(replace(i, weight=weights.get(i.id, i.weight)) for i in form.items))
    if values := case.get("values"):
        pairs = zip(form.options, values, strict=True)
        form = replace(form, options=tuple(replace(option, value=value) for option, value in pairs))
    return form


def printed(form: Instrument, value: float | None) -> int | str:
    """A number as the cases write it."""
    return "-" if value is None else format_score(form.score, value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_form_scored_by_hand_scores_the_same(case: dict[str, Any]) -> None:
    form = changed(case)
    result = score_form(form, case["answers"])
    assert [facet.facet for facet in result.facets] == ["REST", "BODY", "MIND", "ASK"]
    assert [printed(form, facet.score) for facet in result.facets] == case["facets"]
    assert printed(form, result.total) == case["total"]
    assert ["-" if s.value is None else s.value for s in result.strengths] == case["strengths"]
    assert case["source"]


def test_a_wrong_expectation_would_be_seen() -> None:
    with pytest.raises(AssertionError):
        test_a_form_scored_by_hand_scores_the_same(dict(CASES[0], total=15))


@st.composite
def filled(draw: st.DrawFn) -> tuple[Instrument, Answers]:
    """A form with any weights, turns, kind of number and rule, and any pattern of blanks."""
    values = sorted(draw(st.sets(st.integers(0, 12), min_size=2, max_size=6)))
    labels = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
    options = tuple(
        replace(RESTING.options[0], value=v, label=label) for v, label in zip(values, labels, strict=False)
    )
    items = tuple(
        replace(
            item,
            weight=draw(st.sampled_from((1, 1, 2, 0.5, 0.1, 3))),
            reverse=item.role == "difficulty" and draw(st.booleans()),
        )
        for item in RESTING.items
    )
    kind = draw(st.sampled_from(KINDS))
    missing = replace(
        invented_forms.missing_rule(RESTING),
        facet_minimum=draw(st.sampled_from((None, 1, 2))),
        total_minimum=draw(st.integers(1, 6)),
        total_minimum_per_facet=draw(st.sampled_from((None, 1, 2))),
        prorate=kind == "sum" and draw(st.booleans()),
    )
    words = draw(st.sampled_from(ANSWER_WORDS))
    form = replace(
        RESTING,
        options=options,
        items=items,
        score=kind,
        missing=missing,
        answer_words=words,
    )
    # As a set, so that a full form is no rarity.
    blank = draw(st.sets(st.sampled_from([item.id for item in items])))
    return form, {item.id: None if item.id in blank else draw(st.sampled_from(values)) for item in items}


def by_the_rule(form: Instrument, answers: Answers) -> dict[str | None, bool]:
    """Which numbers there may be, written a second time from the answers alone; None is the whole."""
    rule = invented_forms.missing_rule(form)
    held = {part: [i.id for i in form.items if i.facet == part and i.role == "difficulty"] for part in
            ("BODY", "MIND", "ASK")}  # fmt: skip
    count = {part: sum(answers.get(id) is not None for id in ids) for part, ids in held.items()}
    all_there = {part: count[part] == len(ids) for part, ids in held.items()}
    strict = form.score == "sum" and not rule.prorate
    may: dict[str | None, bool] = {
        part: rule.facet_minimum is not None
        and count[part] >= rule.facet_minimum
        and (all_there[part] or not strict)
        for part in held
    }
    may["REST"] = may["BODY"] and may["MIND"]
    may[None] = (
        sum(count.values()) >= rule.total_minimum
        and all(each >= (rule.total_minimum_per_facet or 0) for each in count.values())
        and (all(all_there.values()) or not strict)
    )
    return may


@given(filled())
def test_no_pattern_of_blanks_gives_a_number_outside_the_rule(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    result = score_form(form, answers)
    there: dict[str | None, bool] = {facet.facet: facet.score is not None for facet in result.facets}
    there[None] = result.total is not None
    assert there == by_the_rule(form, answers)
    low, high = option_labels(form).keys() and (min(option_labels(form)), max(option_labels(form)))
    scored = [item for item in form.items if item.role == "difficulty"]
    if result.total is not None:
        most = {
            "stretched": (0.0, 100.0),
            "mean": (low, high),
            "sum": (low * sum(i.weight for i in scored), high * sum(i.weight for i in scored)),
        }[form.score]
        assert most[0] - 1e-9 <= result.total <= most[1] + 1e-9


def test_the_rule_would_catch_a_sum_of_whatever_was_answered() -> None:
    form = replace(RESTING, missing=replace(invented_forms.missing_rule(RESTING), prorate=False))
    assert by_the_rule(form, {"BODY-1": 3, "BODY-2": 1})["BODY"]
    assert not by_the_rule(form, {"BODY-1": 3})["BODY"]


@given(filled())
def test_weights_that_are_all_alike_change_no_mean(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    if form.score == "sum":
        return
    plain = replace(form, items=tuple(replace(item, weight=1) for item in form.items))
    seven = replace(form, items=tuple(replace(item, weight=0.7) for item in form.items))
    assert score_form(plain, answers) == score_form(seven, answers)
    assert score_form(plain, answers) == score_form(_without_weights(plain), answers)


def _without_weights(form: Instrument) -> Instrument:
    items = tuple(
        Item(id=i.id, facet=i.facet, mode=i.mode, role=i.role, text=i.text, text_general=i.text_general,
             reverse=i.reverse)
        for i in form.items
    )  # fmt: skip
    return replace(form, items=items)


@given(filled())
def test_turning_round_twice_changes_nothing(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    for item in form.items:
        for value in option_labels(form):
            assert keyed_value(form, item, keyed_value(form, item, value)) == value
    turned = replace(form, items=tuple(_other_way(item) for item in form.items))
    again = replace(turned, items=tuple(_other_way(item) for item in turned.items))
    assert score_form(again, answers) == score_form(form, answers)
    if form.score == "stretched" and (total := score_form(form, answers).total) is not None:
        assert score_form(turned, answers).total == pytest.approx(100 - total)


def _other_way(item: Item) -> Item:
    return replace(item, reverse=not item.reverse) if item.role == "difficulty" else item


@given(filled(), st.randoms(use_true_random=False))
def test_the_order_of_the_questions_changes_no_number(
    case: tuple[Instrument, Answers], shuffler: random.Random
) -> None:
    form, answers = case
    items = list(form.items)
    shuffler.shuffle(items)
    one, other = score_form(form, answers), score_form(replace(form, items=tuple(items)), answers)
    assert one.total == other.total
    assert [facet.score for facet in one.facets] == [facet.score for facet in other.facets]


@given(filled())
def test_no_sentence_names_a_label_that_was_not_chosen(case: tuple[Instrument, Answers]) -> None:
    form, answers = case
    result = score_form(form, answers)
    labels = option_labels(form)
    chosen = {labels[v] for v in answers.values() if v is not None}
    said = [describe_all_facets(form, result), *stood_out_sentences(form, result)]
    said += [describe_facet(form, facet) for facet in result.facets]
    for sentence in said:
        assert named_labels(sentence, labels.values()) <= chosen, sentence
    assert not any(has_digit(sentence) for sentence in stood_out_sentences(form, result))
    assert hides_its_blanks(lambda a: stood_out_sentences(form, score_form(form, a)), form, answers)


def test_other_words_stand_in_quotation_marks_and_read_as_sentences() -> None:
    answers: Answers = {"BODY-1": 3, "BODY-2": 0, "MIND-1": 3, "MIND-2": 2, "ASK-1": 0, "ASK-2": 0}
    result = score_form(RESTING, answers)
    assert describe_all_facets(RESTING, result) == (
        "Resting the body: “Fully true”. Letting thoughts rest: “Mostly true”, “Fully true”. "
        "Asking for quiet: both “Not true for me”."
    )
    assert stood_out_sentences(RESTING, result) == (
        "For both questions about letting your thoughts rest you said “Mostly true” or “Fully true”.",
    )
    assert describe_total(result) == "11 (6 of 6 answered)"
    assert explain_higher(RESTING) == "Higher means closer to “Fully true”, nothing else."


def test_what_is_turned_round_is_never_counted_as_the_same_thing() -> None:
    # "Fully true" twice: once of staying up, once of sitting down when tired.
    result = score_form(RESTING, {"BODY-1": 3, "BODY-2": 3})
    body = next(facet for facet in result.facets if facet.facet == "BODY")
    assert (body.answered, body.values_for_sentence, describe_facet(RESTING, body)) == (
        2,
        (3,),
        "“Fully true”.",
    )
    assert stood_out_sentences(RESTING, result) == ()


def test_a_turned_question_is_never_said_to_go_well() -> None:
    form = replace(
        invented_forms.strengths(),
        items=tuple(replace(i, reverse=True) for i in invented_forms.strengths().items),
    )
    assert strength_item_ids(form, score_form(form, {item.id: 4 for item in form.items})) == ()
    plain = invented_forms.strengths()
    assert strength_item_ids(plain, score_form(plain, {item.id: 4 for item in plain.items}))


def test_safety_prompts_follow_the_answer_as_it_counts() -> None:
    at = next(number for number, item in enumerate(RESTING.items) if item.safety_flag == "fear")
    turned = tuple(replace(item, reverse=n == at) for n, item in enumerate(RESTING.items))
    id = RESTING.items[at].id
    for form, low, high in ((RESTING, 0, 3), (replace(RESTING, items=turned), 3, 0)):
        assert list_safety_prompts(form, [Said(item_id=id, value=low)]) == ()
        assert list_safety_prompts(form, [Said(item_id=id, value=1 if low == 0 else 2)])
        assert [p.flag for p in list_safety_prompts(form, [Said(item_id=id, value=high)])] == ["fear"]
        assert list_safety_prompts(form, [Said(item_id=id, status=ResponseStatus.DECLINED)])


def test_no_sheet_is_offered_for_parts_that_only_share_a_name() -> None:
    giving = catalogue.load_instrument("giving")
    answers: Answers = {item.id: 4 for item in giving.items}
    sheets, rules = list_worksheets(), load_matching_rules()
    assert offer_worksheets(giving, answers, sheets, rules)
    assert offer_worksheets(replace(giving, own=True), answers, sheets, rules) == ()


def test_a_pattern_is_seen_whatever_kind_of_number_there_is() -> None:
    form = replace(invented_forms.difficulties(), score=ScoreKind.SUM)
    said = [Said(item_id=item.id, value=4) for item in form.items]
    both = [note for note in pattern_notes(form, said) if "both felt true" in note]
    assert both and both == [
        n for n in pattern_notes(invented_forms.difficulties(), said) if "both felt true" in n
    ]


BAND = Band(lower=0, upper=9, label="few", source="Author 2020, page 3")
PUBLISHED = replace(RESTING, evidence=replace(RESTING.evidence, level=EvidenceLevel.PUBLISHED), bands=(BAND,))


def test_a_band_is_named_only_of_what_was_published() -> None:
    assert find_band(PUBLISHED, 9.0) == BAND
    assert describe_band(BAND) == "Called “few” in: Author 2020, page 3"
    assert find_band(PUBLISHED, 10.0) is None
    assert find_band(PUBLISHED, None) is None
    assert find_band(PUBLISHED, 5.0, "BODY") is None
    assert find_band(replace(RESTING, bands=(BAND,)), 5.0) is None
    assert describe_band(None) == ""


def test_how_a_number_is_made_is_said_as_it_is_done() -> None:
    said = " ".join(explain_scoring(RESTING))
    assert said == (
        "For the clinician only: the sum of the values of the difficulty questions. Reverse-scored: "
        "question 4. Counted 2 times: question 6. A part needs all 2 of its questions answered; the "
        "whole needs 5, with at least 1 in each part. A group needs what each of its parts needs. The mean "
        "of the answers then fills in for the missing ones. With fewer answers you see words and a count, "
        "but no number."
    )
    plain = replace(RESTING, missing=replace(invented_forms.missing_rule(RESTING), prorate=False))
    assert "It needs an answer to every question that is counted." in explain_scoring(plain)
    assert " ".join(explain_scoring(catalogue.load_instrument("giving"))) == (
        "For the clinician only: the average of the answered difficulty questions on a line from 0 (never) "
        "to 100 (nearly all the time). A part needs all 3 of its questions answered; the whole needs 7, with "
        "at least 2 in each part. With fewer answers you see words and a count, but no number."
    )


@pytest.mark.parametrize("form", catalogue.list_instruments(), ids=lambda form: form.id)
def test_what_ships_uses_none_of_it(form: Instrument) -> None:
    assert form.score == "stretched" and form.answer_words == "frequency" and not form.bands
    assert not any(item.reverse or item.weight != 1 for item in form.items)
    assert not any(facet.parent for facet in form.facets)
    assert not invented_forms.missing_rule(form).prorate and not form.own and form.side != "other"


@given(st.data())
def test_what_ships_scores_as_it_always_did(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(catalogue.list_instruments()))
    blank = data.draw(st.sets(st.sampled_from([i.id for i in form.items])))
    answers = {i.id: None if i.id in blank else data.draw(st.integers(0, 4)) for i in form.items}
    result = score_form(form, answers)
    for number_, ids in (
        (result.total, [i.id for i in form.items if form.kind == "strengths" or i.role == "difficulty"]),
        *((facet.score, list(facet.items)) for facet in result.facets),
    ):
        values = [value for id in ids if (value := answers[id]) is not None]
        # The rule before there were weights: one division of whole numbers.
        assert number_ is None or number_ == 100 * sum(values) / (len(values) * 4)
