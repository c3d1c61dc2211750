"""One bit where everything hangs on it: the list of tables, the identity, the practice's own key.

A flip there used to make the whole record unreadable. Each now ends in one of: everything as before,
everything readable and the hurt named, or a loss that the promise names.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from clinic_toolkit.store.folder import DATABASE_FILE
from clinic_toolkit.store.folder import HEADER_BACKUP_FILE as HEAD_FILE
from clinic_toolkit.store.sqlite import salvage
from clinic_toolkit.store.storage_errors import damaged_file_error
from tests.reliability.judging import HARMLESS, NOTICED, REFUSED, Judge, many_openings, room
from tests.reliability.programme import Programme
from tests.reliability.small_practice import Small, small_practice

pytestmark = pytest.mark.slow

# One byte in so many of the list of tables, in the short form.
EVERY = 421
_PAGE, _HEAD = 4096, 100

Begin = Callable[..., Programme]
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with many_openings(), room(tmp_path_factory.mktemp("flips")) as found:
        yield found


@pytest.fixture(scope="module")
def small(place: Path) -> Small:
    """The practice, with all of it folded into the file: a flip cannot hide behind the log."""
    made = small_practice(place / "small")
    folded = place / "folded"
    Judge(made, folded).lay_out({})
    with closing(sqlite3.connect(folded / DATABASE_FILE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.files = {
        **made.files,
        DATABASE_FILE: (folded / DATABASE_FILE).read_bytes(),
        f"{DATABASE_FILE}-wal": b"",
    }
    return made


def list_of_tables(small: Small, place: Path) -> list[int]:
    """Every byte in use on the pages that hold the list of tables, without the head of the file."""
    raw, file = small.files[DATABASE_FILE], place / "listed.db"
    file.write_bytes(raw)
    with closing(sqlite3.connect(file)) as db:
        texts = [row[0].encode() for row in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")]
    pages = {0} | {raw.find(text[:40]) // _PAGE for text in texts} - {-1}
    places = [at for page in sorted(pages) for at in range(page * _PAGE, (page + 1) * _PAGE)]
    return [at for at in places if at >= _HEAD and (raw[at] or raw[at - 1])]


def lying(small: Small, place: Path, query: str) -> list[int]:
    """Every byte of the columns that this query names, which lie in the file one behind the other."""
    file = place / "asked.db"
    file.write_bytes(small.files[DATABASE_FILE])
    with closing(sqlite3.connect(file)) as db:
        found = [b"".join(row) for row in db.execute(query)]
    places = [small.files[DATABASE_FILE].find(value) for value in found]
    assert all(at > 0 for at in places)
    return [at + number for at, value in zip(places, found, strict=True) for number in range(len(value))]


def flipped(judge: Judge, at: int, bit: int) -> str:
    raw = bytearray(judge.made.files[DATABASE_FILE])
    raw[at] ^= 1 << bit
    look = judge.after({DATABASE_FILE: bytes(raw)})
    return look.end if look.end != REFUSED else f"{REFUSED} ({look.why[0]})"


def through(judge: Judge, places: list[int]) -> Counter[str]:
    return Counter(flipped(judge, at, number * 5 % 8) for number, at in enumerate(places))


def told(ends: Counter[str]) -> str:
    return f"{ends.total()} bits: " + ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))


def nothing(file: Path, *_: object) -> salvage.SalvagedStore:
    raise damaged_file_error(file)


def test_a_bit_in_the_list_of_tables(small: Small, place: Path, programme: Begin, figure: Figure) -> None:
    places = list_of_tables(small, place)
    judge, now, before = Judge(small, place / "hurt"), Counter[str](), Counter[str]()
    tried = places[::EVERY]
    now = through(judge, tried)
    with patch.object(salvage, "salvage_store", nothing):
        before = through(judge, tried)
    figure(f"list of tables, {told(now)}; without a list of our own, {told(before)}")
    assert set(now) <= {NOTICED, HARMLESS}
    # The control: the same bits made the whole record unreadable.
    assert sum(number for end, number in before.items() if end.startswith(REFUSED)) > len(tried) // 2


# Where the head of the practice lies: its ids, its identity, its own ring and key, the ways in.
HEAD = {
    "ids of the practice": "SELECT vault, incarnation FROM vault",
    "identity": "SELECT user, sealed FROM identity",
    "own ring": "SELECT key_id, members FROM ring WHERE ring = X'{ring}'",
    "signature of the own ring": "SELECT grantor, signature FROM ring WHERE ring = X'{ring}'",
    "own key": "SELECT sealed FROM ring_grant WHERE ring = X'{ring}'",
    "ways in": "SELECT slot, user FROM slot",
    "seals of the ways in": "SELECT sealed FROM slot",
    "list of ways to unlock": "SELECT mac FROM slot_list",
}
# What made the whole record unreadable, for every bit of it.
_ALL = ("identity", "own ring", "signature of the own ring", "own key")


@pytest.mark.parametrize("part", HEAD)
def test_a_bit_in_the_head_of_the_practice(part: str, small: Small, place: Path, figure: Figure) -> None:
    assert small.vault
    places = lying(small, place, HEAD[part].format(ring=small.vault.practice_ring.hex))
    judge, tried = Judge(small, place / "hurt"), places[:: max(1, len(places) // 8)]
    now = through(judge, tried)
    without = {**small.files}
    del without[HEAD_FILE]
    before = through(Judge(replace(small, files=without), place / "hurt"), tried)
    figure(f"{part}, {told(now)}; without the second copy, {told(before)}")
    assert set(now) <= {NOTICED, HARMLESS}
    if part in _ALL:
        # The control: the same bits made the whole record unreadable.
        assert all(end.startswith(REFUSED) for end in before), before
