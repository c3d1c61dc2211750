"""The check-in in the session: choose a question to watch, ask, hand over, look at it, write the note."""

import json
import re
from html import unescape
from uuid import UUID

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.questionnaires import administrations, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.web.access import handover_transition
from tests.fixtures.handed_over_device import Device, taken_up
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

CHECK_IN = catalogue.load_check_in()
WATCHED = next(item for item in catalogue.load_instrument("giving").items if item.id == "OG1-C")
NEVER_SAID = re.compile(r"\b(?:score|scored|total|average|better|worse|improved|progress)\b", re.IGNORECASE)


@pytest.fixture
def sessions(site: Site, me: Person) -> list[str]:
    """Three hours with one client, who named a parent."""
    client = site.work.client()
    found = [f"/sessions/{site.work.session(client).id}" for _ in range(3)]
    added = me.send(
        me.follow(me.open(f"/clients/{client.id}"), "Add a person"), {"word": "Mum", "frame": "parent"}
    )
    assert added.path.startswith("/relationships/")
    return found


def watch(me: Person, session: str, item: str = "giving:OG1-C") -> Page:
    """Choose a question to watch, from the session; leads back to the check-in."""
    page = me.follow(me.open(f"{session}/check-in"), " to watch with")
    return me.send(page, {"item": item})


def begun(me: Person, session: str) -> Page:
    """The introduction of a check-in about the one person who was named."""
    page = me.press(me.open(f"{session}/check-in"), "Go to the introduction")
    assert page.path.endswith("/introduction"), page.text
    return page


def filled(me: Person, session: str, values: list[str], line: str = "") -> Page:
    """A check-in filled in on one page and finished: the clinician's page."""
    whole = me.follow(begun(me, session), "All questions on one page")
    typed = {f"{number}-answer": value for number, value in enumerate(values, start=1)}
    return steps.finish(me, me.send(whole, typed | {"open_line": line}, by="1-answer"))


def body(site: Site, page: Page) -> Administration:
    """What is kept of the questionnaire of this page."""
    with reading(site.work.engine) as db:
        return administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2])).payload


def test_it_is_offered_first_once_there_was_a_session_and_once_in_a_session(
    site: Site, me: Person, sessions: list[str]
) -> None:
    alone = f"/sessions/{site.work.session(site.work.client('New One')).id}"
    assert "Begin with the check-in" not in me.open(alone).text
    words = [text for text, _ in me.open(sessions[1]).links]
    assert words.index("Begin with the check-in") < words.index("Begin a questionnaire")
    begun(me, sessions[1])
    assert "Begin with the check-in" not in me.open(sessions[1]).text


def test_the_one_person_is_chosen_already_and_somebody_must_be(
    site: Site, me: Person, sessions: list[str]
) -> None:
    page = me.open(f"{sessions[0]}/check-in")
    assert page.typed("about") not in (None, "", "general")
    refused = me.post(page.path, page.form("about").standing() | {"about": "f" * 32})
    assert refused.status == 422 and refused.error("about") == "Error: Choose whom it is about."
    general = me.send(page, {"about": "general"})
    assert "about people in general" in general.text
    whole = me.follow(general, "All questions on one page")
    assert CHECK_IN.items[0].text_general in whole.text and CHECK_IN.open_line_general in whole.text
    nobody = site.work.session(site.work.client("Nobody Named"))
    assert "Nobody is named yet" in me.open(f"/sessions/{nobody.id}/check-in").text


def test_without_a_choice_five_are_asked_and_with_one_six_in_their_order(
    me: Person, sessions: list[str]
) -> None:
    page = me.follow(begun(me, sessions[0]), "All questions on one page")
    assert "5-answer" in page.form("1-answer").names and "6-answer" not in page.form("1-answer").names
    back = watch(me, sessions[1])
    assert back.path == f"{sessions[1]}/check-in" and f"Also asks: {WATCHED.text}" in back.text
    page = me.follow(begun(me, sessions[1]), "All questions on one page")
    texts = [item.text for item in CHECK_IN.items]
    order = [page.text.index(text) for text in (*texts[:4], WATCHED.text, texts[4], CHECK_IN.open_line)]
    assert order == sorted(order)
    # The first one asked five and still does.
    assert WATCHED.text not in me.open(me.open(sessions[0]).link("Go on")).text


