"""A restore honours newer deletions where it can see them; an older backup alone brings the client back."""

import shutil
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import backup_state, restoration
from clinic_toolkit.backup.backup_state import BackupState
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.journal import deletion_list, header_recovery, inventory_snapshot, tombstones
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.restored_folder import MARK_FILE, RestoreNotice
from clinic_toolkit.record.handovers import answer_log, clinician_side
from clinic_toolkit.record.people import cases, clients, executor_access, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store import folder
from clinic_toolkit.store.folder import DELETIONS_FILE
from clinic_toolkit.store.folder_lock import acquire_folder_lock
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault import ring_erasure
from tests.backup.test_restore_kills import Killed, kill_names_after
from tests.fixtures import file_steps, practices
from tests.fixtures.backups import LATER, contents, erase, faults_of, make_backup, restored, unlocked
from tests.fixtures.practices import NOW, Work
from tests.reliability.test_erasure import holding, seals_of

ERASED_AT = NOW + timedelta(hours=5)


@pytest.fixture
def gone(work: Work) -> RecordVersion[Client]:
    """A client who will be erased."""
    client = work.client("Bo Lindqvist")
    work.session(client)
    return client


@pytest.fixture
def older(work: Work, gone: RecordVersion[Client], tmp_path: Path) -> MadeBackup:
    """A backup from before."""
    return make_backup(work, tmp_path)


def names(work: Work) -> list[str]:
    with reading(work.engine) as db:
        return sorted(client.payload.name or "" for client in clients.list_clients(db, work.vault))


def moved(made: MadeBackup, place: Path) -> MadeBackup:
    """The backup alone, in a folder with nothing beside it."""
    place.mkdir(parents=True)
    shutil.copy(made.file, place)
    return MadeBackup(file=place / made.file.name, manifest=made.manifest, faults=())


def notice_of(work: Work) -> RestoreNotice:
    notice = work.vault.restore_notice
    assert isinstance(notice, RestoreNotice)
    return notice


