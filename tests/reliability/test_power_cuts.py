"""The plug is pulled: what was confirmed is there, whatever the disk made of writes that were not flushed.

R2 of the programme. The real program is recorded once, and the recording is cut anywhere: what was
flushed stays, the rest is kept, dropped or torn. What is found then is opened as a start opens it.
"""

import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import running
from tests.fixtures.running import Running
from tests.reliability import launched, recording
from tests.reliability.disk import DROPPED, KEPT, MIXED, Disk, Fate, put
from tests.reliability.evening import Evening, Look, Story, Unlock, look, unlocking
from tests.reliability.programme import Programme
from tests.reliability.recording import Event

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not recording.STRACE, reason="no strace to record the program with"),
]

KINDS = ("answer", "note", "sign", "hand-over", "lock")
SHORT, LONG = 12, 1000
WAYS = (KEPT, DROPPED, DROPPED, MIXED, MIXED, MIXED, MIXED, MIXED)


@dataclass
class Recorded:
    """One evening: what happened on the disk, what was sent, and a way into every store it could leave."""

    events: list[Event]
    story: Story
    unlock: Unlock
    left: dict[str, bytes]
    unbelieved: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.disk = Disk(self.events, self.unbelieved)
        self.moments: dict[str, list[int]] = {kind: [] for kind in KINDS}
        kind = ""
        for event in self.events:
            if event.kind == "asked":
                kind = self.story.kinds.get(event.mark, "")
            if kind:
                self.moments[kind].append(event.key)

    def marks(self, kind: str, moment: int) -> set[int]:
        """The requests that were answered, or only asked, before this moment."""
        return {event.mark for event in self.events if event.kind == kind and event.key < moment}

    def cut(self, kind: str, chance: random.Random, folder: Path) -> tuple[Look, list[str], int]:
        """One power cut in an act of this kind: what is found, what is wrong with it, what was confirmed."""
        moment = chance.choice(self.moments[kind])
        place = put(self.disk.after_cut(moment, Fate(chance.choice(WAYS), chance)), folder)
        try:
            seen = look(place, self.unlock, self.story)
        finally:
            shutil.rmtree(place)
        told = self.marks("answered", moment)
        return seen, self.story.wrong(seen.found, told, self.marks("asked", moment)), len(told)


def recorded(place: Path, fault: str = "", *, answers: int, notes: int, signed: int, locks: int) -> Recorded:
    """Spend an evening at the program."""
    log, data = place / "recording", place / "data"
    before = running.COMMAND
    program = ("-m", "tests.reliability.launched") if fault else before[1:]
    running.COMMAND = (*recording.traced(log), sys.executable, *program)
    try:
        with Running(data, environ={launched.FAULT: fault}) as program_at_work:
            evening = Evening(program_at_work)
            evening.answer(answers)
            evening.write(notes)
            for _ in range(signed):
                evening.write(2, sign=True)
            evening.hand_over(answers)
            for _ in range(locks):
                evening.answer(2)
                evening.lock()
            program_at_work.stop()
    finally:
        running.COMMAND = before
    left = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
    return Recorded(recording.events(log, data), evening.story, unlocking(data, evening.words), left)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return recorded(tmp_path_factory.mktemp("evening"), answers=8, notes=4, signed=1, locks=1)


Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


def cuts(found: Recorded, kinds: tuple[str, ...], programme: Programme, folder: Path) -> None:
    """So many power cuts; what is lost, damaged and noticed is counted."""
    for number in programme:
        kind = kinds[number % len(kinds)]
        chance = random.Random(f"{kind} {number}")
        seen, lost, confirmed = found.cut(kind, chance, folder / "cut")
        programme.add("confirmed", confirmed)
        programme.add("lost", bool(lost))
        programme.add("damaged", bool(seen.damage))
        programme.add("noticed", seen.missing)
        programme.add("silent", bool(lost) and not seen.missing and not seen.damage)
        if lost or seen.damage:
            print(number, lost[:3], seen.damage[:3])


