"""A copy in memory of a file whose build is hurt, put under our own list of tables: for reading alone.

One bit in the text of a table's definition keeps SQLite from opening the whole file, and a trigger or
view that someone planted must never run. The rows are still there. So the file's own list of tables is
left behind, and ours is put in its place, each table with the page where its rows begin. Indexes are
built anew from the rows; views and triggers there are none. The file itself is not touched.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Column, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from clinic_toolkit.store import schema
from clinic_toolkit.store.connections import ReadOnlyConnection, connect_read_only
from clinic_toolkit.store.storage_errors import damaged_file_error
from clinic_toolkit.store.store_format import APPLICATION_ID, FORMAT_VERSION

_PAGE_BYTES, _HEADER_BYTES = 4096, 100
_PAGE_COUNT_OFFSET, _USER_VERSION_OFFSET, _APPLICATION_ID_OFFSET, _PAGE_SIZE_OFFSET = 28, 60, 68, 16
# The first page of a file that holds no table: a leaf without cells, empty to its end.
_EMPTY_SCHEMA_PAGE = b"\x0d\x00\x00\x00\x00\x10\x00\x00".ljust(_PAGE_BYTES - _HEADER_BYTES, b"\0")
# How many entries of the file's list may contradict our layout, which the others follow.
_MAX_MISMATCHES = 3
_DIALECT = sqlite.dialect()

# Where the rows of each table begin.
_RootPages = dict[str, int]


class SalvagedStore(Struct, frozen=True, kw_only=True):
    """The copy, as the bytes of a database."""

    raw: bytes

    def connect(self) -> sqlite3.Connection:
        """A connection to it. Each has a copy of its own, so nothing that one does reaches another."""
        return _deserialize(self.raw)


def salvage_store(file: Path, metadata: MetaData) -> SalvagedStore:
    """Make the copy of this file, as the last commit left it.

    Raises:
        DamagedFile: it has another format, or its tables cannot be found, or are not whole.
    """
    try:
        raw = _copy_pages(file)
        if raw[_USER_VERSION_OFFSET:][:4] != FORMAT_VERSION.to_bytes(4):
            raise schema.other_version_error(file)
        copy = _rebuild_schema(raw, _find_root_pages(raw, metadata), metadata)
    except (sqlite3.Error, LookupError, UnicodeDecodeError) as error:
        raise damaged_file_error(file) from error
    return SalvagedStore(raw=copy)


def _copy_pages(file: Path) -> bytes:
    # Copied page by page, log and all: that reads nothing of what the file says about itself.
    with closing(connect_read_only(file)) as source, closing(sqlite3.connect(":memory:")) as target:
        source.backup(target)
        # Else SQLite looks at the list of tables even to hand out the pages.
        target.execute("PRAGMA writable_schema = ON")
        raw = target.serialize()
    if len(raw) % _PAGE_BYTES or int.from_bytes(raw[_PAGE_SIZE_OFFSET:][:2]) != _PAGE_BYTES:
        raise sqlite3.DatabaseError("another size of pages")
    return raw


def _find_root_pages(raw: bytes, metadata: MetaData) -> _RootPages:
    """Where each table begins: as the file says it, or where it must be, since our files are built alike.

    Raises:
        LookupError: a table is not found in either way.
    """
    ours = schema.root_pages(metadata, tuple(metadata.tables))
    found = _listed_root_pages(raw, metadata)
    wrong = sum(found[name] != root for name, root in ours.items() if name in found)
    if wrong <= min(_MAX_MISMATCHES, len(found) - wrong):
        return ours
    return {name: found[name] for name in ours}


def _listed_root_pages(raw: bytes, metadata: MetaData) -> _RootPages:
    """What the file's own list says, as far as it can be read and defines a table as we do."""
    wanted = {name: text for kind, name, _, text in schema.expected_schema(metadata) if kind == b"table"}
    found: _RootPages = {}
    with closing(_deserialize(_clear_wal_flag(raw))) as db, suppress(sqlite3.Error, UnicodeDecodeError):
        # Takes what it can read of a list that is not in order.
        db.execute("PRAGMA writable_schema = ON")
        rows = db.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB), rootpage FROM sqlite_schema")
        for name, text, root in rows:
            if name in wanted and wanted[name] == text and isinstance(root, int):
                found[name.decode()] = root
    return found


def _rebuild_schema(raw: bytes, roots: _RootPages, metadata: MetaData) -> bytes:
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("CREATE TABLE any (thing)")
        empty.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        empty.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        head = bytearray(empty.serialize()[:_HEADER_BYTES])
    head[_PAGE_COUNT_OFFSET : _PAGE_COUNT_OFFSET + 4] = (len(raw) // _PAGE_BYTES).to_bytes(4)
    with closing(_deserialize(bytes(head) + _EMPTY_SCHEMA_PAGE + raw[_PAGE_BYTES:])) as db:
        db.execute("PRAGMA writable_schema = ON")
        for table in metadata.sorted_tables:
            words = str(CreateTable(_bare_table(table)).compile(dialect=_DIALECT)).strip()
            row = (table.name, table.name, roots[table.name], words)
            db.execute("INSERT INTO sqlite_schema VALUES ('table', ?, ?, ?, ?)", row)
        listed = db.serialize()
    with closing(_deserialize(listed)) as db:
        for table in metadata.sorted_tables:
            for fault in db.execute(f"PRAGMA integrity_check('{table.name}')").fetchall():
                if fault != ("ok",):
                    raise sqlite3.DatabaseError("a table is not whole")
            for index in _bare_table(table).indexes:
                db.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
        return db.serialize()


def _bare_table(table: Table) -> Table:
    """The table with its columns as they lie in the file, and without any rule that keeps an index there."""
    without_rowid = table.dialect_options["sqlite"]["with_rowid"] is False
    key = list(table.primary_key.columns)
    # A whole number as the only key is the number of the row itself, and lies in no index.
    kept = without_rowid or (len(key) == 1 and isinstance(key[0].type, Integer))
    columns = [
        Column(each.name, each.type, primary_key=kept and each.primary_key, nullable=each.nullable)
        for each in table.columns
    ]
    made = Table(table.name, MetaData(), *columns, sqlite_strict=True, sqlite_with_rowid=not without_rowid)
    rules = [
        rule for rule in (*table.constraints, *table.indexes) if isinstance(rule, UniqueConstraint | Index)
    ]
    for number, rule in enumerate(rules):
        Index(f"by_{number}_{table.name}", *(made.c[column.name] for column in rule.columns))
    return made


def _clear_wal_flag(raw: bytes) -> bytes:
    # A database in memory has no log; the head of the file says that there is one.
    return raw[:18] + b"\x01\x01" + raw[20:]


def _deserialize(raw: bytes) -> sqlite3.Connection:
    made = sqlite3.connect(
        ":memory:", check_same_thread=False, factory=ReadOnlyConnection, isolation_level=None
    )
    made.deserialize(raw)
    return made
