"""kill -9 in the middle of saving: nothing that was confirmed is lost, nothing is there by halves.

R1 of the programme, over HTTP and against the real program: worker and keeper, at random moments.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.reliability.desk import Desk
from tests.reliability.programme import Programme
from tests.reliability.saving import SIGNED, Saves

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]

SHORT, LONG = 7, 2000
# One kill in this many ends the keeper instead of the worker.
KEEPER = 7
READY = 2.0

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "data")
    yield made
    made.running.__exit__(None, None, None)


def killed(desk: Desk, rounds: Programme) -> None:
    """So many kills, with a look at the record after each."""
    saves = Saves(random.Random(random.random()))
    for number in rounds:
        which = "keeper" if number % KEEPER == KEEPER - 1 else "worker"
        # The other times the next worker has to do its imports first, as after two kills in a row.
        warm = number % 4 == 0
        if warm:
            desk.running.wait_until_warm()
        before = saves.told
        saves.until_killed(desk.save, partial(desk.kill, which), kinds=SIGNED + 1)
        if which == "keeper":
            desk.running.process.wait(timeout=20)
        desk.come_back()
        # An unlock would have named a second copy of the keys that is missing or old.
        assert 'href="/condition"' not in desk.me.open("/").source, f"kill {number} of the {which}"
        wrong = saves.lost(desk.found())
        assert not wrong, f"kill {number} of the {which}: {wrong}"
        signed = saves.confirmed.pop(SIGNED, None)
        rounds.add("signed", bool(signed))
        wrong = desk.keep_signed(signed)
        assert not wrong, f"kill {number} of the {which}: signed and not there: {wrong}"
        rounds.add("confirmed", saves.told - before)
        rounds.add(f"kills of the {which}")
        again = "the keeper" if which == "keeper" else ("a worker" if warm else "two workers")
        rounds.longest(f"ready after {again}", desk.ready_after)
        rounds.add("late", again == "a worker" and desk.ready_after > READY and not is_busy())
        desk.be_ready()
    assert not desk.wrongly_signed(len(desk.signed))


def is_busy() -> bool:
    """Whether this machine has so much else to do that it says nothing about our times."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def told(rounds: Programme) -> str:
    ready = ", ".join(
        f"{rounds.tally.get(f'ready after {which}', 0):.2f} s after {which}"
        for which in ("a worker", "two workers", "the keeper")
    )
    return (
        f"{rounds.of('kills of the worker')} kills of the worker, {rounds.of('kills of the keeper')} of the "
        f"keeper; {rounds.of('confirmed')} confirmed saves, {rounds.of('signed')} signed notes: 0 lost, "
        f"0 half; ready again at the latest {ready}; "
        f"{rounds.of('late')} times later than {READY:g} s on a machine that has nothing else to do"
    )


def test_no_confirmed_answer_is_lost(desk: Desk, programme: Programmes, figure: Figure) -> None:
    rounds = programme(short=SHORT, long=LONG)
    killed(desk, rounds)
    figure(told(rounds))
    assert rounds.of("confirmed") >= rounds.rounds


@pytest.mark.reliability
def test_no_confirmed_save_is_lost_in_two_thousand_kills(
    desk: Desk, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    killed(desk, rounds)
    figure(told(rounds))
    assert rounds.of("confirmed") >= rounds.rounds
    assert rounds.of("late") <= rounds.rounds // 100


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
    saves = Saves(random.Random(random.random()))
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


def test_nor_does_a_signed_note_change_or_go() -> None:
    saves = Saves(random.Random(1), confirmed={SIGNED: "as signed"})
    assert saves.lost({SIGNED: "as signed"}) == []
    assert len(saves.lost({SIGNED: "changed"})) == 1
