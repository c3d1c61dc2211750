"""What was typed or opened is gone from memory two seconds after the lock, the idle time or a failure.

Reading another process needs root: its memory is closed to its own user.
"""

import os
import re
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

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
    return [pid for pid in everyone if found(pid, *wanted)]


def found(pid: int, *wanted: bytes) -> bool:
    """Whether a process has any of these in memory, which is read once for all of them."""
    try:
        return _found(pid, wanted)
    except (FileNotFoundError, ProcessLookupError):
        return False  # it ended meanwhile


def _found(pid: int, wanted: tuple[bytes, ...]) -> bool:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if not place or "[v" in line:
                continue
            start, end = int(place[1], 16), int(place[2], 16)
            try:
                memory.seek(start)
                held = memory.read(end - start)
            except OSError:
                continue
            if any(each in held for each in wanted):
                return True
    return False


def wait_until_gone(running: Running, secret: str, what: str) -> None:
    """Until no process holds it; a process that ends takes a moment."""
    until = time.monotonic() + 20
    while holders(running, secret):
        assert time.monotonic() < until, what
        time.sleep(0.2)


def text() -> str:
    """Words that no process has seen before."""
    return "typed" + secrets.token_hex(12)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    return prepared(tmp_path_factory.mktemp("memory"))


@as_root
def test_nothing_that_was_typed_is_left_after_a_lock(practice: tuple[Path, tuple[str, ...]]) -> None:
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
def test_nothing_is_left_of_what_a_locked_worker_was_sent(practice: tuple[Path, tuple[str, ...]]) -> None:
    data, _ = practice
    with Running(data) as running:
        browser = running.browser()
        wrong, posted = text(), text()
        token = browser.get("/unlock").token
        assert browser.post("/unlock", {"passphrase": wrong, "code": "", "csrf_token": token}).status == 422
        browser.get("/unlock")
        running.wait_until_warm()
        assert browser.post("/sessions/1/note", {"text": posted}).status == 204
        sheet = {f"group{number}": posted[:20] for number in range(1, 9)} | {"csrf_token": token}
        browser.get("/unlock")
        running.wait_until_warm()
        assert browser.post("/unlock/sheet", sheet).status == 422
        wait_for(lambda: holders(running, wrong) == [])
        assert holders(running, posted[:20]) == []


# What an old page may send to a process without keys; the secret stands where SECRET stands.
TO_NOBODY = {
    "the lock page of an earlier start": ("/unlock", {"passphrase": "SECRET"}, {"Cookie": "__Host-open=old"}),
    "an old lock page": ("/unlock", {"passphrase": "SECRET", "csrf_token": "old"}, {}),
    "the groups of a sheet on an old page": ("/unlock/sheet", {"group1": "SECRET", "csrf_token": "old"}, {}),
    "a code when there is none": ("/unlock", {"code": "SECRET", "csrf_token": "TOKEN"}, {}),
    "a page of the set-up": ("/setup/passphrase", {"passphrase": "SECRET", "csrf_token": "TOKEN"}, {}),
    "the page of a new passphrase": ("/practice/passphrase", {"present": "SECRET"}, {}),
    "a page that there is not": ("/unlok", {"passphrase": "SECRET"}, {}),
    "a page that takes no form": ("/about-your-data", {"passphrase": "SECRET"}, {}),
    "another origin": ("/unlock", {"passphrase": "SECRET"}, {"Sec-Fetch-Site": "cross-site"}),
    "another method": ("/unlock", {"passphrase": "SECRET"}, {"X-Method": "PUT"}),
    "much too much": ("/unlock", {"passphrase": "SECRET", "more": "x" * 1_500_000}, {}),
    "parts that do not fit together": (
        "/unlock",
        {"passphrase": "SECRET"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
}


@as_root
def test_no_secret_that_was_refused_stays_in_a_process_without_keys(
    practice: tuple[Path, tuple[str, ...]],
) -> None:
    data, _ = practice
    with Running(data) as running:
        browser = running.browser()
        token = browser.get("/unlock").token
        for what, (path, fields, headers) in TO_NOBODY.items():
            secret = text()
            filled = {
                name: {"SECRET": secret, "TOKEN": token}.get(value, value) for name, value in fields.items()
            }
            method = headers.get("X-Method", "POST")
            form = {"Content-Type": "application/x-www-form-urlencoded"} | headers
            answer = browser.ask(method, path, urlencode(filled).encode(), form)
            assert answer.status in (204, 403, 413, 422), (what, answer.status)
            assert secret not in answer.text, what
            # One after the other: a process that ends takes along what it was sent before.
            wait_until_gone(running, secret, what)


@as_root
def test_the_search_finds_what_such_a_process_does_keep(
    practice: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    """The control: a body that the process takes for its own, while the answer is still being made."""
    data, groups = practice
    with Running(data) as running:
        browser = running.browser()
        assert browser.post("/unlock/sheet", sheet_form(groups, browser)).status == 303
        kept = text()
        # An unlocked process reads every form of its own pages, and keeps what it refused until the lock.
        assert browser.post("/unlock/choose", {"passphrase": kept, "csrf_token": "old"}).status == 422
        assert holders(running, kept) == running.workers()[:1]
        assert browser.post("/lock", {}).status == 303
        wait_until_gone(running, kept, "after the lock")


def test_no_page_of_another_origin_can_make_a_locked_program_begin_anew(
    practice: tuple[Path, tuple[str, ...]],
) -> None:
    """Else any page could keep the clinician out, by posting again and again."""
    data, _ = practice
    with Running(data) as running:
        browser = running.browser()
        browser.get("/unlock")
        workers = running.wait_until_warm()
        for site in ("cross-site", "same-site", "none"):
            for path in ("/unlock", "/lock", "/x"):
                headers = {"Sec-Fetch-Site": site}
                assert browser.ask("POST", path, b"passphrase=" + b"x" * 5000, headers).status == 403
        assert browser.get("/unlock").status == 200
        assert running.workers() == workers


def test_idle_time_ends_the_process_that_holds_the_keys(practice: tuple[Path, tuple[str, ...]]) -> None:
    data, groups = practice
    with Running(data, environ={"CLINIC_IDLE_SECONDS": "2"}) as running:
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
