"""The card beside a form on paper: numbers and what to do, and no word of what they are about."""

import re

import pytest

from clinic_toolkit.documents import blank_form, clinician_card
from clinic_toolkit.instruments.catalogue import list_instruments
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.psychometrics.safety_prompt_rules import NO_REASSURANCE, flagged_item_numbers
from tests.documents import values
from tests.documents.reading import PAPERS, chars, pages, texts
from tests.fixtures.replaced import replace

TOPIC = re.compile(r"\b(afraid|fear\w*|burden\w*|press\w*|unsafe|violen\w*|threat\w*|danger\w* of)\b", re.I)


def words_of(pdf: bytes) -> str:
    return " ".join(texts(pdf))


@pytest.mark.parametrize("paper", PAPERS)
def test_it_names_the_numbers_the_codes_and_what_to_do(paper: str) -> None:
    said = words_of(clinician_card.render_clinician_card(values.clinician_card(paper)))
    assert "How I give, version 1" in said and "KQ7M-CDEF" in said and "M7QK-FEDC" in said
    assert "8 · 12" in said and said.count(" or more is ticked") == 2
    assert NO_REASSURANCE in said and "116 123" in said and "For you only" in said


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("form", list_instruments(), ids=lambda form: form.id)
def test_the_card_of_each_form_is_one_page_without_a_word_of_any_question(
    paper: str, form: Instrument
) -> None:
    pdf = clinician_card.render_clinician_card(replace(values.clinician_card(paper), instrument=form))
    said = words_of(pdf)
    assert pages(pdf) == 1
    assert not any(item.text in said or item.text_general in said for item in form.items)
    # The practice's own words for a crisis are its own.
    own = said.replace(" ".join(values.letterhead().crisis_text.split()), "")
    assert not TOPIC.search(own), own
    numbers = flagged_item_numbers(form)
    assert (" · ".join(str(each) for each in numbers) in said) if numbers else "need to look at first" in said
    large = {char["text"] for char in chars(pdf)[0] if char["size"] > 20}
    assert large <= set("0123456789· ")
    assert bool(large) == bool(numbers)


@pytest.mark.parametrize("reverse", [False, True])
def test_each_number_has_the_answer_from_which_on_it_is_asked_about(reverse: bool) -> None:
    """From the first step above the lowest for fear, from the middle for a burden."""
    form = values.clinician_card().instrument
    options = sorted(form.options, key=lambda option: option.value, reverse=reverse)
    first = {"fear": options[1].label, "burden": options[len(options) // 2].label}
    flags = ("fear", "burden", *["none"] * (len(form.items) - 2))
    items = tuple(
        replace(item, safety_flag=flag, reverse=reverse) for item, flag in zip(form.items, flags, strict=True)
    )
    card = replace(values.clinician_card(), instrument=replace(form, items=items))
    said = words_of(clinician_card.render_clinician_card(card))
    onward = "less" if reverse else "more"
    for number, flag in ((1, "fear"), (2, "burden")):
        assert f"Number {number}: ask, when nobody else can hear, if “{first[flag]}” or {onward}" in said


def test_the_control_a_topic_would_be_found() -> None:
    assert TOPIC.search("Ask about fear of this person.") and TOPIC.search("Feeling a burden")


def test_the_form_carries_nothing_of_the_card() -> None:
    for form in list_instruments():
        said = words_of(blank_form.render_blank_form(replace(values.blank(), instrument=form)))
        assert "before the door" not in said and "reassurance" not in said and "116 123" not in said
