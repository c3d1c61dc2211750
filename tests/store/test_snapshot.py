"""What a snapshot of a store in SQLite is as a file; what it holds is in the contract of every engine."""

import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from clinic_toolkit.store.folder import ANCHOR_FILE, DATABASE_FILE
from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.storage_errors import StorageMismatch
from clinic_toolkit.store.transactions import store_of
from tests.store import chains

# Where the header of a database says whether it has a write-ahead log: 2 with one, 1 without.
LOG_FLAGS = slice(18, 20)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder of a snapshot."""
    engine = chains.opened(tmp_path / "data")
    chains.save(engine)
    store_of(engine).write_snapshot(tmp_path / "copy")
    assert (tmp_path / "data" / DATABASE_FILE).read_bytes()[LOG_FLAGS] == b"\2\2"
    return tmp_path / "copy"


def test_it_is_the_database_and_its_anchor_and_no_log(copy: Path) -> None:
    assert sorted(path.name for path in copy.iterdir()) == sorted([DATABASE_FILE, ANCHOR_FILE])
    assert (copy / DATABASE_FILE).read_bytes()[LOG_FLAGS] == b"\1\1", "or it opens on no read-only disk"
    assert chains.newest(copy).seq == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_it_is_for_this_user_alone(copy: Path) -> None:
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in copy.iterdir()} == {0o600}


def test_its_tables_begin_where_they_begin_in_every_file_of_ours(copy: Path) -> None:
    """Or a copy with a damaged list of tables could not be read by our own list."""
    standard = schema.root_pages(chains.METADATA, tuple(chains.METADATA.tables))
    with closing(sqlite3.connect(copy / DATABASE_FILE)) as db:
        found = db.execute("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").fetchall()
    assert dict(found) == standard


def test_a_store_that_is_not_built_as_ours_is_not_copied(tmp_path: Path) -> None:
    engine = chains.opened(tmp_path / "data")
    chains.save(engine)
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE_FILE)) as db, db:
        db.execute("CREATE VIEW planted AS SELECT 1")
    store = store_of(chains.opened(tmp_path / "data"))
    assert store.verdict.schema_damage
    with pytest.raises(StorageMismatch):
        store.write_snapshot(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