def test_alone_it_brings_the_client_back_and_says_which_backup_it_was(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    found = restored(moved(older, tmp_path / "alone" / "kept"), tmp_path / "alone" / "data")
    assert found.newer.count == 0 and not (tmp_path / "alone" / "data" / DELETIONS_FILE).exists()
    again = unlocked(tmp_path / "alone" / "data", work.groups)
    assert names(again) == ["Ana Reyes", "Bo Lindqvist"]
    assert notice_of(again) == RestoreNotice(backup_made_at=from_microseconds(older.manifest.made_at))
    assert names(unlocked(tmp_path / "alone" / "data", work.groups)) == ["Ana Reyes", "Bo Lindqvist"]


@pytest.mark.parametrize(
    "seen_in", ["newer backup", "place for backups", "replaced store", "store beside", "usual folder"]
)
def test_what_it_can_see_is_erased_before_anything_is_shown(
    seen_in: str, work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    tombstone = erase(work, gone, now=ERASED_AT)
    alone = moved(older, tmp_path / "alone" / "kept")
    place = tmp_path / "alone" / "data"
    beside: tuple[Path, ...] = ()
    if seen_in == "newer backup":
        shutil.copy(make_backup(work, tmp_path, now=LATER, signed=False).file, alone.file.parent)
    if seen_in == "place for backups":
        make_backup(work, tmp_path, now=LATER)
        place.mkdir(parents=True)
        backup_state.change_state(place, lambda state: BackupState(place=str(tmp_path / "kept")))
    work.engine.dispose()
    if seen_in == "replaced store":
        shutil.copytree(tmp_path / "data", place)
    elif seen_in == "store beside":
        shutil.copytree(tmp_path / "data", tmp_path / "alone" / "other")
    elif seen_in == "usual folder":
        beside = (tmp_path / "data",)
    found = restored(alone, place, replace=True, beside=beside)
    assert found.newer.count == 1 and len(found.newer.sources) == 1 and found.newer.unread == ()
    again = unlocked(place, work.groups)
    assert names(again) == ["Ana Reyes"] and faults_of(again) == ()
    assert notice_of(again).erased_at == (ERASED_AT,) and notice_of(again).refused_count == 0
    with reading(again.engine) as db:
        [kept] = tombstones.open_tombstones(again.vault, tombstones.list_tombstone_rows(db))
    assert (kept.id, kept.payload, kept.recorded_at) == (tombstone.id, tombstone.payload, ERASED_AT)
    again.engine.dispose()
    second = unlocked(place, work.groups)
    assert names(second) == ["Ana Reyes"] and faults_of(second) == ()
    assert second.vault.restore_notice is None
    assert not (place / DELETIONS_FILE).exists()


def test_a_deletion_that_is_carried_on_is_honoured_by_the_next_restore_too(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    """Also where nobody has unlocked the restored folder yet, and a backup of it was made while locked."""
    erase(work, gone)
    restored(older, tmp_path / "one" / "data", beside=(tmp_path / "data",))
    locked = Work(engine=open_store(tmp_path / "one" / "data"), vault=work.vault, groups=work.groups)
    between = make_backup(locked, tmp_path / "one", now=LATER, signed=False)
    assert len(between.manifest.deletions) == 1
    locked.engine.dispose()
    for number, source in enumerate((between, older)):
        place = tmp_path / f"next{number}"
        alone = moved(source, place / "kept")
        restored(alone, place / "data")
        again = unlocked(place / "data", work.groups)
        assert names(again) == (["Ana Reyes"] if source is between else ["Ana Reyes", "Bo Lindqvist"])


def test_no_row_and_no_key_is_left(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    restored(older, tmp_path / "control")
    erase(work, gone)
    restored(older, tmp_path / "new")
    unlocked(tmp_path / "new", work.groups).engine.dispose()
    after, before = contents(tmp_path / "new"), contents(tmp_path / "control")
    assert {name for name in before if after[name] != before[name]} >= {
        "client", "therapy_session", "ring", "ring_grant", "tombstone",
    }  # fmt: skip
    assert after["client"] == contents(tmp_path / "data")["client"]


def test_no_file_has_a_sealed_row_of_the_client_afterwards(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    seals = seals_of(work, ring_erasure.list_owner_rings(work.vault, gone.id))
    erase(work, gone)
    restored(older, tmp_path / "new")
    assert holding(tmp_path / "new", seals) == {"clinic.db"} and len(seals) > 4, "the control"
    again = unlocked(tmp_path / "new", work.groups)
    assert store_of(again.engine).purge_copies()
    assert holding(tmp_path / "new", seals) == set()


def test_killed_at_any_statement_of_the_first_unlock_the_next_one_erases(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    restored(older, tmp_path / "new")
    opening = Work(engine=open_store(tmp_path / "new"), vault=work.vault, groups=work.groups)

    def unlock() -> None:
        with writing(opening.engine) as db:
            practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=LATER)

    for place in file_steps.folders_before_each_statement(opening.engine, unlock, tmp_path):
        again = unlocked(place, work.groups)
        assert names(again) == ["Ana Reyes"] and faults_of(again) == ()
        again.engine.dispose()


@pytest.mark.parametrize("after", range(0, 24, 3))
def test_killed_while_it_replaces_the_erased_stay_erased(
    after: int, work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    work.engine.dispose()
    with pytest.MonkeyPatch.context() as patched:
        kill_names_after(patched, after)
        with suppress(Killed):
            restored(older, tmp_path / "data", replace=True)
    (tmp_path / "data" / "running").unlink(missing_ok=True)
    restoration.finish_restore(tmp_path / "data")
    folder.remove_interrupted_copies(tmp_path / "data")
    again = unlocked(tmp_path / "data", work.groups)
    assert names(again) == ["Ana Reyes"] and faults_of(again) == ()


def test_what_is_not_signed_by_the_clinician_erases_nothing_and_is_counted(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    with reading(work.engine) as db:
        [row] = tombstones.list_tombstone_rows(db)
    for number in range(3):
        restored(older, tmp_path / f"new{number}")
    changed = row._replace(sealed=row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]))
    stranger = practices.founded(tmp_path / "stranger")
    erase(stranger, stranger.client("Dana Ito"))
    with reading(stranger.engine) as db:
        [foreign] = tombstones.list_tombstone_rows(db)
    for number, (others, expected) in enumerate(
        [([changed], 1), ([foreign, changed], 2), ([changed, foreign, row], 1)]
    ):
        packed = [deletion_list.pack_row(each) for each in others]
        deletion_list.write_deletions(tmp_path / f"new{number}", packed)
        again = unlocked(tmp_path / f"new{number}", work.groups)
        assert notice_of(again).refused_count == expected
        kept = ["Ana Reyes", "Bo Lindqvist"] if row not in others else ["Ana Reyes"]
        assert names(again) == kept and faults_of(again) == ()


def test_a_damaged_list_erases_nothing_and_is_named(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    restored(older, tmp_path / "new")
    file = tmp_path / "new" / DELETIONS_FILE
    file.write_bytes(file.read_bytes()[:-1])
    again = unlocked(tmp_path / "new", work.groups)
    assert notice_of(again).is_list_damaged and names(again) == ["Ana Reyes", "Bo Lindqvist"]


def test_a_list_in_a_folder_that_was_not_restored_is_not_looked_at(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    restored(older, tmp_path / "new")
    (tmp_path / "new" / MARK_FILE).unlink()
    again = unlocked(tmp_path / "new", work.groups)
    assert names(again) == ["Ana Reyes", "Bo Lindqvist"] and again.vault.restore_notice is None


def test_a_joint_record_stays_for_the_other_partner(work: Work, tmp_path: Path) -> None:
    one, two = work.client("Bo Lindqvist"), work.client("Carla Aho")
    with writing(work.engine) as db:
        couple = cases.create_couple_case(db, work.vault, one.id, two.id, now=NOW)
    older = make_backup(work, tmp_path)
    erase(work, one)
    restored(older, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    assert names(again) == ["Ana Reyes", "Carla Aho"] and faults_of(again) == ()
    with reading(again.engine) as db:
        assert cases.load_case(db, again.vault, couple.id).payload.client_ids == (two.id,)


def test_a_client_who_came_after_the_backup_and_was_erased_is_no_damage(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    tombstone = erase(work, work.client("Bo Lindqvist"))
    assert restored(made, tmp_path / "new").newer.count == 1
    again = unlocked(tmp_path / "new", work.groups)
    assert notice_of(again).erased_at == () and faults_of(again) == ()
    with reading(again.engine) as db:
        assert [row.record for row in tombstones.list_tombstone_rows(db)] == [tombstone.id]


def test_what_cannot_be_read_is_named(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    newer = make_backup(work, tmp_path, now=LATER).file
    newer.write_bytes(newer.read_bytes()[:-1])
    work.engine.dispose()
    (tmp_path / "data" / "clinic.db").write_bytes(b"not a database any more")
    found = restored(older, tmp_path / "data", replace=True)
    assert found.newer.unread == (str(newer), str(tmp_path / "data")) and found.newer.count == 0


def test_another_practice_and_a_starting_program_are_left_alone(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    stranger = practices.founded(tmp_path / "alone" / "x")
    erase(stranger, stranger.client("Dana Ito"))
    stranger.engine.dispose()
    shutil.move(tmp_path / "alone" / "x" / "data", tmp_path / "alone" / "stranger")
    erase(work, gone)
    work.engine.dispose()
    shutil.copytree(tmp_path / "data", tmp_path / "alone" / "other")
    lock = acquire_folder_lock(tmp_path / "alone" / "other")
    found = restored(moved(older, tmp_path / "alone" / "kept"), tmp_path / "alone" / "data")
    lock.release()
    assert found.newer.count == 0 and found.newer.unread == (str(tmp_path / "alone" / "other"),)


def test_the_practice_may_be_open_in_another_folder(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    lock = acquire_folder_lock(tmp_path / "data")
    found = restored(older, tmp_path / "new")
    lock.release()
    assert found.newer.count == 1 and found.newer.sources == (str(tmp_path / "data"),)
    work.client("Carla Aho")
    assert faults_of(work) == ()


def test_an_executor_who_opens_it_first_is_not_shown_the_client(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    with writing(work.engine) as db:
        halves = executor_access.generate_halves(work.vault, psychotherapy_key=None)
        executor_access.activate_halves(db, work.vault, halves, now=NOW)
    older = make_backup(work, tmp_path)
    restored(older, tmp_path / "control")
    erase(work, gone)
    restored(older, tmp_path / "new")
    first, second = " ".join(halves.first), " ".join(halves.second)
    for place, shown in (("control", ["Ana Reyes", "Bo Lindqvist"]), ("new", ["Ana Reyes"])):
        engine = open_store(tmp_path / place)
        with writing(engine) as db:
            vault = executor_access.unlock_with_halves(db, first, second, now=LATER)
        reader = Work(engine=engine, vault=vault, groups=())
        assert names(reader) == shown
        with reading(engine) as db:
            inventory_snapshot.refresh_inventory(db, vault)
        assert names(reader) == shown and not vault.integrity_failures
        engine.dispose()
    again = unlocked(tmp_path / "new", work.groups)
    assert names(again) == ["Ana Reyes"] and len(notice_of(again).erased_at) == 1 and faults_of(again) == ()


def test_where_nothing_can_be_written_the_client_is_not_shown_either(
    work: Work,
    gone: RecordVersion[Client],
    older: MadeBackup,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erase(work, gone)
    restored(older, tmp_path / "new")
    engine = open_store(tmp_path / "new")
    with monkeypatch.context() as stuck:
        stuck.setattr(SqliteStore, "is_read_only", True)
        with reading(engine) as db:
            vault = practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=LATER)
    assert names(Work(engine=engine, vault=vault, groups=work.groups)) == ["Ana Reyes"]
    assert not vault.integrity_failures and not vault.damaged_rings
    engine.dispose()
    assert len(notice_of(unlocked(tmp_path / "new", work.groups)).erased_at) == 1


def test_the_answers_of_a_form_that_was_out_go_with_the_client(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    administration = work.begun(gone, practices.giving())
    with writing(work.engine) as db:
        clinician_side.create_handover(db, work.vault, administration, relationship_word="M.", now=NOW)
        row = {"seq": 1, "item": 1, "previous": bytes(32), "sealed": b"an answer"}
        assert work.vault.inventory
        [handover] = work.vault.inventory.record_ids("handover", None)
        table = answer_log.handover_row_table
        db.execute(table.insert().values(handover=UUID(bytes=handover), **row))
    older = make_backup(work, tmp_path)
    erase(work, gone)
    restored(older, tmp_path / "new")
    again = unlocked(tmp_path / "new", work.groups)
    for each in (work, again):
        with reading(each.engine) as db:
            assert db.execute(select(table)).all() == []


def test_a_failed_first_unlock_leaves_it_for_the_next(
    work: Work,
    gone: RecordVersion[Client],
    older: MadeBackup,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    erase(work, gone)
    restored(older, tmp_path / "new")
    with monkeypatch.context() as broken:
        broken.setattr(header_recovery, "reconcile_header_copies", _fail)
        with pytest.raises(ZeroDivisionError):
            unlocked(tmp_path / "new", work.groups)
    again = unlocked(tmp_path / "new", work.groups)
    assert notice_of(again).erased_at == (NOW,) and names(again) == ["Ana Reyes"] and faults_of(again) == ()


def _fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def test_a_list_that_was_carried_out_is_put_into_no_manifest(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    """What somebody put beside it would else be passed on from backup to backup."""
    erase(work, gone)
    place = tmp_path / "one" / "data"
    restored(older, place, beside=(tmp_path / "data",))
    genuine = deletion_list.load_deletions(place)
    deletion_list.write_deletions(place, [*genuine, b"of nobody"])
    for deletions in ([*genuine, b"of nobody"], genuine):
        locked = Work(engine=open_store(place), vault=work.vault, groups=work.groups)
        made = make_backup(locked, tmp_path / "one", signed=False)
        assert list(made.manifest.deletions) == deletions
        locked.engine.dispose()
        unlocked(place, work.groups).engine.dispose()


def test_a_place_for_backups_that_is_not_there_is_named(
    work: Work, older: MadeBackup, tmp_path: Path
) -> None:
    stick = str(tmp_path / "stick")
    backup_state.change_state(tmp_path / "data", lambda state: BackupState(place=stick))
    assert restored(older, tmp_path / "new").newer.unread == (stick,)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no such link for everybody")
def test_one_folder_that_is_named_in_two_ways_is_read_once(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    work.engine.dispose()
    (tmp_path / "link").symlink_to(tmp_path / "data", target_is_directory=True)
    found = restored(older, tmp_path / "data", replace=True, beside=(tmp_path / "kept" / ".." / "data",))
    assert found.newer.sources == (str(tmp_path / "data"),) and found.newer.unread == ()
