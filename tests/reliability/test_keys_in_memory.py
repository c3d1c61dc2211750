"""What was typed or opened is gone from memory two seconds after the lock, the idle time or a failure.

Reading another process needs root: its memory is closed to its own user.
"""

import os
import re
import secrets
import sys
import time
from pathlib import Path

import pytest

from tests.fixtures.prepared import prepared, sheet_form
from tests.fixtures.running import Running, children, is_alive
from tests.fixtures.waiting import LONGEST, wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]
as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="reads the memory of processes, which needs root"
)


def holders(running: Running, text: str) -> list[int]:
    """The processes of the program that have this text in memory."""
    wanted = [text.encode(), text.encode("utf-16-le"), text.encode("utf-32-le")]
    everyone = [running.process.pid, *children(running.process.pid)]
    return [pid for pid in everyone if any(found(pid, each) for each in wanted)]


def found(pid: int, wanted: bytes) -> bool:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if not place or "[v" in line:
                continue
            start, end = int(place[1], 16), int(place[2], 16)
            try:
                memory.seek(start)
                if wanted in memory.read(end - start):
                    return True
            except OSError:
                continue
    return False


def text() -> str:
    """Words that no process has seen before."""
    return "typed" + secrets.token_hex(12)


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("memory"))


@as_root
def test_nothing_that_was_typed_is_left_after_a_lock(practice):
    data, groups = practice
    with Running(data) as running:
        browser = running.browser()
        assert browser.post("/unlock/sheet", sheet_form(groups, browser)).status == 303
        typed = text()
        page = browser.get("/unlock/choose")
        fields = {"passphrase": typed, "passphrase_again": "another", "csrf_token": page.token}
        assert browser.post("/unlock/choose", fields).status == 422
        # The control: while unlocked, the search does find it, and only in the worker.
        assert holders(running, typed) == running.workers()[:1]
        running.wait_until_warm()
        assert browser.lock().status == 303
        wait_for(lambda: holders(running, typed) == [])
        assert holders(running, f"group1={groups[0]}&group2={groups[1]}") == []


@as_root
def test_nothing_is_left_of_what_a_locked_worker_was_sent(practice):
    data, _ = practice
    with Running(data) as running:
        browser = running.browser()
        wrong, posted = text(), text()
        token = browser.get("/unlock").token
        assert browser.post("/unlock", {"passphrase": wrong, "code": "", "csrf_token": token}).status == 422
        browser.get("/unlock")
        running.wait_until_warm()
        assert browser.post("/sessions/1/note", {"text": posted}).status == 303
        sheet = {f"group{number}": posted[:20] for number in range(1, 9)} | {"csrf_token": token}
        browser.get("/unlock")
        running.wait_until_warm()
        assert browser.post("/unlock/sheet", sheet).status == 422
        wait_for(lambda: holders(running, wrong) == [])
        assert holders(running, posted[:20]) == []


def test_idle_time_ends_the_process_that_holds_the_keys(practice):
    data, groups = practice
    with Running(data, CLINIC_IDLE_SECONDS="2") as running:
        browser = running.browser()
        browser.get("/")
        workers = running.wait_until_warm()
        time.sleep(2.5)
        # Locked, it does not end by itself.
        assert is_alive(workers[0])
        assert browser.post("/unlock/sheet", sheet_form(groups, browser)).status == 303
        began = time.monotonic()
        while is_alive(workers[0]) and time.monotonic() - began < LONGEST:
            # An open page that only asks is not a person.
            browser.ask("GET", "/pulse", headers={"X-Pulse": "1"})
            time.sleep(0.2)
        assert time.monotonic() - began > 1.5
        assert not is_alive(workers[0])
        assert browser.ask("GET", "/pulse", headers={"X-Pulse": "1"}).status == 401
