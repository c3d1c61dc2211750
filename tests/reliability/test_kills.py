"""kill -9 in the middle of saving: nothing that was confirmed is lost, nothing is there by halves.

R1 of the programme, over HTTP and against the real program: worker and keeper, at random moments.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.fixtures.running import Running
from tests.journeys import person, steps
from tests.journeys.person import Person
from tests.reliability.saving import Saves, value_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

SHORT, LONG = 18, 200
# One kill in this many ends the keeper instead of the worker.
KEEPER = 7


class Desk:
    """A clinician with a questionnaire open, who comes back after every kill."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.running = Running(data)
        self.me: Person = person.over_http(self.running.browser())
        self.words = steps.set_up(self.me)
        page = self.me.send(self.me.follow(self.me.open("/"), "Add a client"), {"name": "Ana Reyes"})
        hour = self.me.press(page, "Open an hour now").path
        self.place = steps.place(steps.begin(self.me, hour))
        self.token = ""
        self.slowest = 0.0

    def save(self, item: int, text: str) -> bool:
        """Send one answer as the page's own script does."""
        sent = {"csrf_token": self.token, "answer": str(value_of(text)), "said": text, "go": "next"}
        try:
            told = self.me.post(f"{self.place}/items/{item + 1}", sent, {"X-Autosave": "1"})
        except HTTPException as gone:
            raise ConnectionError from gone
        if told.status in (401, 403):
            # The next worker answers already, locked: the one that was killed is gone.
            raise ConnectionError
        assert told.status == 200, told.body
        return bool(json.loads(told.body)["saved"])

    def come_back(self) -> None:
        """Start the program again if it is gone, and unlock."""
        began = time.monotonic()
        if self.running.process.poll() is not None:
            self.running.process.communicate()
            self.running = Running(self.data)
            self.me = person.over_http(self.running.browser())
        page = self.me.open("/unlock")
        self.slowest = max(self.slowest, time.monotonic() - began)
        page = self.me.send(page, {"passphrase": self.words})
        assert page.path == "/", page.text
        self.token = page.form("csrf_token").standing()["csrf_token"]

    def found(self) -> dict[int, str]:
        """What the record holds, as the page of answers shows it; answer and text must be of one save."""
        page = self.me.open(f"{self.place}/check")
        assert page.status == 200, page.text
        texts = {}
        for item, row in enumerate(re.split(r"<li><p><q>", page.source)[1:]):
            said = re.search(r"Said: <q>(.*?)</q>", row)
            label = re.search(r'<p class="given"><span>(.*?)</span>', row, re.DOTALL)
            assert label
            if said:
                texts[item] = unescape(said[1])
                assert label[1].strip() == LABELS[value_of(texts[item])], f"half a save: {row}"
            else:
                assert "Left open" in label[1], row
        assert item == 11
        return texts

    def kill(self, which: str) -> None:
        """kill -9, without a word before."""
        pid = self.running.process.pid if which == "keeper" else self.running.workers()[0]
        os.kill(pid, signal.SIGKILL)


LABELS = ("Never", "A few times", "About half the time", "Most times", "Nearly every time")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "data")
    yield made
    made.running.__exit__(None, None, None)


def killed(desk: Desk, times: int) -> Saves:
    """So many kills, with a look at the record after each."""
    saves = Saves(random.Random())
    desk.token = desk.me.open("/").form("csrf_token").standing()["csrf_token"]
    for number in range(times):
        which = "keeper" if number % KEEPER == KEEPER - 1 else "worker"
        saves.until_killed(desk.save, lambda which=which: desk.kill(which))
        if which == "keeper":
            desk.running.process.wait(timeout=20)
        desk.come_back()
        assert not saves.lost(desk.found()), f"kill {number} of the {which}"
    return saves


def test_no_confirmed_answer_is_lost(desk: Desk, record_property: Callable[[str, object], None]) -> None:
    saves = killed(desk, SHORT)
    record_property("confirmed", saves.told)
    assert saves.told >= SHORT


@pytest.mark.reliability
def test_no_confirmed_answer_is_lost_in_two_hundred_kills(desk: Desk) -> None:
    saves = killed(desk, LONG)
    sys.stdout.write(
        f"{LONG} kills, {saves.told} confirmed saves, 0 lost; back after {desk.slowest:.2f} s at most\n"
    )
    assert saves.told >= LONG


LYING = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

kept, waiting = {}, 0


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        global waiting
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        kept[sent["item"][0]] = sent["text"][0]
        waiting += 1
        # Says "saved", and writes to the disk at every third time only.
        if waiting % 3 == 0:
            with open(sys.argv[1] + ".new", "w") as file:
                json.dump(kept, file)
            os.replace(sys.argv[1] + ".new", sys.argv[1])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"saved")

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def test_a_program_that_lies_about_saving_is_found_out(tmp_path: Path) -> None:
    """The control: the same kills and the same look afterwards, at a program that says "saved" too early."""
    kept, wrong = tmp_path / "kept.json", 0
    saves = Saves(random.Random())
    for _ in range(8):
        kept.write_text("{}")
        command = [sys.executable, "-c", LYING, str(kept)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as liar:
            assert liar.stdout
            port = int(liar.stdout.readline())

            def save(item: int, text: str, port: int = port) -> bool:
                connection = HTTPConnection("127.0.0.1", port, timeout=20)
                try:
                    connection.request("POST", "/", f"item={item}&text={text.replace(' ', '+')}")
                    return connection.getresponse().read() == b"saved"
                except HTTPException as gone:
                    raise ConnectionError from gone
                finally:
                    connection.close()

            saves.confirmed = {}
            saves.until_killed(save, liar.kill)
        found = {int(item): text for item, text in json.loads(kept.read_text()).items()}
        wrong += bool(saves.lost(found))
    assert wrong >= 1


def test_the_look_afterwards_sees_an_old_text_and_a_foreign_one() -> None:
    saves = Saves(random.Random(1), confirmed={0: "new", 1: "kept"}, under_way=(2, "on its way"))
    assert saves.lost({0: "new", 1: "kept"}) == []
    saves.under_way = (2, "on its way")
    assert saves.lost({0: "new", 1: "kept", 2: "on its way"}) == []
    assert len(saves.lost({0: "old", 1: "kept", 2: "on its way"})) == 1
    assert len(saves.lost({0: "old", 1: "kept", 2: "on its way", 5: "foreign"})) == 1
    assert len(saves.lost({})) == 4
