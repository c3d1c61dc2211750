"""A backup that is killed at any step: whatever has the name of one is whole, and the next one clears up."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from clinic_toolkit.backup import draft
from clinic_toolkit.backup.backup_files import list_backups
from clinic_toolkit.store.folder import SNAPSHOT_FOLDER
from clinic_toolkit.store.opening import open_store
from tests.fixtures.backups import contents, make_backup
from tests.fixtures.practices import NOW, Work


class Killed(BaseException):
    """Nothing after this ran."""


@pytest.mark.parametrize("step", range(0, 24, 3))
def test_what_has_the_name_is_whole_and_the_next_one_clears_up(
    step: int, work: Work, way: str, tmp_path: Path
) -> None:
    reports: list[int] = []

    def kill(done: int, total: int) -> None:
        reports.append(done)
        if len(reports) > step:
            raise Killed

    with pytest.MonkeyPatch.context() as patched:
        # A process that is killed tidies nothing up.
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        patched.setattr(draft, "_remove_draft", lambda aside: None)
        try:
            make_backup(work, tmp_path, report=kill)
        except Killed:
            left = [path.name for path in (tmp_path / "kept").iterdir()]
            assert (tmp_path / "data" / SNAPSHOT_FOLDER).exists() == (way == "copied")
            assert all(name.endswith(".new") for name in left)
        else:
            assert len(reports) <= step, "the control: the last rounds end by themselves"
    before = contents(tmp_path / "data")
    made = make_backup(work, tmp_path, now=NOW + timedelta(days=1))
    listed = list_backups(tmp_path / "kept", made.manifest.short_id)
    assert all(backup.manifest for backup in listed) and listed[0].file == made.file
    assert sorted(backup.file.name for backup in listed) == sorted(
        path.name for path in (tmp_path / "kept").iterdir()
    )
    assert not (tmp_path / "data" / SNAPSHOT_FOLDER).exists()
    work.engine.dispose()
    open_store(tmp_path / "data").dispose()
    assert contents(tmp_path / "data") == before
