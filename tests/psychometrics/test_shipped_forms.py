"""The rules meet the questionnaires that ship: oracles 14 and 15, prompts, offers and words."""

import pytest

from clinic_toolkit.instruments.catalogue import instruments
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.offers import offers
from clinic_toolkit.psychometrics.prompts import find_prompts
from clinic_toolkit.psychometrics.scoring import score
from clinic_toolkit.psychometrics.wording import (
    counts_line,
    facet_count,
    going_well,
    part_sentence,
    stood_out,
)
from clinic_toolkit.worksheets.catalogue import worksheets

from .made import Said

DIFFICULTIES = [form for form in instruments() if form.kind == "difficulties"]
each_form = pytest.mark.parametrize("form", DIFFICULTIES, ids=lambda form: form.id)


def answered(form: Instrument, difficulty: int, strength: int) -> dict[str, int | None]:
    """One answer to every difficulty item and one to every strength item."""
    return {item.id: difficulty if item.role == "difficulty" else strength for item in form.items}


@each_form
def test_oracles_14_and_15(form: Instrument) -> None:
    halfway = score(form, answered(form, 2, 2))
    assert halfway.total == 50
    assert {facet.score for facet in halfway.facets if not facet.words_only} == {50}
    often = score(form, answered(form, 4, 0))
    assert often.total == 100
    assert {facet.score for facet in often.facets if not facet.words_only} == {100}
    assert {facet.score for facet in often.facets if facet.words_only} <= {None}
    assert [strength.value for strength in often.strengths] == [0, 0, 0]
    assert going_well(form, often) == ()


@each_form
def test_the_flagged_items_prompt_and_no_other(form: Instrument) -> None:
    flagged = {item.id: item.safety_flag for item in form.items if item.safety_flag != "none"}
    everything = [Said(item_id=item.id, value=4, talk=True) for item in form.items]
    assert {p.item_id: p.flag for p in find_prompts(form, everything)} == flagged
    seldom = [Said(item_id=item.id, value=1) for item in form.items]
    afraid = {id for id, flag in flagged.items() if flag == "fear"}
    assert {p.item_id for p in find_prompts(form, seldom)} == afraid
    calm = [Said(item_id=item.id, value=0) for item in form.items]
    assert find_prompts(form, calm) == ()


@each_form
def test_each_difficulty_offers_the_sheets_of_its_side(form: Instrument) -> None:
    found = offers(form, answered(form, 2, 4), worksheets())
    assert 1 <= len(found) <= 2
    assert {offer.worksheet.side for offer in found} == {form.side}
    assert offers(form, answered(form, 1, 4), worksheets()) == ()


def test_every_worksheet_fits_a_part_that_is_asked_about() -> None:
    parts = {facet.id for form in instruments() for facet in form.facets}
    for sheet in worksheets():
        assert sheet.facets
        assert set(sheet.facets) <= parts


@each_form
def test_what_is_said_reads_as_sentences(form: Instrument) -> None:
    result = score(form, answered(form, 4, 4))
    said = stood_out(form, result)
    assert len(said) == 3
    for text in (*said, counts_line(form, result)):
        assert text.endswith(".")
        assert "  " not in text
        assert "!" not in text
    asks_about_fear = any(item.safety_flag == "fear" for item in form.items)
    assert len(stood_out(form, result, leaves_the_room=True)) == (2 if asks_about_fear else 3)


def test_what_asks_about_both_sides_has_words_and_no_number() -> None:
    form = next(form for form in DIFFICULTIES if form.id == "boundaries")
    values = answered(form, 4, 0) | {"BC3-B": 1, "BC3-T": 4, "BC3-F": 4}
    crossed = next(facet for facet in score(form, values).facets if facet.facet == "BC3")
    assert crossed.score is None and crossed.answered == 3
    said = part_sentence(form, crossed)
    assert said == "Both nearly all the time. Question 12 on its own: some of the time."
    assert facet_count(form, crossed) == "3 of 3 answered"
    # Left open, it is not spoken of.
    bare = next(facet for facet in score(form, values | {"BC3-B": None}).facets if facet.facet == "BC3")
    assert part_sentence(form, bare) == "Both nearly all the time."
    # The others have their numbers, and so has the whole.
    assert all(facet.score == 100 for facet in score(form, values).facets if facet.facet != "BC3")
