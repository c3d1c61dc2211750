"""One question open in two windows: the older one changes what was changed in it, and nothing else."""

import json
from uuid import UUID

import pytest

from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading
from tests.fixtures.handed_over_device import SEEN, Device, handed_over
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

FULL = {"answer": "4", "talk": "yes", "said": "At night, after the calls."}


@pytest.fixture
def page(me: Person, session: str) -> Page:
    """The first question."""
    return me.follow(steps.begin(me, session), "first question")


def kept(site: Site, page: Page) -> Administration:
    """What is kept of the questionnaire of this page."""
    with reading(site.work.engine) as db:
        return administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2])).payload


def first(site: Site, page: Page) -> answers.Response:
    """What is kept of its first question."""
    return answers.decode_responses(kept(site, page).answers)[0]


@pytest.mark.parametrize("go", ["next", "back", "pause"])
def test_a_window_in_which_nothing_was_changed_erases_nothing(
    site: Site, me: Person, page: Page, go: str
) -> None:
    older = me.open(page.path)
    me.send(page, FULL | steps.NEXT)
    gone_on = me.send(older, {"go": go}, by="answer")
    assert gone_on.status == 200 and gone_on.path != page.path
    assert first(site, page) == answers.Response(
        status=ResponseStatus.ANSWERED, value=4, wants_to_talk=True, remark=FULL["said"]
    )


def test_each_window_changes_what_was_changed_in_it(site: Site, me: Person, page: Page) -> None:
    older = me.open(page.path)
    me.send(page, {"said": FULL["said"]} | steps.NEXT)
    me.send(older, {"answer": "3"} | steps.NEXT)
    me.send(me.open(page.path), {"talk": "yes"} | steps.NEXT)
    assert first(site, page) == answers.Response(
        status=ResponseStatus.ANSWERED, value=3, wants_to_talk=True, remark=FULL["said"]
    )
    # Taking back is a change as well.
    me.send(me.open(page.path), {"talk": None, "said": ""} | steps.NEXT, by="answer")
    assert first(site, page) == answers.Response(
        status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark=""
    )


@pytest.mark.parametrize("way", [steps.WOULD_NOT, steps.COULD_NOT])
def test_a_way_not_to_answer_stays_beside_an_untouched_window(
    site: Site, me: Person, page: Page, way: dict[str, str]
) -> None:
    older = me.open(page.path)
    me.send(page, way, by="answer")
    me.send(older, {"talk": "yes"} | steps.NEXT)
    assert (first(site, page).status, first(site, page).wants_to_talk) == (way["way"], True)


def test_two_words_for_one_question_stand_side_by_side_and_the_person_decides(
    site: Site, me: Person, page: Page
) -> None:
    older = me.open(page.path)
    me.send(page, FULL | steps.NEXT)
    late = me.send(older, {"said": "Only at weekends.", "answer": "1"} | steps.NEXT)
    assert late.status == 409 and late.path == page.path
    assert "Nearly all the time, marked to talk about" in late.text and FULL["said"] in late.text
    assert late.typed("said") == "Only at weekends." and late.typed("answer") == "1"
    # What only the first window changed stands on this page now, and stays.
    assert late.typed("talk") == "yes"
    assert first(site, page).remark == FULL["said"]
    me.send(late, steps.NEXT, by="answer")
    assert first(site, page) == answers.Response(
        status=ResponseStatus.ANSWERED, value=1, wants_to_talk=True, remark="Only at weekends."
    )


def test_the_script_carries_what_the_page_saw_and_moves_it_on(site: Site, me: Person, page: Page) -> None:
    standing = page.form("answer").standing()
    script = {"X-Autosave": "1"}
    told = me.post(page.path, standing | {"said": "One."}, script)
    seen = json.loads(told.body)["version"]
    assert me.post(page.path, standing | {"said": "One. Two.", "version": seen}, script).status == 200
    assert first(site, page).remark == "One. Two."
    clash = me.post(page.path, standing | {"said": "Three."}, script)
    assert clash.status == 409 and "another window" in json.loads(clash.body)["message"]
    # Another window declined meanwhile, which this page does not show: its next answer does not undo that.
    me.send(me.open(page.path), steps.WOULD_NOT, by="answer")
    told = me.post(page.path, standing | {"talk": "yes", "said": "One. Two.", "version": seen}, script)
    seen = json.loads(told.body)["version"]
    assert me.post(page.path, standing | {"answer": "2", "version": seen}, script).status == 409


