"""What a killed check leaves is removed by the next check or start, and nothing that may not be ours."""

import multiprocessing
import os
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from clinic_toolkit.cli import check_folder
from clinic_toolkit.store.folder_lock import acquire_folder_lock


def hold_until_killed(parent: Path, is_held: Event) -> None:
    """What a check does, for as long as it is let."""
    with check_folder.hold_check_folder(parent) as place:
        (place / "data").mkdir()
        (place / "data" / "clinic.db").write_bytes(b"a restored practice")
        is_held.set()
        multiprocessing.Event().wait()


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder of a check that was killed; while it ran, nobody removed it."""
    context = multiprocessing.get_context("spawn")
    is_held = context.Event()
    check = context.Process(target=hold_until_killed, args=(tmp_path, is_held))
    check.start()
    assert is_held.wait(60)
    (place,) = tmp_path.iterdir()
    check_folder.remove_left_folders(tmp_path)
    assert (place / "data" / "clinic.db").exists(), "it is in use"
    check.kill()
    check.join()
    return place


@pytest.mark.processes
def test_the_next_one_removes_what_a_kill_left(left: Path) -> None:
    assert left.exists(), "the control"
    with check_folder.hold_check_folder(left.parent) as place:
        assert list(left.parent.iterdir()) == [place]
    assert list(left.parent.iterdir()) == []


@pytest.mark.processes
def test_a_program_that_outlived_its_check_keeps_its_folder(left: Path) -> None:
    lock = acquire_folder_lock(left / "data")
    check_folder.remove_left_folders(left.parent)
    assert left.exists()
    lock.release()
    check_folder.remove_left_folders(left.parent)
    assert not left.exists()


def ours(parent: Path, name: str = "clinic-check-00112233445566ff") -> Path:
    """A folder as a killed check leaves it."""
    with check_folder.hold_check_folder(parent) as place:
        mark = {file.name: file.read_bytes() for file in place.iterdir()}
    made = parent / name
    made.mkdir(mode=0o700)
    for file, content in mark.items():
        (made / file).write_bytes(content)
    (made / "letter.odt").write_bytes(b"mine")
    return made


def test_nothing_that_may_not_be_ours_is_removed(tmp_path: Path) -> None:
    unmarked = tmp_path / "clinic-check-00112233445566fe"
    unmarked.mkdir()
    (unmarked / "letter.odt").write_bytes(b"mine")
    changed = ours(tmp_path, "clinic-check-00112233445566fd")
    (changed / "check").write_bytes(b"a list of what to check")
    named = ours(tmp_path, "clinic-check-mine")
    target = ours(tmp_path, "elsewhere")
    (tmp_path / "clinic-check-00112233445566fc").symlink_to(target)
    a_file = tmp_path / "clinic-check-00112233445566fb"
    a_file.write_bytes(b"mine")
    before = sorted(tmp_path.rglob("*"))
    check_folder.remove_left_folders(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert unmarked.exists() and changed.exists() and named.exists() and a_file.exists()
    removed = ours(tmp_path)
    check_folder.remove_left_folders(tmp_path)
    assert not removed.exists(), "the control"


@pytest.mark.skipif(os.name != "posix", reason="files have no owner there")
def test_a_folder_of_another_user_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ours(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "getuid", lambda: place.stat().st_uid + 1)
        check_folder.remove_left_folders(tmp_path)
    assert place.exists()
    check_folder.remove_left_folders(tmp_path)
    assert not place.exists(), "the control"


def test_a_place_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    check_folder.remove_left_folders(tmp_path / "gone")
    with pytest.raises(OSError), check_folder.hold_check_folder(tmp_path / "gone"):
        pass
