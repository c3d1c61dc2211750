"""A risk entry and the later check of it: two entries that lead to each other, for the clinician alone."""

import pytest

from tests.journeys import intake
from tests.journeys.pages import Page
from tests.journeys.person import Person

FIRST = {"asked": "Thoughts of not living?", "answered": "Sometimes, at night.", "protects": "Her sister."}


@pytest.fixture
def client(session: str, me: Person) -> str:
    return me.follow(me.open(session), "Ana Reyes").path


def write(me: Person, client: str, **more: str) -> Page:
    return me.send(me.open(f"{client}/risk-entries/new"), FIRST | more)


def test_what_was_asked_and_what_was_answered_stand_apart(me: Person, client: str) -> None:
    shown = write(me, client)
    assert (
        "Asked Thoughts of not living? Answered Sometimes, at night. What protects Her sister." in shown.text
    )
    assert "What belongs together" not in shown.text


def test_a_later_check_follows_the_entry_and_each_leads_to_the_other(me: Person, client: str) -> None:
    first = write(me, client, next_check=intake.day(3))
    page = me.follow(first, "Add to this entry")
    assert "Her sister." in page.text and page.typed("protects") == ""
    second = me.send(page, {"answered": "Not this week."})
    assert "follows an earlier one" in second.text
    assert me.follow(second, "Read entry of").path == first.path
    back = me.open(first.path)
    assert me.follow(back, "Read entry of").path == second.path
    listed = me.follow(back, "All entries").text
    assert "follows an earlier one" in listed and "followed on" in listed
    # Followed, the check is done.
    assert "Checks planned" not in me.open("/").text


def test_a_couples_pages_have_nothing_of_either(me: Person) -> None:
    both = intake.couple(me, "Cy Dahl", "Di Egan")
    one = me.follow(both, "Cy Dahl").path
    write(me, one)
    assert all(words not in me.open(both.path).text for words in FIRST.values())
    assert FIRST["asked"] in me.follow(me.open(f"{one}/risk-entries"), "Read entry of").text
