"""The facts of a session: entered, changed, refused at their place."""

import re
from datetime import timedelta

import pytest

from tests.journeys import steps
from tests.journeys.intake import ODD, day, enter, take_in, today
from tests.journeys.pages import Page
from tests.journeys.person import SURROGATE, Person

LINES = {"place": 160, "call_back": 60, "others_present": 160}


@pytest.fixture
def client(me: Person) -> Page:
    """The page of a client with whom there was no session yet."""
    return take_in(me)


@pytest.fixture
def entering(me: Person, client: Page) -> Page:
    """The page on which a session with this client is entered."""
    return me.follow(client, "Add a past or planned session")


def test_every_fact_of_a_session_is_kept(me: Person, entering: Page) -> None:
    facts = {
        "kind": "session", "on": day(-1), "start": "09:00", "end": "09:50", "attendance": "late",
        "setting": "telehealth", "place": "at her sister’s", "call_back": "555 0101",
        "others_present": "Li, interpreter",
    }  # fmt: skip
    page = me.send(entering, facts)
    for words in ("Telehealth: at her sister’s (call back: 555 0101)", "Came late", "09:00–09:50", "Li"):
        assert words in page.text
    edit = me.follow(page, "Edit the session details")
    assert {name: edit.typed(name) for name in facts} == facts
    changed = me.send(edit, {"attendance": "came", "setting": "room", "call_back": "", "others_present": ""})
    assert "In the room: at her sister’s · Came" in changed.text and "interpreter" not in changed.text


@pytest.mark.parametrize(("attendance", "words"), [("cancelled", "Cancelled"), ("no_show", "Did not come")])
def test_nobody_is_said_to_have_been_there_who_was_not(
    me: Person, entering: Page, attendance: str, words: str
) -> None:
    page = enter(me, entering, attendance=attendance)
    assert words in page.text and "present" not in page.text
    assert "Begin a questionnaire" not in page.text and "Give a worksheet" not in page.text
    assert me.follow(page, "Write the note").status == 200
    # Who was chosen stays chosen: a wrong click takes nobody away.
    again = me.follow(page, "Edit the session details")
    assert again.typed("present") == again.form("present").values("present")[0]


@pytest.mark.parametrize(
    ("kind", "setting"), [("call", "phone"), ("message", "room"), ("consultation", "room")]
)
def test_a_contact_between_sessions_took_place(me: Person, entering: Page, kind: str, setting: str) -> None:
    nobody = {} if kind == "call" else {"present": None}
    page = enter(me, entering, kind=kind, setting=setting, **nobody)
    assert f"{kind.capitalize()}, " in page.text and "Took place" in page.text and "Came" not in page.text


def test_the_newest_session_stands_first(me: Person, entering: Page, client: Page) -> None:
    for ahead in (-30, -400, 5, -2):
        enter(me, entering, ahead, attendance="planned" if ahead > 0 else "came")
    shown = re.findall(r'class="when">(.*?)<', me.open(client.path).source)
    days = [today() + timedelta(days=ahead) for ahead in (5, -2, -30, -400)]
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    assert [words.split(" 20")[0] for words in shown] == [f"{d.day} {months[d.month - 1]}" for d in days]


