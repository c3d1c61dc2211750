"""A backup of which any byte is another one, that is cut or extended, is answered with one sentence.

Nothing is changed by it: neither by the look at its bytes, nor by a restore over the practice that is there.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.restoration import restore_backup
from clinic_toolkit.errors import ClinicError
from tests.backup.test_damage import classes_of, flipped, is_refused
from tests.fixtures import practices
from tests.fixtures.backups import contents, listing, make_backup
from tests.fixtures.practices import giving
from tests.reliability.programme import Programme

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]

SHORT, LONG = 40, 3000
STRETCH = 512
_SENTENCES = re.compile(r"[^\n]{20,400}[.]")


@pytest.fixture
def place(quick: Path) -> Path:
    """Where a practice and its backup lie."""
    return quick


@pytest.fixture
def made(place: Path) -> MadeBackup:
    """A backup of it, in `kept`; the practice has gone on since."""
    work = practices.at_work(place)
    work.answer(work.begun(work.client(), giving()), [3, None])
    made = make_backup(work, place)
    work.client("Femi Adeyemi")
    work.engine.dispose()
    return made


def wrong_with_restore(file: Path, place: Path, before: dict[str, bytes]) -> str:
    """What is wrong when this file is restored over the practice: it must be refused and change nothing."""
    names = sorted(path.name for path in place.iterdir())
    try:
        restore_backup(file, place / "data", replace=True, report=report_nothing)
    except ClinicError as refusal:
        if not _SENTENCES.fullmatch(refusal.sentence):
            return f"no plain sentence: {refusal.sentence}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    else:
        return "it was restored"
    has_changed = listing(place / "data") != before or sorted(path.name for path in place.iterdir()) != names
    return "something was changed" if has_changed else ""


def try_restores(made: MadeBackup, place: Path, rounds: Programme) -> None:
    """Turn one bit, cut, or extend, and restore: half of the bits in the frame, where each has a meaning."""
    chance, whole = random.Random("restores"), made.file.read_bytes()
    frame, others = classes_of(made.file)
    before = listing(place / "data")
    for number in rounds:
        if number % 4 < 2:
            at = chance.choice(frame if number % 4 else others)
            with flipped(made.file, at, 1 << chance.randrange(8)):
                wrong = wrong_with_restore(made.file, place, before)
        else:
            cut = whole[: chance.randrange(len(whole))]
            made.file.write_bytes(
                cut if number % 4 == 2 else whole + chance.randbytes(chance.choice((1, 512)))
            )
            wrong = wrong_with_restore(made.file, place, before)
            made.file.write_bytes(whole)
        rounds.add("wrong", bool(wrong))
        if wrong:
            print(number, wrong)
            assert listing(place / "data") == before, "the next rounds would begin with another practice"


def judge(made: MadeBackup, place: Path, rounds: Programme, figure: Figure) -> None:
    """Say what was found; and the control: as it was made it is restored, and changes what is there."""
    figure(f"{rounds.rounds} restores of a damaged backup, {rounds.of('wrong')} not refused in a sentence")
    assert rounds.of("wrong") == 0
    before = contents(place / "data")
    assert wrong_with_restore(made.file, place, listing(place / "data")) == "it was restored"
    assert contents(place / "data") != before == contents(place / "data" / "before-restore-1")


def test_a_damaged_backup_is_not_restored(
    made: MadeBackup, place: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=SHORT)
    try_restores(made, place, rounds)
    judge(made, place, rounds, figure)


@pytest.mark.reliability
def test_thousands_of_damaged_backups_are_not_restored(
    made: MadeBackup, place: Path, programme: Programmes, figure: Figure
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    try_restores(made, place, rounds)
    judge(made, place, rounds, figure)


@pytest.mark.reliability
def test_every_byte(made: MadeBackup, programme: Programmes, figure: Figure) -> None:
    """The look at the bytes that comes before everything else: every byte, and every length."""
    whole = made.file.read_bytes()
    cut = made.file.with_name("cut.tar")
    rounds = programme(short=1, long=-(-len(whole) // STRETCH))
    for number in rounds:
        for at in range(number * STRETCH, min((number + 1) * STRETCH, len(whole))):
            with flipped(made.file, at, 1 << at % 8):
                rounds.add("passed", not is_refused(made.file))
        for length in (number * STRETCH, number * STRETCH + 1 + number % (STRETCH - 1)):
            cut.write_bytes(whole[:length])
            rounds.add("passed", not is_refused(cut))
            rounds.add("cut")
        rounds.add("passed", is_refused(made.file))
    figure(f"{len(whole)} bytes turned, {rounds.of('cut')} lengths: {rounds.of('passed')} not noticed")
    assert rounds.of("passed") == 0 and not is_refused(made.file)
