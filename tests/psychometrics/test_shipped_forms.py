"""The rules meet the questionnaires that ship: oracles 14 and 15, prompts, offers and words."""

import pytest

from clinic_toolkit.instruments.catalogue import list_instruments
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.result_sentences import (
    describe_all_facets,
    describe_count,
    describe_facet,
    stood_out_sentences,
    strength_item_ids,
)
from clinic_toolkit.psychometrics.safety_prompt_rules import list_safety_prompts
from clinic_toolkit.psychometrics.scoring import score_form
from clinic_toolkit.psychometrics.worksheet_offers import offer_worksheets
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.matching import load_matching_rules
from clinic_toolkit.worksheets.model import SheetSide

from .invented_forms import Said

DIFFICULTIES = [form for form in list_instruments() if form.kind == "difficulties"]
each_form = pytest.mark.parametrize("form", DIFFICULTIES, ids=lambda form: form.id)


def answered(form: Instrument, difficulty: int, strength: int) -> dict[str, int | None]:
    """One answer to every difficulty item and one to every strength item."""
    return {item.id: difficulty if item.role == "difficulty" else strength for item in form.items}


@each_form
def test_oracles_14_and_15(form: Instrument) -> None:
    halfway = score_form(form, answered(form, 2, 2))
    assert halfway.total == 50
    assert {facet.score for facet in halfway.facets if not facet.words_only} == {50}
    often = score_form(form, answered(form, 4, 0))
    assert often.total == 100
    assert {facet.score for facet in often.facets if not facet.words_only} == {100}
    assert {facet.score for facet in often.facets if facet.words_only} <= {None}
    assert [strength.value for strength in often.strengths] == [0, 0, 0]
    assert strength_item_ids(form, often) == ()


@each_form
def test_the_flagged_items_prompt_and_no_other(form: Instrument) -> None:
    flagged = {item.id: item.safety_flag for item in form.items if item.safety_flag != "none"}
    everything = [Said(item_id=item.id, value=4, wants_to_talk=True) for item in form.items]
    assert {p.item_id: p.flag for p in list_safety_prompts(form, everything)} == flagged
    seldom = [Said(item_id=item.id, value=1) for item in form.items]
    afraid = {id for id, flag in flagged.items() if flag == "fear"}
    assert {p.item_id for p in list_safety_prompts(form, seldom)} == afraid
    calm = [Said(item_id=item.id, value=0) for item in form.items]
    assert list_safety_prompts(form, calm) == ()


@each_form
def test_each_difficulty_offers_a_sheet_of_its_side_first(form: Instrument) -> None:
    found = offer_worksheets(form, answered(form, 2, 4), list_worksheets(), load_matching_rules())
    assert 1 <= len(found) <= 2
    assert found[0].worksheet.side.value == form.side.value
    assert offer_worksheets(form, answered(form, 1, 4), list_worksheets(), load_matching_rules()) == ()


def test_every_worksheet_fits_a_part_that_is_asked_about() -> None:
    parts = {facet.id for form in list_instruments() for facet in form.facets}
    for sheet in list_worksheets():
        assert sheet.facets or sheet.side == SheetSide.ANY
        assert set(sheet.facets) <= parts


@each_form
def test_what_is_said_reads_as_sentences(form: Instrument) -> None:
    result = score_form(form, answered(form, 4, 4))
    said = stood_out_sentences(form, result)
    assert len(said) == 3
    for text in (*said, describe_all_facets(form, result)):
        assert text.endswith(".")
        assert "  " not in text
        assert "!" not in text
    asks_about_fear = any(item.safety_flag == "fear" for item in form.items)
    assert len(stood_out_sentences(form, result, goes_home=True)) == (2 if asks_about_fear else 3)


def test_what_asks_about_both_sides_has_words_and_no_number() -> None:
    form = next(form for form in DIFFICULTIES if form.id == "boundaries")
    values = answered(form, 4, 0) | {"BC3-B": 1, "BC3-T": 4, "BC3-F": 4}
    crossed = next(facet for facet in score_form(form, values).facets if facet.facet == "BC3")
    assert crossed.score is None and crossed.answered == 3
    said = describe_facet(form, crossed)
    assert said == "Both nearly all the time. Question 12 on its own: some of the time."
    assert describe_count(form, crossed) == "3 of 3 answered"
    # Left open, it is not spoken of.
    bare = next(facet for facet in score_form(form, values | {"BC3-B": None}).facets if facet.facet == "BC3")
    assert describe_facet(form, bare) == "Both nearly all the time."
    # The others have their numbers, and so has the whole.
    assert all(facet.score == 100 for facet in score_form(form, values).facets if facet.facet != "BC3")
