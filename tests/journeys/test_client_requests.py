"""A client's request on its pages: written down, due on *Today*, answered, and shown beside its note."""

from html import unescape

import pytest

from tests.journeys import steps
from tests.journeys.intake import day, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person


@pytest.fixture
def client(me: Person) -> Page:
    return take_in(me, "Vera Aas")


def ask(me: Person, client: Page, **more: str) -> Page:
    page = me.follow(me.follow(client, "Requests of this client"), "Write down a request")
    return me.send(page, {"kind": "amend", "words": "I said May.", "how": "By letter."} | more)


def test_a_request_is_due_on_today_until_it_is_answered(me: Person, client: Page) -> None:
    assert "Requests to answer" not in me.open("/").text
    kept = ask(me, client)
    assert "The answer is due on" in kept.text and "GDPR, article 12 (3)" in kept.text
    today = me.open("/").text
    assert "Requests to answer" in today and "V. A." in today and "I said May." not in today
    refused = me.send(kept, {"decision": "denied"})
    assert refused.status == 422 and "why it is denied" in refused.error("answer")
    answered = me.send(refused, {"decision": "denied", "answer": "The note is right."})
    assert "Requests to answer" not in me.open("/").text
    stated = me.send(answered, {"disagreement": "It was May."})
    assert "It was May." in stated.text and "The note is right." in stated.text


def test_the_same_answer_twice_is_one_and_another_is_refused(me: Person, client: Page) -> None:
    kept = ask(me, client)
    typed = {"decision": "denied", "answer": "The note is right."}
    assert me.send(kept, typed).status == me.send(kept, typed).status == 200
    refused = me.send(kept, typed | {"answer": "It was May, as you say."})
    assert refused.status == 422 and "answered already" in refused.text
    assert "not saved It was May, as you say." in refused.text
    late = me.send(kept, {"reason": "It is complex."})
    assert late.status == 422 and "not saved It is complex." in late.text
    now = me.open(kept.path).text
    assert "The note is right." in now and "not saved" not in now


def test_the_time_is_made_longer_once(me: Person, client: Page) -> None:
    kept = ask(me, client)
    longer = me.send(kept, {"reason": "It is complex."})
    assert "Time made longer on" in longer.text and "It is complex." in longer.text
    assert "Make the time longer" not in longer.text


def test_a_late_one_says_so_and_a_wrong_day_is_refused(me: Person, client: Page) -> None:
    refused = ask(me, client, received_on=day(-3), due_on=day(-5))
    assert refused.status == 422 and "before the request came" in refused.error("due_on")
    assert refused.typed("words") == "I said May."
    me.send(refused, {"due_on": day(-1)})
    assert "The answer was due on" in me.open("/").text


def test_where_the_law_gives_no_period_a_day_is_asked_for(me: Person, client: Page) -> None:
    me.send(me.open("/practice"), {"country": "BR"})
    refused = ask(me, client)
    assert refused.status == 422 and "No period is known here" in refused.error("due_on")
    assert "The answer is due on" in me.send(refused, {"due_on": day(20)}).text


def test_what_is_about_a_note_is_shown_and_printed_with_it(me: Person, session: str) -> None:
    page = me.send(me.open(f"{session}/note"), {"section-data": "Moved in March.", "sign": "yes"})
    note = me.send(page, {"read": "yes"})
    form = me.follow(note, "The client asks to amend it")
    assert "about the note from which you came" in form.text
    kept = me.send(form, {"kind": "amend", "words": "I said May."})
    me.send(kept, {"decision": "denied", "answer": "It is right."})
    me.send(me.open(kept.path), {"disagreement": "It was May, and I said so."})
    page = me.open(note.path)
    plain = unescape(me.follow(page, "plain text").source.partition("<textarea")[2])
    for words in (page.text, steps.words_of(me.follow(page, "Print it (PDF)")), plain):
        assert "Asked by the client" in words and "It was May, and I said so." in words
        assert words.index("Moved in March.") < words.index("Asked by the client")
        assert words.count("Signed by") == 1
