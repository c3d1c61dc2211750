"""Reads a file with a damaged schema: a copy in memory whose schema is replaced by our own, read-only.

One flipped bit in a table definition keeps SQLite from opening the whole file, and a planted trigger or view
must never run. The rows are still there. So the copy gets a new schema table with our definitions, each
with the root page of its rows. Indexes are rebuilt from the rows; there are no views or triggers. The
file itself is not touched.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Column, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from clinic_toolkit.store import format_number
from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, hides_insertion_order
from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.sqlite.connections import ReadOnlyConnection, connect_read_only
from clinic_toolkit.store.sqlite.store_format import APPLICATION_ID, check_format_version
from clinic_toolkit.store.storage_errors import damaged_file_error

_PAGE_BYTES, _HEADER_BYTES = 4096, 100
_PAGE_COUNT_OFFSET, _USER_VERSION_OFFSET, _APPLICATION_ID_OFFSET, _PAGE_SIZE_OFFSET = 28, 60, 68, 16
# The first page of a database without tables, after the header: an empty leaf page.
_EMPTY_SCHEMA_PAGE = b"\x0d\x00\x00\x00\x00\x10\x00\x00".ljust(_PAGE_BYTES - _HEADER_BYTES, b"\0")
# How many root pages in the file's schema may differ from our layout for it to be used all the same.
_MAX_MISMATCHES = 3
_DIALECT = sqlite.dialect()

# Root page of each table, by name.
_RootPages = dict[str, int]


class SalvagedStore(Struct, frozen=True, kw_only=True):
    """The copy, as a serialized database."""

    raw: bytes

    def connect(self) -> sqlite3.Connection:
        """Open a connection to the copy. Each has its own copy, so that none can affect another."""
        return _deserialize(self.raw)


def salvage_store(file: Path, metadata: MetaData) -> SalvagedStore:
    """Copy this file into memory as of the last commit, and replace its schema.

    Raises:
        OtherFormat: the file has another format version.
        DamagedFile: its tables cannot be found or are damaged.
    """
    try:
        raw = copy_pages(file)
        check_format_version(file, int.from_bytes(raw[_USER_VERSION_OFFSET:][:4]))
        rebuilt = _rebuild_schema(raw, _find_root_pages(raw, metadata), metadata)
    except (sqlite3.Error, LookupError, UnicodeDecodeError) as error:
        raise damaged_file_error(file) from error
    return SalvagedStore(raw=rebuilt)


def copy_pages(file: Path) -> bytes:
    """Every page of this file as of the last commit, those in the log included.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    # The backup API copies pages, including those in the log, without parsing the schema.
    with closing(connect_read_only(file)) as source, closing(sqlite3.connect(":memory:")) as target:
        source.backup(target)
        # Otherwise SQLite would parse the schema even to serialize the pages.
        target.execute("PRAGMA writable_schema = ON")
        raw = target.serialize()
    if len(raw) % _PAGE_BYTES or int.from_bytes(raw[_PAGE_SIZE_OFFSET:][:2]) != _PAGE_BYTES:
        raise sqlite3.DatabaseError("another size of pages")
    return raw


def _find_root_pages(raw: bytes, metadata: MetaData) -> _RootPages:
    """The root page of each table: our standard layout if the file mostly agrees, else what the file says.

    Raises:
        LookupError: the root page of a table cannot be determined.
    """
    standard = schema.root_pages(metadata, tuple(metadata.tables))
    listed = _listed_root_pages(raw, metadata)
    mismatches = sum(listed[name] != root for name, root in standard.items() if name in listed)
    if mismatches <= min(_MAX_MISMATCHES, len(listed) - mismatches):
        return standard
    return {name: listed[name] for name in standard}


def _listed_root_pages(raw: bytes, metadata: MetaData) -> _RootPages:
    """The root pages in the file's schema table, for readable entries whose definition equals ours."""
    expected_sql = {name: sql for kind, name, _, sql in schema.expected_schema(metadata) if kind == b"table"}
    root_pages: _RootPages = {}
    with closing(_deserialize(clear_wal_flag(raw))) as db, suppress(sqlite3.Error, UnicodeDecodeError):
        # Lets SQLite read the intact part of a damaged schema table.
        db.execute("PRAGMA writable_schema = ON")
        rows = db.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB), rootpage FROM sqlite_schema")
        for name, sql, root in rows:
            if name in expected_sql and expected_sql[name] == sql and isinstance(root, int):
                root_pages[name.decode()] = root
    return root_pages


def _rebuild_schema(raw: bytes, roots: _RootPages, metadata: MetaData) -> bytes:
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("CREATE TABLE any (thing)")
        empty.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        empty.execute(f"PRAGMA user_version = {format_number.FORMAT_VERSION}")
        header = bytearray(empty.serialize()[:_HEADER_BYTES])
    header[_PAGE_COUNT_OFFSET : _PAGE_COUNT_OFFSET + 4] = (len(raw) // _PAGE_BYTES).to_bytes(4)
    with closing(_deserialize(bytes(header) + _EMPTY_SCHEMA_PAGE + raw[_PAGE_BYTES:])) as db:
        db.execute("PRAGMA writable_schema = ON")
        for table in metadata.sorted_tables:
            definition = str(CreateTable(_bare_table(table)).compile(dialect=_DIALECT)).strip()
            row = (table.name, table.name, roots[table.name], definition)
            db.execute("INSERT INTO sqlite_schema VALUES ('table', ?, ?, ?, ?)", row)
        with_schema = db.serialize()
    with closing(_deserialize(with_schema)) as db:
        for table in metadata.sorted_tables:
            for result in db.execute(f"PRAGMA integrity_check('{table.name}')").fetchall():
                if result != ("ok",):
                    raise sqlite3.DatabaseError("a table is not whole")
            for index in _bare_table(table).indexes:
                db.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
        return db.serialize()


def _bare_table(table: Table) -> Table:
    """The table with the same column layout, but with plain indexes instead of its constraints."""
    without_rowid = hides_insertion_order(table)
    key_columns = list(table.primary_key.columns)
    # A single integer primary key is the rowid itself and has no index.
    keeps_key = without_rowid or (len(key_columns) == 1 and isinstance(key_columns[0].type, Integer))
    columns = [
        Column(
            column.name, column.type, primary_key=keeps_key and column.primary_key, nullable=column.nullable
        )
        for column in table.columns
    ]
    bare_table = Table(
        table.name, MetaData(), *columns, info=HIDES_INSERTION_ORDER if without_rowid else None
    )
    schema.set_storage_options(bare_table)
    index_sources = [
        source
        for source in (*table.constraints, *table.indexes)
        if isinstance(source, UniqueConstraint | Index)
    ]
    for number, source in enumerate(index_sources):
        Index(f"by_{number}_{table.name}", *(bare_table.c[column.name] for column in source.columns))
    return bare_table


def clear_wal_flag(raw: bytes) -> bytes:
    """The same pages as those of a database without a write-ahead log."""
    # The header says that the file has a write-ahead log, which a database in memory cannot have.
    return raw[:18] + b"\x01\x01" + raw[20:]


def _deserialize(raw: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(
        ":memory:", check_same_thread=False, factory=ReadOnlyConnection, isolation_level=None
    )
    connection.deserialize(raw)
    return connection
