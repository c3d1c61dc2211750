"""Erasing a client: a kill at any step leaves all of it or nothing, and afterwards no file and no key has it.

A kill leaves what was handed to the operating system. So the files are read before each statement that an
erasure and the purge after it run, and each state of them is opened as the next start would open it.
"""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import backup_run
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.journal import audit_entries, inspection, inventory_snapshot, records, sealed_rows
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.tombstone_record import ErasureReason
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.retention import client_erasure
from clinic_toolkit.record.writing import form_drafts, notes
from clinic_toolkit.record.writing.form_draft_record import FormDraft
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store import old_copies
from clinic_toolkit.store.folder import UPGRADE_BACKUP_FOLDER as UPGRADE
from clinic_toolkit.store.folder import remove_upgrade_backup
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import log_copies
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots, ring_erasure, ring_tables
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.seal_context import create_seal_context
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import file_steps
from tests.fixtures.practices import NOW, Work, at_work, giving, signed

DUE = NOW + timedelta(days=7)
# Words that stand in the client's record alone.
WORDS = ("Quillfeather", "Marzipan", "zeppelin", "turnstile")
SEAL_HEAD = 57


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


@pytest.fixture
def leaving(work: Work, monkeypatch: pytest.MonkeyPatch) -> RecordVersion[Client]:
    """A client with one of everything, who is due to be erased; and one who stays."""
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    client = work.client("Ana Quillfeather")
    work.session(work.client("Bo Lindqvist"))
    session = work.session(client)
    work.answer(work.begun(client, giving(), session=session.id, word="Marzipan"), [3, None, 2])
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="She spoke of a zeppelin.")
        signed(db, work.vault, session, notes.create_note(db, work.vault, session, [part], now=NOW))
        client_erasure.ask_erasure(
            db, work.vault, client.id, reason=ErasureReason.ASKED_FOR, words="turnstile", couples=(), now=NOW
        )
    with reading(work.engine) as db:
        # What lists keep of the client, which lies in the snapshot too.
        daily_overview.build_daily_overview(db, work.vault, now=NOW)
    with writing(work.engine) as db:
        inventory_snapshot.save_snapshot(db, work.vault)
        assert db.execute(select(inventory_snapshot.inventory_snapshot_table)).first() is not None
    return client


def erase(work: Work, client: RecordVersion[Client]) -> None:
    with writing(work.engine) as db:
        client_erasure.erase_due_client(
            db, work.vault, client.id, confirmed_day=DUE.astimezone().date(), now=DUE
        )
    assert store_of(work.engine).purge_copies()


def folder_of(work: Work) -> Path:
    return Path(work.engine.url.database or "").parent


def state_of(folder: Path, work: Work, client_id: UUID) -> str:
    """Whether the client is there, whole, or gone, as the next unlock finds it; nothing else may be."""
    engine = open_store(folder)
    try:
        with writing(engine) as db:
            vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        with reading(engine) as db:
            report = inspection.inspect_all(db, vault, lambda done, total: None)
            names = [client.payload.name for client in clients.list_clients(db, vault)]
            try:
                clients.load_client(db, vault, client_id)
                found = "there"
            except records.RecordNotFound:
                found = "gone"
        verdict = store_of(engine).verdict
    finally:
        engine.dispose()
    assert [finding.sentence for finding in report.findings] == [] and not verdict.missing_entries
    assert ("Ana Quillfeather" in names) == (found == "there") and "Bo Lindqvist" in names
    return found


def test_a_kill_at_any_statement_leaves_all_or_nothing(
    work: Work, leaving: RecordVersion[Client], tmp_path: Path
) -> None:
    folders = file_steps.folders_before_each_statement(work.engine, lambda: erase(work, leaving), tmp_path)
    states = [state_of(place, work, leaving.id) for place in folders]
    first_gone = states.index("gone")
    assert first_gone > 0 and set(states[:first_gone]) == {"there"} and set(states[first_gone:]) == {"gone"}