def test_a_question_that_is_marked_cannot_be_chosen(site: Site, me: Person, sessions: list[str]) -> None:
    page = me.follow(me.open(f"{sessions[0]}/check-in"), "Choose a question")
    offered = page.form("item").values("item")
    assert "giving:OG2-T" not in offered and "giving:OG2-B" not in offered and "giving:OG1-C" in offered
    assert "ask about those in private" in page.text
    for bad in ("giving:OG2-T", "boundaries:BC3-F", "receiving:RG2-T", "giving:OG2-B", "x"):
        refused = me.post(page.path, page.form("item").standing() | {"item": bad})
        assert refused.status == 422 and "Choose one of the questions shown here" in refused.error("item")
    assert (
        "five questions, and one more if the client chooses one"
        in me.open(page.path.partition("/watched")[0]).text
    )


def test_a_choice_can_be_changed_and_taken_back_and_not_overwritten_unseen(
    me: Person, sessions: list[str]
) -> None:
    watch(me, sessions[0])
    address = me.open(f"{sessions[0]}/check-in").link("Change the question").partition("?")[0]
    early, late = me.open(address), me.open(address)
    shown = me.send(early, {"item": "flows:JR2-B"})
    assert shown.path == address.removesuffix("/watched") and "offered help that I wanted" in shown.text
    refused = me.send(late, {"item": "giving:OG3-C"})
    assert refused.status == 409 and "changed in another window" in refused.text
    assert refused.typed("item") == "giving:OG3-C"
    none = me.send(me.open(address), {"item": ""})
    assert "The check-in asks five questions" in none.text


def test_the_result_is_words_beside_the_ones_before_and_no_number(
    site: Site, me: Person, sessions: list[str]
) -> None:
    watch(me, sessions[0])
    filled(me, sessions[0], ["4", "1", "0", "2", "3", "4"], "We cooked.")
    watch(me, sessions[1], "boundaries:BC1-B")
    page = filled(me, sessions[1], ["3", "declined", "did_not_come_up", "2", "1", "3"], "She rang.")
    text = page.text
    assert text.count("This time") == 6 and "She rang." in text and "We cooked." in text
    assert "nearly all the time" in text and "not answered, by choice" in text and "did not come up" in text
    assert "Asked before, and not this time" in text and WATCHED.text in text
    assert "That does not mean all is well. Ask about fear in private." in text
    assert "5 of" not in text and "4 of 6 answered" in text
    assert [each.group() for each in NEVER_SAID.finditer(text)] == []
    assert "Time from the start to the last answer: " in text and " second" in text
    # The control: the page of a long one does say such words.
    long = steps.finish(me, steps.answer_all(me, steps.begin(me, sessions[2], word="K."), [2] * 12))
    assert NEVER_SAID.search(long.text)


def test_answers_about_somebody_else_never_stand_beside(site: Site, me: Person, sessions: list[str]) -> None:
    filled(me, sessions[0], ["4"] * 5, "With mum.")
    client = me.open(sessions[0]).link("Ana Reyes")
    me.send(me.follow(me.open(client), "Add a person"), {"word": "Ben", "frame": "friend"})
    start = me.open(f"{sessions[1]}/check-in")
    ben = next(value for value in start.form("about").values("about") if value != start.typed("about"))
    intro = me.send(start, {"about": ben})
    whole = me.follow(intro, "All questions on one page")
    page = steps.finish(me, me.send(whole, {"1-answer": "1"}, by="1-answer"))
    assert "Nearly all the time" not in page.source and "With mum." not in page.text
    assert "earlier check-ins" not in page.text


def test_one_question_at_a_time_ends_with_the_open_line(site: Site, me: Person, sessions: list[str]) -> None:
    page = me.follow(begun(me, sessions[0]), "One question at a time")
    for number in range(1, 6):
        assert f"{number} of 5" in page.text
        page = steps.give(me, page, 2)
    assert page.path.endswith("/open-line") and CHECK_IN.open_line in page.text
    too_long = me.send(page, {"open_line": "w" * 1_001})
    assert too_long.status == 422 and too_long.error("open_line")
    assert too_long.typed("open_line") == "w" * 1_001
    told = me.post(page.path, page.form("open_line").standing() | {"open_line": "Tea."}, {"X-Autosave": "1"})
    assert told.status == 200 and json.loads(told.body)["saved"]
    assert me.send(page, {"open_line": "Tea.", "go": "back"}).path.endswith("/items/5")
    assert me.send(page, {"open_line": "Tea.", "go": "pause"}).path.endswith("/items/5/pause")
    check = me.send(me.open(page.path), {"open_line": "Tea, twice.", "go": "next"})
    assert check.path.endswith("/check") and "Tea, twice." in check.text
    again = me.follow(check, "Change the last question")
    assert again.typed("open_line") == "Tea, twice."
    assert me.send(again, {"open_line": "Tea, twice.", "go": "stop"}).path.endswith("/stopped")
    assert body(site, check).open_line_answer == "Tea, twice."


