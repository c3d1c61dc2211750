"""The check-in on paper: its own question and the open line are left to be written."""

from dataclasses import replace

import pytest

from clinic_toolkit.documents import answer_card, blank_form, guide
from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record.values.page_values import (
    AnswerCard,
    BlankQuestionnaire,
    InstrumentGuide,
    Letterhead,
    PaperSize,
)
from tests.documents import reading

CHECK_IN = catalogue.load_check_in()


def head(paper: str) -> Letterhead:
    """A letterhead with nothing on it."""
    return Letterhead(practice_name="", clinician_name="", crisis_text="", paper_size=PaperSize(paper))


def text(pdf: bytes) -> str:
    """All that stands on a paper."""
    return " ".join(reading.texts(pdf))


def blank(paper: str, *, general: bool) -> bytes:
    """The blank form."""
    return blank_form.render_blank_form(
        BlankQuestionnaire(
            letterhead=head(paper), instrument=CHECK_IN, is_general=general, form_code="000000"
        )
    )


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_blank_form_asks_in_order_with_room_to_write(paper: str) -> None:
    words = text(blank(paper, general=False))
    asked = [item.text for item in CHECK_IN.items]
    order = [words.index(text) for text in (*asked[:4], "The question you chose:", asked[4])]
    assert order == sorted(order) and CHECK_IN.open_line in words
    assert reading.pages(blank(paper, general=False)) == 1


def test_of_people_in_general_nothing_is_chosen() -> None:
    words = text(blank("A4", general=True))
    assert "The question you chose" not in words and CHECK_IN.open_line_general in words


def test_another_questionnaire_has_no_room_for_it() -> None:
    value = BlankQuestionnaire(
        letterhead=head("A4"),
        instrument=catalogue.load_instrument("flows"),
        is_general=False,
        form_code="000000",
    )
    words = text(blank_form.render_blank_form(value))
    assert "The question you chose" not in words and "went well between" not in words


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_guide_and_the_card_are_made_of_it(paper: str) -> None:
    words = text(guide.render_guide(InstrumentGuide(letterhead=head(paper), instrument=CHECK_IN)))
    assert all(line in words for line in CHECK_IN.guidance.pacing)
    card = answer_card.render_answer_card(AnswerCard(letterhead=head(paper), instrument=CHECK_IN))
    assert "Nearly all the time" in text(card)
    bare = replace(CHECK_IN, open_line="", own_place=None)
    assert CHECK_IN.open_line not in text(
        blank_form.render_blank_form(
            BlankQuestionnaire(letterhead=head(paper), instrument=bare, is_general=False, form_code="000000")
        )
    )
