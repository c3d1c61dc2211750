"""A backup, its check and its restore, as ratios to copying the same bytes and hashing them on the way."""

import hashlib
import os
import shutil
import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.restoration import restore_backup
from clinic_toolkit.record.record_kinds import ALL_TABLES
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault.ring_tables import ring_table
from tests.bench import grown_practice, rounds
from tests.fixtures import practices
from tests.fixtures.backups import make_backup
from tests.fixtures.practices import NOW, Work

pytestmark = pytest.mark.bench

ROWS, ROW_BYTES, TURNS = 16_000, 6_000, 5
CHUNK = 1 << 20


@pytest.fixture(params=["100 MB in large rows", "54,000 records, 118 MB"])
def grown(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    """A practice of so many bytes: one whose rows are noise, and one of many years."""
    if request.param.startswith("54,000"):
        return grown_practice.of_years(request).open_copy(tmp_path)
    work = practices.at_work(tmp_path)
    table = next(table for table in ALL_TABLES if table.name == "draft")
    with reading(work.engine) as db:
        ring = db.execute(select(ring_table)).first()
    assert ring is not None
    with writing(work.engine) as db:
        for _ in range(ROWS):
            row = {"record": uuid4(), "ring": ring.ring, "key_id": ring.key_id, "version": 1, "final": 0}
            db.execute(table.insert().values(**row, sealed=b"\1" + os.urandom(ROW_BYTES)))
    store_of(work.engine).checkpoint()
    return work


def plain_copy(tmp_path: Path) -> Callable[[], None]:
    """The least that a backup can cost: the same bytes copied, hashed on the way, and flushed."""
    database, copy = tmp_path / "data" / "clinic.db", tmp_path / "copy"

    def plain() -> None:
        digest = hashlib.sha256()
        with database.open("rb") as source, copy.open("wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())

    return plain


@pytest.fixture
def size(request: pytest.FixtureRequest) -> str:
    """What kind of practice it is."""
    return str(request.node.callspec.params["grown"])


def test_goal_6_a_backup_made(grown: Work, size: str, tmp_path: Path, ratio: Callable[..., None]) -> None:
    plain, number = plain_copy(tmp_path), count()

    def ours() -> None:
        made = make_backup(grown, tmp_path, now=NOW.replace(microsecond=next(number)))
        assert made.faults == ()
        made.file.unlink()

    words = f"a backup made and read back, against a copy with SHA-256 and fsync, {size}"
    ratio(6, words, _by(ours, plain), most=2)


def test_goal_6_a_backup_verified(grown: Work, size: str, tmp_path: Path, ratio: Callable[..., None]) -> None:
    plain, made = plain_copy(tmp_path), make_backup(grown, tmp_path)

    def verify() -> None:
        verification.verify_backup(made.file, tmp_path, open_vault=None, report=report_nothing)

    ratio(6, f"a backup verified without keys, against the same, {size}", _by(verify, plain), most=2)


def test_goal_6_a_backup_restored(grown: Work, size: str, tmp_path: Path, ratio: Callable[..., None]) -> None:
    plain, file = plain_copy(tmp_path), make_backup(grown, tmp_path).file
    # As on another machine: no practice lies beside the new one, whose deletions would be read.
    machine = tmp_path / "machine"

    def restore() -> None:
        machine.mkdir()
        restore_backup(file, machine / "data", replace=False, report=report_nothing)

    found = rounds.by_turns(restore, plain, turns=TURNS, clear_up=lambda: shutil.rmtree(machine))
    ratio(6, f"a backup restored, against the same, {size}", found, most=2)


def test_the_memory_of_a_backup_does_not_grow_with_it(grown: Work, size: str, tmp_path: Path) -> None:
    tracemalloc.start()
    make_backup(grown, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30 * 1024 * 1024, most


def _by(ours: Callable[[], None], plain: Callable[[], None]) -> float:
    return rounds.by_turns(ours, plain, turns=TURNS)
