"""One program at a time on a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from clinic_toolkit.store.claim import AlreadyOpen, claim

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
