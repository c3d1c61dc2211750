"""The plug is pulled in the middle of each act that changes what opens a practice or what is kept of it.

Each act is recorded once, and the recording is cut anywhere: what was flushed stays, of the rest chance
decides, for each folder by itself. What is found then is opened as the next start opens it.
"""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clinic_toolkit.store import folder
from tests.fixtures.waiting import wait_for
from tests.reliability import acted, acted_practice, recording
from tests.reliability.acted import Found
from tests.reliability.acted_practice import World
from tests.reliability.acts import ACTS, BEGUN, DONE, Act
from tests.reliability.disk import DROPPED, KEPT, MIXED, Disk, Fate, put
from tests.reliability.programme import Programme
from tests.reliability.recording import Event

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not recording.STRACE, reason="no strace to record the acts with"),
]

SHORT, LONG = 4, 300
WAYS = (KEPT, DROPPED, DROPPED, MIXED, MIXED, MIXED, MIXED, MIXED)
NAMING = ("create", "mkdir", "rename", "unlink", "sync")
ENDED = b"+++ exited with 0 +++\n"

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


@dataclass
class Recorded:
    """One act: what happened on the disk while it was done, and the practice that it was done with."""

    act: Act
    world: World
    events: list[Event]
    base: dict[str, bytes]
    left: dict[str, bytes]
    unbelieved: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.disk = Disk(self.events, self.unbelieved, self.base)
        marks = {event.name: event.key for event in self.events if event.kind == "mkdir"}
        self.begun, self.done = marks[BEGUN], marks[DONE]
        last = self.events[-1].key + 1
        self.moments = [*(event.key for event in self.events if event.key > self.begun), last]
        # Just before and just after a change of names, or a flush.
        self.sharp = [event.key + after for event in self.events if event.kind in NAMING for after in (0, 1)]
        self.sharp = [moment for moment in self.sharp if moment > self.begun]

    def cut(self, chance: random.Random, place: Path, *, once_done: bool = False) -> tuple[Found, bool]:
        """One power cut: what is found, and whether the person had been told that it is done."""
        moment = chance.choice(chance.choice((self.moments, self.sharp)))
        while once_done and moment <= self.done:
            moment = chance.choice(self.moments)
        put(self.disk.after_cut(moment, Fate(chance.choice(WAYS), chance)), place)
        told = moment > self.done
        try:
            return acted.look(self.act, place, self.world, told=told), told
        finally:
            shutil.rmtree(place)


def files_of(place: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[Act, Recorded]:
    """Each act, done once, by one process."""
    place = tmp_path_factory.mktemp("recorded")
    world, log, root = acted_practice.make_world(place / "world"), place / "recording", place / "root"
    for act in ACTS:
        acted_practice.copied(world, root / act)
    base = files_of(world.place)
    subprocess.run(
        [*recording.traced(log), sys.executable, "-m", "tests.reliability.acts", str(root), *ACTS], check=True
    )
    wait_for(lambda: log.read_bytes().endswith(ENDED))
    return {
        act: Recorded(act, world, recording.events(log, root / act), base, files_of(root / act))
        for act in ACTS
    }


def cuts(of: Recorded, programme: Programme, place: Path, *, once_done: bool = False) -> None:
    """So many power cuts; what is lost, and what of it the program says nothing about, is counted."""
    for number in programme:
        chance = random.Random(f"{of.act} {number}")
        found, told = of.cut(chance, place / "cut", once_done=once_done)
        programme.add(found.state)
        programme.add("said to be done", told)
        programme.add("lost", bool(found.wrong))
        programme.add("silent", bool(found.wrong) and not found.noticed)
        programme.add("false alarms", found.noticed and not found.wrong)
        if found.wrong:
            print(number, told, found)


def say(of: Recorded, programme: Programme) -> str:
    counted = ", ".join(f"{programme.of(name)} {name}" for name in ("lost", "silent", "false alarms"))
    return (
        f"{of.act}: {programme.rounds} power cuts, {programme.of('said to be done')} after it was said to be "
        f"done; {programme.of('old')} times all was as before it, {programme.of('new')} times as after it; "
        f"{counted}"
    )


def nothing_was_lost(of: Recorded, programme: Programme) -> None:
    counted = [programme.of(name) for name in ("lost", "silent", "false alarms")]
    assert counted == [0, 0, 0], say(of, programme)
    assert programme.of("new") + programme.of("old") == programme.rounds, say(of, programme)


@pytest.mark.parametrize("act", ACTS)
def test_a_power_cut_leaves_the_old_or_the_new(
    act: Act, recorded: dict[Act, Recorded], quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=SHORT)
    cuts(recorded[act], rounds, quick)
    figure(say(recorded[act], rounds))
    nothing_was_lost(recorded[act], rounds)


@pytest.mark.reliability
@pytest.mark.parametrize("act", ACTS)
def test_hundreds_of_power_cuts_leave_the_old_or_the_new(
    act: Act, recorded: dict[Act, Recorded], quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    cuts(recorded[act], rounds, quick)
    figure(say(recorded[act], rounds))
    nothing_was_lost(recorded[act], rounds)
    assert rounds.of("new") and rounds.of("old"), "both sides of the moment that decides were hit"


def without_flushes(of: Recorded) -> Recorded:
    """The same act on a disk that believes in no flush of a file but the anchor; folders are flushed."""
    files = {event.name for event in of.events if event.kind in ("write", "copy")}
    names = {name for name in files if not name.endswith(folder.ANCHOR_FILE)}
    return replace(of, unbelieved=frozenset(names))


@pytest.mark.parametrize("act", [Act.KEYS, Act.BACKUP, Act.RESTORE, Act.ERASURE])
def test_flushes_that_are_left_out_are_found_out(
    act: Act, recorded: dict[Act, Recorded], quick: Path, programme: Programmes, figure: Figure
) -> None:
    """The control: cut once it was said to be done."""
    rounds = programme(short=4 * SHORT, long=4 * SHORT)
    careless = without_flushes(recorded[act])
    cuts(careless, rounds, quick, once_done=True)
    figure(say(careless, rounds))
    assert rounds.of("lost") and not rounds.of("silent"), say(careless, rounds)


@pytest.mark.parametrize("act", ACTS)
def test_the_recording_is_the_whole_truth(act: Act, recorded: dict[Act, Recorded]) -> None:
    """With every write kept, the recording gives the very files that the act left."""
    of = recorded[act]
    made = of.disk.after_cut(of.moments[-1], Fate(KEPT, random.Random(1)))
    assert made.keys() == of.left.keys()
    assert [name for name in made if made[name] != of.left[name]] == []
