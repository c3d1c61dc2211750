"""Notes of what was no session: in two presses, with a hint that fits, and without a word of a form."""

import pytest

from tests.journeys.intake import couple, enter, take_in
from tests.journeys.person import Person


@pytest.mark.parametrize(
    ("kind", "hint", "facts"),
    [
        ("call", "who rang whom", "Ana Reyes · Call"),
        ("message", "who wrote", "Ana Reyes · Message"),
        ("consultation", "Name no more of the client", "Ana Reyes · Consultation"),
    ],
)
def test_a_contact_is_entered_by_the_press_that_opens_its_note(
    me: Person, kind: str, hint: str, facts: str
) -> None:
    client = take_in(me)
    page = me.send(me.open(client.path), {"kind": kind})
    assert page.path.endswith("/note") and hint in page.text and facts in page.text
    assert "uestionnaire" not in page.text.partition("Note")[2]
    final = me.send(me.send(page, {"section-data": "About the lift.", "sign": "yes"}), {"read": "yes"})
    assert "Signed by" in final.text and facts in final.text


def test_a_couple_has_contacts_of_its_own(me: Person) -> None:
    page = me.send(couple(me, "Ana Reyes", "Bo Lund"), {"kind": "call"})
    assert page.path.endswith("/note") and "Ana Reyes and Bo Lund · Call" in page.text


@pytest.mark.parametrize("kind", ["session", "", "weather"])
def test_no_other_kind_is_begun_that_way(me: Person, kind: str) -> None:
    client = me.open(take_in(me).path)
    form = client.form("kind")
    assert me.post(form.action, form.standing() | {"kind": kind}).status == 404
    assert "No session" in me.open(client.path).text or "no session" in me.open(client.path).text


@pytest.mark.parametrize(
    ("button", "hint"),
    [("Did not come", "did not come: what was planned"), ("Cancelled", "was cancelled: by whom")],
)
def test_an_hour_that_did_not_take_place_has_its_note_at_one_press(
    me: Person, button: str, hint: str
) -> None:
    client = take_in(me)
    planned = enter(me, me.follow(client, "Add a past or planned session"), 0, attendance="planned")
    page = me.press(planned, f"{button}: write the note")
    assert page.path.endswith("/note") and hint in page.text
    final = me.send(me.send(page, {"section-data": "Rang twice.", "sign": "yes"}), {"read": "yes"})
    assert "Signed by" in final.text and button in final.text


def test_a_session_that_took_place_is_not_made_one_that_did_not(me: Person) -> None:
    client = take_in(me)
    planned = enter(me, me.follow(client, "Add a past or planned session"), 0, attendance="planned")
    me.send(me.open(f"{planned.path}/edit"), {"attendance": "came"})
    page = me.press(planned, "Did not come: write the note")
    assert page.path == planned.path and "Came" in page.text


def test_an_hour_to_come_has_no_such_button(me: Person) -> None:
    client = take_in(me)
    planned = enter(me, me.follow(client, "Add a past or planned session"), 1, attendance="planned")
    assert "write the note" not in planned.text
