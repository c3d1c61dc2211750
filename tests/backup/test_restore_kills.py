"""A restore that is killed between any two changes: the old or the new opens, never neither."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_toolkit.backup import restoration
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.refusals import BackupRefused
from clinic_toolkit.backup.restoration import PLAN_FILE, STAGING_FOLDER
from clinic_toolkit.cli.start import _finish_restore
from clinic_toolkit.store import folder
from tests.fixtures.backups import contents, listing, restored
from tests.fixtures.practices import Work


class Killed(BaseException):
    """Nothing after this ran."""


def kill_names_after(monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], int]:
    """Let every change of names but the first so many be the last thing that a process does."""
    made = [0]

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def change(*args: object, **kwargs: object) -> None:
            if made[0] >= after:
                raise Killed
            made[0] += 1
            real(*args, **kwargs)

        return change

    for name in ("rename", "replace", "mkdir", "rmdir", "unlink"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return lambda: made[0]


@pytest.mark.parametrize("after", range(30))
def test_killed_between_any_two_changes_the_old_or_the_new_opens(
    after: int, work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    """And what is finished by the next start is the backup, whole, with the old files aside."""
    work.client("Femi Adeyemi")
    work.engine.dispose()
    old, new = contents(tmp_path / "data"), contents_of_backup(made, tmp_path)
    with pytest.MonkeyPatch.context() as patched:
        count = kill_names_after(patched, after)
        try:
            restored(made, tmp_path / "data", replace=True)
        except Killed:
            pass
        else:
            assert count() <= after, "the control: the last rounds end by themselves"
    (tmp_path / "data" / "running").unlink(missing_ok=True)
    finished = restoration.finish_restore(tmp_path / "data")
    folder.remove_interrupted_copies(tmp_path / "data")
    found = contents(tmp_path / "data")
    assert found in (old, new)
    assert found == new if finished else True
    if found == new:
        assert contents(tmp_path / "data" / "before-restore-1") == old
    assert not (tmp_path / "data" / STAGING_FOLDER / PLAN_FILE).exists()


def contents_of_backup(made: MadeBackup, tmp_path: Path) -> dict[str, str]:
    """The contents of the store in a backup."""
    restored(made, tmp_path / "compared")
    found = contents(tmp_path / "compared")
    shutil.rmtree(tmp_path / "compared")
    return found


@pytest.mark.processes
def test_the_next_start_finishes_it(
    work: Work, made: MadeBackup, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work.client("Femi Adeyemi")
    work.engine.dispose()
    old, new = contents(tmp_path / "data"), contents_of_backup(made, tmp_path)

    def kill(*args: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched, pytest.raises(Killed):
        patched.setattr(os, "rename", kill)
        restored(made, tmp_path / "data", replace=True)
    assert contents(tmp_path / "data") == old, "the control: nothing was moved yet"
    _finish_restore(tmp_path / "data")
    assert contents(tmp_path / "data") == new
    assert "was finished" in capsys.readouterr().out
    _finish_restore(tmp_path / "data")
    assert capsys.readouterr().out == "", "once is enough"


def test_what_is_put_aside_is_on_the_disk_before_the_new_files_come(
    work: Work, made: MadeBackup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk may keep changes of one folder and lose those of another that were made before."""
    work.engine.dispose()
    done: list[tuple[str, str]] = []
    data = tmp_path / "data"
    rename, move, sync = os.rename, os.replace, folder.sync_folder

    def record(what: str, place: Path) -> None:
        if place.name == "before-restore-1" or place == data:
            done.append((what, place.name))

    def record_rename(old: Path, new: Path) -> None:
        rename(old, new)
        record("moved to", new.parent)

    def record_move(old: Path, new: Path) -> None:
        move(old, new)
        record("new in", new.parent)

    def record_flush(place: Path) -> None:
        sync(place)
        record("flushed", place)

    monkeypatch.setattr(os, "rename", record_rename)
    monkeypatch.setattr(os, "replace", record_move)
    monkeypatch.setattr(folder, "sync_folder", record_flush)
    restored(made, data, replace=True)
    aside = "before-restore-1"
    first = done.index(("moved to", aside))
    last = len(done) - 1 - done[::-1].index(("moved to", aside))
    assert done[first - 1] == ("flushed", "data"), "the folder itself"
    assert done[last + 1 : last + 3] == [("flushed", aside), ("flushed", "data")]
    assert ("new in", "data") in done[last + 3 :], "the control: the new files come after that"


@pytest.mark.parametrize(
    "plan",
    [
        {"aside": "../out", "names": []},
        {"aside": "before-restore-1", "names": ["../letter.odt"]},
        {"aside": "before-restore-1", "names": ["clinic./../../letter.odt"]},
        {"aside": "before-restore-1", "names": ["settings.toml"]},
    ],
)
def test_a_plan_that_leads_out_of_the_folder_is_not_followed(
    plan: dict[str, object], work: Work, tmp_path: Path
) -> None:
    (tmp_path / "letter.odt").write_bytes(b"mine")
    (tmp_path / "data" / STAGING_FOLDER).mkdir()
    (tmp_path / "data" / STAGING_FOLDER / PLAN_FILE).write_text(json.dumps(plan))
    before = listing(tmp_path)
    with pytest.raises(BackupRefused, match="cannot be read"):
        restoration.finish_restore(tmp_path / "data")
    assert listing(tmp_path) == before
