"""A damaged key for psychotherapy notes in a slot: it closes these notes at most, and nothing else."""

import pytest
from sqlalchemy import select

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.record.people import executor_access, secret_changes
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slot_changes, key_slots
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures.practices import NOW
from tests.fixtures.sites import UNKNOWN, Site

KEY = b"\x05" * 32
CHOSEN = "walnut ferry candle oblong meadow trumpet"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)


@pytest.fixture
def groups(site: Site) -> tuple[str, ...]:
    """The sheet, which holds the key; there are notes that it opens."""
    with writing(site.work.engine) as db:
        site.work.vault.open_psychotherapy_notes(db, KEY)
        site.work.vault.rings.create_ring(db, owner=UNKNOWN, ring_class=RingClass.PSYCHOTHERAPY)
        return secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)


def typed(*sheets: tuple[str, ...]) -> dict[str, str]:
    return {f"group{number}": group for number, group in enumerate(sum(sheets, ()), 1)}


def flip(site: Site, kind: KeySlotKind, *, with_copy: bool) -> None:
    """Change one bit of the sealed key, and take the second copy of the header away."""
    with writing(site.work.engine) as db:
        row = db.execute(select(slot_table).where(slot_table.c.kind == kind)).one()
        changed = bytearray(row.sealed_psychotherapy)
        changed[40] ^= 1
        is_this = slot_table.c.slot == row.slot
        db.execute(slot_table.update().where(is_this).values(sealed_psychotherapy=bytes(changed)))
    if not with_copy:
        (site.settings.data_folder / "clinic.head").unlink()
    site.app.worker.logins.clear()


@pytest.mark.parametrize("with_copy", [True, False])
def test_both_sheets_of_an_executor_open_the_rest(
    site: Site, groups: tuple[str, ...], with_copy: bool
) -> None:
    with writing(site.work.engine) as db:
        halves = executor_access.generate_halves(site.work.vault, psychotherapy_key=KEY)
        executor_access.activate_halves(db, site.work.vault, halves, now=NOW)
    flip(site, KeySlotKind.EXECUTOR, with_copy=with_copy)
    answer = site.post("/unlock/executor", typed(halves.first, halves.second))
    assert answer.headers["Location"] == "/executor"
    [login] = site.app.worker.logins.values()
    assert bool(login.vault.rings.closed) is not with_copy
    assert ("The key for psychotherapy notes is damaged" in site.get("/executor").text) is not with_copy


def test_the_sheet_takes_the_key_from_the_second_copy(site: Site, groups: tuple[str, ...]) -> None:
    flip(site, KeySlotKind.RECOVERY_SHEET, with_copy=True)
    assert site.post("/unlock/sheet", typed(groups)).headers["Location"] == "/unlock/choose"
    answer = site.post("/unlock/choose", {"passphrase": CHOSEN, "passphrase_again": CHOSEN})
    assert answer.status_code == 303
    with reading(site.work.engine) as db:
        held = key_slots.open_keys_with_passphrase(db, site.work.vault.user_id, CHOSEN)
    assert held.psychotherapy_key == KEY


def test_without_a_copy_the_sheet_opens_the_rest_and_keeps_the_passphrase(
    site: Site, groups: tuple[str, ...]
) -> None:
    flip(site, KeySlotKind.RECOVERY_SHEET, with_copy=False)
    assert site.post("/unlock/sheet", typed(groups)).headers["Location"] == "/"
    page = site.get("/")
    assert page.status_code == 200 and "The key for psychotherapy notes on your sheet is damaged" in page.text
    assert site.get("/clients").status_code == 200
    [login] = site.app.worker.logins.values()
    assert not login.must_choose_passphrase and login.vault.rings.closed


def test_executor_sheets_are_withdrawn_with_a_damaged_key(site: Site, groups: tuple[str, ...]) -> None:
    with writing(site.work.engine) as db:
        halves = executor_access.generate_halves(site.work.vault, psychotherapy_key=None)
        executor_access.activate_halves(db, site.work.vault, halves, now=NOW)
        key_slot_changes.replace_passphrase(db, site.work.vault, CHOSEN, psychotherapy_key=KEY, cost=MIN_COST)
        row = db.execute(select(slot_table).where(slot_table.c.kind == KeySlotKind.PASSPHRASE)).one()
        is_this = slot_table.c.slot == row.slot
        db.execute(slot_table.update().where(is_this).values(sealed_psychotherapy=bytes(80)))
    answer = site.post("/practice/executor", {"present_passphrase": CHOSEN, "withdraw": "yes"})
    assert answer.headers["Location"].startswith("/practice/executor?saved=withdrawn")
    with reading(site.work.engine) as db:
        assert executor_access.find_halves(db, site.work.vault) == (False, False)


def test_with_a_damaged_key_the_notes_stay_closed_and_it_is_said(site: Site, groups: tuple[str, ...]) -> None:
    with writing(site.work.engine) as db:
        key_slot_changes.replace_passphrase(db, site.work.vault, CHOSEN, psychotherapy_key=KEY, cost=MIN_COST)
        site.work.vault = key_slots.unlock_with_keys(
            db, site.work.vault.user_id, site.work.vault.unlocked_keys()
        )
        row = db.execute(select(slot_table).where(slot_table.c.kind == KeySlotKind.PASSPHRASE)).one()
        is_this = slot_table.c.slot == row.slot
        db.execute(slot_table.update().where(is_this).values(sealed_psychotherapy=bytes(80)))
    site.unlock()
    answer = site.post("/psychotherapy-notes", {"present_passphrase": CHOSEN})
    assert answer.status_code >= 400 and "damaged" in answer.text, answer.text
    assert not site.work.vault.rings.opens_psychotherapy_notes