def test_a_page_that_says_nothing_of_what_it_saw_can_add_and_never_erase(
    site: Site, me: Person, page: Page
) -> None:
    me.send(page, FULL | steps.NEXT)
    token = {"csrf_token": page.typed("csrf_token") or ""}
    assert me.post(page.path, token | {"go": "next"}).status == 200
    assert me.post(page.path, token | {"answer": "2", "version": "1"}).status == 409
    assert first(site, page) == answers.Response(
        status=ResponseStatus.ANSWERED, value=4, wants_to_talk=True, remark=FULL["said"]
    )


def test_all_questions_on_one_page_beside_one_question(site: Site, me: Person, page: Page) -> None:
    whole = me.open(f"{steps.place(page)}/all")
    me.send(page, FULL | steps.NEXT)
    # An untouched page goes on silently, and one that was touched elsewhere adds to it.
    assert me.send(whole, {}, by="1-answer").path.endswith("/check")
    assert me.send(whole, {"2-answer": "3"}, by="1-answer").path.endswith("/check")
    assert [each.value for each in answers.decode_responses(kept(site, page).answers)[:2]] == [4, 3]
    late = me.send(whole, {"1-said": "Only at weekends.", "3-answer": "0"}, by="1-answer")
    assert late.status == 409 and FULL["said"] in late.text
    assert late.typed("1-said") == "Only at weekends." and late.typed("1-answer") == "4"
    assert late.typed("2-answer") == "3" and late.typed("3-answer") == "0"
    assert answers.decode_responses(kept(site, page).answers)[2].value is None
    me.send(late, {}, by="1-answer")
    assert first(site, page).remark == "Only at weekends."
    assert answers.decode_responses(kept(site, page).answers)[2].value == 0


def test_the_open_line_of_a_check_in(site: Site, me: Person, session: str) -> None:
    begun = me.send(me.open(f"{session}/check-in"), {"about": "general"})
    place = steps.place(begun)
    line = me.open(f"{place}/open-line")
    older, whole = me.open(line.path), me.open(f"{place}/all")
    me.send(line, {"open_line": "Slept better."})
    me.send(older, {"go": "next"}, by="open_line")
    me.send(whole, {"1-answer": "2"}, by="open_line")
    assert kept(site, begun).open_line_answer == "Slept better."
    late = me.send(older, {"open_line": "Slept worse."})
    assert late.status == 409 and "Slept better." in late.text and late.typed("open_line") == "Slept worse."
    late_whole = me.send(whole, {"open_line": "Neither."})
    assert late_whole.status == 409 and "Slept better." in late_whole.text
    me.send(late, {"go": "next"}, by="open_line")
    assert kept(site, begun).open_line_answer == "Slept worse."


@pytest.fixture
def device(site: Site, me: Person, page: Page) -> Device:
    """The same questionnaire in the client's hands."""
    with reading(site.work.engine) as db:
        form = administrations.load_administration(db, site.work.vault, UUID(page.path.split("/")[2]))
    return handed_over(site, form)


def test_two_windows_in_the_clients_hands(device: Device) -> None:
    def stands() -> answers.Response:
        return device.app.form.answers.answer_to(1)

    older = device.seen("/form/1")
    device.post("/form/1", FULL | older)
    assert device.post("/form/1", {"go": "next"} | older).status_code == 303
    assert stands() == answers.Response(
        status=ResponseStatus.ANSWERED, value=4, wants_to_talk=True, remark=FULL["said"]
    )
    late = device.post("/form/1", {"said": "Only at weekends."} | older)
    assert late.status_code == 409
    assert FULL["said"] in late.text and "Only at weekends." in late.text
    assert stands().remark == FULL["said"]
    told = device.post("/form/1", {"said": "Only at weekends."} | older, **{"X-Autosave": "1"})
    assert told.status_code == 409 and told.json and "another window" in told.json["message"]
    found = SEEN.search(late.text)
    assert found
    fields = {"answer": "4", "talk": "yes", "said": "Only at weekends.", "version": found[1]}
    assert device.post("/form/1", fields).status_code == 303
    assert stands().remark == "Only at weekends."


def test_the_settings_of_the_practice(me: Person) -> None:
    older, page = me.open("/practice"), me.open("/practice")
    me.send(page, {"crisis_text": "Crisis line 116 123"})
    # Untouched, the older window leaves them as they are; touched, it shows both.
    assert me.send(older, {}, by="crisis_text").status == 200
    assert me.open("/practice").typed("crisis_text") == "Crisis line 116 123"
    late = me.send(older, {"practice_name": "Hill Practice"})
    assert late.status == 409 and "Crisis line 116 123" in late.text
    assert late.typed("practice_name") == "Hill Practice"
    assert me.open("/practice").typed("practice_name") != "Hill Practice"
    me.send(late, {}, by="practice_name")
    assert me.open("/practice").typed("practice_name") == "Hill Practice"
