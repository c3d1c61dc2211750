"""A backup and its check, as ratios to copying the same bytes and hashing them on the way."""

import hashlib
import os
import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from clinic_toolkit.backup import verification
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.record.record_kinds import ALL_TABLES
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault.ring_tables import ring_table
from tests.bench import rounds
from tests.fixtures import practices
from tests.fixtures.backups import make_backup
from tests.fixtures.practices import NOW, Work

pytestmark = pytest.mark.bench

ROWS, ROW_BYTES, TURNS = 16_000, 6_000, 5
CHUNK = 1 << 20


@pytest.fixture
def grown(tmp_path: Path) -> Work:
    """A practice of about a hundred megabytes; what is sealed in it is noise."""
    work = practices.at_work(tmp_path)
    table = next(table for table in ALL_TABLES if table.name == "draft")
    with reading(work.engine) as db:
        ring = db.execute(select(ring_table)).first()
    assert ring is not None
    with writing(work.engine) as db:
        for _ in range(ROWS):
            row = {"record": uuid4(), "ring": ring.ring, "kid": ring.kid, "version": 1, "final": 0}
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


def test_goal_6_a_backup_made(grown: Work, tmp_path: Path, ratio: Callable[..., None]) -> None:
    plain, number = plain_copy(tmp_path), count()

    def ours() -> None:
        made = make_backup(grown, tmp_path, now=NOW.replace(microsecond=next(number)))
        assert made.faults == ()
        made.file.unlink()

    ratio(6, "a backup made and read back, against a copy with SHA-256 and fsync", _by(ours, plain), most=2)


def test_goal_6_a_backup_verified(grown: Work, tmp_path: Path, ratio: Callable[..., None]) -> None:
    plain, made = plain_copy(tmp_path), make_backup(grown, tmp_path)

    def verify() -> None:
        verification.verify_backup(made.file, tmp_path, open_vault=None, report=report_nothing)

    ratio(6, "a backup verified without keys, against the same", _by(verify, plain), most=2)


def test_the_memory_of_a_backup_does_not_grow_with_it(grown: Work, tmp_path: Path) -> None:
    tracemalloc.start()
    make_backup(grown, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30 * 1024 * 1024, most


def _by(ours: Callable[[], None], plain: Callable[[], None]) -> float:
    return rounds.by_turns(ours, plain, turns=TURNS)
