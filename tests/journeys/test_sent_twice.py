"""A form that is sent twice, by a double click or because the first answer was lost, has one effect."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import key_slot_changes, key_slots, return_code
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import passphrase_checks
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.sites import TOKEN, Site, Visitor
from tests.journeys import intake, person
from tests.journeys.pages import Page
from tests.journeys.person import Person, encoded
from tests.journeys.sent_twice import ELSEWHERE, PUT_OFF, RIGHT, WAYS, Desk

Counts = dict[str, tuple[int, int]]


class Remembering(Person):
    """A person whose last form can be sent once more, byte for byte."""

    last: tuple[str, dict[str, str]] = ("", {})

    def post(self, path: str, fields: Mapping[str, str], headers: dict[str, str] | None = None) -> Page:
        """Send it, and remember it."""
        self.last = path, dict(fields)
        return super().post(path, fields, headers)

    def again(self) -> Page:
        """Press the same button once more."""
        return self.post(*self.last)


@pytest.fixture
def desk(site: Site) -> Desk:
    client = site.work.client("Ana Reyes")
    known = person.at(site)
    session = f"/sessions/{site.work.session(client).id}"
    return Desk(site, Remembering(known.ask, known.origin), session, f"/clients/{client.id}")


def again(desk: Desk) -> Page:
    assert isinstance(desk.me, Remembering)
    return desk.me.again()


def counts(site: Site) -> Counts:
    """The records and the versions of every sealed table, and of the rings."""
    with reading(site.work.engine) as db:
        names = db.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        found = {}
        for name in names:
            columns = {row[1] for row in db.execute(text(f'PRAGMA table_info("{name}")'))}
            if {"record", "sealed"} <= columns:
                row = db.execute(text(f'SELECT count(DISTINCT record), sum(version) FROM "{name}"')).one()
                found[name] = (row[0], row[1] or 0)
        found["ring"] = (db.scalar(text("SELECT count(*) FROM ring")) or 0, 0)
        return found


@pytest.fixture
def knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is compared and replaced without its second of work."""
    now = [RIGHT]
    replace = key_slot_changes.replace_passphrase
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == now[0])
    monkeypatch.setattr(return_code, "wrap_unlocked_keys", lambda vault, code: b"sealed")

    def replaced(db: Connection, vault: Vault, passphrase: str, **named: Any) -> None:
        replace(db, vault, passphrase, **named)
        now[0] = passphrase

    monkeypatch.setattr(key_slot_changes, "replace_passphrase", replaced)


