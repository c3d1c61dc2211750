import re
from datetime import datetime

import msgspec
import pytest
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record.people import clinician, practice_access, secret_changes
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import key_slot_changes, unlock_attempts
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import context
from clinic_toolkit.web.access import quick_return, unlocking
from tests.fixtures import second_identity
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site, Visitor

RIGHT, WRONG = "glacier mandolin unwrapped", "glacier mandolin unwraped"


@pytest.fixture
def lock(locked: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A locked site whose passphrase and code are compared, without their second of work."""

    def unlock(db: Connection, typed: str, *, now: datetime, max_entries: int | None) -> Vault:
        if typed != RIGHT:
            raise WrongSecret("That passphrase does not open this practice.")
        return locked.work.vault

    def unlock_with_code(
        db: Connection, blob: bytes, typed: str, *, now: datetime, max_entries: int | None
    ) -> Vault:
        if (blob, typed) != (b"sealed", "ABC234"):
            raise WrongSecret("That code does not open it.")
        return locked.work.vault

    monkeypatch.setattr(practice_access, "unlock_with_passphrase", unlock)
    monkeypatch.setattr(practice_access, "unlock_with_return_code", unlock_with_code)
    locked.app.worker.serving_since = -1000.0
    return locked


def try_(lock: Site, path: str = "/unlock", **fields: str) -> TestResponse:
    return lock.post(path, fields)


def test_the_right_passphrase_opens_and_begins_a_new_login(lock: Site) -> None:
    before = lock.token()
    assert lock.browser.get_cookie("__Host-sid", lock.settings.host_name) is None
    answer = try_(lock, passphrase=RIGHT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    name, *attributes = (part.strip() for part in answer.headers["Set-Cookie"].split(";"))
    assert name.startswith("__Host-sid=")
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]
    assert lock.get("/pulse", **{"X-Pulse": "1"}).status_code == 200
    # A token from before is good for nothing any more.
    path = lock.route(lambda: "done")
    assert lock.post(path, {"csrf_token": before}, token=False).status_code == 422
    assert lock.post(path).text == "done"
    assert not lock.ends


def test_of_two_pages_asked_for_at_once_either_form_is_believed(lock: Site) -> None:
    first = lock.token()
    # As a browser does that asked for both before either answer came.
    other = Visitor(lock.app)
    other.get("/unlock", base_url=lock.origin)
    lock.browser = other
    assert lock.post("/unlock", {"csrf_token": first, "passphrase": RIGHT}, token=False).status_code == 303


def test_a_form_without_the_token_is_refused(lock: Site) -> None:
    answer = lock.post("/unlock", {"passphrase": RIGHT}, token=False)
    assert answer.status_code == 422 and "was not read" in answer.text and RIGHT not in answer.text
    forged = {"csrf_token": "x" * 40, "passphrase": RIGHT}
    assert lock.post("/unlock", forged, token=False).status_code == 422
    assert not lock.app.worker.logins
    # The right passphrase is in this process, which opened nothing: it ends.
    assert lock.ends == ["posted in vain"]


def test_a_wrong_passphrase_is_one_plain_sentence_and_the_end_of_the_process(lock: Site) -> None:
    answer = try_(lock, passphrase=WRONG)
    assert answer.status_code == 422
    assert "That passphrase does not open this practice." in answer.text
    assert WRONG not in answer.text
    assert lock.ends == ["wrong secret"]
    assert unlock_attempts.count_most_failures(lock.settings.data_folder) == 1
    assert lock.get("/pulse", **{"X-Pulse": "1"}).status_code == 401


def test_each_failure_costs_more_time_from_the_start_of_a_process(
    lock: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    now = [100.0]
    monkeypatch.setattr("clinic_toolkit.vault.secret_attempt.monotonic", lambda: now[0])
    monkeypatch.setattr("clinic_toolkit.vault.secret_attempt.sleep", slept.append)
    for _ in range(8):
        lock.app.worker.serving_since = now[0]
        try_(lock, passphrase=WRONG)
        lock.app.worker.is_ending = False  # the next process
    assert slept == [0, 1, 2, 4, 8, 16, 32, 60]
    assert "about 60 seconds" in lock.get("/unlock").text
    now[0] += 59
    assert "about 1 second." in lock.get("/unlock").text
    try_(lock, passphrase=RIGHT)
    assert slept[-1] == 1
    assert unlock_attempts.count_most_failures(lock.settings.data_folder) == 0


@pytest.mark.parametrize("fields", [{"passphrase": RIGHT}, {"code": "ABC234"}])
def test_a_process_on_its_way_out_looks_at_no_more_tries(lock: Site, fields: dict[str, str]) -> None:
    """The delay is served by the next process, so one that is still answering must not try without it."""
    lock.keeper.blob = b"sealed"
    try_(lock, passphrase=WRONG)
    answer = try_(lock, **fields)
    assert answer.status_code == 422 and unlocking.ENDED_MESSAGE in answer.text
    assert not lock.app.worker.logins and lock.keeper.taken == 0
    assert unlock_attempts.count_most_failures(lock.settings.data_folder) == 1


def test_an_empty_or_endless_passphrase_is_not_tried(lock: Site) -> None:
    for typed in ("", "x" * 1001):
        assert try_(lock, passphrase=typed).status_code == 422
    assert unlock_attempts.count_most_failures(lock.settings.data_folder) == 0


@pytest.mark.parametrize("typed", ["\x00", "\u202e" + RIGHT, "🙂" * 20, "<b>&</b>", "\ufffd"])
def test_odd_characters_are_simply_wrong(lock: Site, typed: str) -> None:
    assert try_(lock, passphrase=typed).status_code == 422


def test_the_code_is_asked_for_only_while_the_keeper_holds_the_blob(lock: Site) -> None:
    assert 'name="passphrase"' in lock.get("/unlock").text
    lock.keeper.hold_return_blob(b"sealed")
    page = lock.get("/unlock")
    assert 'name="code"' in page.text
    other = re.search(r'href="([^"]+)">Use my passphrase instead', page.text)
    assert other
    assert 'name="passphrase"' in lock.get(other[1]).text
    assert try_(lock, code="ABC234").status_code == 303
    assert lock.keeper.taken == 0


def test_a_wrong_code_ends_the_process_too(lock: Site) -> None:
    lock.keeper.hold_return_blob(b"sealed")
    answer = try_(lock, code="WRONG2")
    assert answer.status_code == 422
    assert lock.ends == ["wrong secret"]
    assert lock.keeper.taken == 1


@pytest.mark.parametrize("together", [False, True])
def test_ones_own_success_clears_no_guess_at_a_colleague(
    lock: Site, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    folder = lock.settings.data_folder
    vault = second_identity.at_work_together(lock.work)[1].vault if together else lock.work.vault
    monkeypatch.setattr(
        practice_access, "unlock_with_passphrase", lambda db, typed, *, now, max_entries: vault
    )
    for _ in range(3):
        unlock_attempts.record_unnamed_failure(folder)
    assert try_(lock, passphrase=RIGHT).status_code == 303
    assert unlock_attempts.count_most_failures(folder) == (3 if together else 0)
    assert unlock_attempts.count_failures(folder, vault.user_id) == 0


def test_a_code_that_is_not_enough_any_more_leads_to_the_passphrase(lock: Site) -> None:
    answer = try_(lock, code="ABC234")
    assert answer.status_code == 422
    assert "Use your passphrase" in answer.text
    assert 'name="passphrase"' in answer.text


def test_the_sheet_opens_and_asks_for_a_new_passphrase(locked: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = {f"group{number}": group.lower() for number, group in enumerate(locked.work.groups, 1)}
    unlock_attempts.record_unnamed_failure(locked.settings.data_folder)
    answer = locked.post("/unlock/sheet", groups)
    assert answer.headers["Location"] == "/unlock/choose"
    assert locked.get("/").headers["Location"] == "/unlock/choose"
    page = locked.get("/unlock/choose")
    offered = re.search(r'name="offered_passphrase" value="([^"]+)"', page.text)
    assert offered
    assert len(offered[1].split()) == 6
    changed = []
    monkeypatch.setattr(
        secret_changes, "change_passphrase", lambda db, vault, typed, **_: changed.append(typed)
    )
    weak = locked.post("/unlock/choose", {"passphrase": "short", "passphrase_again": "short"})
    assert weak.status_code == 422
    twice = {"passphrase": offered[1], "passphrase_again": offered[1] + "x"}
    assert locked.post("/unlock/choose", twice).status_code == 422
    right = {"passphrase": offered[1], "passphrase_again": offered[1]}
    assert locked.post("/unlock/choose", right).headers["Location"] == "/"
    assert changed == [offered[1]]
    assert unlock_attempts.count_most_failures(locked.settings.data_folder) == 0
    assert not locked.ends


def test_a_mistyped_group_is_named_and_not_sent_back(locked: Site) -> None:
    groups = {f"group{number}": group for number, group in enumerate(locked.work.groups, 1)}
    groups["group3"] = groups["group4"]
    page = locked.post("/unlock/sheet", groups)
    assert page.status_code == 422
    assert "Group 3 is not as it is printed" in page.text
    assert "Group 4 is" not in page.text
    assert "type all eight groups again" in page.text
    for group in locked.work.groups:
        assert group not in page.text
    assert locked.ends == ["mistyped sheet"]


def test_a_sheet_of_which_one_group_was_typed_again_says_that_the_others_are_empty(locked: Site) -> None:
    page = locked.post("/unlock/sheet", {"group3": locked.work.groups[2]})
    assert page.status_code == 422
    assert "Group 1 is empty." in page.text and "Group 3 is" not in page.text
    assert "type all eight groups again" in page.text
    assert locked.ends == ["mistyped sheet"]


def test_the_return_code_brings_back_after_the_sheet_too(
    locked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    monkeypatch.setattr(secret_changes, "change_passphrase", lambda *_, **__: None)
    monkeypatch.setattr(quick_return, "offer_quick_return", offered.append)
    with writing(locked.work.engine) as db:
        stored = clinician.load_clinician(db, locked.work.vault)
        changed = msgspec.structs.replace(stored.payload, return_code="ABC234")
        clinician.revise_clinician(db, locked.work.vault, stored, changed, now=NOW)
    locked.post("/unlock/sheet", {f"group{n}": group for n, group in enumerate(locked.work.groups, 1)})
    assert not offered
    typed = {"passphrase": "short", "passphrase_again": "short"}
    assert locked.post("/unlock/choose", typed).status_code == 422 and not offered
    chosen = "walnut ferry candle oblong meadow trumpet"
    typed = {"passphrase": chosen, "passphrase_again": chosen}
    assert locked.post("/unlock/choose", typed).headers["Location"] == "/"
    assert offered == ["ABC234"]


def test_a_refused_code_is_not_greeted(lock: Site) -> None:
    lock.keeper.hold_return_blob(b"sealed")
    assert "Welcome back" in lock.get("/unlock").text
    page = try_(lock, code="WRONG2").text
    assert "Not unlocked" in page and "Welcome back" not in page


@pytest.mark.parametrize("typed", ["Glacier mandolin unwrapped", "glacier  mandolin unwrapped "])
def test_a_refused_passphrase_says_what_counts(lock: Site, typed: str) -> None:
    page = try_(lock, passphrase=typed)
    assert page.status_code == 422
    assert "Capital and small letters, every space and the order of the words count." in page.text


def test_the_sheet_of_another_time_is_refused(locked: Site) -> None:
    old = locked.work.groups
    with writing(locked.work.engine) as db:
        secret_changes.replace_recovery_sheet(db, locked.work.vault, now=NOW)
    page = locked.post("/unlock/sheet", {f"group{number}": group for number, group in enumerate(old, 1)})
    assert page.status_code == 422
    assert locked.ends == ["wrong secret"]


def test_lock_puts_the_keys_away_at_once(site: Site) -> None:
    assert site.get("/pulse", **{"X-Pulse": "1"}).status_code == 200
    answer = site.post("/lock")
    assert answer.headers["Location"] == "/unlock"
    assert site.ends == ["locked"]
    assert site.app.worker.logins == {}
    assert site.get("/pulse", **{"X-Pulse": "1"}).status_code == 401


def test_one_lock_locks_every_browser(site: Site) -> None:
    first = site.browser
    site.app.worker.logins["other"] = context.Login(vault=site.work.vault)
    site.post("/lock")
    assert first is site.browser
    assert site.app.worker.logins == {}


def test_a_real_passphrase_through_the_door(locked: Site) -> None:
    """The one test here that pays for the real derivation."""
    with writing(locked.work.engine) as db:
        key_slot_changes.replace_passphrase(db, locked.work.vault, RIGHT, cost=MIN_COST)
    assert locked.post("/unlock", {"passphrase": WRONG}).status_code == 422
    locked.app.worker.is_ending = False  # the next process
    assert locked.post("/unlock", {"passphrase": RIGHT}).status_code == 303


def test_the_tries_refused_before_are_counted_at_the_unlock(locked: Site) -> None:
    unlock_attempts.record_unnamed_failure(locked.settings.data_folder)
    unlock_attempts.record_unnamed_failure(locked.settings.data_folder)
    groups = {f"group{number}": group for number, group in enumerate(locked.work.groups, 1)}
    assert locked.post("/unlock/sheet", groups).status_code == 303
    (login,) = locked.app.worker.logins.values()
    assert login.values[unlocking._REFUSED_TRIES_KEY] == 2