def told(programme: Programme) -> str:
    names = ("lost", "damaged", "noticed", "silent")
    counted = ", ".join(f"{programme.of(name)} {name}" for name in names)
    return (
        f"{programme.rounds} power cuts, {programme.of('confirmed')} confirmed answers before them: {counted}"
    )


def nothing_was_lost(programme: Programme) -> None:
    assert programme.of("confirmed") > programme.rounds
    assert [programme.of(name) for name in ("lost", "damaged", "noticed")] == [0, 0, 0], told(programme)


@pytest.mark.parametrize("kind", KINDS)
def test_a_power_cut_loses_nothing_that_was_confirmed(
    evening: Recorded, kind: str, quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    cuts(evening, (kind,), rounds, quick)
    figure(told(rounds))
    nothing_was_lost(rounds)


@pytest.fixture(scope="module")
def long_evening(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return recorded(tmp_path_factory.mktemp("long"), answers=36, notes=30, signed=4, locks=4)


@pytest.mark.reliability
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_power_cuts_lose_nothing_that_was_confirmed(
    long_evening: Recorded, kind: str, quick: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    cuts(long_evening, (kind,), rounds, quick)
    figure(told(rounds))
    nothing_was_lost(rounds)


def test_a_flush_that_is_left_out_is_found_out(
    evening: Recorded, quick: Path, programme: Programmes, figure: Figure
) -> None:
    """The control: the same evening on a disk that believes in no flush of the log. No loss is silent."""
    rounds = programme(short=SHORT, long=LONG)
    cuts(replace(evening, unbelieved=frozenset({"clinic.db-wal"})), KINDS, rounds, quick)
    figure(told(rounds))
    assert rounds.of("lost") > rounds.rounds // 4, told(rounds)
    assert rounds.of("silent") == 0, told(rounds)


@pytest.mark.reliability
@pytest.mark.parametrize("fault", ["normal", "off"])
def test_weaker_settings_of_sqlite_lose_saves_and_the_anchor_names_them(
    fault: str, tmp_path: Path, quick: Path, programme: Programmes, figure: Figure
) -> None:
    """The control: the program with synchronous=NORMAL or OFF built in, through the same evening."""
    rounds = programme(short=SHORT, long=300)
    cuts(recorded(tmp_path, fault, answers=12, notes=6, signed=1, locks=2), KINDS, rounds, quick)
    figure(told(rounds))
    assert rounds.of("lost") > rounds.rounds // 4, told(rounds)
    assert rounds.of("silent") == 0, told(rounds)


def test_the_recording_is_the_whole_truth(evening: Recorded) -> None:
    """With every write kept, the recording gives the very files that the program left."""
    made = evening.disk.after_cut(evening.events[-1].key + 1, Fate(KEPT, random.Random(1)))
    for name in ("clinic.db", "clinic.anchor", "clinic.head"):
        assert made[name] == evening.left[name], name
    answered = [event for event in evening.events if event.kind == "answered"]
    assert len(answered) > 50 and {event.data for event in answered} <= {b"200", b"303"}


def test_what_was_not_flushed_is_kept_dropped_or_torn() -> None:
    def event(key: int, kind: str, **more: Any) -> Event:
        return Event(key=key, kind=kind, name="f", **more)

    disk = Disk(
        [
            event(1, "create"),
            Event(key=3, kind="sync", since=2),
            event(4, "write", data=b"a" * 1024),
            event(6, "sync", since=5),
            event(7, "write", data=b"b" * 1024),
        ]
    )
    assert disk.after_cut(8, Fate(DROPPED, random.Random(1))) == {"f": b"a" * 1024}
    assert disk.after_cut(8, Fate(KEPT, random.Random(1))) == {"f": b"b" * 1024}
    found = {disk.after_cut(8, Fate(MIXED, random.Random(seed)))["f"] for seed in range(400)}
    halves = {b"a" * 512, b"b" * 512}
    assert found == {first + second for first in halves for second in halves}
    # Before a flush has ended nothing is sure; before the folder is flushed, not even the name.
    assert disk.after_cut(6, Fate(DROPPED, random.Random(1))) == {"f": b""}
    assert disk.after_cut(3, Fate(DROPPED, random.Random(1))) == {}
