"""A form that was begun and left: nothing typed is lost, and nothing of it counts before it is recorded."""

import json
from collections.abc import Callable

import pytest

from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.store.transactions import reading
from tests.fixtures import audit_lines, lists_from_records
from tests.fixtures.sites import Site
from tests.journeys import intake, person
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.sent_twice import Desk

WORDS = "Said that nobody would miss him."


@pytest.fixture
def desk(site: Site, me: Person) -> Desk:
    client = site.work.client("Ana Reyes")
    return Desk(site, me, f"/sessions/{site.work.session(client).id}", f"/clients/{client.id}")


def autosave(me: Person, page: Page, name: str, typed: dict[str, str]) -> Page:
    """What the script of a page sends two seconds after something was typed, and where it sends it."""
    form = page.form(name)
    path = page.source.split('data-autosave="')[1].split('"')[0]
    return me.post(path, form.standing() | typed, {"X-Autosave": "1"})


# The form, a field that is typed into, and what else it needs.
FORMS: dict[str, tuple[Callable[[Desk], str], str, dict[str, str]]] = {
    "client": (lambda at: "/clients/new", "reach_note", {"name": "Eve"}),
    "client, changed": (lambda at: f"{at.client}/edit", "reach_note", {}),
    "hour": (lambda at: f"{at.case()}/sessions/new", "place", {"on": intake.day(), "attendance": "came"}),
    "session, changed": (lambda at: f"{at.session}/edit", "place", {}),
    "relationship": (lambda at: f"{at.client}/relationships/new", "word", {"frame": "parent"}),
    "relationship, changed": (lambda at: f"{at.relationship().path}/edit", "word", {}),
    "risk entry": (lambda at: f"{at.client}/risk-entries/new", "asked", {}),
    "risk entry of a session": (lambda at: f"{at.session}/risk-entries/new", "asked", {}),
    "risk entry that follows": (lambda at: f"{at.entry().path}/add", "asked", {}),
    "risk entry after a prompt": (lambda at: f"{at.result()}/risk-entry", "asked", {"how": "asked"}),
    "settings": (lambda at: "/practice", "crisis_text", {}),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_was_typed_is_found_again_until_it_is_recorded(desk: Desk, name: str) -> None:
    where, field, needed = FORMS[name]
    path = where(desk)
    me = desk.me
    told = autosave(me, me.open(path), field, needed | {field: WORDS})
    assert told.status == 200
    assert json.loads(told.body)["draft"] == 1
    # A menu link, and back later: also after a lock, since it is on the disk.
    page = me.open(path)
    assert page.typed(field) == WORDS
    assert "You began this on" in page.text and "did not finish it" in page.text
    recorded = me.send(page, needed | {field: WORDS}, by=field)
    assert recorded.status == 200, recorded.text
    after = me.open(path)
    assert "You began this on" not in after.text
    with reading(desk.site.work.engine) as db:
        events = [line.event for line in audit_lines.lines(db, desk.site.work.vault)]
    assert events.count("draft.saved") == 1 and events.count("draft.recorded") == 1


@pytest.mark.parametrize("name", FORMS)
def test_discard_leaves_the_form_as_it_was(desk: Desk, name: str) -> None:
    where, field, needed = FORMS[name]
    path = where(desk)
    me = desk.me
    before = me.open(path)
    autosave(me, before, field, needed | {field: WORDS})
    page = me.press(me.open(path), "Discard what I typed")
    assert page.path.partition("?")[0] == path and WORDS not in page.source
    assert page.typed(field) == before.typed(field)
    # Begun anew, it goes on from there.
    assert autosave(me, page, field, needed | {field: "Other words."}).status == 200
    assert me.open(path).typed(field) == "Other words."


# A changed record has no one-time number; its pages end with the process that remembers them.
LATE = [(name, False) for name in FORMS]
LATE += [(name, True) for name in FORMS if "changed" not in name and name != "settings"]


@pytest.mark.parametrize(("name", "in_another_process"), LATE)
def test_a_save_that_comes_after_the_form_leaves_no_draft(
    desk: Desk, name: str, in_another_process: bool
) -> None:
    where, field, needed = FORMS[name]
    path = where(desk)
    me = desk.me
    page = me.open(path)
    assert me.send(page, needed | {field: WORDS}, by=field).status == 200
    if in_another_process:
        for each in desk.site.app.worker.logins.values():
            each.vault.record_cache.clear()
    late = autosave(me, page, field, needed | {field: WORDS})
    assert late.status == 409 and "was saved already" in json.loads(late.body)["message"]
    assert "You began this on" not in me.open(path).text
    assert "A risk entry begun on" not in me.open("/").text


@pytest.mark.parametrize("name", FORMS)
def test_a_draft_whose_answer_was_lost_goes_with_its_form(desk: Desk, name: str) -> None:
    where, field, needed = FORMS[name]
    path = where(desk)
    me = desk.me
    page = me.open(path)
    for words in (WORDS, "Other words."):
        # The page never hears of it, and goes on with the version that it had.
        autosave(me, page, field, needed | {field: words})
    assert me.send(page, needed | {field: "Other words."}, by=field).status == 200
    assert "You began this on" not in me.open(path).text
    assert "A risk entry begun on" not in me.open("/").text


def test_a_form_that_was_not_recorded_goes_on_being_kept(desk: Desk) -> None:
    """The control: refused for a mistake, the page is no late one."""
    path = f"{desk.client}/edit"
    page = desk.me.open(path)
    refused = desk.me.send(page, {"name": ""}, by="name")
    assert refused.status == 422 and refused.typed("page") == page.typed("page")
    assert autosave(desk.me, refused, "phone", {"phone": "555"}).status == 200


def test_a_paper_form_too(desk: Desk) -> None:
    path = f"{desk.session}/paper"
    typed = desk.paper() | {"word": "Aunt Maud"}
    autosave(desk.me, desk.me.open(path), "word", typed)
    page = desk.me.open(path)
    assert page.typed("word") == "Aunt Maud" and page.typed("code") == typed["code"]


def test_of_two_windows_the_older_one_is_told_and_keeps_its_words(desk: Desk) -> None:
    path = f"{desk.client}/risk-entries/new"
    one, other = desk.me.open(path), desk.me.open(path)
    assert autosave(desk.me, one, "asked", {"asked": "One."}).status == 200
    told = autosave(desk.me, other, "asked", {"asked": "Other."})
    assert told.status == 409 and "another window" in json.loads(told.body)["message"]
    assert desk.me.open(path).typed("asked") == "One."
    # Discard in the older window does not take away what was kept since.
    form = desk.me.open(path)
    autosave(desk.me, form, "asked", {"asked": "One and more."})
    assert desk.me.press(form, "Discard what I typed").typed("asked") == "One and more."


@pytest.mark.parametrize("name", FORMS)
def test_what_another_window_kept_is_not_emptied_by_recording(desk: Desk, name: str) -> None:
    where, field, needed = FORMS[name]
    path = where(desk)
    me = desk.me
    one, other = me.open(path), me.open(path)
    autosave(me, one, field, needed | {field: WORDS})
    assert me.send(other, needed | {field: "Other words."}, by=field).status == 200
    assert me.open(path).typed(field) == WORDS
    assert "You began this on" in me.open(path).text


def test_a_form_that_is_shown_again_knows_no_more_than_it_did(desk: Desk) -> None:
    path = f"{desk.client}/risk-entries/new"
    me = desk.me
    one, other = me.open(path), me.open(path)
    autosave(me, one, "asked", {"asked": WORDS})
    # Nothing was chosen or written, so the second window is shown again, beside the draft of the first.
    again = me.send(other, {}, by="asked")
    assert again.status == 422 and "You began this on" not in again.text and WORDS not in again.source
    assert autosave(me, again, "asked", {"asked": "Other words."}).status == 409
    assert me.send(again, {"did": "Rang the clinic."}, by="asked").status == 200
    assert me.open(path).typed("asked") == WORDS


def test_a_record_that_changed_meanwhile_is_not_overwritten_by_its_draft(desk: Desk) -> None:
    path = f"{desk.client}/edit"
    autosave(desk.me, desk.me.open(path), "phone", {"phone": "555"})
    other = desk.me.open(path)
    fields = other.form("phone").standing() | {"phone": "777", "version": "1"}
    assert desk.me.post(path, fields).status == 200
    # The draft went with what was recorded; one that another window keeps on has the version that it saw.
    again = desk.me.open(path)
    kept = autosave(desk.me, again, "phone", {"phone": "999", "version": "1"})
    assert kept.status == 200
    sent = desk.me.send(desk.me.open(path), {"phone": "999"})
    assert sent.status == 409 and "changed in another window" in sent.text


def test_a_risk_entry_that_is_begun_closes_and_lifts_and_counts_for_nothing(desk: Desk) -> None:
    place = desk.result()
    with reading(desk.site.work.engine) as db:
        vault = desk.site.work.vault
        before = [each.raised_by for each in lists_from_records.list_all_prompt_groups(db, vault)]
    path = f"{place}/risk-entry"
    typed = {"how": "asked", "fear": "home", "asked": WORDS}
    autosave(desk.me, desk.me.open(path), "asked", typed)
    with reading(desk.site.work.engine) as db:
        (waiting,) = lists_from_records.list_all_prompt_groups(db, vault)
        assert [waiting.raised_by] == before and waiting.raised_by
        assert lists_from_records.list_all_risk_entries(db, vault) == []
        assert (
            fear_holds.load_fear_holds(db, vault, waiting.administration.payload.client_id).asked_on_by_person
            == {}
        )
    today = desk.me.open("/")
    assert "Not finished" in today.text and "Something to ask about" in today.text
    assert WORDS not in today.source
    page = desk.me.follow(today, "Go on")
    assert page.typed("asked") == WORDS
    desk.me.send(page, {"how": "asked"})
    today = desk.me.open("/")
    assert "Not finished" not in today.text and "Something to ask about" not in today.text


def test_nobody_elses_form_holds_it(desk: Desk) -> None:
    other = intake.take_in(desk.me, "Mallory")
    autosave(desk.me, desk.me.open(f"{desk.client}/risk-entries/new"), "asked", {"asked": WORDS})
    for path in (f"{other.path}/risk-entries/new", other.path, desk.client, desk.session, "/clients/new"):
        assert WORDS not in desk.me.open(path).source


def test_a_new_practice_has_none(site: Site) -> None:
    page = person.at(site).open("/clients/new")
    assert "You began this" not in page.text
    assert page.typed("draft") == "0"
