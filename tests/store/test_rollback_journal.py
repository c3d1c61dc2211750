"""A start that is stopped while SQLite changes a copied file: the next start takes it back and goes on.

A store that comes from a backup, or was rescued, has no write-ahead log. Its first start makes it one that
has, by a change of one page with a journal. Nothing else that we do leaves such a journal.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clinic_toolkit.store import opening
from clinic_toolkit.store.folder import DATABASE_FILE
from clinic_toolkit.store.storage_errors import StartInterrupted
from clinic_toolkit.store.transactions import store_of
from tests.store import chains

JOURNAL, MANY = f"{DATABASE_FILE}-journal", 60


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a store with some entries, as a restore puts it in place."""
    engine = chains.opened(tmp_path / "data")
    for _ in range(MANY):
        chains.save(engine)
    store_of(engine).write_snapshot(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def stopped(copy: Path, tmp_path: Path) -> Path:
    """The same, stopped while pages of it are changed: some are, and the journal holds them as they were."""
    place = tmp_path / "stopped"
    with closing(sqlite3.connect(copy / DATABASE_FILE, isolation_level=None)) as db:
        for statement in ("PRAGMA cache_size = 1", "PRAGMA cache_spill = 1", "BEGIN IMMEDIATE"):
            db.execute(statement)
        db.execute("UPDATE sample SET sealed = zeroblob(480)")
        shutil.copytree(copy, place)
        db.execute("ROLLBACK")
    return place


def zeroed(place: Path) -> int:
    """How many rows have their new content."""
    with closing(sqlite3.connect(f"file:{place / DATABASE_FILE}?immutable=1", uri=True)) as db:
        found: int = db.execute("SELECT count(*) FROM sample WHERE sealed = zeroblob(480)").fetchone()[0]
    return found


def test_the_next_start_takes_it_back(copy: Path, stopped: Path) -> None:
    assert 0 < zeroed(stopped) < MANY and (stopped / JOURNAL).stat().st_size, (
        "the control: half of it is there"
    )
    engine = chains.opened(stopped)
    assert store_of(engine).verdict.is_clean and chains.tip(engine) == MANY
    chains.save(engine)
    assert store_of(engine).checkpoint()
    engine.dispose()
    assert zeroed(stopped) == 0 and not (stopped / JOURNAL).exists()
    assert chains.newest(stopped).seq == MANY + 1


def test_a_mere_look_says_what_to_do_and_changes_nothing(stopped: Path) -> None:
    before = {path.name: path.read_bytes() for path in stopped.iterdir()}
    look = opening.open_read_only(stopped, chains.METADATA)
    with pytest.raises(StartInterrupted, match="Start the program once"), look:
        pass
    assert {path.name: path.read_bytes() for path in stopped.iterdir()} == before


@pytest.mark.parametrize("content", [b"", bytes(4616)], ids=["empty", "ended"])
def test_a_journal_of_a_change_that_has_ended_is_in_nobodys_way(copy: Path, content: bytes) -> None:
    (copy / JOURNAL).write_bytes(content)
    with opening.open_read_only(copy, chains.METADATA) as view:
        assert view.problems == ()
    assert store_of(chains.opened(copy)).verdict.is_clean and chains.newest(copy).seq == MANY
