"""Sessions in a practice that uses no questionnaire: opened, ended, and what was agreed in them."""

import re

import msgspec
import pytest

from tests.fixtures.sites import UNKNOWN, Site
from tests.journeys import steps
from tests.journeys.intake import couple, day, enter, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person

SCRIPT = {"X-Autosave": "1", "Accept": "application/json"}


@pytest.fixture
def client(me: Person) -> Page:
    """The page of a client with whom there was no session yet."""
    return take_in(me)


@pytest.fixture
def entering(me: Person, client: Page) -> Page:
    """The page on which a session with this client is entered."""
    return me.follow(client, "Add a past or planned session")


@pytest.fixture
def opened(me: Person, client: Page) -> Page:
    """A session that was opened this minute."""
    return me.press(client, "Start a session now")


def test_one_click_opens_a_session_with_everyone_at_this_minute(site: Site, me: Person, client: Page) -> None:
    page = me.press(client, "Start a session now")
    assert page.path.startswith("/sessions/") and "This session is open." in page.text
    assert re.search(r"Ana Reyes · \d\d:\d\d · In the room · Came", page.text)
    edit = me.follow(page, "Edit the session details")
    assert (edit.typed("on"), edit.typed("attendance")) == (day(), "came")
    assert edit.typed("present") and not edit.typed("end")
    assert site.app.worker.timeouts.session_open
    assert "open now" in me.open(client.path).text


def test_the_session_is_where_the_last_one_was(me: Person, entering: Page, client: Page) -> None:
    enter(me, entering, -7, setting="telehealth", place="at home, 1 Quay Street", call_back="555 0101")
    enter(me, entering, -3, kind="call", setting="phone", place="")
    page = me.press(client, "Start a session now")
    assert "Telehealth (call back: 555 0101)" in page.text and "Quay Street" not in page.text, (
        "where a client was last time is not where they are now"
    )


def test_the_room_of_the_last_session_is_the_room_of_the_next(
    me: Person, entering: Page, client: Page
) -> None:
    enter(me, entering, -7, setting="room", place="Room 2")
    page = me.press(client, "Start a session now")
    assert "In the room: Room 2" in page.text and "Not in the same room" not in page.text


@pytest.mark.parametrize("setting", ["telehealth", "phone"])
def test_a_remote_session_asks_where_the_client_is_now_and_for_a_number(
    me: Person, entering: Page, client: Page, setting: str
) -> None:
    enter(me, entering, -7, setting=setting, place="at home, 1 Quay Street")
    page = me.press(client, "Start a session now")
    asked = "Not in the same room: ask where your client is now, and which number reaches them"
    assert asked in page.text
    edit = me.follow(page, "Write it down")
    half = me.send(edit, {"place": "at her sister’s, 4 Mill Lane"})
    assert "ask which number reaches them" in half.text and "where your client is now" not in half.text
    whole = me.send(me.follow(half, "Write it down"), {"call_back": "555 0101"})
    assert "at her sister’s, 4 Mill Lane (call back: 555 0101)" in whole.text
    assert "Not in the same room" not in whole.text
    # Nothing is forced: the session ends without either.
    bare = me.send(me.follow(whole, "Edit the session details"), {"place": "", "call_back": ""})
    assert asked in bare.text and bare.status == 200


def test_a_number_to_call_back_is_told_of_a_remote_session_alone(me: Person, entering: Page) -> None:
    page = enter(me, entering, 0, setting="room", place="Room 2", call_back="555 0101", attendance="came")
    assert "555 0101" not in page.text


def test_a_second_click_opens_no_second_session(me: Person, client: Page) -> None:
    sessions = {me.press(client, "Start a session now").path for _ in range(3)}
    # Two, if a minute passed between the clicks.
    assert len(sessions) <= 2
    page = me.open(client.path)
    assert me.follow(page, "Go on with the open session").path in sessions


