"""One program at a time on a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from clinic_toolkit.store.claim import LOCK_FILE, AlreadyOpen, claim

HOLD = """
import sys, pathlib
from clinic_toolkit.store.claim import claim
held = claim(pathlib.Path(sys.argv[1]))
held.publish("http://example.localhost:8400/")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_program_learns_the_firsts_page_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout and first.stdout.readline().strip() == b"held"
    with pytest.raises(AlreadyOpen) as raised:
        claim(tmp_path)
    assert raised.value.url == "http://example.localhost:8400/"
    first.kill()
    first.communicate()
    held = claim(tmp_path)
    with pytest.raises(AlreadyOpen) as raised:
        claim(tmp_path)
    assert raised.value.url == ""
    held.release()
    held.release()
    claim(tmp_path).release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
@pytest.mark.parametrize("replaced", [True, False])
def test_a_lock_file_that_was_exchanged_lets_nobody_in(tmp_path: Path, replaced: bool) -> None:
    held = claim(tmp_path)
    held.publish("http://example.localhost:8400/")
    assert held.holds()
    (tmp_path / LOCK_FILE).unlink()
    if replaced:
        (tmp_path / LOCK_FILE).write_text("of another machine")
    assert held.holds()
    with pytest.raises(AlreadyOpen) as raised:
        claim(tmp_path)
    assert raised.value.url == "http://example.localhost:8400/"
    held.release()
    claim(tmp_path).release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
def test_whoever_was_faster_keeps_the_folder(tmp_path: Path) -> None:
    held = claim(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    second = claim(tmp_path)
    assert not held.holds()
    assert second.holds()
    second.release()
    held.release()


@pytest.mark.skipif(sys.platform == "win32", reason="a locked file cannot be exchanged there")
def test_a_folder_that_is_gone_is_nobody_elses(tmp_path: Path) -> None:
    held = claim(tmp_path / "data")
    (tmp_path / "data" / LOCK_FILE).unlink()
    (tmp_path / "data").rmdir()
    assert held.holds()
    held.release()
