"""At most two worksheets, each with items that speak for it."""

from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.psychometrics.worksheet_offers import offer_worksheets
from clinic_toolkit.worksheets.block_model import LinesBlock
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


SHEETS = (sheet(1, "B"), sheet(6, "C", "A"), sheet(9, "A"))


def test_an_offer_names_the_items_that_speak_for_it() -> None:
    (one,) = offer_worksheets(FORM, {"B.B": 2, "A.F": 1, "B.F": 4}, SHEETS)
    assert (one.worksheet.number, one.item_numbers, one.reason) == (1, (2,), "because of item 2")


def test_most_answers_at_the_top_come_first_and_two_is_the_most() -> None:
    given_answers = {"A.F": 4, "C.B": 3, "C.F": 2, "B.B": 2, "B.C": 2}
    first, second = offer_worksheets(FORM, given_answers, SHEETS)
    assert (first.worksheet.number, first.reason) == (6, "because of items 3, 7 and 9")
    assert (second.worksheet.number, second.reason) == (9, "because of item 7")
    first, second = offer_worksheets(FORM, {"B.B": 2, "B.C": 2, "A.F": 2}, SHEETS)
    assert (first.worksheet.number, first.reason) == (1, "because of items 2 and 11")
    assert second.worksheet.number == 6


def test_strengths_and_blanks_offer_nothing() -> None:
    assert offer_worksheets(FORM, {"A.B": 4, "B.F": 0, "A.F": None}, SHEETS) == ()
    form = invented_forms.strengths()
    assert offer_worksheets(form, {item.id: 0 for item in form.items}, (sheet(15, "J1"),)) == ()
    assert offer_worksheets(FORM, {"A.F": 4}, ()) == ()


def test_an_answer_that_tells_of_danger_is_no_reason_to_give_a_sheet() -> None:
    giving = catalogue.load_instrument("giving")
    flagged = next(item for item in giving.items if item.safety_flag == "fear")
    other = next(
        item
        for item in giving.items
        if item.facet == flagged.facet and item is not flagged and item.role == "difficulty"
    )
    fitting = (sheet(1, flagged.facet),)
    assert offer_worksheets(giving, {flagged.id: 4}, fitting) == ()
    (offer,) = offer_worksheets(giving, {flagged.id: 4, other.id: 4}, fitting)
    assert offer.item_numbers == (giving.items.index(other) + 1,)


@given(st.dictionaries(st.sampled_from([i.id for i in FORM.items]), st.none() | st.integers(0, 4)))
def test_taking_back_the_named_answers_takes_back_the_offer(answers: dict[str, int | None]) -> None:
    found = offer_worksheets(FORM, answers, SHEETS)
    assert len(found) <= 2
    for offer in found:
        named = {FORM.items[number - 1].id for number in offer.item_numbers}
        rest = {item: value for item, value in answers.items() if item not in named}
        assert offer.worksheet not in [o.worksheet for o in offer_worksheets(FORM, rest, SHEETS)]
