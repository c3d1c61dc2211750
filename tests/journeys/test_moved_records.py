"""*Belongs to another client* on its pages: what the wrong client's pages still show, and the right one's."""

from datetime import timedelta

import pytest

from tests.fixtures.practices import giving
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import today
from tests.journeys.pages import Page
from tests.journeys.person import Person

WHY = "The wrong record was open."
WORDS = "Spoke of the harvest."


@pytest.fixture
def people(site: Site) -> tuple[str, str, str]:
    """The page of the wrong client, that of the right one, and a session of yesterday with the wrong one."""
    wrong, right = site.work.client("Wanda Falk"), site.work.client("Rina Holt")
    held = site.work.session(wrong, today() - timedelta(days=1))
    return f"/clients/{wrong.id}", f"/clients/{right.id}", f"/sessions/{held.id}"


def move(me: Person, page: Page) -> Page:
    """Say of what is on this page that it is Rina Holt's."""
    form = me.follow(page, "Belongs to another client")
    assert "only while you are alone" in form.text
    refused = me.send(form, {"reason": ""})
    assert refused.status == 422 and refused.error("whom") and refused.error("reason")
    [whom] = [
        value
        for value, words in zip(form.form("whom").options["whom"], ["Choose", "Rina Holt"], strict=True)
        if words == "Rina Holt"
    ]
    return me.send(form, {"whom": whom, "reason": WHY})


def everything_of(me: Person, client: str, session: str) -> str:
    """What the pages of a client and of a session say, with all they lead to."""
    pages = [me.open(path) for path in (client, f"{client}/risk-entries", f"{client}/over-time", session)]
    summary = steps.words_of(me.follow(me.open(session), "Session summary"))
    return " ".join([*(page.text for page in pages), summary])


def test_a_signed_note_goes_as_a_late_entry_to_be_signed(me: Person, people: tuple[str, str, str]) -> None:
    wrong, right, session = people
    page = me.send(me.open(f"{session}/note"), {"section-data": WORDS, "sign": "yes"})
    note = me.send(page, {"read": "yes"})
    editor = move(me, note)
    assert editor.typed("section-data") == WORDS and "Rina Holt" in editor.text
    assert me.open(note.path).status == 404 and me.open(f"{note.path}/text").status == 404
    assert WORDS not in everything_of(me, wrong, session)
    assert me.open(f"{session}/note").typed("section-data") == ""
    reading = me.press(editor, "Read it through and sign")
    assert WHY in (reading.typed("late_reason") or "")
    final = me.send(reading, {"read": "yes"})
    assert "Late entry for the session of" in final.text and "another client by mistake" in final.text
    assert "Wanda" not in final.text.partition("Note")[2]
    assert "note" in me.open(right).text


def test_a_form_and_what_it_raises_go(site: Site, me: Person, people: tuple[str, str, str]) -> None:
    wrong, right, session = people
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session), [4] * 12))
    title = giving().title
    assert title in everything_of(me, wrong, session)
    assert "W. F." in me.open("/").text
    arrived = move(me, result)
    assert "First written on" in arrived.text and WHY in arrived.text and "Rina Holt" in arrived.text
    assert me.open(result.path).status == 404
    assert title not in everything_of(me, wrong, session)
    assert title in me.open(right).text
    asked = me.open("/").text.partition("To ask about")[2]
    assert "R. H." in asked and "W. F." not in asked.partition("To finish")[0]


def test_an_entry_goes(me: Person, people: tuple[str, str, str]) -> None:
    wrong, right, session = people
    entry = me.send(me.open(f"{wrong}/risk-entries/new"), {"did": "Rang the surgery."})
    arrived = move(me, entry)
    assert "Rang the surgery." in arrived.text and "First written on" in arrived.text
    assert me.open(entry.path).status == 404
    assert "Rang the surgery." not in everything_of(me, wrong, session)
    assert "Rang the surgery." in me.open(f"{right}/risk-entries").text


def test_the_trail_says_it_and_the_check_finds_all_well(me: Person, people: tuple[str, str, str]) -> None:
    wrong, _, _ = people
    entry = me.send(me.open(f"{wrong}/risk-entries/new"), {"did": "Rang the surgery."})
    move(me, entry)
    page = me.open("/audit")
    assert "Set something aside that belongs to another client" in page.text
    assert WHY not in page.text
