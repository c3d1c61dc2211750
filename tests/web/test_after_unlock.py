"""What an unlock has to say comes before any other page, whichever way it was unlocked."""

import re
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import practice_access, secret_changes
from clinic_toolkit.record.people.practice_record import UnlockEvent
from clinic_toolkit.store import folder
from clinic_toolkit.store.transactions import store_of, writing
from clinic_toolkit.vault import key_slot_changes
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site

KEY = b"\x05" * 32
CHOSEN = "walnut ferry candle oblong meadow trumpet"
TRAIL, EXECUTOR_USES = "/unlock/trail", "/unlock/executor-used"


@pytest.fixture
def told(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A locked practice whose next unlock finds a use of the executor's sheets and a line that is forged."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
    with writing(site.work.engine) as db:
        groups = secret_changes.replace_recovery_sheet(db, site.work.vault, psychotherapy_key=KEY, now=NOW)
        audit_log.append_keyless_entry(db, site.work.vault.incarnation, UnlockEvent.EXECUTOR, now=NOW)
        audit_log.append_keyless_entry(db, uuid4(), UnlockEvent.FAILED, now=NOW)
    site.work.groups = groups
    site.app.worker.logins.clear()
    return site


def unlock_with_sheet(site: Site) -> str:
    groups = {f"group{number}": group for number, group in enumerate(site.work.groups, 1)}
    return site.post("/unlock/sheet", groups).headers["Location"]


def go_on(site: Site, page: str) -> str:
    found = re.search(r'href="([^"]+)">Go on', site.get(page).text)
    assert found
    return found[1]


def test_the_pages_lead_to_one_another(told: Site) -> None:
    assert unlock_with_sheet(told) == "/unlock/choose"
    answer = told.post("/unlock/choose", {"passphrase": CHOSEN, "passphrase_again": CHOSEN})
    assert answer.headers["Location"] == TRAIL
    assert "Line " in told.get(TRAIL).text
    assert go_on(told, TRAIL) == EXECUTOR_USES
    assert go_on(told, EXECUTOR_USES) == "/"


def test_they_lead_to_the_page_that_was_asked_for(told: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlock(db: Connection, typed: str, *, now: datetime, max_entries: int) -> Vault:
        return practice_access.unlock_with_recovery_sheet(db, typed, now=now)

    monkeypatch.setattr(practice_access, "unlock_with_passphrase", unlock)
    answer = told.post("/unlock", {"passphrase": " ".join(told.work.groups), "back": "/clients"})
    assert answer.headers["Location"] == f"{TRAIL}?back=/clients"
    assert go_on(told, f"{TRAIL}?back=/clients") == f"{EXECUTOR_USES}?back=/clients"
    assert go_on(told, f"{EXECUTOR_USES}?back=/clients") == "/clients"


def test_a_damaged_key_for_psychotherapy_notes_passes_over_none(told: Site) -> None:
    with writing(told.work.engine) as db:
        is_sheet = slot_table.c.kind == KeySlotKind.RECOVERY_SHEET
        sealed = bytearray(db.scalars(select(slot_table.c.sealed_psychotherapy).where(is_sheet)).one())
        sealed[40] ^= 1
        db.execute(slot_table.update().where(is_sheet).values(sealed_psychotherapy=bytes(sealed)))
    (told.settings.data_folder / folder.HEADER_BACKUP_FILE).unlink()
    assert unlock_with_sheet(told) == TRAIL
    assert go_on(told, TRAIL) == EXECUTOR_USES
    assert "The key for psychotherapy notes on your sheet is damaged" in told.get("/").text, "the control"


def test_a_store_that_is_only_read_passes_over_none(told: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(store_of(told.work.engine)), "is_read_only", True)
    # What was refused is not a line of this trail, since nothing is written.
    assert unlock_with_sheet(told) == EXECUTOR_USES
    assert go_on(told, EXECUTOR_USES) == "/"