def seals_of(work: Work, rings: frozenset[UUID]) -> list[bytes]:
    """The beginning of each sealed row and grant of these rings; every seal has another."""
    tables = [*sealed_rows.list_sealed_tables(), ring_tables.ring_grant_table]
    with reading(work.engine) as db:
        return [
            row.sealed[:SEAL_HEAD]
            for table in tables
            for row in db.execute(select(table).where(table.c.ring.in_(rings)))
        ]


def holding(folder: Path, parts: list[bytes]) -> set[str]:
    """The names of the files that hold any of these bytes."""
    return {path.name for path in holding_paths(folder, parts)}


def holding_paths(folder: Path, parts: list[bytes]) -> list[Path]:
    """The files that hold any of these bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if any(part in path.read_bytes() for part in parts)]


def open_everything(vault: Vault, work: Work) -> str:
    """What every key that there is opens in the live files: all rows of all tables, the trail, the ledger."""
    opened: list[bytes] = []
    with reading(work.engine) as db:
        for table in sealed_rows.list_sealed_tables():
            rows = db.execute(select(table)).all()
            opened += [plain.content for plain in vault.open_rows(table.name, rows) if plain]
        for result in audit_entries.iter_entries_after(db, vault, 0):
            opened.append(repr(result.entry).encode())
        for row in db.execute(select(inventory_snapshot.inventory_snapshot_table)):
            assert vault.own_ring is not None
            plain = vault.open(
                table="ledger",
                record=vault.incarnation,
                version=row.seq,
                ring=vault.own_ring,
                key_id=row.key_id,
                blob=row.sealed,
            )
            opened.append(plain.content)
    return b"\n".join(opened).decode("utf-8", "replace")


def keys_of(vault: Vault, rings: frozenset[UUID]) -> list[RingKey]:
    return [vault.rings.get_key(ring) for ring in rings]


def test_no_file_and_no_key_has_anything_of_an_erased_client(
    work: Work, leaving: RecordVersion[Client]
) -> None:
    folder = folder_of(work)
    rings = ring_erasure.list_owner_rings(work.vault, leaving.id)
    old_keys, seals = keys_of(work.vault, rings), seals_of(work, rings)
    # What an earlier start put aside of a log that it could not read.
    shutil.copy(folder / "clinic.db-wal", log_copies.copy_path(folder / "clinic.db", 1))
    told = open_everything(work.vault, work)
    assert all(word in told for word in WORDS), "the control: the search finds what is there"
    assert {"clinic.db-wal", "clinic.db-wal.aside.1"} <= holding(folder, seals) and len(seals) >= 10
    erase(work, leaving)
    assert holding(folder, seals) == set()
    with writing(work.engine) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
    for known in (work.vault, vault):
        # What lists keep is made anew, and lies in the snapshot that is saved next.
        with writing(work.engine) as db:
            daily_overview.build_daily_overview(db, known, now=DUE)
            inventory_snapshot.save_snapshot(db, known)
            assert db.execute(select(inventory_snapshot.inventory_snapshot_table)).first() is not None
        assert known.inventory is not None
        kept = repr((known.inventory.kept_facts, known.inventory.kept_lists))
        assert not [word for word in WORDS if word in kept]
    told = open_everything(vault, work)
    assert not [word for word in WORDS if word in told] and "Bo Lindqvist" in told
    assert opened_by(old_keys, work) == 0


def test_no_copy_beside_it_has_anything_of_an_erased_client_or_it_is_named(
    work: Work, leaving: RecordVersion[Client]
) -> None:
    """Rescued copies, what an interrupted backup, proof or restore left, and the backup before an upgrade."""
    folder, store = folder_of(work), store_of(work.engine)
    seals = seals_of(work, ring_erasure.list_owner_rings(work.vault, leaving.id))
    names = ("clinic.backup.new", "clinic.unpacked", "clinic.restoring", "before-restore-1", UPGRADE)
    for name in names:
        store.write_snapshot(folder / name)
    for number in (1, 2):
        shutil.copy(folder / "clinic.backup.new" / "clinic.db", folder / f"clinic.db.rescued.{number}")
    # The second was gone on with by another program, so that something may be in it and nowhere else.
    with closing(sqlite3.connect(folder / "clinic.db.rescued.2")) as db:
        db.execute("DROP TRIGGER no_update_audit_line")
        db.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM audit_line)")
        db.commit()
    held = {path.parent.name for path in holding_paths(folder, seals)}
    assert held == {folder.name, *names}, "the control: all hold it"
    erase(work, leaving)
    assert backup_run.remove_interrupted_copies(folder) and remove_upgrade_backup(folder)
    left = [path.relative_to(folder).as_posix() for path in holding_paths(folder, seals)]
    told = [copy.name for copy in old_copies.list_old_copies(folder / "clinic.db")]
    assert left == ["before-restore-1/clinic.db", "clinic.db.rescued.2"]
    assert told == ["clinic.db.rescued.2", "before-restore-1"], "what the page names"


@pytest.mark.parametrize("is_scheduled", [True, False], ids=["as the page does", "control"])
def test_a_kill_right_after_it_leaves_the_copies_to_the_next_start(
    is_scheduled: bool, work: Work, leaving: RecordVersion[Client], tmp_path: Path
) -> None:
    folder, store = folder_of(work), store_of(work.engine)
    seals = seals_of(work, ring_erasure.list_owner_rings(work.vault, leaving.id))
    shutil.copy(folder / "clinic.db-wal", log_copies.copy_path(folder / "clinic.db", 1))
    store.write_snapshot(folder / UPGRADE)
    if is_scheduled:
        store.schedule_purge()
    with writing(work.engine) as db:
        day = DUE.astimezone().date()
        client_erasure.erase_due_client(db, work.vault, leaving.id, confirmed_day=day, now=DUE)
    killed = shutil.copytree(folder, tmp_path / "killed")
    assert {"clinic.db", "clinic.db-wal.aside.1"} <= holding(killed, seals)
    assert state_of(killed, work, leaving.id) == "gone"
    assert (holding(killed, seals) == set()) == is_scheduled


def opened_by(keys: list[RingKey], work: Work) -> int:
    """How many rows of the live files these keys open."""
    count = 0
    with reading(work.engine) as db:
        for table in sealed_rows.list_sealed_tables():
            for row in db.execute(select(table)):
                for key in keys:
                    context = create_seal_context(work.vault.vault_id, str(table.name), key)
                    place = context.aad_template.fill(row.record.bytes, row.version.to_bytes(8))
                    try:
                        context.key.open(row.sealed, place)
                        count += 1
                    except DecryptionError:
                        continue
    return count


def test_the_old_keys_opened_rows_before(work: Work, leaving: RecordVersion[Client]) -> None:
    """The control of the test above: without the erasure the same search opens rows."""
    rings = ring_erasure.list_owner_rings(work.vault, leaving.id)
    assert opened_by(keys_of(work.vault, rings), work) == len(seals_of(work, rings)) - len(rings)


def test_a_draft_of_a_form_goes_too(work: Work, leaving: RecordVersion[Client]) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, leaving.id)
    with writing(work.engine) as db:
        draft = FormDraft(
            form_name="client",
            subject_id=leaving.id.bytes,
            path=f"/clients/{leaving.id}/edit",
            fields=(("phone", "spinnaker"),),
            begun_at=NOW,
        )
        form_drafts.save_form_draft(db, work.vault, None, draft, ring=leaving.ring, now=NOW)
    assert "spinnaker" in open_everything(work.vault, work)
    before = seals_of(work, rings)
    erase(work, leaving)
    assert holding(folder_of(work), before) == set()
    assert "spinnaker" not in open_everything(work.vault, work)
