"""The key for psychotherapy notes through the pages: no change of a secret loses it, and it is made once."""

import re

import pytest
from msgspec import structs

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record.people import secret_changes
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slot_changes, key_slots
from clinic_toolkit.web.access import short_lived_values
from tests.fixtures import passphrase_checks
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

KEY = b"\x05" * 32
RIGHT, CHOSEN = "glacier mandolin unwrapped", "walnut ferry candle oblong meadow trumpet"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)


def keys_by_passphrase(site: Site, passphrase: str) -> bytes | None:
    with reading(site.work.engine) as db:
        held = key_slots.open_keys_with_passphrase(db, site.work.vault.user_id, passphrase)
    return held.psychotherapy_key


def test_the_sheet_gives_a_forgotten_passphrase_a_successor_that_opens_it(site: Site) -> None:
    with writing(site.work.engine) as db:
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)
    site.app.worker.logins.clear()
    site.post("/unlock/sheet", {f"group{number}": group for number, group in enumerate(groups, 1)})
    [login] = site.app.worker.logins.values()
    assert KEY in login.values.values(), "the control: it waits for the new passphrase"
    answer = site.post("/unlock/choose", {"passphrase": CHOSEN, "passphrase_again": CHOSEN})
    assert answer.status_code == 303
    assert KEY not in login.values.values()
    assert keys_by_passphrase(site, CHOSEN) == KEY


def test_who_chooses_too_late_is_told_to_use_the_sheet_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(site.work.engine) as db:
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)
    site.app.worker.logins.clear()
    site.post("/unlock/sheet", {f"group{number}": group for number, group in enumerate(groups, 1)})
    monkeypatch.setattr(short_lived_values, "LIFETIME_SECONDS", 0.0)
    short_lived_values.discard_expired(site.app.worker)
    answer = site.post("/unlock/choose", {"passphrase": CHOSEN, "passphrase_again": CHOSEN})
    assert answer.status_code >= 400 and "lock and use it again" in answer.text


def test_another_passphrase_and_another_sheet_take_it_along(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT, psychotherapy_key=KEY)
    fields = {"passphrase": CHOSEN, "passphrase_again": CHOSEN, "present_passphrase": RIGHT}
    assert site.post("/practice/passphrase", fields).status_code == 303
    assert keys_by_passphrase(site, CHOSEN) == KEY
    site.post("/practice/sheet", {"present_passphrase": RIGHT})
    [login] = site.app.worker.logins.values()
    assert KEY not in login.values.values() and not any(KEY in repr(one).encode() for one in login.values)
    asked = [int(number) for number in re.findall(r'name="group_(\d)"', site.get("/practice/sheet").text)]
    paper = site.get("/practice/sheet/paper").text
    groups = list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", paper)))
    site.post("/practice/sheet", {f"group_{number}": groups[number - 1] for number in asked})
    with reading(site.work.engine) as db:
        held = key_slots.open_keys_with_recovery_sheet(db, site.work.vault.user_id, " ".join(groups))
    assert held.psychotherapy_key == KEY


def test_a_passphrase_that_would_lose_it_is_refused_in_a_sentence(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the part of the passphrase was taken out of the file."""
    with writing(site.work.engine) as db:
        secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)
    passphrase_checks.know_passphrase(monkeypatch, lambda typed: typed == RIGHT)
    fields = {"passphrase": CHOSEN, "passphrase_again": CHOSEN, "present_passphrase": RIGHT}
    answer = site.post("/practice/passphrase", fields)
    assert answer.status_code == 422 and "does not hold the key for psychotherapy notes" in answer.text


def test_an_older_practice_makes_it_once_with_both_secrets(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, site.work.vault, RIGHT, cost=MIN_COST)
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, now=NOW)
    assert "Make the key for psychotherapy notes" in site.get("/practice").text
    typed = {f"group{number}": group for number, group in enumerate(groups, 1)}
    mistyped = typed | {"group2": groups[2], "present_passphrase": RIGHT}
    page = site.post("/practice/psychotherapy-key", mistyped)
    assert page.status_code == 422 and "Group 2 is not as it is printed on the sheet" in page.text
    assert not any(group in page.text for group in groups)
    assert not site.ends, "a mistyped group ends a process that has no keys, and no open session"
    other = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    page = site.post("/practice/psychotherapy-key", other | {"present_passphrase": RIGHT})
    assert page.status_code == 422 and "does not open this practice" in page.text
    done = site.post("/practice/psychotherapy-key", typed | {"present_passphrase": RIGHT})
    assert done.headers["Location"] == "/practice?saved=notes"
    key = keys_by_passphrase(site, RIGHT)
    with reading(site.work.engine) as db:
        held = key_slots.open_keys_with_recovery_sheet(db, site.work.vault.user_id, " ".join(groups))
    assert held.psychotherapy_key == key is not None
    page = site.get("/practice?saved=notes")
    assert "The key for psychotherapy notes is made" in page.text
    assert "Make the key for psychotherapy notes" not in page.text
    again = site.post("/practice/psychotherapy-key", typed | {"present_passphrase": RIGHT})
    assert again.headers["Location"] == "/practice" and keys_by_passphrase(site, RIGHT) == key


def test_none_is_made_where_the_ways_in_were_changed(site: Site) -> None:
    """As where both parts were taken out of the file: then a second key would hide what the first opens."""
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, site.work.vault, RIGHT, cost=MIN_COST)
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, now=NOW)
    [login] = site.app.worker.logins.values()
    login.vault.key_slots = structs.replace(login.vault.key_slots, intact=False)
    typed = {f"group{number}": group for number, group in enumerate(groups, 1)}
    page = site.post("/practice/psychotherapy-key", typed | {"present_passphrase": RIGHT})
    assert page.status_code == 422 and "There may have been a key for psychotherapy notes" in page.text
    assert keys_by_passphrase(site, RIGHT) is None
