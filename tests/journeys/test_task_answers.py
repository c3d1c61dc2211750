"""At the start of an hour: what happened with what was agreed, in five answers that are no mark."""

import re

import pytest

from clinic_toolkit.record.people import task_words
from clinic_toolkit.record.people.therapy_session_record import TaskAnswer
from tests.fixtures.sites import Site
from tests.journeys.intake import couple, enter, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person

AGREED = "Say no to one small thing."
PRAISE = re.compile(r"well done|missed|failed|\d+ of \d+|%", re.IGNORECASE)


def begun(me: Person, client: Page) -> Page:
    """A session of today after one in which something was agreed."""
    page = enter(me, me.follow(client, "Add a past or planned session"), -7)
    me.send(page, {"agreed": AGREED})
    return me.press(me.open(client.path), "Start a session now")


@pytest.fixture
def session(me: Person) -> Page:
    return begun(me, take_in(me, "Ana Reyes"))


def ask(me: Person, session: Page) -> Page:
    return me.follow(me.open(session.path), "What happened with it?")


def test_it_is_asked_below_what_was_agreed_with_a_question_for_each_answer(me: Person, session: Page) -> None:
    page = ask(me, session)
    assert AGREED in page.text and page.title.strip() == "Session · Clinic toolkit"
    assert page.form("answer").values("answer") == ["done", "part", "changed", "forgot", "chose_not"]
    for follow_up in task_words.FOLLOW_UPS.values():
        assert follow_up in page.text
    assert not PRAISE.search(page.text) and PRAISE.search("Well done, 3 of 4"), "and the control"


@pytest.mark.parametrize("answer", [each for each in TaskAnswer if each])
def test_each_answer_is_kept_with_a_line_of_what_was_said(
    me: Person, session: Page, answer: TaskAnswer
) -> None:
    page = me.send(ask(me, session), {"answer": answer, "said": "It was lighter than I thought"})
    assert page.path == session.path and "Said of it: “It was lighter than I thought”." in page.text
    again = me.follow(page, "Change this")
    assert (again.typed("answer"), again.typed("said")) == (answer, "It was lighter than I thought")


def test_no_answer_is_said_at_its_place_and_nothing_is_lost(me: Person, session: Page) -> None:
    page = me.send(ask(me, session), {"said": "We lost the sheet."})
    assert page.status == 422 and page.error("answer").endswith("Choose one of the five.")
    assert page.typed("said") == "We lost the sheet."
    page = me.send(ask(me, session), {"answer": "done", "said": "w" * 203})
    assert "3 characters too long" in page.error("said") and page.typed("answer") == "done"
    page = me.send(ask(me, session), {"answer": "well_done"})
    assert page.status == 422 and "What became of it" not in me.open(session.path).text


def test_two_windows_do_not_overwrite_one_another(me: Person, session: Page) -> None:
    first, second = ask(me, session), ask(me, session)
    me.send(first, {"answer": "part"})
    late = me.send(second, {"answer": "forgot"})
    assert late.status == 409 and "done in part" in late.text and late.typed("answer") == "forgot"
    assert "forgotten" not in me.open(session.path).text
    assert me.send(second, {"answer": "part"}).path == session.path, "the same answer is kept already"


def test_it_is_not_asked_where_nothing_was_agreed(me: Person) -> None:
    session = me.press(take_in(me, "Bela Ode"), "Start a session now")
    assert "What happened with it?" not in session.text
    assert "Nothing was agreed before this session." in me.open(session.path + "/agreed-before").text


def test_the_session_details_and_the_line_for_next_time_stay_apart_from_it(me: Person, session: Page) -> None:
    edit = me.follow(session, "Edit the session details")
    agree = me.open(session.path)
    me.send(ask(me, session), {"answer": "changed", "said": "Wrote instead."})
    assert me.send(edit, {"place": "Room 2"}).status == 200
    assert me.send(agree, {"agreed": "The same again."}).status == 200
    page = me.open(session.path)
    assert "done another way" in page.text and "Room 2" in page.text and page.typed("agreed")


def test_a_couple_is_asked_of_what_they_agreed_together(site: Site, me: Person) -> None:
    joint = couple(me, "Ana Reyes", "Bela Ode")
    session = begun(me, joint)
    page = me.send(ask(me, session), {"answer": "chose_not"})
    assert "not done, by choice" in page.text


def test_the_note_begins_with_it_and_follows_what_is_changed(me: Person, session: Page) -> None:
    note = f"{session.path}/note"
    assert "What became of it" not in me.open(note).text
    me.send(ask(me, session), {"answer": "part", "said": "One line was enough."})
    page = me.open(note)
    assert "What became of it: done in part. Said of it: “One line was enough.”" in page.text
    me.send(page, {"section-data": "We talked."})
    me.send(me.follow(me.open(session.path), "Change this"), {"answer": "done", "said": ""})
    page = me.open(note)
    assert "What became of it: done." in page.text and "in part" not in page.text