def test_a_long_questionnaire_has_no_open_line(me: Person, sessions: list[str]) -> None:
    page = steps.begin(me, sessions[0])
    assert me.open(f"{steps.place(page)}/open-line").status == 404
    check = steps.answer_all(me, page, [1] * 12)
    assert "the last question" not in check.text


def test_a_whole_page_that_is_refused_keeps_the_open_line(
    site: Site, me: Person, sessions: list[str]
) -> None:
    page = me.follow(begun(me, sessions[0]), "All questions on one page")
    standing = page.form("1-answer").standing()
    refused = me.post(page.path, standing | {"open_line": "w" * 1_001, "2-answer": "3"})
    assert refused.status == 422 and refused.error("open_line") and refused.typed("2-answer") == "3"
    assert refused.typed("open_line") == "w" * 1_001 and body(site, page).open_line_answer == ""
    me.send(me.open(page.path), {"open_line": "First."}, by="1-answer")
    late = me.post(page.path, standing | {"open_line": "Second."})
    assert late.status == 409 and late.typed("open_line") == "Second."
    assert body(site, page).open_line_answer == "First."


def test_what_they_look_at_together_and_what_the_note_begins_with(me: Person, sessions: list[str]) -> None:
    page = filled(me, sessions[0], ["4", "1", "0", "2", "1"], "We cooked.")
    together = me.follow(page, "Look at it together")
    assert "What is going well" in together.text and "We cooked." in together.text
    assert "What stood out" not in together.text and "These words are on your page too" in together.text
    words = steps.words_of(me.follow(me.open(page.path), "Client page"))
    assert "We cooked." in words and "Mum" not in words
    note = me.open(f"{sessions[0]}/note")
    assert "Nearly all the time: “I enjoyed doing something for this person.”" in unescape(note.source)
    assert "We cooked." not in note.source
    summary = steps.words_of(me.follow(me.open(sessions[0]), "Session summary"))
    assert "We cooked." in summary and "Not scored" not in summary and "All together" not in summary
    assert "We cooked." in me.open(f"{steps.place(page)}/answers").text


def test_after_it_there_is_time_for_a_long_one(me: Person, sessions: list[str]) -> None:
    filled(me, sessions[0], ["1"] * 5)
    assert "plan half a session" not in me.open(f"{sessions[0]}/questionnaire").text
    steps.finish(me, steps.answer_all(me, steps.begin(me, sessions[0], word="K."), [1] * 12))
    page = me.open(f"{sessions[0]}/questionnaire").text
    assert "1 questionnaire was finished in this session" in page and "plan half a session" in page
    assert ("a check-in is shorter" in page) is ("Check-in" in page.partition("Which one")[2])


def test_stopped_or_empty_it_is_a_check_in_too(me: Person, sessions: list[str]) -> None:
    page = filled(me, sessions[0], [])
    assert "0 of 5 answered" in page.text and page.source.count("<span>no answer</span>") == 5
    assert "Time from the start" not in page.text
    together = me.follow(page, "Look at it together")
    assert "What is going well" not in together.text and "In your words What" not in together.text


# In the client's hands.


def handed(site: Site, me: Person, session: str) -> Device:
    """Begin, hand over: the device as the client holds it."""
    page = me.follow(begun(me, session), "Hand it to the client")
    place = page.path.split("/")[2]
    me.press(page, "Hand over now")
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(place))
    return taken_up(site, form, site.keeper.ticket)