def test_a_session_without_times_is_enough(me: Person, entering: Page) -> None:
    page = enter(me, entering, start="", end="")
    assert ":" not in page.text.partition("In the room")[0].partition("Session")[2]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"on": ""}, "on", "Write the date."),
        ({"on": "soon"}, "on", "year-month-day"),
        ({"on": "2026-02-30"}, "on", "year-month-day"),
        ({"on": "0026-11-22"}, "on", "four digits"),
        ({"start": "25:00"}, "start", "hours and minutes"),
        ({"end": "ten"}, "end", "hours and minutes"),
        ({"start": "10:00", "end": "09:59"}, "end", "before the start"),
        ({"kind": "party"}, "kind", "Choose one of these."),
        ({"setting": "moon"}, "setting", "Choose one of these."),
        ({"attendance": "maybe"}, "attendance", "Choose one of these."),
        ({"on": day(-1), "attendance": "planned"}, "attendance", "This date is past. Choose how it went."),
        ({"on": day(1), "attendance": "came"}, "attendance", "still to come"),
        ({"on": day(1), "attendance": "no_show"}, "attendance", "still to come"),
        ({"present": None, "attendance": "came"}, "present", "Choose who was there"),
        ({"present": "0" * 32, "attendance": "came"}, "present", "Choose from the people shown here."),
        ({"present": SURROGATE, "attendance": "came"}, "present", "Choose from the people shown here."),
    ],
)  # fmt: skip
def test_a_mistake_is_said_at_its_place_and_the_rest_stays(
    me: Person, entering: Page, client: Page, typed: dict[str, str | None], field: str, words: str
) -> None:
    rest = {"on": day(), "place": "Room 2", "others_present": "Li", "setting": "room"}
    page = me.send(entering, rest | typed)
    assert page.status == 422, page.text
    assert words in page.error(field)
    assert not page.error("place")
    kept = {name: value for name, value in (rest | typed).items() if name in ("on", "start", "end", "place")}
    assert {name: page.typed(name) for name in kept} == kept
    assert page.typed("others_present") == "Li"
    assert "No session yet." in me.open(client.path).text


@pytest.mark.parametrize("field", LINES)
def test_too_long_is_said_with_the_number_of_characters(me: Person, entering: Page, field: str) -> None:
    page = me.send(entering, {"on": day(), field: "w" * (LINES[field] + 1)})
    assert page.status == 422 and "This is 1 character too long" in page.error(field)
    assert page.typed(field) == "w" * (LINES[field] + 1)


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_is_kept_as_text(me: Person, entering: Page, odd: str) -> None:
    typed, kept = ODD[odd]
    page = enter(me, entering, **dict.fromkeys(LINES, typed))
    page = me.send(page, {"agreed": typed})
    assert page.status == 200 and "<b>&</b>" not in page.source
    edit = me.follow(page, "Edit the session details")
    found = [page.typed("agreed"), *(edit.typed(name) for name in LINES)]
    assert all(words == kept if kept is not None else (words or "").startswith("Ana ") for words in found)
    assert steps.words_of(me.follow(page, "Session summary"))


def test_two_windows_on_a_session_show_both(me: Person, entering: Page) -> None:
    page = enter(me, entering, -1, place="Room 1")
    one, other = me.open(f"{page.path}/edit"), me.open(f"{page.path}/edit")
    assert me.send(one, {"place": "Room 2", "attendance": "late"}).path == page.path
    mistaken = me.send(other, {"place": "Room 3", "end": "09:00"})
    assert mistaken.status == 422
    refused = me.send(mistaken, {"end": "10:55"})
    assert refused.status == 409
    assert "In the room: Room 2" in refused.text and "Came late" in refused.text
    assert (refused.typed("place"), refused.typed("end")) == ("Room 3", "10:55")
    assert "Room 2" in me.open(page.path).text
    assert "Room 3" in me.press(refused, "Save the session").text
    assert me.press(refused, "Save the session").path == page.path


@pytest.mark.parametrize("version", ["", "0", "99", "-1", "x", "1" * 5000, "🎂"])
def test_a_version_that_never_was_overwrites_nothing(me: Person, entering: Page, version: str) -> None:
    page = enter(me, entering, -1, place="Room 1")
    refused = me.send(me.open(f"{page.path}/edit"), {"place": "Room 2", "version": version})
    assert refused.status == 409 and refused.typed("place") == "Room 2"
    assert "Room 1" in me.open(page.path).text
    line = me.send(page, {"agreed": "a walk", "version": version})
    assert line.status == 409 and line.typed("agreed") == "a walk"
