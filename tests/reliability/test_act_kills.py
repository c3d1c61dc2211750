"""kill -9 in the middle of each act that changes what opens a practice or what is kept of it.

The old or the new secret opens everything, never neither and never both; the old or the new record is
there, whole; and what a person was told is done stays done.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability import acted, acted_practice
from tests.reliability.acted import Found
from tests.reliability.acted_practice import World
from tests.reliability.acts import ACTS, BEGUN, BY_ITSELF, DONE, KILLED, Act
from tests.reliability.programme import Programme

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]

SHORT, LONG = 1, 300
# It may be killed within so many times what the act itself takes: new keys are put in place by a start.
LONGER = 1.3

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return acted_practice.make_world(tmp_path_factory.mktemp("acts") / "world")


class Doer:
    """Does acts in processes of their own, and kills them."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.reliability.acts"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, act: Act, place: Path, *, kill_after: float | None = None) -> None:
        """Begin it in this folder, and kill it so many seconds later, done or not."""
        told, heard = self.process.stdin, self.process.stdout
        assert told and heard
        print(act, place, BY_ITSELF if kill_after is None else KILLED, sep="\t", file=told, flush=True)
        number = int(heard.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(number, signal.SIGKILL)
        ended, status = heard.readline().split()
        assert ended == "ended" and int(status) == (0 if kill_after is None else signal.SIGKILL)

    def close(self) -> None:
        """No more of it."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def doer() -> Iterator[Doer]:
    made = Doer()
    yield made
    made.close()


def killed(doer: Doer, act: Act, place: Path, world: World, seconds: float) -> tuple[Found, bool]:
    """One kill so many seconds after it began: what is found, and whether it was said to be done."""
    acted_practice.copied(world, place)
    doer.do(act, place, kill_after=seconds)
    told = (place / DONE).exists()
    found = acted.look(act, place, world, told=told)
    shutil.rmtree(place)
    return found, told


def kill_many(doer: Doer, act: Act, world: World, rounds: Programme, quick: Path) -> None:
    """Kill it at a random moment of the time that it takes, and look at what the next start finds."""
    whole = acted_practice.copied(world, quick / "whole")
    doer.do(act, whole)
    seconds = (whole / DONE).stat().st_mtime - (whole / BEGUN).stat().st_mtime
    found = acted.look(act, whole, world, told=True)
    assert (found.state, found.wrong) == ("new", []), "the control: nobody killed it"
    for number in rounds:
        # Every second one near the end, where most acts change the names of files.
        earliest = 0.6 * seconds if number % 2 else 0
        after = random.uniform(earliest, LONGER * seconds)
        found, told = killed(doer, act, quick / f"killed-{number}", world, after)
        rounds.add(found.state)
        rounds.add("said to be done", told)
        rounds.add("lost", bool(found.wrong))
        if found.wrong:
            print(number, told, found)


def judge(act: Act, rounds: Programme, figure: Figure) -> None:
    """Say what was found, and let nothing pass."""
    figure(
        f"{act}: {rounds.rounds} kills, after {rounds.of('new')} all is as after it, after "
        f"{rounds.of('old')} as before it; {rounds.of('said to be done')} were said to be done; "
        f"{rounds.of('lost')} lost"
    )
    assert rounds.of("lost") == 0, rounds.tally
    assert rounds.of("new") + rounds.of("old") == rounds.rounds, rounds.tally


@pytest.mark.parametrize("act", ACTS)
def test_some_kills(
    act: Act, doer: Doer, world: World, quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=SHORT)
    kill_many(doer, act, world, rounds, quick)
    judge(act, rounds, figure)


@pytest.mark.reliability
@pytest.mark.parametrize("act", ACTS)
def test_many_kills(
    act: Act, doer: Doer, world: World, quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    kill_many(doer, act, world, rounds, quick)
    judge(act, rounds, figure)
    assert rounds.of("new") and rounds.of("old"), "both sides of the moment that decides were hit"


@pytest.mark.parametrize(
    ("act", "judged_as"),
    [(Act.CARELESS_PASSPHRASE, Act.PASSPHRASE), (Act.CARELESS_RESTORE, Act.RESTORE)],
)
def test_an_act_that_takes_the_old_away_first_is_found_out(
    act: Act, judged_as: Act, doer: Doer, world: World, quick: Path
) -> None:
    """The control: the same kill and the same look, at an act that waits between the old and the new."""
    place = acted_practice.copied(world, quick / "killed")
    doer.do(act, place, kill_after=0.15)
    assert acted.look(judged_as, place, world, told=False).wrong