def test_a_session_planned_for_today_is_offered_before_a_new_one(
    me: Person, entering: Page, client: Page
) -> None:
    planned = enter(me, entering, start="23:58", end="", attendance="planned")
    assert "present" not in planned.text and "Write the note" not in planned.text
    page = me.open(client.path)
    assert "Start another session now" in page.text
    opened = me.press(page, "Start the session of 23:58")
    assert opened.path == planned.path
    assert "This session is open." in opened.text and "Came" in opened.text and "23:58" in opened.text


def test_a_session_planned_for_another_day_is_begun_today(me: Person, entering: Page) -> None:
    planned = enter(me, entering, 6, attendance="planned")
    asked = me.press(planned, "Start it today instead")
    assert asked.path == f"{planned.path}/open" and "at 10:00, until 10:50" in asked.text
    assert "This session is open." not in me.open(planned.path).text, "nothing goes unasked"
    opened = me.press(asked, "Start it now")
    edit = me.follow(opened, "Edit the session details")
    assert (edit.typed("on"), edit.typed("end")) == (day(), "")
    assert edit.typed("start") != "10:00" or "10:00" in opened.text


def test_a_session_ends_this_minute_and_can_be_gone_on_with(site: Site, me: Person, opened: Page) -> None:
    ended = steps.end_session(me, opened)
    assert ended.path == opened.path and "This session is open." not in ended.text
    assert re.search(r"\d\d:\d\d–\d\d:\d\d", ended.text)
    assert not site.app.worker.timeouts.session_open
    asked = me.press(ended, "Continue this session")
    again = me.press(asked, "note a new end")
    assert "This session is open." in again.text and "–" not in again.text.partition("Agreed")[0]
    assert site.app.worker.timeouts.session_open


def test_going_on_says_what_becomes_of_the_end_and_can_keep_it(me: Person, entering: Page) -> None:
    planned = enter(me, entering, start="00:00", end="00:07", attendance="planned")
    ended = steps.end_session(me, me.press(planned, "Start the session"))
    assert "00:00–00:07" in ended.text
    asked = me.press(ended, "Continue this session")
    assert asked.path == f"{ended.path}/open" and "Its end is noted as 00:07" in asked.text
    assert "00:00–00:07" in me.open(ended.path).text, "nothing goes before it was asked"
    kept = me.press(asked, "keep 00:07")
    assert (
        "00:00–00:07" in kept.text
        and "It was ended at 00:07, and then continued. That end is kept." in kept.text
    )
    assert "The end is noted as 00:07, and stays so." in me.press(kept, "End the session").text
    ended = steps.end_session(me, kept)
    assert "00:00–00:07" in ended.text
    gone_on = me.press(me.press(ended, "Continue this session"), "note a new end")
    assert "It was ended at 00:07, and then continued. A new end is noted when you end it." in gone_on.text
    assert "00:07" not in steps.end_session(me, gone_on).text


def test_the_other_acts_of_a_session_are_quiet_and_under_headings(me: Person, opened: Page) -> None:
    before = me.open(opened.path)
    steps.finish(me, steps.answer_all(me, steps.begin(me, opened.path), [1] * 12))
    for page in (before, me.open(opened.path), steps.end_session(me, me.open(opened.path))):
        main = re.sub(r'<ul class="rows.*?</ul>', "", page.source.partition("<main")[2], flags=re.DOTALL)
        loud = re.findall(r'class="button(?: main)?"', main)
        assert len(loud) <= 3, loud
        assert len(re.findall(r'class="button main"', main)) == 1
        for heading in (
            "More to give",
            "To write and print",
            "Agreed for next time",
            "Date, times and who was there",
        ):
            assert heading in page.text


def test_ending_one_session_leaves_another_its_time(site: Site, me: Person, opened: Page) -> None:
    other = me.press(take_in(me, "Ben Ode"), "Start a session now")
    steps.end_session(me, other)
    assert site.app.worker.timeouts.session_open
    steps.end_session(me, opened)
    assert not site.app.worker.timeouts.session_open
    assert site.post(f"{opened.path}/end").headers["Location"] == opened.path