def comes_back(site: Site, me: Person) -> Page:
    """The clinician unlocks, and what the client answered comes in."""
    site.app.extensions.pop(handover_transition._HANDED_OVER_KEY)
    site.unlock()
    with writing(site.work.engine) as db:
        for out in clinician_side.list_open_handovers(db, site.work.vault):
            clinician_side.merge_handover(db, site.work.vault, out, now=out.recorded_at)
    return me.open("/handovers")


def test_the_client_answers_alone_with_their_own_question_and_the_open_line(
    site: Site, me: Person, sessions: list[str]
) -> None:
    watch(me, sessions[0])
    device = handed(site, me, sessions[0])
    assert "They ask about the time since we last met." in device.get("/form").text
    assert unescape(device.get("/form/5").text).count(WATCHED.text) == 1
    for number in range(1, 6):
        device.post(f"/form/{number}", {"answer": "3"})
    after = device.post("/form/6", {"answer": "1"})
    assert after.headers["Location"].endswith("/form/open-line")
    assert CHECK_IN.open_line in unescape(device.get("/form/open-line").text)
    refused = device.post("/form/open-line", {"open_line": "w" * 1_001})
    assert refused.status_code == 422 and "w" * 1_001 in refused.text
    assert device.post("/form/open-line", {"go": "back"}).headers["Location"].endswith("/form/6")
    assert device.post("/form/open-line", {"go": "pause"}).headers["Location"].endswith("/form/6/pause")
    assert device.post("/form/open-line", {"go": "give_back"}).headers["Location"].endswith("/give-back")
    saved = device.post("/form/open-line", {"open_line": "Tea."}, **{"X-Autosave": "1"})
    assert saved.status_code == 200
    check = device.post("/form/open-line", {"open_line": "Tea on the step.", "go": "next"})
    assert check.headers["Location"].endswith("/form/check")
    # After its process was killed, the next one goes on with the same form.
    device = device.next_process()
    assert "Tea on the step." in device.get("/form/check").text
    assert WATCHED.text in unescape(device.get("/form/check").text)
    assert "still open" not in device.get("/form/finish").text
    device.post("/form/finish")
    page = comes_back(site, me)
    assert "Nothing: all 6 questions are answered." in page.text and "Tea on the step." in page.text
    assert "no reassurance" in page.text
    result = me.press(page, "Look at it")
    assert "answered by the client alone" in result.text and "Tea on the step." in result.text
    assert len(answers.decode_responses(body(site, result).answers)) == 6


def test_a_long_questionnaire_in_the_clients_hands_has_no_open_line(site: Site, me: Person) -> None:
    session = site.work.session(site.work.client())
    page = me.follow(steps.begin(me, f"/sessions/{session.id}"), "Hand it to the client")
    me.press(page, "Hand over now")
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2]))
    device = taken_up(site, form, site.keeper.ticket)
    assert device.get("/form/open-line").status_code == 403
    assert device.post("/form/12", {"answer": "1"}).headers["Location"].endswith("/form/check")


def test_words_from_before_are_not_shown_in_the_clients_hands_and_stay(
    site: Site, me: Person, sessions: list[str]
) -> None:
    page = me.follow(begun(me, sessions[0]), "All questions on one page")
    me.send(page, {"open_line": "Said together."}, by="1-answer")
    offer = me.open(f"{steps.place(page)}/hand-over")
    me.press(offer, "Hand over now")
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2]))
    device = taken_up(site, form, site.keeper.ticket)
    shown = device.get("/form/open-line").text
    assert "Said together." not in shown and "from before" in shown
    device.post("/form/open-line", {"open_line": "Oops."})
    device.post("/form/open-line", {"open_line": ""})
    assert "Answered before" in device.get("/form/check").text
    device.post("/form/give-back")
    comes_back(site, me)
    assert body(site, page).open_line_answer == "Said together."


def test_a_proposed_open_line_stands_beside_the_record(site: Site, me: Person, sessions: list[str]) -> None:
    device = handed(site, me, sessions[0])
    device.post("/form/open-line", {"open_line": "Alone."})
    with writing(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, device.form.id)
        progress.complete_administration(db, site.work.vault, form, now=form.recorded_at)
    page = comes_back(site, me)
    assert "Alone, on the last question: Alone." in page.text and "In the record: left open" in page.text
    assert "Nothing that can be read differs" not in page.text
    me.press(page, "Take these answers")
    assert "Alone." in me.open(f"/administrations/{device.form.id}/answers").text
