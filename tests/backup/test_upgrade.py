"""A later release meets the practice of an earlier one: a backup first, then new tables, and nothing lost."""

import json
import lzma
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import upgrade, verification
from clinic_toolkit.backup.backup_files import read_signed_manifest
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.restoration import restore_backup
from clinic_toolkit.cli.start import _bring_up_to_date, _bring_up_to_date_there
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import inspection
from clinic_toolkit.record.people import clients, executor_access, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store import base, folder, opening
from clinic_toolkit.store.format_number import FORMAT_VERSION
from clinic_toolkit.store.opening import open_read_only, open_store
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.storage_errors import OlderFormat, OtherFormat, StorageFull, StorageReadOnly
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from tests.fixtures import next_release
from tests.fixtures.backups import LATER
from tests.fixtures.file_steps import copied_before_each_step
from tests.fixtures.write_protected import write_protected
from tests.store.chains import refusing_nothing
from tests.vectors import frozen_contents, independent_reader
from tests.vectors.make_frozen_store import FOLDER

FROZEN = FOLDER / f"format-{FORMAT_VERSION}.tar.xz"
DESCRIBED: dict[str, Any] = json.loads((FOLDER / f"format-{FORMAT_VERSION}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frozen backup of the present format."""
    file = tmp_path_factory.mktemp("frozen") / "backup.tar"
    file.write_bytes(lzma.decompress(FROZEN.read_bytes()))
    return file


@pytest.fixture
def older(backup: Path, tmp_path: Path) -> Path:
    """The frozen practice in a folder, restored and unlocked by this release."""
    restore_backup(backup, tmp_path / "data", replace=False, report=report_nothing)
    engine = open_store(tmp_path / "data")
    for _ in range(2):
        with writing(engine) as db:
            practice_access.unlock_with_recovery_sheet(db, DESCRIBED["sheet"], now=LATER)
    engine.dispose()
    return tmp_path / "data"


@pytest.fixture
def next_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From here on the program is the next release."""
    with next_release.being_next_release(monkeypatch):
        yield


@pytest.fixture
def upgraded(older: Path, next_one: None) -> Path:
    assert upgrade.bring_up_to_date(older, now=LATER, report=report_nothing)
    return older


def kept_in(place: Path) -> list[Path]:
    return sorted((place / folder.UPGRADE_BACKUP_FOLDER).iterdir())


def check_whole(place: Path) -> None:
    """Everything that was frozen is there, the full check finds nothing, and work goes on."""
    engine = open_store(place)
    with writing(engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, DESCRIBED["sheet"], now=LATER)
        held = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, DESCRIBED["sheet"])
        assert held.psychotherapy_key
        vault.open_psychotherapy_notes(db, held.psychotherapy_key)
    with reading(engine) as db:
        assert frozen_contents.read_records(db, vault) == DESCRIBED["records"]
        assert inspection.inspect_all(db, vault, report_nothing).findings == ()
    with writing(engine) as db:
        made = clients.create_client(db, vault, Client(name="Femi Adeyemi"), now=LATER)
    with reading(engine) as db:
        assert clients.load_client(db, vault, made.id).payload.name == "Femi Adeyemi"
    engine.dispose()


def test_the_practice_is_whole_in_the_next_release_and_kept_as_it_was(upgraded: Path) -> None:
    [kept] = kept_in(upgraded)
    assert read_signed_manifest(kept).manifest.store_format == FORMAT_VERSION
    assert upgrade.bring_up_to_date(upgraded, now=LATER, report=report_nothing) is None
    assert kept_in(upgraded) == [kept], "it stays"
    check_whole(upgraded)
    with reading(open_store(upgraded)) as db:
        assert db.execute(select(base.metadata.tables[next_release.ADDED_TABLE])).all() == []
    independent_reader.Reader(upgraded, sheet=DESCRIBED["sheet"]).db.close()


def test_what_was_kept_is_a_backup_that_both_releases_restore(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with next_release.being_next_release(monkeypatch):
        kept = upgrade.bring_up_to_date(older, now=LATER, report=report_nothing)
        assert kept
        found = verification.verify_backup(
            kept,
            tmp_path,
            open_vault=lambda db: key_slots.unlock_with_recovery_sheet(db, DESCRIBED["sheet"]),
            report=report_nothing,
        )
        assert found.faults == () and ("made_up", 0) not in found.manifest.counts
        restore_backup(kept, tmp_path / "later", replace=False, report=report_nothing)
        with pytest.raises(OlderFormat):
            open_store(tmp_path / "later")
        assert upgrade.bring_up_to_date(tmp_path / "later", now=LATER, report=report_nothing)
        check_whole(tmp_path / "later")
    restore_backup(kept, tmp_path / "again", replace=False, report=report_nothing)
    check_whole(tmp_path / "again")


def test_the_next_upgrade_takes_the_place_of_the_backup_before(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = older / folder.UPGRADE_BACKUP_FOLDER / "clinic-backup-of-an-earlier-upgrade.tar"
    before.parent.mkdir()
    before.write_bytes(b"kept until now")
    with next_release.being_next_release(monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(SqliteStore, "writing", _disk_full)
            with pytest.raises(StorageFull):
                upgrade.bring_up_to_date(older, now=LATER, report=report_nothing)
        assert kept_in(older) == [before], "nothing was changed, so it is still needed"
        made = upgrade.bring_up_to_date(older, now=LATER, report=report_nothing)
        assert kept_in(older) == [made] != [before]


def _disk_full(store: object) -> None:
    raise StorageFull


def test_a_kill_at_any_step_leaves_the_practice_of_one_release_or_the_other(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with next_release.being_next_release(monkeypatch):
        with copied_before_each_step(older) as copies:
            upgrade.bring_up_to_date(older, now=LATER, report=report_nothing)
        assert len(copies) > 5
        for place in [copies[0], copies[len(copies) // 2], copies[-1], older]:
            folder.remove_interrupted_copies(place)
            upgrade.bring_up_to_date(place, now=LATER, report=report_nothing)
            check_whole(place)


@pytest.mark.parametrize("way", ["sheet", "halves"])
def test_opening_to_read_migrates_nothing(older: Path, next_one: None, way: str) -> None:
    """Also with the sheets of an executor, who changes nothing of the record."""
    before = {file.name: file.read_bytes() for file in older.iterdir() if file.is_file()}
    with open_read_only(older) as view:
        if way == "halves":
            vault, _ = key_slots.unlock_with_executor_halves(view.db, *DESCRIBED["halves"])
        else:
            vault = key_slots.unlock_with_recovery_sheet(view.db, DESCRIBED["sheet"])
        assert inspection.inspect_all(view.db, vault, report_nothing).findings == ()
        assert clients.list_clients(view.db, vault)
    assert {file.name: file.read_bytes() for file in older.iterdir() if file.is_file()} == before
    assert opening.find_older_format(older) == FORMAT_VERSION


def test_on_a_write_protected_disk_the_next_release_reads_it_as_it_is(older: Path, next_one: None) -> None:
    with write_protected(older):
        engine = open_store(older)
        assert store_of(engine).is_read_only and store_of(engine).verdict.write_protected
        with reading(engine) as db:
            vault = key_slots.unlock_with_recovery_sheet(db, DESCRIBED["sheet"])
            assert clients.list_clients(db, vault)
        with pytest.raises(StorageReadOnly), writing(engine):
            pass
        engine.dispose()
    assert opening.find_older_format(older) == FORMAT_VERSION


def test_an_executor_in_the_program_migrates_nothing(upgraded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes tables is the start alone; the ways to unlock never do, whoever unlocks."""
    monkeypatch.setattr(opening, "migrate_store", None)
    engine = open_store(upgraded)
    with writing(engine) as db:
        vault = executor_access.unlock_with_halves(db, *DESCRIBED["halves"], now=LATER)
        assert not vault.can_sign and clients.list_clients(db, vault)
    engine.dispose()


def test_a_start_looks_at_the_number_alone_where_there_is_nothing_to_do(
    older: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[Path] = []
    monkeypatch.setattr(sys.modules[_bring_up_to_date.__module__], "_bring_up_to_date_there", called.append)
    _bring_up_to_date(older)
    _bring_up_to_date(older / "nothing is here")
    assert called == [] and capsys.readouterr().out == ""


def test_a_draft_is_left_for_the_page_that_refuses_it(older: Path) -> None:
    """The whole way, in a process of its own: there is no way from a draft, and nothing is changed."""
    with closing(sqlite3.connect(older / "clinic.db")) as db:
        db.execute("PRAGMA user_version = 1")
    _bring_up_to_date(older)
    with pytest.raises(OtherFormat, match="an earlier draft"):
        open_store(older)
    assert not (older / folder.UPGRADE_BACKUP_FOLDER).exists()


def test_a_refusal_reaches_the_start_as_a_sentence(older: Path, next_one: None) -> None:
    with closing(sqlite3.connect(older / "clinic.db")) as db, db, refusing_nothing(db):
        db.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM audit_line)")
    with pytest.raises(DamagedFile, match="not the one that was written last"):
        _bring_up_to_date_there(older)
    assert opening.find_older_format(older) == FORMAT_VERSION and kept_in(older) == []