def test_an_open_session_keeps_its_time_after_a_lock(site: Site, me: Person, opened: Page) -> None:
    site.app.worker.timeouts.session_open = False
    me.open(opened.path)
    assert site.app.worker.timeouts.session_open


def test_a_session_that_is_over_is_not_opened_by_an_old_page(site: Site, me: Person, entering: Page) -> None:
    held = enter(me, entering, -2)
    missed = enter(me, entering, attendance="no_show")
    for page in (me.open(held.path), me.open(missed.path)):
        assert site.post(f"{page.path}/open").status_code == 303
        assert me.open(page.path).text == page.text
    assert not site.app.worker.timeouts.session_open


@pytest.mark.parametrize("attendance", ["cancelled", "no_show", "planned"])
def test_an_open_session_that_did_not_take_place_is_open_no_more(
    site: Site, me: Person, opened: Page, attendance: str
) -> None:
    before = me.send(me.follow(opened, "Edit the session details"), {"attendance": attendance})
    assert "Before you end" in before.text and before.path == f"{opened.path}/end"
    page = me.follow(before, "Go on to the session")
    assert "This session is open." not in page.text and "Continue this session" not in page.text
    assert not site.app.worker.timeouts.session_open
    assert "Open now" not in me.open("/").text
    if attendance != "planned":
        assert site.post(f"{page.path}/open").status_code == 303
        assert "This session is open." not in me.open(page.path).text


