"""Every key replaced: all content as before, and nothing of it open to the old secrets."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from clinic_toolkit.crypto.signature import SigningKey, verify_signature
from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.journal import audit_reader, erasure, header_recovery, key_changes
from clinic_toolkit.journal.audit_log import audit_log_table
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import notes
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots, new_keys, ring_erasure
from clinic_toolkit.vault.confirmed_keys import known_key_table
from clinic_toolkit.vault.identity import identity_table
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_tables import slot_table
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.resealing import reseal
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import CLINICIAN, NOW
from tests.fixtures.rekeyed import (
    FIRST,
    SECOND,
    Practice,
    files_that_hold,
    held_by,
    inspected,
    new_secrets,
    open_practice,
    opened_again,
    replace_keys,
)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


def findings(practice: Practice, vault: Vault) -> list[str]:
    return [finding.sentence for finding in inspected(practice, vault)]


def reopen(practice: Practice) -> Vault:
    """Close the old store, and open what the next start finds, with the new keys."""
    practice.engine.dispose()
    held = held_by(practice.place, practice.vault.user_id, SECOND)
    practice.engine, vault = opened_again(practice.place, held, practice.vault.user_id)
    return vault


def test_everything_reads_as_before(practice: Practice) -> None:
    before = practice.versions()
    assert {table for table, *_ in before} >= {"client", "clinical_note", "administration", "relationship"}
    new = new_secrets()
    steps = replace_keys(practice, new)
    assert steps == sorted(steps) and len(set(steps)) > 100
    assert steps[0] == 0, "it can be stopped while the trail is read, which is no step"
    vault = reopen(practice)
    after = practice.versions(vault)
    assert after | before == after
    assert sorted(table for table, *_ in after.keys() - before.keys()) == ["clinician", "contact"]
    with writing(practice.engine) as db:
        found = practice_access.unlock_with_passphrase(db, SECOND, now=NOW)
        names = {client.payload.name for client in clients.list_clients(db, found)}
        entries = list(audit_reader.iter_checked_entries(db, found))
    assert names == {"Ana Reyes", "Ben Ash"}
    events = [entry.event for entry in entries]
    assert "unlock.failed" in events and "practice.keys_replaced slots-5" in events
    assert not any(entry.fault for entry in entries)
    with writing(practice.engine) as db:
        by_sheet = practice_access.unlock_with_recovery_sheet(db, " ".join(new.sheet_groups), now=NOW)
    assert findings(practice, by_sheet) == [] and by_sheet.slots_intact
    assert findings(practice, reopen(practice)) == []


def test_no_old_secret_opens_anything(practice: Practice) -> None:
    def opening(secret: str) -> dict[str, Callable[[], object]]:
        user_id, first, second = practice.vault.user_id, *practice.halves
        return {
            "passphrase": lambda: key_slots.unlock_with_passphrase(db, secret),
            "sheet": lambda: key_slots.unlock_with_recovery_sheet(db, practice.sheet),
            "halves": lambda: key_slots.unlock_with_executor_halves(db, first, second),
            "keys": lambda: key_slots.unlock_with_keys(db, user_id, practice.keys.unlocked_keys),
        }

    with reading(practice.engine) as db:
        for open_with in opening(FIRST).values():
            open_with()
        rings = {ring: practice.vault.rings.get_key(ring) for ring in practice.vault.rings.list_open_rings()}
        assert len(rings) > 4
    assert practice.versions()
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    with reading(practice.engine) as db:
        for open_with in opening(FIRST).values():
            with pytest.raises((ClinicError, DamagedFile)):
                open_with()
    # The vault that was open before still has every old ring key, and no row opens with one.
    assert practice.versions(practice.vault) == {}
    assert rings.keys() == set(vault.rings.list_open_rings())
    assert not {key.key_id for key in rings.values()} & {vault.rings.get_key(ring).key_id for ring in rings}


def test_the_old_identity_signs_no_line_of_the_new_store(practice: Practice) -> None:
    def signed_by(public_key: bytes, *incarnations: UUID) -> int:
        with reading(practice.engine) as db:
            rows = db.execute(select(audit_log_table)).all()
            statements = db.execute(select(ring_table)).all()
        count = sum(
            row.signature is not None
            and verify_signature(
                public_key, "sig/audit", incarnation, row.seq, row.hash, signature=row.signature
            )
            for row in rows
            for incarnation in incarnations
        )
        return count + sum(
            verify_signature(
                public_key,
                "sig/ring",
                *(practice.vault.vault_id, row.ring, row.generation, row.key_id, row.members, row.previous),
                row.grantor,
                signature=row.signature,
            )
            for row in statements
        )

    old = practice.vault
    assert signed_by(old.public_key, old.incarnation) > 20, "the control"
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    assert vault.public_key != old.public_key and vault.incarnation != old.incarnation
    assert signed_by(old.public_key, old.incarnation, vault.incarnation) == 0
    assert signed_by(vault.public_key, vault.incarnation) > 20


def sealed_bytes(practice: Practice) -> set[bytes]:
    """Every sealed blob of the store: versions, lines, grants, slots, identity."""
    with closing(sqlite3.connect(practice.place / "clinic.db")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = set()
        for name in names:
            for column in {row[1] for row in db.execute(f"PRAGMA table_info({name})")} & {
                "sealed", "sealed_signing", "sealed_psychotherapy", "body", "mac", "signature"
            }:  # fmt: skip
                found |= {value for (value,) in db.execute(f"SELECT {column} FROM {name}") if value}
    # Whatever needs no key stays as it was.
    return {value for value in found if value[:1] != b"\0"}


def test_no_file_of_the_folder_holds_an_old_blob_or_any_key(practice: Practice) -> None:
    held = practice.keys.unlocked_keys
    with reading(practice.engine) as db:
        secrets = [key for _, key in new_keys.list_practice_secrets(db, practice.vault, practice.keys)]
    secrets += [held.user_key, held.signing_seal_key or b"?", practice.keys.psychotherapy_key or b"?"]
    practice.engine.dispose()
    blobs = [blob[:64] for blob in sealed_bytes(practice)]
    for name in ("clinic.db-wal.aside.1", "clinic.db.rescued.1"):
        shutil.copy(practice.place / "clinic.db", practice.place / name)
    copies = ["clinic.db.rescued.1"]
    assert len(blobs) > 80
    assert all(
        files_that_hold(practice.place, blob) >= {"clinic.db", "clinic.db-wal.aside.1", *copies}
        for blob in blobs
    )
    assert "clinic.head" in files_that_hold(practice.place, *blobs)
    assert key_replacement.list_old_copies(practice.engine) == copies
    new = new_secrets()
    replace_keys(practice, new, removed_copies=copies)
    practice.engine.dispose()
    fresh = held_by(practice.place, practice.vault.user_id, SECOND)
    assert not list(practice.place.glob("clinic.successor*"))
    assert files_that_hold(practice.place, *blobs) == set()
    secrets += [fresh.unlocked_keys.user_key, fresh.unlocked_keys.signing_seal_key or b"?"]
    typed = [FIRST.encode(), SECOND.encode(), new.sheet_groups[0].encode(), practice.sheet[:11].encode()]
    assert files_that_hold(practice.place, *secrets, *typed) == set()


def test_a_note_stays_signed_and_the_old_key_signs_no_other(practice: Practice) -> None:
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    with writing(practice.engine) as db:
        vault = practice_access.unlock_with_passphrase(db, SECOND, now=NOW)
        note = notes.load_note(db, vault, practice.signed_note)
        assert notes.has_valid_signature(vault, note)
        assert note.author_id == vault.user_id
        assert notes.signer_label(vault, note) == CLINICIAN.name
        ana = next(client for client in clients.list_clients(db, vault) if client.payload.name == "Ana Reyes")
        later = clients.create_client(db, vault, Client(name="Caro Lind"), now=NOW)

    def is_signed(signer: Vault, record: UUID) -> bool:
        return vault.is_signed(
            "sig/note",
            author_id=vault.user_id,
            record=record,
            version=1,
            content_id=bytes(32),
            signature=signer.sign("sig/note", vault.vault_id, record, 1, bytes(32)),
        )

    assert is_signed(vault, later.id) and is_signed(practice.vault, ana.id), "the controls"
    assert not is_signed(practice.vault, later.id)
    assert not is_signed(practice.vault, uuid4())
    # Without the record that keeps the old key, the note is not signed any more.
    vault.key_directory.past_keys = ()
    assert not notes.has_valid_signature(vault, note)
    assert notes.signer_label(vault, note) != CLINICIAN.name


def test_a_planted_version_of_the_old_key_signs_nothing(practice: Practice) -> None:
    """Whoever was an executor has the key of the own ring, and can seal a version that no line names."""
    replace_keys(practice, new_secrets())
    vault, forger = reopen(practice), SigningKey(bytes(range(32)))
    assert vault.own_ring is not None
    with writing(practice.engine) as db:
        row = db.execute(select(known_key_table)).one()
        [plain] = vault.open_rows(known_key_table.name, [row])
        assert plain is not None
        content = plain.content.replace(practice.vault.public_key, forger.public_key)
        assert content != plain.content
        place = {"table": known_key_table.name, "record": row.record, "version": row.version + 1}
        sealed = vault.seal(**place, ring=vault.own_ring, content=content)
        planted = {**row._mapping, "version": row.version + 1, "key_id": sealed.key_id, "sealed": sealed.blob}
        db.execute(known_key_table.insert().values(planted | {"id": None}))
        ana = next(client for client in clients.list_clients(db, vault) if client.payload.name == "Ana Reyes")
    with writing(practice.engine) as db:
        vault = practice_access.unlock_with_passphrase(db, SECOND, now=NOW)
    assert len(vault.key_directory.past_keys) == 2, "the control"
    by_old, by_forger = (
        key.sign("sig/note", vault.vault_id, ana.id, 1, bytes(32)) for key in (practice.vault, forger)
    )

    def is_signed(signature: bytes) -> bool:
        return vault.is_signed(
            "sig/note",
            author_id=vault.user_id,
            record=ana.id,
            version=1,
            content_id=bytes(32),
            signature=signature,
        )

    assert is_signed(by_old), "the control"
    assert not is_signed(by_forger)


def test_what_lies_in_an_old_copy_put_back_opens_nothing(practice: Practice) -> None:
    tables = (ring_table, ring_grant_table, identity_table, slot_table)
    with reading(practice.engine) as db:
        rows = {table: [row._mapping for row in db.execute(select(table))] for table in tables}
    head = (practice.place / "clinic.head").read_bytes()
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    assert vault.damaged_rings == frozenset()
    (practice.place / "clinic.head").write_bytes(head)
    with writing(practice.engine) as db:
        for table, stored in rows.items():
            db.execute(table.delete())
            db.execute(table.insert(), [dict(row) for row in stored])
    with reading(practice.engine) as db:
        with pytest.raises(key_slots.WrongSecret):
            header_recovery.open_vault(db, lambda at: key_slots.unlock_with_passphrase(at, SECOND))
        found = header_recovery.open_vault(db, lambda at: key_slots.unlock_with_passphrase(at, FIRST))
        # Old secrets open the old keys that were put back; of the record and the trail these open nothing.
        assert not audit_reader.is_signed_by_member(db, found)
        entries = list(audit_reader.iter_checked_entries(db, found))
        assert all(entry.fault or entry.event == "unlock.failed" for entry in entries)
    assert practice.versions(found) == {}


def test_an_older_version_sealed_with_an_old_key_is_not_read(practice: Practice) -> None:
    """Who has every old key can seal a row; it names a key that no statement knows."""
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    with reading(practice.engine) as db:
        row = db.execute(text("SELECT * FROM client ORDER BY version DESC LIMIT 1")).one()
        names = {client.payload.name for client in clients.list_clients(db, vault)}
    place = {"record": UUID(bytes=row.record), "version": row.version + 1, "ring": UUID(bytes=row.ring)}
    planted = type("Row", (), place | {"final": 1})
    plain = PlainContent(content=b"planted", content_salt=bytes(32))
    values = reseal(practice.vault, "client", planted, plain)
    with writing(practice.engine) as db:
        raw = values | {"record": row.record, "ring": row.ring}
        db.execute(
            text("INSERT INTO client (record, version, ring, key_id, final, sealed) VALUES "
                 "(:record, :version, :ring, :key_id, :final, :sealed)"), raw
        )  # fmt: skip
    assert any("names a key that this practice does not have" in said for said in findings(practice, vault))
    fresh = reopen(practice)
    assert "planted" not in names and practice.versions(fresh)


def replaced(practice: Practice, vault: Vault) -> tuple[UUID, ...]:
    with reading(practice.engine) as db:
        return key_changes.list_replaced_incarnations(db, vault)


def test_twice(practice: Practice) -> None:
    before = practice.versions()
    replace_keys(practice, new_secrets())
    first, between = practice.vault.incarnation, reopen(practice)
    assert replaced(practice, between) == (first,)
    practice.keys = held_by_open(practice, SECOND)
    practice.vault = between
    replace_keys(practice, new_secrets("a third one of six plain words"))
    practice.engine.dispose()
    held = held_by(practice.place, between.user_id, "a third one of six plain words")
    practice.engine, vault = opened_again(practice.place, held, between.user_id)
    assert findings(practice, vault) == []
    after = practice.versions(vault)
    assert after | before == after
    assert len(vault.key_directory.past_keys) == 2
    # The line that tells of the first lies inside the one that took its place.
    assert replaced(practice, vault) == (first, between.incarnation)
    with reading(practice.engine) as db:
        assert notes.has_valid_signature(vault, notes.load_note(db, vault, practice.signed_note))


def test_what_was_erased_before_is_not_missing_afterwards(practice: Practice) -> None:
    with writing(practice.engine) as db:
        gone = clients.create_client(db, practice.vault, Client(name="Caro Lind"), now=NOW)
        erased = ring_erasure.list_owner_rings(practice.vault, gone.id)
        assert len(erased) == 2
        erasure.erase_rings(db, practice.vault, erased, reason=ErasureReason.ASKED_FOR, now=NOW)
    before = practice.versions()
    replace_keys(practice, new_secrets())
    vault = reopen(practice)
    assert findings(practice, vault) == []
    after = practice.versions(vault)
    assert after | before == after
    assert not set(vault.rings.list_open_rings()) & set(erased) and vault.damaged_rings == frozenset()
    # The control: a tombstone that does not count hides nothing.
    vault = reopen(practice)
    vault.key_directory.past_keys = ()
    assert any("is not in the file" in sentence for sentence in findings(practice, vault))


def held_by_open(practice: Practice, passphrase: str) -> SlotKeys:
    """Every key that this passphrase opens in the open store."""
    with reading(practice.engine) as db:
        return key_slots.open_keys_with_passphrase(db, practice.vault.user_id, passphrase)


def test_a_row_with_a_number_below_zero_is_carried_over(practice: Practice) -> None:
    """No row is given one; somebody with the file can, and the record opens as before."""
    with writing(practice.engine) as db:
        db.execute(text("DROP TRIGGER no_update_client"))
        moved = db.execute(text("UPDATE client SET id = -id"))
    assert moved.rowcount > 1 and findings(practice, practice.vault) == []
    before = practice.versions()
    replace_keys(practice, new_secrets())
    after = practice.versions(reopen(practice))
    assert after | before == after
