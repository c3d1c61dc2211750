"""Random words in every field, the whole job, the lock: then none of them is anywhere.

R11 of the programme: files of the data folder, temporary files, the log, and as root the memory of
every process of ours. Each search has a control that must find them.
"""

import contextlib
import os
import secrets
import select
import sqlite3
import string
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from clinic_toolkit.documents import client_page
from tests.documents import values
from tests.fixtures.running import Running, children
from tests.journeys import job, person
from tests.reliability import traces

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="reads the memory of processes, which needs root"
)


def chance(length: int) -> str:
    """Letters and digits that nothing else in the world holds."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


@dataclass
class Words:
    """A new word for every field, all with the same beginning, so that one search finds any of them."""

    beginning: str = field(default_factory=lambda: chance(12))
    said: dict[str, str] = field(default_factory=dict)

    def say(self, name: str) -> str:
        """The word for this field."""
        return self.said.setdefault(name, f"{self.beginning}{chance(8)}")


@dataclass
class Done:
    """What is left after the job and the lock."""

    words: Words
    passphrase: str
    folders: dict[str, Path]
    log: str
    before_lock: dict[int, list[bytes]]
    after_lock: dict[int, list[bytes]]
    workers_before: list[int]


def wait_for_end(pid: int) -> None:
    """Wait until this process has ended."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            assert select.select([handle], [], [], 20)[0], f"process {pid} goes on after the lock"
        finally:
            os.close(handle)


def memory_of_all(running: Running, sought: list[bytes]) -> dict[int, list[bytes]]:
    """What stands in the memory of every process of the program: keeper, workers, resource tracker."""
    if os.geteuid() != 0:
        return {}
    everyone = [running.process.pid, *children(running.process.pid)]
    return {pid: traces.in_memory(pid, sought) for pid in everyone}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = tmp_path_factory.mktemp("canary")
    folders = {name: place / name for name in ("data", "temp", "home")}
    for name in ("temp", "home"):
        folders[name].mkdir()
    words = Words()
    surroundings = {name: str(folders["temp"]) for name in ("TMPDIR", "TMP", "TEMP")}
    with Running(folders["data"], HOME=str(folders["home"]), **surroundings) as running:
        me = person.over_http(running.browser())
        passphrase, hour = job.do(me, words.say)
        sought = [*traces.spellings(words.beginning).values(), *traces.spellings(passphrase).values()]
        workers = running.workers()
        before = memory_of_all(running, sought)
        me.press(me.open(hour), "Lock")
        wait_for_end(workers[0])
        assert me.open(hour).path.startswith("/unlock")
        after = memory_of_all(running, sought)
        running.process.terminate()
        _, log = running.process.communicate(timeout=20)
    return Done(words, passphrase, folders, log, before, after, workers)


def test_every_field_was_filled(done: Done) -> None:
    assert len(done.words.said) > 35


@pytest.mark.parametrize("folder", ["data", "temp", "home"])
def test_no_word_is_in_any_file(done: Done, folder: str) -> None:
    words = [*done.words.said.values(), done.words.beginning, done.passphrase]
    assert traces.in_files(done.folders[folder], words) == {}


def test_no_paper_is_left_anywhere(done: Done) -> None:
    files = [path for folder in done.folders.values() for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert [path for path in files if b"%PDF" in path.read_bytes()] == []


def test_no_word_is_in_the_log(done: Done) -> None:
    assert traces.in_bytes(done.log.encode(), [done.words.beginning, done.passphrase]) == set()


def test_a_plain_store_would_be_found_out(done: Done, tmp_path: Path) -> None:
    """The control: the same words in an ordinary database."""
    words = list(done.words.said.values())
    with contextlib.closing(sqlite3.connect(tmp_path / "plain.db")) as db:
        db.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, body TEXT)")
        db.executemany("INSERT INTO record (body) VALUES (?)", [(word,) for word in words])
        db.commit()
    assert traces.in_files(tmp_path, words) == {"plain.db": set(words)}


@pytest.mark.parametrize("spelling", traces.spellings("x"))
def test_every_spelling_would_be_found_out(tmp_path: Path, spelling: str) -> None:
    word = chance(20)
    padding = int(spelling.split()[1]) if spelling.startswith("base64") else 0
    written = (
        b64encode(b"." * padding + word.encode() + b"tail")
        if "base64" in spelling
        else (traces.spellings(word)[spelling])
    )
    (tmp_path / "file").write_bytes(os.urandom(99) + written + os.urandom(99))
    assert traces.in_files(tmp_path, [word, chance(20)]) == {"file": {word}}


def test_a_paper_would_be_found_out(tmp_path: Path) -> None:

    word = chance(12)
    (tmp_path / "x.tmp").write_bytes(client_page.render(replace(values.client_page(), next_step=word)))
    assert traces.in_files(tmp_path, [word]) == {"x.tmp": {word}}


@linux
@as_root
def test_after_the_lock_no_process_holds_a_word(done: Done) -> None:
    assert len(done.after_lock) >= 3
    assert done.workers_before[0] not in done.after_lock
    assert {pid: held for pid, held in done.after_lock.items() if held} == {}


@linux
@as_root
def test_before_the_lock_only_the_worker_held_them(done: Done) -> None:
    """The control of the search in memory, and the promise that the keeper never sees a word."""
    holders = {pid for pid, held in done.before_lock.items() if held}
    assert holders == {done.workers_before[0]}
    assert done.words.beginning.encode() in done.before_lock[done.workers_before[0]]


@linux
@as_root
def test_the_search_in_memory_reaches_another_process() -> None:
    word = chance(30)
    program = "import sys; word = sys.stdin.readline(); print('ready', flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin and other.stdout
        print(word, file=other.stdin, flush=True)
        assert other.stdout.readline() == "ready\n"
        assert traces.in_memory(other.pid, [word.encode(), b"not" + word.encode()]) == [word.encode()]
        other.stdin.close()
