"""One program at a time on a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from clinic_toolkit.store.folder_lock import LOCK_FILE, AlreadyOpen, acquire_folder_lock

HOLD = """
import sys, pathlib
from clinic_toolkit.store.folder_lock import acquire_folder_lock
held = acquire_folder_lock(pathlib.Path(sys.argv[1]))
held.publish_url("http://example.localhost:8400/")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_program_learns_the_firsts_page_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout and first.stdout.readline().strip() == b"held"
    with pytest.raises(AlreadyOpen) as raised:
        acquire_folder_lock(tmp_path)
    assert raised.value.url == "http://example.localhost:8400/"
    first.kill()
    first.communicate()
    held = acquire_folder_lock(tmp_path)
    with pytest.raises(AlreadyOpen) as raised:
        acquire_folder_lock(tmp_path)
    assert raised.value.url == ""
    held.release()
    held.release()
    acquire_folder_lock(tmp_path).release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
@pytest.mark.parametrize("replaced", [True, False])
def test_a_lock_file_that_was_exchanged_lets_nobody_in(tmp_path: Path, replaced: bool) -> None:
    held = acquire_folder_lock(tmp_path)
    held.publish_url("http://example.localhost:8400/")
    assert held.ensure_held()
    (tmp_path / LOCK_FILE).unlink()
    if replaced:
        (tmp_path / LOCK_FILE).write_text("of another machine")
    assert held.ensure_held()
    with pytest.raises(AlreadyOpen) as raised:
        acquire_folder_lock(tmp_path)
    assert raised.value.url == "http://example.localhost:8400/"
    held.release()
    acquire_folder_lock(tmp_path).release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
def test_whoever_was_faster_keeps_the_folder(tmp_path: Path) -> None:
    held = acquire_folder_lock(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    second = acquire_folder_lock(tmp_path)
    assert not held.ensure_held()
    assert second.ensure_held()
    second.release()
    held.release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
def test_a_folder_that_is_gone_is_nobody_elses(tmp_path: Path) -> None:
    held = acquire_folder_lock(tmp_path / "data")
    (tmp_path / "data" / LOCK_FILE).unlink()
    (tmp_path / "data").rmdir()
    assert held.ensure_held()
    held.release()
