"""An executor's sheets open what is read. With them and another program, nothing forged is believed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.journal import audit_log, inspection, inventory_snapshot, records
from clinic_toolkit.record.people import clients, executor_access, practice_access
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import NOW, Work

LATER = NOW + timedelta(days=1)
STRANGER = SigningKey(b"\x07" * 32)


@pytest.fixture
def halves(work: Work) -> executor_access.NewHalves:
    with writing(work.engine) as db:
        made = executor_access.generate_halves(work.vault, psychotherapy_key=None)
        executor_access.activate_halves(db, work.vault, made, now=NOW)
    return made


def open_with(work: Work, halves: executor_access.NewHalves) -> Vault:
    with reading(work.engine) as db:
        return key_slots.unlock_with_executor_halves(db, " ".join(halves.first), " ".join(halves.second))[0]


def unlock(work: Work) -> Vault:
    """The clinician, with the recovery sheet."""
    with writing(work.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=LATER)


def forge_name(work: Work, executor: Vault, monkeypatch: pytest.MonkeyPatch, **patched: Any) -> None:
    """Save another name for the one client, and an inventory that says that the log names it."""
    named: list[Any] = []

    def note(_db: Any, _vault: Vault, _event: str, references: Any = (), **_more: Any) -> int:
        named.extend(references)
        return 0

    with monkeypatch.context() as patch, writing(work.engine) as db:
        inventory = inventory_snapshot.load_inventory(db, executor)
        patch.setattr(audit_log, "append_entry", note)
        patch.setattr(Vault, "can_sign", True)
        for name, value in patched.items():
            patch.setattr(inventory_snapshot if name.startswith("_") else Vault, name, value, raising=False)
        [kept] = records.list_all_records(db, executor, CLIENT)
        forged = msgspec.structs.replace(kept.payload, name="Mara Vance")
        clients.revise_client(db, executor, kept, forged, now=NOW)
        [new] = named
        places = {place: dict(versions) for place, versions in _places(inventory).items()}
        old = places[new.table, new.ring][new.record]
        places[new.table, new.ring][new.record] = KnownVersion(
            new.table,
            new.ring,
            new.version,
            new.content_id,
            inventory.seq,
            old.first_seq,
            old.is_written_by_us,
        )
        inventory.set_versions((new.table, new.ring), places[new.table, new.ring])
        inventory.unsaved_facts = inventory_snapshot.MIN_UNSAVED_FACTS
        executor.inventory = inventory
        inventory_snapshot.save_snapshot(db, executor)


def _places(inventory: Any) -> dict[tuple[str, bytes], Any]:
    return {place: list(versions) for place, versions in inventory.iter_places()}


def no_signature(_vault: Vault, label: str, *fields: Any) -> bytes:
    raise AssertionError(f"signed as {label} over {len(fields)} fields")


def of_a_stranger(_vault: Vault, label: str, *fields: Any) -> bytes:
    return STRANGER.sign(label, *fields)


@pytest.mark.parametrize(
    "patched", [{"_SIGNATURE_LABEL": None, "sign": no_signature}, {"sign": of_a_stranger}]
)
def test_an_inventory_that_the_clinician_did_not_sign_is_not_believed(
    work: Work,
    halves: executor_access.NewHalves,
    monkeypatch: pytest.MonkeyPatch,
    patched: dict[str, Callable[..., bytes] | None],
) -> None:
    work.client("Ana Reyes")
    forge_name(work, open_with(work, halves), monkeypatch, **patched)
    vault = unlock(work)
    with reading(work.engine) as db:
        shown = [client.payload.name for client in records.list_all_records(db, vault, CLIENT)]
        found = inspection.inspect_all(db, vault, report_nothing).findings
    assert "Mara Vance" not in shown
    assert vault.integrity_failures
    assert "the audit trail does not mention it" in " ".join(finding.sentence for finding in found)


def test_one_that_the_clinician_signed_is_believed(
    work: Work, halves: executor_access.NewHalves, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the forgery above is whole but for its signature."""
    work.client("Ana Reyes")
    own = work.vault.sign

    def as_the_clinician(_vault: Vault, label: str, *fields: Any) -> bytes:
        return own(label, *fields)

    forge_name(work, open_with(work, halves), monkeypatch, sign=as_the_clinician)
    vault = unlock(work)
    with reading(work.engine) as db:
        assert [client.payload.name for client in records.list_all_records(db, vault, CLIENT)] == [
            "Mara Vance"
        ]
    assert not vault.integrity_failures
