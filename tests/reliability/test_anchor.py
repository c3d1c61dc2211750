"""Eight writers, killed between commit and anchor: it is never behind what was confirmed."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from clinic_toolkit.store.folder import ANCHOR_FILE
from clinic_toolkit.store.transactions import reading, store_of
from tests.reliability import eight_writers
from tests.reliability.programme import Programme
from tests.store import chains

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]
SHORT, LONG = 2, 250
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass
class Round:
    """What one program confirmed before it was killed."""

    confirmed: list[tuple[int, int, int]]

    @property
    def seq(self) -> int:
        return max((seq for _, _, seq in self.confirmed), default=0)


def killed(place: Path, when: str, *, after_seconds: float = 0) -> Round:
    """Run the writers until they end; with `after_seconds`, until they are killed from outside."""
    command = [sys.executable, "-m", "tests.reliability.eight_writers", str(place), when]
    env = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=env) as program:
        timer = threading.Timer(after_seconds, program.kill)
        assert program.stdout
        confirmed = []
        for line in program.stdout:
            if line.endswith("\n"):
                number, version, seq = line.split()
                confirmed.append((int(number), int(version), int(seq)))
                if after_seconds and len(confirmed) == 1:
                    timer.start()
    timer.cancel()
    return Round(confirmed)


def look(place: Path, found: Round) -> None:
    """Whole, nothing confirmed lost, no version written twice or skipped, the anchor not behind."""
    before = chains.newest(place).seq
    assert before >= found.seq, "the anchor is behind what was confirmed"
    engine = chains.opened(place)
    assert store_of(engine).verdict.is_clean
    tip = chains.tip(engine)
    # Ahead by the save that was cut off, and by more if earlier rounds ended at their very first one.
    assert found.seq <= before <= tip
    with reading(engine) as db:
        newest = {
            record: (version, count)
            for record, version, count in db.execute(
                select(chains.SAMPLE.c.record, func.max(chains.SAMPLE.c.version), func.count()).group_by(
                    chains.SAMPLE.c.record
                )
            )
        }
    assert sum(count for _, count in newest.values()) == tip
    for number, version, _ in found.confirmed:
        highest, count = newest[eight_writers.record_of(number)]
        assert highest == count >= version, "a lost update"
    engine.dispose()


def rounds(place: Path, when: str, programme: Programme) -> str:
    """So many kills, with a look after each; what was shown."""
    for number in programme:
        # Each in a store of its own at times, so that none grows without end.
        folder = place / f"data{number // 50}"
        found = killed(folder, when, after_seconds=0.3 if when == "never" else 0)
        if not found.confirmed and not (folder / ANCHOR_FILE).exists():
            # Ended at the first save of a new store: there is nothing yet that an anchor could be behind.
            shutil.rmtree(folder)
            continue
        look(folder, found)
        programme.add("confirmed", len(found.confirmed))
    told = f"{programme.rounds} kills, {programme.of('confirmed')} confirmed saves of eight writers"
    return f"{told}: the anchor never behind, 0 lost updates"


MOMENTS = ["at", "half", "after", "never"]


@pytest.mark.parametrize("when", MOMENTS)
def test_the_anchor_is_never_behind_what_was_confirmed(
    tmp_path: Path, when: str, programme: Callable[..., Programme]
) -> None:
    kills = programme(short=SHORT, long=LONG)
    rounds(tmp_path, when, kills)
    assert kills.of("confirmed") >= 1


@pytest.mark.reliability
@pytest.mark.parametrize("when", MOMENTS)
def test_the_anchor_in_a_thousand_kills(
    tmp_path: Path, when: str, programme: Callable[..., Programme], figure: Callable[[str], None]
) -> None:
    kills = programme(short=SHORT, long=LONG)
    figure(rounds(tmp_path, when, kills))
    assert kills.of("confirmed") > kills.rounds


def test_an_anchor_that_is_behind_is_found_out(tmp_path: Path) -> None:
    """The control: the same look at a program that confirms before it writes the anchor."""
    for _ in range(5):
        found = killed(tmp_path / "data", "lying", after_seconds=0.3)
        if chains.newest(tmp_path / "data").seq < found.seq:
            return
    raise AssertionError("the look found nothing wrong with a program that lies")