def test_an_open_session_offers_what_comes_next(me: Person, opened: Page) -> None:
    def main(page: Page) -> list[str]:
        return re.findall(r'class="button main"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page.source)

    assert main(opened) == ["Begin a questionnaire"]
    first = me.follow(steps.begin(me, opened.path), "first question")
    going = me.open(opened.path)
    assert main(going) == ["Go on with “How I give”"]
    assert me.follow(going, "Go on with “How I give”").path == first.path
    client = me.open(re.search(r"/clients/[0-9a-f-]{36}", going.source)[0])  # type: ignore[index]
    for page in (going, client):
        assert me.follow(page, "See the result so far").path.endswith("/result")
    me.press(me.press(first, "Pause and hide"), "Stop here")
    assert main(me.open(opened.path)) == ["Write the note"]


def test_a_session_never_ended_says_so(site: Site, me: Person, opened: Page, client: Page) -> None:
    me.send(me.follow(opened, "Edit the session details"), {"on": day(-1), "start": "10:00"})
    assert "This session was never ended." in me.open(opened.path).text
    assert "not ended" in me.open(client.path).text
    ended = steps.end_session(me, me.open(opened.path))
    assert "10:00–" not in ended.text and "never ended" not in ended.text


def test_what_was_agreed_is_shown_before_the_next_session(me: Person, entering: Page, client: Page) -> None:
    page = me.send(enter(me, entering, -7), {"agreed": "one clear answer, this week"})
    assert "Saved." in page.text and page.typed("agreed") == "one clear answer, this week"
    assert "one clear answer, this week" in me.open(client.path).text
    session = me.press(client, "Start a session now")
    assert "one clear answer, this week" in session.text and session.typed("agreed") == ""
    # What is being agreed in the open session is not yet what was agreed before.
    me.send(session, {"agreed": "a walk"})
    assert "a walk" not in me.open(client.path).text
    steps.end_session(me, me.open(session.path))
    assert "a walk" in me.open(client.path).text
    assert "a walk" not in me.open(page.path).text


def test_a_line_typed_before_the_session_is_ended_is_kept(me: Person, opened: Page) -> None:
    before = me.send(opened, {"agreed": "a walk", "end": "yes"})
    assert before.path == f"{opened.path}/end" and "Agreed for next time: a walk" in before.text
    page = steps.look_and_end(me, before)
    assert "This session is open." not in page.text and page.typed("agreed") == "a walk"


def test_a_line_can_be_taken_back(me: Person, opened: Page) -> None:
    page = me.send(me.send(opened, {"agreed": "a walk"}), {"agreed": ""})
    assert page.typed("agreed") == "" and "Saved." in page.text


def test_the_line_is_saved_while_it_is_typed(me: Person, opened: Page) -> None:
    sent = opened.form("agreed").standing()
    told = me.post(f"{opened.path}/agreed", sent | {"agreed": "a wa"}, SCRIPT)
    version = str(msgspec.json.decode(told.body)["version"])
    assert told.status == 200
    told = me.post(f"{opened.path}/agreed", sent | {"agreed": "a walk", "version": version}, SCRIPT)
    assert told.status == 200
    stale = me.post(f"{opened.path}/agreed", sent | {"agreed": "other"}, SCRIPT)
    assert stale.status == 409 and "another window" in msgspec.json.decode(stale.body)["message"]
    long = me.post(f"{opened.path}/agreed", sent | {"agreed": "w" * 201}, SCRIPT)
    assert long.status == 422 and "too long" in msgspec.json.decode(long.body)["message"]
    assert me.open(opened.path).typed("agreed") == "a walk"
    # The line that was saved is no reason to refuse the facts of the same session, nor the other way round.
    edit = me.open(f"{opened.path}/edit")
    me.send(me.open(opened.path), {"agreed": "a longer walk"})
    assert "Room 2" in me.send(edit, {"place": "Room 2"}).text


def test_two_windows_on_the_line_show_both(me: Person, opened: Page) -> None:
    me.send(opened, {"agreed": "a walk"})
    refused = me.send(opened, {"agreed": "a letter", "end": "yes"})
    assert refused.status == 409 and "The other window saved: a walk" in refused.text
    assert refused.typed("agreed") == "a letter" and "This session is open." in refused.text
    assert me.press(refused, "Save this line").typed("agreed") == "a letter"
    long = me.send(opened, {"agreed": "w" * 201})
    assert long.status == 422 and "1 character too long" in long.error("agreed")
    assert long.typed("agreed") == "w" * 201


def test_a_wrong_click_takes_nobody_out_of_a_session(site: Site, me: Person) -> None:
    session = me.press(couple(me, "Ana Reyes", "Ben Ode"), "Start a session now")
    edit = me.follow(session, "Edit the session details")
    _, ben = edit.form("present").values("present")
    sent = edit.form("present").standing() | {"present": [ben], "others_present": "Li"}
    for attendance, shown in (("no_show", False), ("cancelled", False), ("late", True)):
        version = me.open(edit.path).typed("version")
        assert site.post(edit.path, sent | {"attendance": attendance, "version": version}).status_code == 303
        assert ("present: Ben Ode, Li" in me.open(session.path).text) == shown
        boxes = [box for box in me.open(edit.path).form("present").controls if box.name == "present"]
        assert [box.checked for box in boxes] == [False, True]


def test_a_shared_session_has_who_was_there_and_no_questionnaire(site: Site, me: Person) -> None:
    both = couple(me, "Ana Reyes", "Ben Ode")
    session = me.press(both, "Start a session now")
    assert "present: Ana Reyes, Ben Ode" in session.text
    assert "Questionnaires are for one person at a time" in session.text
    assert "Begin a questionnaire" not in session.text and "Give a worksheet" in session.text
    edit = me.follow(session, "Edit the session details")
    ana, _ = edit.form("present").values("present")
    sent = edit.form("present").standing() | {"present": [ana], "others_present": "Li"}
    assert site.post(edit.path, sent).status_code == 303
    assert "present: Ana Reyes, Li" in me.open(session.path).text
    steps.look_and_end(me, me.send(me.open(session.path), {"agreed": "a walk together", "end": "yes"}))
    assert "a walk together" in me.open(both.path).text
    own = me.follow(both, "Ben Ode")
    assert "couple" in own.text
    # What was agreed by two is not put to one of them as theirs.
    assert "a walk together" not in own.text


def test_the_questionnaires_of_a_session_lead_on_or_to_their_result(
    me: Person, opened: Page, client: Page
) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, opened.path), [1] * 12))
    steps.give(me, me.follow(steps.begin(me, opened.path, word="J."), "first question"), 2)
    page = me.open(opened.path)
    assert "about M. · finished" in page.text and "about J. · not finished" in page.text
    assert me.follow(page, "See the result").path.endswith("/result")
    for shown in (page, me.open(client.path)):
        assert me.follow(shown, "Go on How I give").path.endswith("/items/2")
    assert "Draft" in page.text or "Write the note" in page.text


