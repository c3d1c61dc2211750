"""After a restore the record goes on under an id of its own, and what came before still verifies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    condition,
    incarnations,
    inspection,
    inventory_snapshot,
    restored_folder,
    unsigned_entries,
)
from clinic_toolkit.journal.restored_folder import MARK_FILE
from clinic_toolkit.record.people import practice_access, secret_changes
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.folder import HEADER_BACKUP_FILE
from clinic_toolkit.store.opening import open_read_only, open_store
from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import header_backup, key_slots
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import practices
from tests.fixtures.backups import LATER, faults_of, make_backup, restored, unlocked
from tests.fixtures.practices import Work


def test_it_goes_on_and_every_later_unlock_finds_it_whole(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    first = unlocked(tmp_path / "new", work.groups)
    first.client("Femi Adeyemi")
    first.engine.dispose()
    assert (tmp_path / "new" / MARK_FILE).exists()
    second = unlocked(tmp_path / "new", work.groups)
    assert (tmp_path / "new" / MARK_FILE).exists(), "until it was read"
    assert second.vault.incarnation == first.vault.incarnation, "one restore begins one incarnation"
    with writing(second.engine) as db:
        restored_folder.note_restore_read(db, second.vault)
    assert not (tmp_path / "new" / MARK_FILE).exists()
    second.engine.dispose()
    third = unlocked(tmp_path / "new", work.groups)
    assert faults_of(third) == ()
    with open_read_only(tmp_path / "new") as view:
        assert inspection.inspect_all(view.db, None, report_nothing).findings == ()
        assert view.verdict.is_clean


def test_the_unlock_after_a_restore_blames_no_file(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    """The second copy of the keys has the incarnation of the backup until the commit of that unlock."""
    restored(made, tmp_path / "new")
    first = unlocked(tmp_path / "new", work.groups)
    assert condition.is_sound(first.engine, first.vault)
    with reading(first.engine) as db:
        assert condition.list_findings(db, first.vault, lambda: lambda ring: "") == ()
        assert header_backup.find_fault(db, first.vault) is None, "it was written anew"
        before_change = header_backup.find_header_backup(db)
    with writing(first.engine) as db:
        secret_changes.change_passphrase(db, first.vault, "walnut ferry candle oblong", now=LATER)
    with reading(first.engine) as db:
        assert header_backup.find_header_backup(db) != before_change
    assert condition.is_sound(first.engine, first.vault)
    first.engine.dispose()
    second = unlocked(tmp_path / "new", work.groups)
    assert condition.is_sound(second.engine, second.vault)


def test_the_unlock_after_a_restore_still_finds_an_older_second_copy(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    """The control: the file of another day is named as it is without a restore."""
    older = (tmp_path / "data" / HEADER_BACKUP_FILE).read_bytes()
    with writing(work.engine) as db:
        secret_changes.change_passphrase(db, work.vault, "walnut ferry candle oblong", now=LATER)
    restored(make_backup(work, tmp_path, now=LATER), tmp_path / "new")
    (tmp_path / "new" / HEADER_BACKUP_FILE).write_bytes(older)
    first = unlocked(tmp_path / "new", work.groups)
    assert first.vault.header_fault == HeaderFault.OUTDATED
    with reading(first.engine) as db:
        assert header_backup.find_fault(db, first.vault) is None, "it was written anew"


def test_a_backup_of_a_restored_practice_restores(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    restored(made, tmp_path / "first" / "data")
    again = unlocked(tmp_path / "first" / "data", work.groups)
    again.client("Femi Adeyemi")
    second = make_backup(again, tmp_path / "first", now=LATER)
    assert second.faults == () and second.manifest.incarnation == again.vault.incarnation.bytes
    restored(second, tmp_path / "third")
    third = unlocked(tmp_path / "third", work.groups)
    assert len(third.vault.past_incarnations or ()) == 2
    assert faults_of(third) == ()


def test_two_restores_of_one_backup_go_their_own_ways(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    """Their lines have the same numbers; under one id a line of one would pass in the other."""
    ways = []
    for name in ("one", "two"):
        restored(made, tmp_path / name)
        ways.append(unlocked(tmp_path / name, work.groups).vault.incarnation)
    assert len({*ways, work.vault.incarnation}) == 3


@pytest.mark.parametrize("raw", [b"", b"nothing", b"0" * 32 + b" 9223372036854775807\n"])
def test_a_mark_that_cannot_be_read_begins_one_too(
    raw: bytes, work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    (tmp_path / "new" / MARK_FILE).write_bytes(raw)
    first = unlocked(tmp_path / "new", work.groups)
    assert first.vault.incarnation != work.vault.incarnation
    first.engine.dispose()
    second = unlocked(tmp_path / "new", work.groups)
    assert second.vault.incarnation == first.vault.incarnation, "and only one"
    assert faults_of(second) == ()


def test_a_hurt_copy_of_the_ids_costs_one_line_and_not_those_before(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    table = audit_log.audit_log_table
    with reading(again.engine) as db:
        row = next(row for row in db.execute(select(table)) if row.body[:1] == incarnations.RESTORE_PREFIX)
        trigger = next(sql for _, name, _, sql in schema.read_schema(db) if name == b"no_update_audit_line")
    for offset in (1, 1 + 16, 100):
        body = bytearray(row.body)
        body[offset] ^= 1
        with writing(again.engine) as db:
            db.execute(text("DROP TRIGGER no_update_audit_line"))
            db.execute(table.update().where(table.c.seq == row.seq).values(body=bytes(body)))
            db.execute(text((trigger or b"").decode()))
        again.vault.past_incarnations = again.vault.inventory = None
        found = faults_of(again)
        assert len(found) == 1 and f"line {row.seq} " in found[0].lower(), found


def test_a_restore_line_that_somebody_else_wrote_is_not_believed(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    stranger = practices.founded(tmp_path / "stranger").vault
    for signs in (again.vault, stranger):
        with monkeypatched_signing(again.vault, signs), writing(again.engine) as db:
            incarnations.begin_incarnation(db, again.vault, backup_made_at=1, now=LATER)
        with reading(again.engine) as db:
            vault = key_slots.unlock_with_recovery_sheet(db, " ".join(work.groups))
            if signs is again.vault:
                assert unsigned_entries.check_unsigned_entries(db, vault), "the control"
            else:
                with pytest.raises(audit_log.ChainBroken):
                    unsigned_entries.check_unsigned_entries(db, vault)


@contextmanager
def monkeypatched_signing(vault: Vault, signs: Vault) -> Iterator[None]:
    """The one vault signs with the key of the other."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vault, "sign", signs.sign)
        yield


