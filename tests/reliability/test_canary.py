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
import time
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest

from clinic_toolkit.documents import client_page
from clinic_toolkit.web.forms.practice import CODE_LENGTH
from tests.documents import values
from tests.fixtures.replaced import replace
from tests.fixtures.running import Running, children
from tests.journeys import job, person, steps
from tests.journeys.pages import Page
from tests.reliability import secrets_of, traces

pytestmark = pytest.mark.processes

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
    """What is left after the job and the lock.

    `held` says which secrets and words the memory of each process held: at work, while the form was in
    the client's hands, and after the lock.
    """

    words: Words
    passphrase: str
    secret: dict[str, bytes]
    folders: dict[str, Path]
    log: str
    held: dict[str, dict[int, set[str]]]
    workers: dict[str, list[int]]


def wait_for_end(pid: int) -> None:
    """Wait until this process has ended."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            assert select.select([handle], [], [], 20)[0], f"process {pid} goes on after the lock"
        finally:
            os.close(handle)


def memory_of_all(running: Running, sought: dict[str, bytes]) -> dict[int, set[str]]:
    """What stands in the memory of every process of the program: keeper, workers, resource tracker."""
    if os.geteuid() != 0:
        return {}
    everyone = [running.process.pid, *children(running.process.pid)]
    found = {pid: traces.in_memory(pid, sought.values()) for pid in everyone}
    return {pid: {name for name, raw in sought.items() if raw in held} for pid, held in found.items()}


class Day:
    """One day at the program, drawn out: the whole job, a form alone with the client, two locks."""

    def __init__(self, running: Running, data: Path) -> None:
        self.running, self.data = running, data
        self.words = Words()
        self.me = person.over_http(running.browser())
        self.code = "".join(secrets.SystemRandom().sample("ABCDEFGHJKMNPQRSTVWXYZ23456789", CODE_LENGTH))
        self.secret: dict[str, bytes] = {}
        self.held: dict[str, dict[int, set[str]]] = {}
        self.workers: dict[str, list[int]] = {}

    def work(self) -> None:
        """The whole job, then a code for the way back."""
        with patch.object(steps, "groups_on", self.read_sheet):
            self.passphrase, self.session = job.do(self.me, self.words.say)
        typed = {"code": self.code, "present_passphrase": self.passphrase}
        assert self.me.send(self.me.open("/practice/code"), typed).status == 200
        self.secret |= secrets_of.sheet_spellings(self.groups)
        self.secret |= secrets_of.text_spellings(
            {"a word": self.words.beginning, "the passphrase": self.passphrase}
        )
        self.secret |= secrets_of.short_spellings("the code", self.code)
        self.learn_keys()
        self.look("at work")

    def read_sheet(self, paper: Page) -> list[str]:
        """What the paper says, kept for the search."""
        self.groups = on_paper(paper)
        return self.groups

    def hand_over(self) -> None:
        """The client answers alone, and gives the device back; the code leads back."""
        word = self.words.say("handed: word")
        place = steps.place(steps.begin(self.me, self.session, word=word, frame="friend"))
        before = self.running.workers()[0]
        self.me.press(self.me.open(f"{place}/hand-over"), "Hand over now")
        wait_for_end(before)
        for number in range(1, 5):
            page = self.form(f"/form/{number}")
            said = {"said": self.words.say(f"handed: said {number}"), "answer": str(number), "go": "next"}
            assert self.me.send(page, said, by="answer").status == 200
        self.learn_keys()
        self.look("handed over")
        before = self.running.workers()[0]
        self.me.press(self.me.open("/form/give-back"), "Give back")
        wait_for_end(before)
        back = self.me.send(self.me.open("/unlock"), {"code": self.code})
        assert "4 of 12 answered" in back.text, back.text
        self.me.open(f"{place}/answers")

    def form(self, path: str) -> Page:
        """A page of the form, as soon as the next process answers."""
        until = time.monotonic() + 30
        while not (page := self.me.open(path)).path.startswith("/form") and time.monotonic() < until:
            time.sleep(0.2)
        return page

    def lock(self) -> None:
        """The end of the day."""
        worker = self.running.workers()[0]
        self.me.press(self.me.open(self.session), "Lock")
        wait_for_end(worker)
        assert self.me.open(self.session).path.startswith("/unlock")
        self.look("locked")

    def fail(self) -> None:
        """Everything that can be typed at the lock, almost right, and a form sent to a locked process."""
        worker = self.running.workers()[0]
        page = self.me.send(self.me.open("/unlock"), {"passphrase": self.passphrase})
        # What the code opens is sealed beside the first pages; it takes as long as an unlock.
        self.running.wait_until_code_is_held()
        self.me.press(page, "Cover")
        wait_for_end(worker)
        self.tried(self.me.open("/unlock"), {"code": self.code[::-1]})
        by_passphrase = self.me.follow(self.me.open("/unlock"), "Use my passphrase instead")
        self.tried(by_passphrase, {"passphrase": self.passphrase + "x"})
        groups = {f"group{number}": group for number, group in enumerate(self.groups, 1)}
        self.tried(self.me.open("/unlock/sheet"), groups | {"group8": self.groups[0]})
        # A locked process does not read it, and the browser stays on its page.
        sent = {"section-data": self.words.say("sent while locked")}
        assert self.me.post(f"{self.session}/note", sent).status == 204
        self.secret |= secrets_of.short_spellings("the wrong code", self.code[::-1])
        self.me.open("/unlock")
        self.look("failed")

    def tried(self, page: Page, typed: dict[str, str]) -> None:
        """Send this to the process that serves, which ends for it."""
        worker = self.running.wait_until_warm()[0]
        assert self.me.send(page, typed).status == 422
        wait_for_end(worker)

    def learn_keys(self) -> None:
        """The keys as they are now; those of forms that came back are gone afterwards."""
        self.secret |= secrets_of.key_spellings(secrets_of.keys_of(self.data, self.passphrase))

    def look(self, when: str) -> None:
        """Look into every process."""
        self.workers[when] = self.running.workers()
        self.held[when] = memory_of_all(self.running, self.secret)


on_paper = steps.groups_on


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = tmp_path_factory.mktemp("canary")
    folders = {name: place / name for name in ("data", "temp", "home")}
    for name in ("temp", "home"):
        folders[name].mkdir()
    surroundings = {name: str(folders["temp"]) for name in ("TMPDIR", "TMP", "TEMP")}
    with Running(folders["data"], environ={"HOME": str(folders["home"]), **surroundings}) as running:
        day = Day(running, folders["data"])
        day.work()
        day.hand_over()
        day.lock()
        day.fail()
        running.process.terminate()
        _, log = running.process.communicate(timeout=20)
    return Done(day.words, day.passphrase, day.secret, folders, log, day.held, day.workers)


def test_every_field_was_filled(done: Done) -> None:
    assert len(done.words.said) > 40


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
    assert {name for name, raw in done.secret.items() if raw in done.log.encode()} == set()


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
    (tmp_path / "x.tmp").write_bytes(
        client_page.render_client_page(replace(values.client_page(), next_step=word))
    )
    assert traces.in_files(tmp_path, [word]) == {"x.tmp": {word}}


@linux
@as_root
def test_after_the_lock_no_process_holds_a_word_or_a_key(done: Done) -> None:
    assert len(done.held["locked"]) >= 3
    assert done.workers["at work"][0] not in done.held["locked"]
    assert {pid: names for pid, names in done.held["locked"].items() if names} == {}


@linux
@as_root
def test_what_was_typed_almost_right_is_gone_with_its_process(done: Done) -> None:
    """A mistyped passphrase is almost the passphrase, and a form sent while locked has been read."""
    assert len(done.held["failed"]) >= 3
    assert {pid: names for pid, names in done.held["failed"].items() if names} == {}


@linux
@as_root
def test_before_the_lock_only_the_worker_held_them(done: Done) -> None:
    """The control of the search in memory, and the promise that the keeper never sees a word or a key."""
    at_work = done.held["at work"]
    assert {pid for pid, names in at_work.items() if names} == {done.workers["at work"][0]}
    names = at_work[done.workers["at work"][0]]
    assert {"a word, UTF-8", "the passphrase, UTF-8", "the code, UTF-8", "the user key"} <= names
    assert sum(name.startswith("the key of ring") for name in names) >= 3


@linux
@as_root
def test_a_form_in_a_clients_hands_is_held_with_its_own_key_alone(done: Done) -> None:
    handed = done.held["handed over"]
    form = done.workers["handed over"][0]
    assert {pid for pid, names in handed.items() if names} == {form}
    assert {name.partition(" of ")[0].partition(",")[0] for name in handed[form]} == {"a word", "K_h"}


def test_no_key_is_in_any_file(done: Done) -> None:
    assert sum(name.startswith("the key of ring") for name in done.secret) >= 15
    for folder in done.folders.values():
        assert traces.bytes_in_files(folder, done.secret) == {}


def test_a_key_would_be_found_out(done: Done, tmp_path: Path) -> None:
    """The control: a key in a packed file, and the sheet in a plain one."""
    (tmp_path / "packed").write_bytes(b"..." + zlib.compress(b"x" + done.secret["the user key"]))
    (tmp_path / "plain").write_bytes(done.secret["the sheet, with ' '"])
    found = traces.bytes_in_files(tmp_path, done.secret)
    assert found["packed"] == {"the user key"}
    assert {"the sheet, with ' '", "group 1", "group 8"} <= found["plain"]


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


@pytest.mark.parametrize("before", range(9))
def test_the_quick_look_rules_out_nothing_that_is_there(before: int) -> None:
    sought = {os.urandom(7), os.urandom(8), os.urandom(16), b"six123"}
    for each in sought:
        data = os.urandom(before) + each + os.urandom(5)
        assert each in traces.possible(data, sought)
    assert traces.possible(os.urandom(4096), sought) <= {b"six123"}