def test_the_day_of_a_practice_without_questionnaires(me: Person, client: Page, entering: Page) -> None:
    enter(me, entering, -1)
    enter(me, entering, 2, attendance="planned")
    me.press(client, "Start a session now")
    page = me.open("/")
    for words in ("Open now", "To finish", "Coming days", "A. R."):
        assert words in page.text
    for shown in (page, me.open(client.path), me.open("/clients")):
        assert "uestionnaire" not in shown.text.partition("Lock")[2]


def test_the_page_after_a_save_says_once_that_it_was_saved(me: Person, client: Page, entering: Page) -> None:
    planned = enter(me, entering, 2, attendance="planned")
    person = me.send(me.open(f"{client.path}/relationships/new"), {"word": "Kit", "frame": "friend"})
    changed = me.send(me.open(f"{planned.path}/edit"), {"place": "Room 2"})
    known = me.send(me.open(f"{client.path}/edit"), {"phone": "555 0101"})
    for page in (planned, person, changed, known):
        assert "Saved." in page.text, page.path
        assert "Saved." not in me.open(page.path).text, page.path
    me.send(me.open(f"{planned.path}/edit"), {"place": "Room 3"})
    assert "Saved." not in me.open("/").text, "it stands on the page of what was saved alone"


def test_long_lists_of_today_are_folded(site: Site, me: Person, entering: Page) -> None:
    for ahead in range(-14, 0):
        enter(me, entering, ahead)
    page = me.open("/")
    shown = page.text.partition("To finish")[2]
    assert shown.count("no note yet") == 12 and "Show all 14 sessions to finish" in shown
    every = me.follow(page, "Show all 14 sessions to finish")
    assert every.text.count("no note yet") == 14 and "Show all 14" not in every.text


def test_unknown_sessions_get_the_page_of_everything_unknown(site: Site, client: Page) -> None:
    nothing = site.get("/no-such-page").text
    for path in (f"/sessions/{UNKNOWN}", f"/sessions/{UNKNOWN}/edit", f"/cases/{UNKNOWN}/sessions/new"):
        answer = site.get(path)
        assert (answer.status_code, answer.text) == (404, nothing)
    for path in (
        f"/sessions/{UNKNOWN}/open", f"/sessions/{UNKNOWN}/end", f"/sessions/{UNKNOWN}/agreed",
        f"/sessions/{UNKNOWN}/edit", f"/cases/{UNKNOWN}/sessions/open", f"/cases/{UNKNOWN}/sessions/new",
        f"/cases/{client.path.rpartition('/')[2]}/sessions/open",
    ):  # fmt: skip
        answer = site.post(path, {"on": day(), "kind": "session"})
        assert (answer.status_code, answer.text) == (404, nothing), path


def test_nothing_is_opened_by_looking_or_without_the_token(site: Site, me: Person, client: Page) -> None:
    case = client.link("Add a past or planned session").removesuffix("/sessions/new")
    looked = site.get(f"{case}/sessions/open")
    assert looked.status_code == 303 and not looked.headers["Location"].endswith("/open")
    assert site.post(f"{case}/sessions/open", token=False).status_code == 422
    assert "No session yet." in me.open(client.path).text
