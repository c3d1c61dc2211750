"""One bit in every byte of a small practice, and thousands at random in a larger one.

R10 of the programme. Each flip is refused, noticed or harmless; nothing wrong is ever shown, nothing is
lost without a word, and no error is a traceback. The short form takes every so many bytes.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from clinic_toolkit.journal import integrity
from clinic_toolkit.store.folder import ANCHOR_FILE, DATABASE_FILE
from clinic_toolkit.store.sqlite import store_format
from clinic_toolkit.vault import seal_context
from tests.reliability.judging import REFUSED, Failed, Judge, many_openings, room
from tests.reliability.programme import Programme
from tests.reliability.small_practice import Small, small_practice

pytestmark = pytest.mark.slow

# The short form takes one byte in so many; the number shares no factor with a page or a frame of the log.
EVERY = 2003
# The long form goes through all bytes in rounds of so many.
AT_ONCE = 1000
# So often every verb is asked although the rows are the same, to try the shorter way as well.
THOROUGH = 60
FILES = (DATABASE_FILE, f"{DATABASE_FILE}-wal", ANCHOR_FILE)
# How many clients the larger practice has beside those of the small one.
CLIENTS = 40

Begin = Callable[..., Programme]
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with many_openings(), room(tmp_path_factory.mktemp("flips")) as found:
        yield found


@pytest.fixture(scope="module")
def small(place: Path) -> Small:
    return small_practice(place / "small")


def flipped(judge: Judge, name: str, at: int, bit: int, *, thorough: bool = False) -> str:
    """What comes of one bit: how the look ended."""
    raw = bytearray(judge.made.files[name])
    raw[at] ^= 1 << bit
    try:
        look = judge.after({name: bytes(raw)}, thorough=thorough)
    except Exception as error:
        raise AssertionError(f"bit {bit} of byte {at} of {name}: {type(error).__name__}: {error}") from error
    if look.end == REFUSED:
        # By the name of the file, or because no way in opens: a bit of the practice's own id does that.
        assert judge.place.name in look.why[1] or look.why[0] in ("WrongSecret", "UnsupportedSuite"), look.why
    return look.end


def every_byte(made: Small) -> list[tuple[str, int]]:
    return [(name, at) for name in FILES for at in range(len(made.files[name]))]


def told(ends: Counter[str]) -> str:
    return f"{ends.total()} bits: " + ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))


def through(judge: Judge, bytes_: list[tuple[str, int]], first: int) -> Counter[str]:
    return Counter(
        flipped(judge, name, at, (first + number) * 5 % 8, thorough=(first + number) % THOROUGH == 0)
        for number, (name, at) in enumerate(bytes_)
    )


def test_a_bit_here_and_there(small: Small, place: Path, figure: Figure) -> None:
    ends = through(Judge(small, place / "hurt"), every_byte(small)[random.randrange(EVERY) :: EVERY], 0)
    # Few bits are refused, since the head of the practice is kept twice: a sample may hold none of them.
    assert {"noticed"} <= set(ends) <= {"refused", "noticed", "harmless"}
    figure(f"one byte in {EVERY}, {told(ends)}; 0 wrong, 0 tracebacks")


@pytest.mark.reliability
def test_a_bit_in_every_byte(small: Small, place: Path, programme: Begin, figure: Figure) -> None:
    whole = every_byte(small)
    slices = -(-len(whole) // AT_ONCE)
    rounds = programme(short=1, long=slices)
    judge = Judge(small, place / "hurt")
    for number in rounds:
        # Spread over all files, so that a part of the rounds is a fair sample.
        for end, count in through(judge, whole[number::slices], number).items():
            rounds.add(end, count)
    ends = Counter({end: rounds.of(end) for end in ("refused", "noticed", "harmless")})
    figure(f"{len(whole):,} bytes, {told(ends)}; 0 wrong, 0 tracebacks")


@pytest.mark.reliability
def test_bits_at_random_in_a_larger_practice(place: Path, programme: Begin, figure: Figure) -> None:
    made = small_practice(place / "larger", many=CLIENTS)
    whole, judge = every_byte(made), Judge(made, place / "hurt")
    rounds = programme(short=20, long=5000)
    for _ in rounds:
        name, at = random.choice(whole)
        rounds.add(flipped(judge, name, at, random.randrange(8)))
    ends = Counter({end: rounds.of(end) for end in ("refused", "noticed", "harmless")})
    figure(f"{len(whole):,} bytes, {told(ends)}; 0 wrong, 0 tracebacks")


class Anywhere:
    """A place like any other."""

    def __init__(self, *fields: object) -> None:
        pass

    def fill(self, first: bytes, second: bytes) -> bytes:
        return b"anywhere"


def test_without_places_and_ledger_wrong_data_passes(place: Path) -> None:
    """The control: seals that are not sealed to their place, and nobody who asks SQLite or the trail."""
    careless = patch.multiple(
        integrity, check_against_audit_log=lambda *_: "", find_missing_record=lambda *_: None
    )
    credulous = patch.object(store_format, "check_schema_and_integrity", lambda *_: None)
    with patch.object(seal_context, "EncodingTemplate", Anywhere), careless, credulous:
        made = small_practice(place / "careless")
        judge, raw = Judge(made, place / "hurt"), made.files[DATABASE_FILE]
        record = next(id for table, id in made.told_at[made.last].newest if table == "handout").bytes
        wrong = []
        for found in re.finditer(re.escape(record), raw):
            # In the table as in its index, the other plain columns stand beside the id.
            for at in (found.start(), found.end()):
                wrong += [number for number in range(8) if not passes(judge, at, number)]
        assert wrong


def passes(judge: Judge, at: int, bit: int) -> bool:
    try:
        flipped(judge, DATABASE_FILE, at, bit)
    except AssertionError:
        return False
    return True


def test_a_word_that_changed_would_be_found_out(small: Small, place: Path) -> None:
    """The control of the judge itself: another practice's rows are told to be whole."""
    other = small_practice(place / "other")
    other.told_at, other.bytes_at = small.told_at, small.bytes_at
    other.vault = small.vault
    with pytest.raises(Failed):
        Judge(other, place / "hurt").after({})
