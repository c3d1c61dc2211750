"""At most two worksheets, each with items that speak for it."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics.worksheet_offers import offer_worksheets
from clinic_toolkit.worksheets.block_model import LinesBlock
from clinic_toolkit.worksheets.matching import MatchedAnswers, MatchingRule, MatchingRules
from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet

from . import invented_forms

FORM = invented_forms.difficulties()


def sheet(number: int, *facets: str) -> Worksheet:
    """A worksheet for these facets."""
    return Worksheet(
        slug=f"sheet-{number}",
        number=number,
        version="1",
        language="en",
        title=f"Sheet {number}",
        side=SheetSide.GIVING,
        path_step=PathStep.NOTICE,
        facets=facets,
        minutes="10 minutes",
        total_minutes=10,
        why="Because.",
        try_this=("Write.",),
        example="A line.",
        blocks=(LinesBlock(kind="lines", label="Here", count=1),),
        if_it_gets_hard="Stop.",
        bring_back="It.",
        aim="To look.",
        when_not_to_use="Never now.",
        review_prompts=("What was it like?",),
        evidence="None.",
    )


SHEETS = tuple(sheet(number) for number in (1, 2, 6, 9, 15, 22))
RULES = MatchingRules(
    duty_frames=frozenset({"child_under_18"}),
    held_sheet=29,
    rules=(
        MatchingRule(part="A", sheets=(6, 9), duty_sheets=(22,)),
        MatchingRule(part="B", sheets=(1, 9)),
        MatchingRule(part="B.C", sheets=(2,)),
        MatchingRule(part="C", sheets=(30, 1)),
        MatchingRule(part="J1", sheets=(15, 1), answers=MatchedAnswers.STRENGTH),
    ),
)


def offered(answers: Mapping[str, int | None], frame: str | None = None) -> list[tuple[int, str]]:
    """The number of each sheet that is offered, with the reason."""
    found = offer_worksheets(FORM, answers, SHEETS, RULES, frame=frame)
    return [(offer.worksheet.number, offer.reason) for offer in found]


def test_an_offer_names_the_items_that_speak_for_it() -> None:
    first, second = offer_worksheets(FORM, {"B.B": 2, "A.F": 1}, SHEETS, RULES)
    assert (first.worksheet.number, first.item_numbers, first.reason) == (1, (2,), "because of item 2")
    assert first.parts == ("B",) and second.worksheet.number == 9


def test_each_rule_gives_its_first_sheet_before_any_gives_a_second() -> None:
    assert offered({"A.F": 2, "A.C": 2, "B.B": 2}) == [
        (6, "because of items 7 and 10"),
        (1, "because of item 2"),
    ]
    assert [number for number, _ in offered({"A.F": 2})] == [6, 9], "and then its second"


def test_most_answers_at_the_top_come_first_then_most_items_then_the_single_question() -> None:
    assert [number for number, _ in offered({"A.F": 2, "A.C": 2, "B.B": 4})] == [1, 6]
    assert [number for number, _ in offered({"A.F": 2, "B.B": 2, "B.T": 0, "B.C": 2})] == [1, 2]
    assert [number for number, _ in offered({"B.C": 2})] == [2, 1], "a rule about this very question"


def test_a_sheet_named_by_two_rules_has_the_items_of_both_as_its_reason() -> None:
    items = dict(offered({"B.B": 4, "C.B": 3}))
    assert items[1] == "because of items 2 and 3"


def test_a_sheet_that_is_not_there_or_does_not_fit_the_relationship_is_passed_over() -> None:
    assert [number for number, _ in offered({"C.B": 4})] == [1], "30 is not in this catalogue"
    for_friends = tuple(replace(each, frames=("friend",)) if each.number == 6 else each for each in SHEETS)
    for frame, numbers in (("friend", [6, 9]), ("boss", [9]), (None, [9])):
        found = offer_worksheets(FORM, {"A.F": 4}, for_friends, RULES, frame=frame)
        assert [offer.worksheet.number for offer in found] == numbers


def test_where_care_is_owed_a_rule_may_name_other_sheets() -> None:
    assert [number for number, _ in offered({"A.F": 4}, "child_under_18")] == [22]
    assert [number for number, _ in offered({"B.B": 4}, "child_under_18")] == [1, 9], "or the same"


def test_strengths_offer_the_sheets_of_what_flows_and_no_other() -> None:
    assert offer_worksheets(FORM, {"A.B": 4, "B.F": 0, "A.F": None}, SHEETS, RULES) == ()
    form = invented_forms.strengths()
    j1 = next(item for item in form.items if item.facet == "J1")
    assert offer_worksheets(form, {j1.id: 0}, SHEETS, RULES) == ()
    found = offer_worksheets(form, {j1.id: 3}, SHEETS, RULES)
    assert [offer.worksheet.number for offer in found] == [15, 1]
    assert offer_worksheets(FORM, {"A.F": 4}, (), RULES) == ()


def test_an_answer_that_tells_of_danger_is_no_reason_to_give_a_sheet() -> None:
    giving = catalogue.load_instrument("giving")
    flagged = next(item for item in giving.items if item.safety_flag == "fear")
    other = next(
        item
        for item in giving.items
        if item.facet == flagged.facet and item is not flagged and item.role == "difficulty"
    )
    rules = msgspec.structs.replace(RULES, rules=(MatchingRule(part=flagged.facet, sheets=(1,)),))
    assert offer_worksheets(giving, {flagged.id: 4}, SHEETS, rules) == ()
    (offer,) = offer_worksheets(giving, {flagged.id: 4, other.id: 4}, SHEETS, rules)
    assert offer.item_numbers == (giving.items.index(other) + 1,)
    by_name = msgspec.structs.replace(RULES, rules=(MatchingRule(part=flagged.id, sheets=(1,)),))
    assert offer_worksheets(giving, {flagged.id: 4}, SHEETS, by_name) == ()


@given(st.dictionaries(st.sampled_from([i.id for i in FORM.items]), st.none() | st.integers(0, 4)))
def test_taking_back_the_named_answers_takes_back_the_offer(answers: dict[str, int | None]) -> None:
    found = offer_worksheets(FORM, answers, SHEETS, RULES)
    assert len(found) <= 2
    for offer in found:
        named = {FORM.items[number - 1].id for number in offer.item_numbers}
        rest = {item: value for item, value in answers.items() if item not in named}
        assert offer.worksheet not in [o.worksheet for o in offer_worksheets(FORM, rest, SHEETS, RULES)]
