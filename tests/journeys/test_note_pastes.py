"""What people paste into notes: half a megabyte, and text from a word processor."""

import msgspec
import pytest

from tests.journeys import steps
from tests.journeys.person import Person

BY_SCRIPT = {"X-Autosave": "1", "Accept": "application/json"}
HALF_A_MEGABYTE = "A sentence of a letter from elsewhere.\n" * 13_000


def test_half_a_megabyte_is_refused_at_its_place_with_every_letter_kept(me: Person, session: str) -> None:
    assert len(HALF_A_MEGABYTE) > 500_000
    me.send(me.open(f"{session}/note"), {"section-plan": "Rest."})
    page = me.open(f"{session}/note")
    refused = me.send(page, {"section-data": HALF_A_MEGABYTE, "section-plan": "Rest and walk."})
    assert refused.status == 422 and "characters too long; it can hold 20000" in refused.error("section-data")
    assert refused.typed("section-data") == HALF_A_MEGABYTE.strip()
    assert refused.typed("section-plan") == "Rest and walk."
    told = me.post(
        page.path, page.form("section-data").standing() | {"section-data": HALF_A_MEGABYTE}, BY_SCRIPT
    )
    assert told.status == 422 and "too long" in msgspec.json.decode(told.body)["message"]
    # Nothing of it is in the note, and what was there is.
    assert me.open(page.path).typed("section-plan") == "Rest."
    settled = me.send(refused, {"section-data": "The letter says: rest."})
    assert settled.status == 200 and settled.typed("section-plan") == "Rest and walk."


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("“Rest”, she said – twice…", "“Rest”, she said – twice…"),
        ("one\x0btwo\x0cthree", "one\ntwo\nthree"),
        ("one\u2028two\u2029three", "one\ntwo\nthree"),
        ("\uf0b7\tRest\n\uf0a7\tWalk", "•\tRest\n•\tWalk"),
        ("a\u00a0b\u00adc", "a\u00a0b\u00adc"),
        ("\ufeffRest.", "Rest."),
        ("1.\u200b Rest", "1.\u200b Rest"),
        ("<b>Rest</b> &amp; <o:p></o:p>", "<b>Rest</b> &amp; <o:p></o:p>"),
        ("Rest\r\n\r\nWalk\rSleep", "Rest\n\nWalk\nSleep"),
        ("cafe\u0301", "café"),
    ],
)
def test_text_from_a_word_processor_is_kept_as_it_reads(
    me: Person, session: str, pasted: str, kept: str
) -> None:
    page = me.send(me.open(f"{session}/note"), {"section-data": f"A. {pasted} Z."})
    assert page.typed("section-data") == f"A. {kept} Z."
    reading = me.press(page, "Read it through and sign")
    final = me.send(reading, {"read": "yes"})
    assert final.status == 200 and "Signed by" in final.text
    # Paper can be made of it, whatever it holds.
    assert "A." in steps.words_of(me.follow(final, "Print it"))


def test_a_second_note_for_one_session_is_never_made(me: Person, session: str) -> None:
    early = me.open(f"{session}/note")
    me.send(me.open(f"{session}/note"), {"section-data": "The first."})
    second = me.send(early, {"section-data": "The second."})
    assert (
        second.status == 409 and "The first." in second.text and second.typed("section-data") == "The second."
    )
    kept = me.send(second, {"keep-section-data": "both"})
    assert kept.typed("section-data") == "The first.\n\nThe second."


def test_a_note_with_one_part_is_signed_and_says_which_headings_are_empty(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), {"format": "SOAP", "switch": "yes"}, by="format")
    page = me.send(page, {"section-plan": "Rest.", "sign": "yes"})
    assert "Nothing is written under Subjective, Objective and Assessment." in page.text
    assert "Signed by" in me.send(page, {"read": "yes"}).text
