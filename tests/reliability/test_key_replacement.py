"""A process that replaces every key is killed: the old secrets open everything, or the new ones do."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.vault.key_slots import WrongSecret
from tests.fixtures.cheap_derivations import quickly
from tests.fixtures.rekeyed import FIRST, SECOND, Practice, held_by, make_practice, opened_again
from tests.reliability.programme import Programme

pytestmark = pytest.mark.processes

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A practice that is closed, and is copied for each round."""
    with quickly():
        made = make_practice(tmp_path_factory.mktemp("replaced") / "data")
    made.engine.dispose()
    return made


def replaced(place: Path, kill_after: float | None) -> float:
    """Begin to replace the keys in this folder, and kill it; returns how long it was at it."""
    command = [sys.executable, "-m", "tests.reliability.replacing", str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "begun\n"
        began = time.monotonic()
        if kill_after is None:
            assert process.stdout.readline() == "ended\n"
        else:
            time.sleep(kill_after)
            process.kill()
        return time.monotonic() - began


def kill_many(practice: Practice, rounds: Programme, tmp_path: Path) -> None:
    """Kill it at a random moment of the time that it takes, and look at what the next start finds."""
    before = practice.versions()
    whole = tmp_path / "whole"
    shutil.copytree(practice.place, whole)
    seconds = replaced(whole, None)
    for number in rounds:
        place = tmp_path / f"killed-{number}"
        shutil.copytree(practice.place, place)
        # Every second one near the end, where the files change their places.
        earliest = 0.8 * seconds if number % 2 else 0
        replaced(place, random.uniform(earliest, 1.1 * seconds))
        opening = {passphrase: opens(practice, place, passphrase) for passphrase in (FIRST, SECOND)}
        found = [vault_opens for vault_opens in opening.values() if vault_opens]
        rounds.add("new" if opening[SECOND] else "old")
        rounds.add("neither or both", len(found) != 1)
        rounds.add("lost", not all(before.keys() <= versions for versions in found))
        rounds.add("left", len(list(place.glob("clinic.successor*"))))
        shutil.rmtree(place)


def opens(practice: Practice, place: Path, passphrase: str) -> set[tuple[str, UUID, int]]:
    """The versions that this passphrase opens in this folder; none if it opens nothing."""
    with quickly():
        try:
            held = held_by(place, practice.vault.user_id, passphrase)
        except WrongSecret:
            return set()
        engine, vault = opened_again(place, held, practice.vault.user_id)
        found = set(practice.versions(vault, engine))
        engine.dispose()
        return found


def judge(rounds: Programme, figure: Figure) -> None:
    """Say what was found, and let nothing pass."""
    figure(f"{rounds.rounds} kills, {rounds.of('new')} after the rename, {rounds.of('lost')} lost")
    assert rounds.of("neither or both") == rounds.of("lost") == rounds.of("left") == 0, rounds.tally


def test_some_kills(practice: Practice, tmp_path: Path, programme: Programmes, figure: Figure) -> None:
    rounds = programme(short=3, long=3)
    kill_many(practice, rounds, tmp_path)
    judge(rounds, figure)


@pytest.mark.reliability
def test_many_kills(practice: Practice, tmp_path: Path, programme: Programmes, figure: Figure) -> None:
    rounds = programme(short=3, long=300)
    kill_many(practice, rounds, tmp_path)
    judge(rounds, figure)
    assert rounds.of("new") and rounds.of("old"), "both sides of the rename were hit"