def test_every_address_that_takes_a_form_is_looked_at(site: Site) -> None:
    known = {rule.endpoint for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    walked = {name.partition(",")[0] for name in WAYS}
    assert walked | set(ELSEWHERE) == known
    assert not walked & set(ELSEWHERE)


@pytest.mark.parametrize("name", WAYS)
def test_the_second_send_arrives_where_the_first_one_did(desk: Desk, knows: None, name: str) -> None:
    before = counts(desk.site)
    WAYS[name](desk)
    # Where the first one leads is asked once more, as a page that was looked at is.
    once, (path, _) = counts(desk.site), desk.me.last  # type: ignore[attr-defined]
    endpoint, _ = desk.site.app.url_map.bind("").match(path.partition("?")[0], method="POST")
    assert endpoint == name.partition(",")[0]
    first = desk.me.passed[-1]
    second = again(desk)
    assert second.status == 200, second.text
    assert desk.me.passed[-1] == first
    assert counts(desk.site) == once
    assert desk.site.ends == []
    assert once != before or name in LOOKS, "the way made nothing that could be made twice"


# They write nothing to any record: they look, they wait in memory, or they change a way in.
LOOKS = {
    "audit.begin_check",
    "audit.search",
    "clients.search",
    "searches.search_caseload",
    "case_sheets.ask",
    "case_sheets.edit",
    "releases.ask",
    "searches.search_client",
    "own_questionnaires.preview_from_folder",
    "own_questionnaires.discard_preview",
    "practice.passphrase",
    "practice.sheet, drawn",
    "previews.item",
}
MAKING = (
    "clients.new",
    "relationships.new",
    "risk_entries.new",
    "sessions.new",
    "questionnaire_choice.choose",
)


@pytest.mark.parametrize("name", MAKING)
def test_it_arrives_after_a_lock_and_an_unlock_too(desk: Desk, name: str) -> None:
    WAYS[name](desk)
    once, first = counts(desk.site), desk.me.passed[-1]
    path, fields = desk.me.last  # type: ignore[attr-defined]
    # The next process: another vault over the same file, and a form token of its own.
    unlock, mine = key_slots.unlock_with_keys, desk.site.work.vault
    with reading(desk.site.work.engine) as db:
        desk.site.work.vault = unlock(db, mine.user_id, mine.unlocked_keys())
    desk.site.app.worker.logins.clear()
    desk.site.unlock()
    desk.me.post(path, fields | {"csrf_token": desk.site.token()})
    assert desk.me.passed[-1] == first
    assert counts(desk.site) == once


@pytest.mark.parametrize("name", MAKING)
def test_two_at_once_make_one(desk: Desk, name: str) -> None:
    WAYS[name](desk)
    path, fields = desk.me.last  # type: ignore[attr-defined]
    once, number = counts(desk.site), uuid4().hex
    # Of somebody else: the same name or word a second time would be asked about first.
    fields |= {name: "Somebody else" for name in ("name", "word") if fields.get(name)}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": desk.me.origin}
    found: list[str] = []

    def send() -> None:
        _, headers, _ = desk.me.ask("POST", path, encoded(fields | {"record": number}), kind)
        found.append(headers.get("Location", ""))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 2 and found[0] == found[1] != ""
    made = {table: now[0] - once[table][0] for table, now in counts(desk.site).items()}
    assert max(made.values()) == (2 if name == "clients.new" else 1)


def test_a_session_opened_twice_across_a_minute_is_one(desk: Desk) -> None:
    start = datetime.now().astimezone().replace(hour=11, minute=0, second=59)
    with time_machine.travel(start, tick=False) as clock:
        first = desk.me.press(desk.me.open(desk.client), "Start a session now")
        clock.shift(timedelta(seconds=2))
        assert again(desk).path == first.path


def test_other_words_with_the_same_number_are_not_taken_for_recorded(desk: Desk) -> None:
    page = desk.me.open(f"{desk.client}/risk-entries/new")
    desk.me.send(page, {"did": "Rang the clinic."})
    once = counts(desk.site)
    other = desk.me.send(page, {"did": "Rang the clinic, and a friend."})
    assert other.status == 409 and "is not saved yet" in other.text
    assert "Rang the clinic, and a friend." in other.source
    assert counts(desk.site) == once
    # Sent from there, it is a further entry.
    further = desk.me.press(other, "Try saving again")
    assert "and a friend" in further.text
    assert counts(desk.site)["risk_entry"] == (2, 2)


@pytest.mark.parametrize("typed", ["a later day", "no day", "no date"])
def test_another_day_of_the_next_check_is_another_entry(desk: Desk, typed: str) -> None:
    today = datetime.now().astimezone().date()
    page = desk.me.open(f"{desk.client}/risk-entries/new")
    first = desk.me.send(page, PUT_OFF | {"next_check": f"{today + timedelta(days=2)}"})
    assert first.status == 200
    once = counts(desk.site)
    days = {"a later day": f"{today + timedelta(days=3)}", "no day": "", "no date": "2026-02-31"}
    other = desk.me.send(page, PUT_OFF | {"next_check": days[typed]})
    # An empty day asks for one to be chosen: the entry has one.
    assert other.status == (200 if typed == "no day" else 409)
    assert counts(desk.site) == once


def test_a_number_of_something_else_opens_and_overwrites_nothing(desk: Desk) -> None:
    site, me = desk.site, desk.me
    stranger = intake.take_in(me, "Mallory")
    entry = me.send(me.open(f"{stranger.path}/risk-entries/new"), {"did": "Of another client."})
    session = desk.session.rpartition("/")[2]
    ids = [entry.path.rpartition("/")[2], session, desk.client.rpartition("/")[2]]
    ids += [str(site.work.vault.vault_id), str(site.work.vault.user_id), "nonsense", "0" * 32, ""]
    for path, typed in (
        (f"{desk.client}/risk-entries/new", {"did": "Rang."}),
        ("/clients/new", {"name": "Eve"}),
        (f"{desk.client}/relationships/new", {"word": "M.", "frame": "parent"}),
        (f"{desk.session}/worksheets", {"worksheet": "receiving-ladder"}),
        (f"{desk.session}/questionnaire", {"instrument": "giving", "about": "general"}),
    ):
        for id in ids:
            before = counts(site)
            number = id.replace("-", "")
            page = me.send(me.open(path), typed | {"record": number})
            arrived = page.status < 400 and not (
                path == "/clients/new" and number in page.path.replace("-", "")
            )
            assert not arrived, (path, id, page.path)
            assert "Of another client" not in page.source
            assert counts(site) == before, (path, id)


def test_cover_and_lock_pressed_twice_lead_to_the_same_page(site: Site) -> None:
    """Both presses leave the browser before an answer comes, so both carry the session that was."""
    for path in ("/cover", "/lock"):
        site.unlock()
        site.ends.clear()
        sent = {"csrf_token": site.token(), "back": "/practice"}
        cookie = site.browser.get_cookie("__Host-sid", site.settings.host_name)
        assert cookie
        found = []
        for _ in range(2):
            site.browser.set_cookie("__Host-sid", cookie.value, domain=site.settings.host_name)
            found.append(site.post(path, sent, token=False))
        assert [answer.status_code for answer in found] == [303, 303]
        assert found[0].headers["Location"] == found[1].headers["Location"]


def test_unlock_pressed_twice_leads_to_today(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser drops the first answer when it sends the second form, so the second comes in by itself."""
    at_work, go, tries = threading.Event(), threading.Event(), []

    def unlock(db: Connection, typed: str, *, now: datetime, max_entries: int | None) -> Vault:
        tries.append(typed)
        at_work.set()
        assert go.wait(30)
        return site.work.vault

    monkeypatch.setattr(practice_access, "unlock_with_passphrase", unlock)
    site.app.worker.logins.clear()
    site.app.worker.serving_since = -1000.0
    found: list[TestResponse] = []

    def press() -> None:
        browser = Visitor(site.app)
        page = TOKEN.search(browser.get("/unlock", base_url=site.origin).text)
        assert page
        sent = {"csrf_token": page[1], "passphrase": RIGHT}
        headers = {"Origin": site.origin}
        found.append(browser.post("/unlock", base_url=site.origin, data=sent, headers=headers))

    threads = [threading.Thread(target=press) for _ in range(2)]
    threads[0].start()
    assert at_work.wait(30)
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(60)
    assert [(answer.status_code, answer.headers.get("Location")) for answer in found] == [(303, "/")] * 2
    assert tries == [RIGHT, RIGHT]
    assert not site.ends


def test_a_wrong_code_pressed_twice_costs_one_try(site: Site) -> None:
    site.app.worker.logins.clear()
    site.app.worker.serving_since = -1000.0
    keeper = site.keeper
    keeper.hold_return_blob(b"not a blob of ours")
    token = site.token()
    for _ in range(2):
        site.post("/unlock", {"csrf_token": token, "code": "ABC234"}, token=False)
    assert keeper.taken == 1


def test_hand_over_pressed_twice_leads_to_the_clients_form(desk: Desk) -> None:
    site, kept = desk.site, desk.begun()
    device = handed_over(site, kept)
    path = f"/administrations/{kept.id}/hand-over"
    # In the process that is on its way out.
    assert "One moment" in site.post(path, token=False).text
    # In the next one; it goes on.
    asked = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = device.send(path, {"csrf_token": "x" * 91}, **asked)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert not device.line.worker_must_end.is_set()
    # Words are not taken there, whatever address they come to.
    refused = device.send(path, {"csrf_token": "x" * 91, "did": "w" * 400}, **asked)
    assert refused.status_code == 403 and device.line.worker_must_end.is_set()


@pytest.mark.parametrize("path", ["/form/give-back", "/form/finish"])
def test_give_back_pressed_twice_leads_to_the_last_page(desk: Desk, path: str) -> None:
    device = handed_over(desk.site, desk.begun())
    sent = {"csrf_token": device.token()}
    first, second = (device.send(path, sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == "/handed-back"
    assert device.get("/handed-back").status_code == 200
    # And in the process after it, which is locked.
    desk.site.app.extensions.pop("clinic handed over")
    assert desk.site.post(path, sent, token=False).headers["Location"].startswith("/unlock")
