"""A client who was brought back, and what is restored afterwards: deletions elsewhere, and replaced keys."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.journal import inventory_snapshot, tombstones
from clinic_toolkit.journal.past_records import CannotReturn
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, newer_deletions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots, ring_erasure
from clinic_toolkit.web.access import client_returns
from clinic_toolkit.web.access.client_returns import OtherKeys
from tests.fixtures.backups import LATER, erase, faults_of, make_backup, restored, unlocked
from tests.fixtures.practices import NOW, Work
from tests.fixtures.rekeyed import (
    FIRST,
    SECOND,
    Practice,
    held_by,
    new_secrets,
    open_practice,
    opened_again,
    replace_keys,
)
from tests.fixtures.returns import (
    bring_back,
    clients_of,
    filled_client,
    notes_of,
    open_backup,
    plain_of,
)
from tests.fixtures.vaults import reopened


@pytest.fixture
def gone(work: Work) -> RecordVersion[Client]:
    """A client with something of everything, who will be erased."""
    return filled_client(work)


@pytest.fixture
def older(work: Work, gone: RecordVersion[Client], tmp_path: Path) -> MadeBackup:
    """A backup from before."""
    return make_backup(work, tmp_path)


def restored_beside(work: Work, made: MadeBackup, place: Path) -> Work:
    """The backup in a folder of its own, with the record beside it, after the first and a second unlock."""
    restored(made, place, beside=(Path(work.engine.url.database or "").parent,))
    unlocked(place, work.groups).engine.dispose()
    return unlocked(place, work.groups)


def test_a_restore_of_an_older_backup_does_not_erase_again_who_was_brought_back(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    control = restored_beside(work, older, tmp_path / "control")
    assert "Bo Lindqvist" not in clients_of(control), "the control"
    control.engine.dispose()
    shutil.rmtree(tmp_path / "control")
    bring_back(work, older.file, gone.id)
    again = restored_beside(work, older, tmp_path / "again")
    assert "Bo Lindqvist" in clients_of(again) and faults_of(again) == ()
    # The restored record knows of both, and its own backups tell others.
    with reading(again.engine) as db:
        assert len(tombstones.list_tombstone_rows(db)) == 2
    erase(again, gone)
    assert "Bo Lindqvist" not in clients_of(again) and faults_of(again) == ()


@pytest.mark.parametrize("from_oldest", [True, False])
def test_a_restore_honours_the_last_word(
    from_oldest: bool,
    work: Work,
    gone: RecordVersion[Client],
    older: MadeBackup,
    tmp_path: Path,
) -> None:
    """Erased, brought back, erased again: also out of a backup from before all of it."""
    erase(work, gone)
    bring_back(work, older.file, gone.id)
    between = make_backup(work, tmp_path, now=LATER)
    # By a clock that went back.
    erase(work, gone, now=NOW - timedelta(days=9))
    for number, made in enumerate((older, between)):
        again = restored_beside(work, made, tmp_path / f"again{number}")
        assert "Bo Lindqvist" not in clients_of(again) and faults_of(again) == ()
        again.engine.dispose()
        shutil.rmtree(tmp_path / f"again{number}")
    bring_back(work, (older if from_oldest else between).file, gone.id)
    for number, made in enumerate((older, between)):
        again = restored_beside(work, made, tmp_path / f"back{number}")
        assert "Bo Lindqvist" in clients_of(again) and faults_of(again) == ()
        again.engine.dispose()
        shutil.rmtree(tmp_path / f"back{number}")


def test_erased_in_the_restored_record_it_is_erased_everywhere(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    bring_back(work, older.file, gone.id)
    after = make_backup(work, tmp_path, now=LATER)
    again = restored_beside(work, older, tmp_path / "one" / "again")
    erase(again, gone, now=LATER)
    restored(after, tmp_path / "two" / "last", beside=(tmp_path / "one" / "again",))
    again.engine.dispose()
    last = unlocked(tmp_path / "two" / "last", work.groups)
    assert "Bo Lindqvist" not in clients_of(last) and faults_of(last) == ()


def test_a_backup_of_the_record_with_a_client_who_came_back_is_restored_as_it_is(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    bring_back(work, older.file, gone.id)
    after = make_backup(work, tmp_path, now=LATER)
    before = plain_of(work, gone.id)
    again = restored_beside(work, after, tmp_path / "again")
    assert plain_of(again, gone.id) == before and faults_of(again) == ()


def test_a_restored_folder_that_cannot_be_written_hides_nobody_who_was_brought_back(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    for number, expected in enumerate((False, True)):
        restored(older, tmp_path / f"read{number}", beside=(tmp_path / "data",))
        engine = open_store(tmp_path / f"read{number}")
        with reading(engine) as db:
            vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
            inventory_snapshot.load_inventory(db, vault)
            newer_deletions.hide_deletions(db, vault)
            assert bool(ring_erasure.list_owner_rings(vault, gone.id)) == expected
        engine.dispose()
        shutil.rmtree(tmp_path / f"read{number}")
        if not expected:
            bring_back(work, older.file, gone.id)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


def rekeyed(practice: Practice) -> Work:
    """The practice after every key of it was replaced."""
    secrets = new_secrets()
    replace_keys(practice, secrets)
    practice.engine.dispose()
    engine, vault = opened_again(
        practice.place, held_by(practice.place, practice.vault.user_id, SECOND), practice.vault.user_id
    )
    return Work(engine=engine, vault=vault, groups=secrets.sheet_groups)


def ana_of(work: Work) -> UUID:
    return clients_of(work)["Ana Reyes"].id


def erase_all_of(work: Work, client_id: UUID) -> None:
    with reading(work.engine) as db:
        client = clients.load_client(db, work.vault, client_id)
    erase(work, client)


@pytest.mark.parametrize("erased_first", [True, False])
def test_a_note_stays_signed_across_a_replacement_of_the_keys(
    erased_first: bool, practice: Practice, tmp_path: Path
) -> None:
    old = Work(engine=practice.engine, vault=practice.vault, groups=tuple(practice.sheet.split()))
    ana, made = ana_of(old), make_backup(old, tmp_path)
    before = plain_of(old, ana)
    if erased_first:
        erase_all_of(old, ana)
    work = rekeyed(practice)
    if not erased_first:
        erase_all_of(work, ana)
    with (
        pytest.raises(OtherKeys),
        open_backup(work, made.file, open_vault=client_returns.open_with_present_keys(work.vault)),
    ):
        pass
    bring_back(work, made.file, ana, open_vault=lambda db: key_slots.unlock_with_passphrase(db, FIRST))
    again = Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=work.groups)
    for each in (work, again):
        assert before.items() <= plain_of(each, ana).items()
        assert faults_of(each) == ()
        [note] = [note for note in notes_of(each.vault, each, ana) if note.final]
        place = (each.vault.vault_id, note.id, note.version, note.content_id)
        assert note.id == practice.signed_note and note.signature
        assert not verify_signature(each.vault.public_key, "sig/note", *place, signature=note.signature)
        assert each.vault.is_signed(
            "sig/note",
            author_id=note.author_id,
            record=note.id,
            version=note.version,
            content_id=note.content_id,
            signature=note.signature,
        )
    work.engine.dispose()


def test_what_the_old_keys_made_after_they_were_replaced_does_not_come_back(
    practice: Practice, tmp_path: Path
) -> None:
    """Whoever has a copy of the folder and the old passphrase can go on in it, sign in it, and back it up."""
    old = Work(engine=practice.engine, vault=practice.vault, groups=tuple(practice.sheet.split()))
    ana = ana_of(old)
    shutil.copytree(practice.place, tmp_path / "taken" / "data")
    work = rekeyed(practice)
    taken = Work(engine=open_store(tmp_path / "taken" / "data"), vault=practice.vault, groups=())
    taken.vault = reopened(taken.engine, practice.vault)
    invented = taken.client("Ignatz Wohl")
    with writing(taken.engine) as db:
        seen = clients.load_client(db, taken.vault, ana)
        clients.revise_client(db, taken.vault, seen, Client(name="Ana Reyes", phone="666"), now=LATER)
    made = make_backup(taken, tmp_path / "taken")
    erase_all_of(work, ana)
    for client_id in (invented.id, ana):
        with pytest.raises(CannotReturn, match="not what the audit trail here says"):
            bring_back(
                work, made.file, client_id, open_vault=lambda db: key_slots.unlock_with_passphrase(db, FIRST)
            )
    assert not ring_erasure.list_owner_rings(work.vault, ana) and faults_of(work) == ()
    work.engine.dispose()


def test_keys_that_this_practice_never_had_bring_nobody_back(practice: Practice, tmp_path: Path) -> None:
    """The other way round: a copy that was left behind, and a backup with the keys that came after."""
    shutil.copytree(practice.place, tmp_path / "behind" / "data")
    after = rekeyed(practice)
    made = make_backup(after, tmp_path)
    behind = Work(engine=open_store(tmp_path / "behind" / "data"), vault=practice.vault, groups=())
    behind.vault = reopened(behind.engine, practice.vault)
    ana = ana_of(behind)
    erase_all_of(behind, ana)
    with pytest.raises(CannotReturn, match="never had the keys"):
        bring_back(behind, made.file, ana, open_vault=lambda db: key_slots.unlock_with_passphrase(db, SECOND))
    after.engine.dispose()


def test_every_key_can_be_replaced_afterwards(practice: Practice, tmp_path: Path) -> None:
    old = Work(engine=practice.engine, vault=practice.vault, groups=tuple(practice.sheet.split()))
    ana, made = ana_of(old), make_backup(old, tmp_path)
    before = plain_of(old, ana)
    erase_all_of(old, ana)
    bring_back(old, made.file, ana)
    work = rekeyed(practice)
    assert before.items() <= plain_of(work, ana).items() and faults_of(work) == ()
    erase_all_of(work, ana)
    assert faults_of(work) == () and not ring_erasure.list_owner_rings(work.vault, ana)
    work.engine.dispose()
