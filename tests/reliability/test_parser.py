"""A file from outside is parsed in a process of its own, in the real program, and nobody waits for it."""

import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.fixtures import parsers, running
from tests.fixtures.prepared import prepared, sheet_form
from tests.fixtures.running import Browser, Page, Running, children, command_line, is_alive
from tests.journeys.own import TEXT
from tests.reliability.test_keys_in_memory import as_root, holders

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]

PLACE = "/your-questionnaires"
OFFERED = re.compile(r'name="offered_passphrase" value="([^"]+)"')


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    return prepared(tmp_path_factory.mktemp("parser"))


@contextmanager
def at_work(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, named: str = ""
) -> Iterator[tuple[Running, Browser]]:
    """The program, unlocked; with a parser of the tests where one is named."""
    if named:
        monkeypatch.setattr(running, "COMMAND", (sys.executable, "-m", "tests.fixtures.parsers"))
        monkeypatch.setenv(parsers.NAMED, named)
    data, groups = practice
    with Running(data) as program:
        browser = program.browser()
        assert browser.post("/unlock/sheet", sheet_form(groups, browser)).status == 303
        page = browser.get("/unlock/choose")
        found = OFFERED.search(page.text)
        assert found, page.text
        words = {"passphrase": found[1], "passphrase_again": found[1], "csrf_token": page.token}
        assert browser.post("/unlock/choose", words).status == 303
        yield program, browser


def upload(browser: Browser, text: str = TEXT) -> Page:
    token, mark = browser.get(PLACE).token, secrets.token_hex(16)
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="definition"; filename="resting.toml"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{text}\r\n--{mark}--\r\n"
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return browser.ask("POST", PLACE, body.encode(), kind)


def until(true: Callable[[], object], seconds: float = 40) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def uploading(program: Running, browser: Browser, text: str = TEXT) -> Iterator[int]:
    """A file that is being checked, and the process that does it."""
    before = program.wait_until_warm()
    asked = threading.Thread(target=lambda: _whatever_comes(browser, text), daemon=True)
    asked.start()
    assert until(lambda: set(program.workers()) - set(before))
    [one] = set(program.workers()) - set(before)
    # It has told the keeper by then that it sleeps, and is not to be read by others any more.
    assert until(lambda: os.stat(f"/proc/{one}/environ").st_uid == 0 and one in program.workers())
    yield one
    asked.join(timeout=40)


def _whatever_comes(browser: Browser, text: str) -> None:
    # A lock may cut it off.
    with suppress(OSError):
        upload(browser, text)


@as_root
def test_only_the_worker_has_what_was_sent_and_a_parser_leaves_nothing(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "typed" + secrets.token_hex(12)
    with at_work(practice, monkeypatch) as (program, browser):
        before = program.wait_until_warm()
        looked = upload(browser, TEXT.replace("How I rest", typed))
        assert (looked.status, looked.headers["Location"]) == (303, f"{PLACE}/preview")
        # The control: the one that shows it has it; the keeper never had it, and the parser is gone.
        assert holders(program, typed) == before[:1]
        assert program.workers() == before
        refused = upload(browser, TEXT.replace("weight = 2", "weight = 0"))
        assert refused.status == 422 and "Question 6, weight" in refused.text
        assert browser.lock().status == 303
        assert until(lambda: not holders(program, typed), 5)
        program.process.terminate()
        _, complaints = program.process.communicate(timeout=20)
        assert complaints == ""


@as_root
def test_a_parser_holds_no_key_no_record_and_no_door(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "typed" + secrets.token_hex(12)
    with at_work(practice, monkeypatch, "sleeps") as (program, browser):

        def open_files(pid: int) -> list[str]:
            found = []
            for each in Path(f"/proc/{pid}/fd").iterdir():
                # What is closed while one looks is held no more.
                with suppress(FileNotFoundError):
                    found.append(os.readlink(each))
            return found

        worker = program.wait_until_warm()[0]
        with uploading(program, browser, TEXT.replace("How I rest", typed)) as parser:
            held = open_files(parser)
            assert sum(each.startswith("socket:") for each in held) == 1
            assert not [each for each in held if str(program.data) in each]
            # The control: the worker has the doors and the record.
            there = open_files(worker)
            assert sum(each.startswith("socket:") for each in there) > 1
            assert [each for each in there if str(program.data) in each]
            assert not any(typed.encode() in command_line(pid) for pid in children(program.process.pid))
            browser.lock()


def test_a_save_goes_through_while_a_file_is_being_checked(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(practice, monkeypatch, "sleeps") as (program, browser):
        other = Browser(browser.host, dict(browser.cookies))
        fields = {"name": "Ana Reyes", "leave_message": "ask", "csrf_token": other.get("/clients/new").token}
        with uploading(program, browser) as parser:
            saved = other.post("/clients/new", fields)
            assert saved.status == 303, saved.text
            assert is_alive(parser)
            browser.lock()


@pytest.mark.parametrize("how", ["lock", "cover", "stop", "kill"])
def test_what_puts_the_keys_away_ends_it(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with at_work(practice, monkeypatch, "sleeps") as (program, browser):
        other = Browser(browser.host, dict(browser.cookies))
        token = other.get("/").token
        with uploading(program, browser) as parser:
            if how in ("lock", "cover"):
                assert other.post(f"/{how}", {"csrf_token": token}).status == 303
            else:
                (program.process.terminate if how == "stop" else program.process.kill)()
            # It sleeps for ten minutes otherwise, and its time is five seconds.
            assert until(lambda: not is_alive(parser), 3)


def test_one_that_is_too_slow_is_a_sentence_at_its_place(
    practice: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(practice, monkeypatch, "sleeps") as (program, browser):
        before = program.wait_until_warm()
        refused = upload(browser)
        assert refused.status == 422 and "longer than 5 seconds" in refused.text
        assert 'id="f-definition"' in refused.text
        assert program.workers() == before
        assert browser.get("/clients").status == 200


@pytest.mark.parametrize(
    ("named", "status", "words"),
    [("needs_much", 422, "more than 256 MB"), ("breaks", 503, "could not be checked just now")],
)
def test_one_that_ends_by_itself_is_a_sentence_too(
    practice: tuple[Path, tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    status: int,
    words: str,
) -> None:
    with at_work(practice, monkeypatch, named) as (program, browser):
        refused = upload(browser)
        assert refused.status == status and words in refused.text
        program.process.terminate()
        _, complaints = program.process.communicate(timeout=20)
        # What ended it is in the log; of the file nothing is.
        told = [each.split()[2:] for each in complaints.splitlines()]
        assert told == [["parser.stopped_by_limit" if status == 422 else "parser.no_answer"]]