def test_an_old_head_is_not_used_for_a_restored_store(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    """The second copy of the head names the new incarnation after the first unlock."""
    restored(made, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    with reading(again.engine) as db:
        assert not header_backup.backup_has_other_ids(db)
        assert header_backup.find_fault(db, again.vault) is None


def test_a_missing_first_line_costs_no_line_after_the_second(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    """It tells whether there was an incarnation before; without it one is looked for."""
    restored(made, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    with writing(again.engine) as db:
        db.execute(text("DROP TRIGGER no_delete_audit_line"))
        db.execute(text("DELETE FROM audit_line WHERE seq = 1"))
    with reading(again.engine) as db:
        found = [finding.sentence for finding in inspection.inspect_all(db, None, report_nothing).findings]
    assert [sentence.partition(" of ")[0] for sentence in found] == ["Line 1", "Line 2"]


def signatures_under(place: Path, vault: Vault, incarnation: UUID, after: int) -> list[int]:
    """The lines after this one whose signature holds as one of this incarnation."""
    table = audit_log.audit_log_table
    with open_read_only(place) as view:
        rows = view.db.execute(select(table).where(table.c.seq > after)).all()
    assert rows
    return [
        row.seq
        for row in rows
        if row.signature
        and verify_signature(
            vault.public_key, "sig/audit", incarnation, row.seq, row.hash, signature=row.signature
        )
    ]


@pytest.mark.parametrize("with_unsigned", [False, True])
def test_no_signature_of_a_restored_copy_holds_in_the_practice_it_was_made_of(
    work: Work, made: MadeBackup, tmp_path: Path, with_unsigned: bool
) -> None:
    """Both may go on; what one of them signs must not be put into the other as its own."""
    restored(made, tmp_path / "new")
    if with_unsigned:
        fail_an_unlock(tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    again.client("Femi Adeyemi")
    last = made.manifest.last_line
    assert signatures_under(tmp_path / "new", work.vault, work.vault.incarnation, last) == []
    assert len(signatures_under(tmp_path / "new", work.vault, again.vault.incarnation, last)) >= 3
    assert faults_of(again) == ()
    # The control: what a program that signed first would leave behind is found.
    restored(made, tmp_path / "other")
    engine = open_store(tmp_path / "other")
    with writing(engine) as db:
        vault = key_slots.unlock_with_recovery_sheet(db, " ".join(work.groups))
        inventory_snapshot.accept_unsigned_entries(db, vault, now=LATER)
        assert restored_folder.begin_if_restored(db, vault, now=LATER)
    engine.dispose()
    assert signatures_under(tmp_path / "other", work.vault, work.vault.incarnation, last) == [last + 1]


def fail_an_unlock(place: Path) -> None:
    engine = open_store(place)
    with writing(engine) as db:
        practice_access.record_failed_unlock(db, now=LATER)
    engine.dispose()


def test_lines_without_a_key_are_vouched_for_after_the_line_that_begins_it(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    fail_an_unlock(tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    unsigned = made.manifest.last_line + 1
    with reading(again.engine) as db:
        events = [line.event for line in audit_reader.iter_checked_entries(db, again.vault, first=unsigned)]
        assert audit_reader.is_signed_afterwards(db, again.vault, unsigned)
        assert again.vault.refused_entry is None
    assert [event.partition(" ")[0] for event in events[:3]] == [
        "unlock.failed", "practice.restored", "audit.adopted"
    ]  # fmt: skip


def test_a_line_refused_before_it_leaves_the_line_that_begins_it_believed(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    restored(made, tmp_path / "new")
    for _ in range(2):
        fail_an_unlock(tmp_path / "new")
    engine, bad = open_store(tmp_path / "new"), made.manifest.last_line + 1
    with writing(engine) as db:
        db.execute(text("DROP TRIGGER no_update_audit_line"))
        db.execute(text("UPDATE audit_line SET body = x'00' WHERE seq = :seq"), {"seq": bad})
        trigger = next(
            sql for _, name, _, sql in schema.expected_schema(metadata) if name == b"no_update_audit_line"
        )
        db.execute(text((trigger or b"").decode()))
    engine.dispose()
    again = unlocked(tmp_path / "new", work.groups)
    with reading(again.engine) as db:
        assert again.vault.refused_entry == bad
        assert not audit_reader.is_signed_afterwards(db, again.vault, bad)
        assert again.vault.inventory and again.vault.inventory.gaps == [bad]
        fresh = key_slots.unlock_with_recovery_sheet(db, " ".join(work.groups))
        assert inventory_snapshot.load_inventory(db, fresh).gaps == [bad]
    again.client("Femi Adeyemi")
