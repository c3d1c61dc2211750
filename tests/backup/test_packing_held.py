"""A store is packed as it lies where it can be held still, and is copied first where it cannot."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from clinic_toolkit.backup import verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.refusals import BackupCancelled
from clinic_toolkit.journal import frame_check
from clinic_toolkit.store.folder import SNAPSHOT_FOLDER
from clinic_toolkit.store.sqlite import held_store
from clinic_toolkit.store.sqlite.held_store import HeldStore
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.backups import make_backup
from tests.fixtures.practices import Work


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders into which the store was copied."""
    made: list[Path] = []
    real = SqliteStore.write_snapshot

    def watch(store: SqliteStore, target: Path, **more: Any) -> None:
        made.append(target)
        real(store, target, **more)

    monkeypatch.setattr(SqliteStore, "write_snapshot", watch)
    monkeypatch.setattr(held_store, "_WAIT_SECONDS", 0.0)
    return made


def names_in(place: Path) -> list[str]:
    """What lies in a folder, without the log of SQLite."""
    return sorted(path.name for path in place.iterdir() if not path.name.startswith("clinic.db-"))


def is_whole(file: Path, tmp_path: Path) -> bool:
    """Whether a check without keys finds nothing wrong with a backup."""
    return verification.verify_backup(file, tmp_path, open_vault=None, report=report_nothing).faults == ()


def test_no_copy_of_the_record_lies_anywhere_meanwhile(
    work: Work, copies: list[Path], tmp_path: Path
) -> None:
    before, seen = names_in(tmp_path / "data"), set()

    def look(done: int, total: int) -> None:
        seen.update(names_in(tmp_path / "data"))
        assert len(names_in(tmp_path / "kept")) == 1

    made = make_backup(work, tmp_path, report=look)
    assert (sorted(seen), copies) == (before, [])
    assert made.faults == () and is_whole(made.file, tmp_path)


def test_one_who_reads_since_before_the_last_save_makes_it_a_copy(
    work: Work, copies: list[Path], tmp_path: Path
) -> None:
    with reading(work.engine) as db:
        db.scalar(text("SELECT count(*) FROM client"))
        work.client("Femi Adeyemi")
        made = make_backup(work, tmp_path)
    assert copies == [tmp_path / "data" / SNAPSHOT_FOLDER]
    assert dict(made.manifest.counts)["client"] == 2 and is_whole(made.file, tmp_path)


def fail(*_: Any) -> Any:
    raise ValueError("a check that failed")


REASONS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the check of the chain fails": lambda patch: patch.setattr(frame_check, "check_chain", fail),
    "the check of the seals fails": lambda patch: patch.setattr(HeldStore, "find_problems", fail),
    "somebody wrote to the file": lambda patch: patch.setattr(HeldStore, "is_unchanged", lambda held: False),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_goes_wrong_meanwhile_makes_it_a_copy(
    reason: str, work: Work, copies: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        REASONS[reason](patch)
        # The check of a copy is another call of the same.
        patch.setattr(verification, "check_without_keys", lambda view, report: [])
        made = make_backup(work, tmp_path)
    assert len(copies) == 1 and names_in(tmp_path / "kept") == [made.file.name]
    assert is_whole(made.file, tmp_path)


def test_a_problem_of_the_structure_is_told_as_of_any_store(
    work: Work, copies: list[Path], tmp_path: Path
) -> None:
    with writing(work.engine) as db:
        db.execute(text("DROP TRIGGER no_update_client"))
    made = make_backup(work, tmp_path)
    assert len(copies) == made.manifest.faults == len(made.faults) == 1
    assert "first difference: trigger no_update_client" in made.faults[0]


def test_who_stops_it_waits_for_no_check(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing goes on behind their back."""
    began = threading.Event()

    def check_without_end(db: object, count_checked: Callable[[int], None]) -> Any:
        while True:
            began.set()
            count_checked(1)

    def stop(done: int, total: int) -> None:
        if began.is_set():
            raise BackupCancelled

    monkeypatch.setattr(frame_check, "check_chain", check_without_end)
    with pytest.raises(BackupCancelled):
        make_backup(work, tmp_path, report=stop)
    assert names_in(tmp_path / "kept") == []
    assert not [thread for thread in threading.enumerate() if thread.name == "side task"]
