"""Psychotherapy notes at an ordinary unlock: not shown, not missed, and whole when they are opened."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.journal import condition, inspection, inventory_snapshot, records, version_history
from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.people import clients, executor_access, practice_access, secret_changes
from clinic_toolkit.record.people.client_record import (
    CLIENT,
    UNREADABLE_NAME,
    Client,
    ClientEvent,
    ClientState,
)
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import passphrase_checks
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS

PASSPHRASE = "glacier mandolin unwrapped spoken dentist walnut"
LATER = NOW + timedelta(hours=1)
SECOND = "another one of six whole words"


class Kept:
    """A practice with one ordinary record and one in a ring for psychotherapy notes."""

    def __init__(self, place: Path) -> None:
        self.engine: Engine = open_store(place)
        with writing(self.engine) as db:
            self.vault, groups = practice_access.create_practice(
                db, SETTINGS, CLINICIAN, passphrase=PASSPHRASE, now=NOW
            )
            self.sheet = " ".join(groups)
            clients.create_client(db, self.vault, Client(name="Ana Reyes"), now=NOW)
        self.open_notes(self.vault)
        with writing(self.engine) as db:
            owner = uuid4()
            ring = self.vault.rings.create_ring(db, owner=owner, ring_class=RingClass.PSYCHOTHERAPY)
            # Any kind of record will do: no page writes these notes yet.
            self.note = records.create_record(
                db,
                self.vault,
                CLIENT,
                Client(name="what was thought"),
                ring=ring,
                state=ClientState.ACTIVE,
                event=ClientEvent.ADDED,
                now=NOW,
            ).id

    def open_notes(self, vault: Vault, passphrase: str = PASSPHRASE) -> None:
        with reading(self.engine) as db:
            held = key_slots.open_keys_with_passphrase(db, vault.user_id, passphrase)
            assert held.psychotherapy_key
            vault.open_psychotherapy_notes(db, held.psychotherapy_key)

    def unlock(self, passphrase: str = PASSPHRASE) -> Vault:
        with writing(self.engine) as db:
            return practice_access.unlock_with_passphrase(db, passphrase, now=LATER)

    def names(self, vault: Vault) -> set[str]:
        with reading(self.engine) as db:
            return {client.payload.name for client in clients.list_clients(db, vault)}

    def can_read(self, vault: Vault) -> bool:
        with reading(self.engine) as db:
            try:
                return records.load_record(db, vault, CLIENT, self.note).payload.name == "what was thought"
            except RecordNotFound:
                return False

    def findings(self, vault: Vault) -> list[str]:
        with reading(self.engine) as db:
            report = inspection.inspect_all(db, vault, lambda done, total: None)
        return [finding.sentence for finding in report.findings]


@pytest.fixture
def kept(tmp_path: Path):  # type: ignore[no-untyped-def]
    with quickly():
        made = Kept(tmp_path / "data")
        yield made
        made.engine.dispose()


def test_an_ordinary_unlock_shows_nothing_and_misses_nothing(kept: Kept) -> None:
    assert kept.names(kept.vault) == {"Ana Reyes", "what was thought"}, "the control"
    vault = kept.unlock()
    assert kept.names(vault) == {"Ana Reyes"}
    assert not kept.can_read(vault)
    with reading(kept.engine) as db:
        assert version_history.list_versions(db, vault, CLIENT, kept.note) == []
        assert condition.is_sound(kept.engine, vault)
    assert vault.integrity_failures == {} and vault.damaged_rings == frozenset()
    assert kept.findings(vault) == []


def test_they_open_with_their_key_after_any_unlock_and_with_a_snapshot(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    first = kept.unlock()
    assert kept.names(first) == {"Ana Reyes"}
    vault = kept.unlock()
    kept.open_notes(vault)
    assert kept.can_read(vault)
    assert kept.names(vault) == {"Ana Reyes", "what was thought"}
    assert kept.findings(vault) == [] and vault.integrity_failures == {}


def test_a_removed_row_is_missed_even_while_they_are_closed(kept: Kept) -> None:
    with writing(kept.engine) as db:
        db.execute(text("DELETE FROM client WHERE record = :id"), {"id": kept.note.bytes})
    vault = kept.unlock()
    assert kept.findings(vault) != []
    kept.open_notes(vault)
    with reading(kept.engine) as db:
        clients.list_clients(db, vault)
    assert kept.note.bytes in vault.integrity_failures


def test_a_lost_grant_is_missed(kept: Kept) -> None:
    ring = kept.vault.rings.get_ring(
        kept.vault.rings.list_owners(RingClass.PSYCHOTHERAPY)[0], RingClass.PSYCHOTHERAPY
    )
    with writing(kept.engine) as db:
        db.execute(text("DELETE FROM ring_grant WHERE ring = :ring"), {"ring": ring.bytes})
    vault = kept.unlock()
    assert ring in vault.damaged_rings


def test_no_change_of_a_secret_loses_them(kept: Kept) -> None:
    vault = kept.unlock()
    with writing(kept.engine) as db:
        passphrase_checks.change_passphrase(db, vault, PASSPHRASE, SECOND, now=LATER)
    vault = kept.unlock(SECOND)
    kept.open_notes(vault, SECOND)
    assert kept.can_read(vault)
    with writing(kept.engine) as db:
        groups = passphrase_checks.replace_sheet(db, vault, SECOND, now=LATER)
    # The passphrase is forgotten: the sheet alone gives it a successor that opens them.
    with writing(kept.engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, " ".join(groups), now=LATER)
        held = secret_changes.open_keys_with_recovery_sheet(db, vault, " ".join(groups))
        secret_changes.change_passphrase(
            db, vault, PASSPHRASE, psychotherapy_key=held.psychotherapy_key, now=LATER
        )
    assert vault.slots_intact
    vault = kept.unlock()
    kept.open_notes(vault)
    assert kept.can_read(vault)


def test_what_an_executor_writes_past_the_program_is_named_and_not_shown(kept: Kept) -> None:
    """The keys that both sheets open can seal a version; nobody's signed line names it."""
    vault = kept.unlock()
    with writing(kept.engine) as db:
        halves = executor_access.generate_halves(vault, psychotherapy_key=None)
        executor_access.activate_halves(db, vault, halves, now=LATER)
        [client] = clients.list_clients(db, vault)
    with writing(kept.engine) as db:
        found = executor_access.unlock_with_halves(
            db, " ".join(halves.first), " ".join(halves.second), now=LATER
        )
        row = db.execute(text("SELECT * FROM client WHERE record = :id"), {"id": client.id.bytes}).one()
        ring = UUID(bytes=row.ring)
        opened = found.open(
            table="client", record=client.id, version=1, ring=ring, key_id=row.key_id, blob=row.sealed
        )
        sealed = found.seal(table="client", record=client.id, version=2, ring=ring, content=opened.content)
        db.execute(
            text(
                "INSERT INTO client (record, version, ring, key_id, final, sealed) "
                "VALUES (:record, 2, :ring, :key_id, :final, :sealed)"
            ),
            {
                "record": client.id.bytes,
                "ring": row.ring,
                "key_id": sealed.key_id,
                "final": row.final,
                "sealed": sealed.blob,
            },
        )
    later = kept.unlock()
    assert kept.names(later) == {UNREADABLE_NAME} and client.id.bytes in later.integrity_failures
    assert any("audit trail does not mention it" in finding for finding in kept.findings(later))


@pytest.mark.parametrize("opted_in", [False, True])
def test_halves_open_the_record_and_these_notes_only_by_choice(kept: Kept, opted_in: bool) -> None:
    vault = kept.unlock()
    with writing(kept.engine) as db:
        held = key_slots.open_keys_with_passphrase(db, vault.user_id, PASSPHRASE)
        halves = executor_access.generate_halves(
            vault, psychotherapy_key=held.psychotherapy_key if opted_in else None
        )
        executor_access.activate_halves(db, vault, halves, now=LATER)
    with writing(kept.engine) as db:
        found = executor_access.unlock_with_halves(
            db, " ".join(halves.first), " ".join(halves.second), now=LATER
        )
    assert found.slots_intact and not found.can_sign
    assert kept.names(found) == {"Ana Reyes"} | ({"what was thought"} if opted_in else set())
    assert kept.can_read(found) is opted_in
    assert kept.findings(found) == [] and found.integrity_failures == {}
    again = kept.unlock()
    assert again.executor_uses == (LATER,)
    assert kept.findings(again) == []
