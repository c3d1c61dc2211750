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
from clinic_toolkit.store.connections import Looking, look
from clinic_toolkit.store.recognition import APPLICATION_ID, FORMAT
from clinic_toolkit.store.trouble import damaged

_PAGE, _HEAD = 4096, 100
_PAGES_AT, _FORMAT_AT, _ID_AT, _PAGE_SIZE_AT = 28, 60, 68, 16
# The first page of a file that holds no table: a leaf without cells, empty to its end.
_NO_TABLES = b"\x0d\x00\x00\x00\x00\x10\x00\x00".ljust(_PAGE - _HEAD, b"\0")
# How many entries of the file's list may contradict our layout, which the others follow.
_HURT = 3
_DIALECT = sqlite.dialect()

# Where the rows of each table begin.
_Roots = dict[str, int]


class Readable(Struct, frozen=True, kw_only=True):
    """The copy, as the bytes of a database."""

    raw: bytes

    def connect(self) -> sqlite3.Connection:
        """A connection to it. Each has a copy of its own, so nothing that one does reaches another."""
        return _opened(self.raw)


def read(file: Path, metadata: MetaData) -> Readable:
    """Make the copy of this file, as the last commit left it.

    Raises:
        DamagedFile: it has another format, or its tables cannot be found, or are not whole.
    """
    try:
        raw = _pages(file)
        if raw[_FORMAT_AT:][:4] != FORMAT.to_bytes(4):
            raise schema.other_version(file)
        copy = _under_our_list(raw, _roots(raw, metadata), metadata)
    except (sqlite3.Error, LookupError, UnicodeDecodeError) as error:
        raise damaged(file) from error
    return Readable(raw=copy)


def _pages(file: Path) -> bytes:
    # Copied page by page, log and all: that reads nothing of what the file says about itself.
    with closing(look(file)) as source, closing(sqlite3.connect(":memory:")) as target:
        source.backup(target)
        # Else SQLite looks at the list of tables even to hand out the pages.
        target.execute("PRAGMA writable_schema = ON")
        raw = target.serialize()
    if len(raw) % _PAGE or int.from_bytes(raw[_PAGE_SIZE_AT:][:2]) != _PAGE:
        raise sqlite3.DatabaseError("another size of pages")
    return raw


def _roots(raw: bytes, metadata: MetaData) -> _Roots:
    """Where each table begins: as the file says it, or where it must be, since our files are built alike.

    Raises:
        LookupError: a table is not found in either way.
    """
    ours = schema.layout(metadata, tuple(metadata.tables))
    found = _named_by(raw, metadata)
    wrong = sum(found[name] != root for name, root in ours.items() if name in found)
    if wrong <= min(_HURT, len(found) - wrong):
        return ours
    return {name: found[name] for name in ours}


def _named_by(raw: bytes, metadata: MetaData) -> _Roots:
    """What the file's own list says, as far as it can be read and defines a table as we do."""
    wanted = {name: text for kind, name, _, text in schema.expected(metadata) if kind == b"table"}
    found: _Roots = {}
    with closing(_opened(_not_logged(raw))) as db, suppress(sqlite3.Error, UnicodeDecodeError):
        # Takes what it can read of a list that is not in order.
        db.execute("PRAGMA writable_schema = ON")
        rows = db.execute("SELECT CAST(name AS BLOB), CAST(sql AS BLOB), rootpage FROM sqlite_schema")
        for name, text, root in rows:
            if name in wanted and wanted[name] == text and isinstance(root, int):
                found[name.decode()] = root
    return found


def _under_our_list(raw: bytes, roots: _Roots, metadata: MetaData) -> bytes:
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("CREATE TABLE any (thing)")
        empty.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        empty.execute(f"PRAGMA user_version = {FORMAT}")
        head = bytearray(empty.serialize()[:_HEAD])
    head[_PAGES_AT : _PAGES_AT + 4] = (len(raw) // _PAGE).to_bytes(4)
    with closing(_opened(bytes(head) + _NO_TABLES + raw[_PAGE:])) as db:
        db.execute("PRAGMA writable_schema = ON")
        for table in metadata.sorted_tables:
            words = str(CreateTable(_plain(table)).compile(dialect=_DIALECT)).strip()
            row = (table.name, table.name, roots[table.name], words)
            db.execute("INSERT INTO sqlite_schema VALUES ('table', ?, ?, ?, ?)", row)
        listed = db.serialize()
    with closing(_opened(listed)) as db:
        for table in metadata.sorted_tables:
            for fault in db.execute(f"PRAGMA integrity_check('{table.name}')").fetchall():
                if fault != ("ok",):
                    raise sqlite3.DatabaseError("a table is not whole")
            for index in _plain(table).indexes:
                db.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
        return db.serialize()


def _plain(table: Table) -> Table:
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


def _not_logged(raw: bytes) -> bytes:
    # A database in memory has no log; the head of the file says that there is one.
    return raw[:18] + b"\x01\x01" + raw[20:]


def _opened(raw: bytes) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", check_same_thread=False, factory=Looking, isolation_level=None)
    made.deserialize(raw)
    return made
