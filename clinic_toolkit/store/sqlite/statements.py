"""The statements that every save and every read of a record needs, compiled once.

SQLAlchemy takes longer to build a statement than SQLite takes to run it, and saving one answer runs five of
them; so these are compiled on first use and passed directly to the driver. Errors of the driver go through
`store.storage_errors` like any other.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ClauseElement, Connection, Insert, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import pysqlite

from clinic_toolkit.store.types import cached_uuid

COLUMNS = ("record", "version", "ring", "kid", "final", "sealed")
_MUTABLE_COLUMNS = ("version", "kid", "final", "sealed")
_DIALECT = pysqlite.dialect(paramstyle="named")


class SealedRow(NamedTuple):
    """One row of a sealed table."""

    id: int
    record: UUID
    version: int
    ring: UUID
    kid: bytes
    final: int
    sealed: bytes


# The same columns as SQLite returns them: record and ring are 16 bytes each.
RawRow = tuple[int, bytes, int, bytes, bytes, int, bytes]


class PreparedStatement:
    """A statement compiled to SQL. Its parameters must be numbers or bytes, because none is converted."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def execute(self, db: Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        """Run it in the transaction of this connection."""
        driver = cast(sqlite3.Connection, db.connection.driver_connection)
        return driver.execute(self.sql, self._fixed | values)


@cache
def _newest_statement(table: Table) -> PreparedStatement:
    query = select(table).where(table.c.record == bindparam("seen_id")).order_by(table.c.version.desc())
    return PreparedStatement(query.limit(1))


@cache
def _every_newest_statement(table: Table, in_ring: bool, prefix_bytes: int | None) -> PreparedStatement:
    sealed = table.c.sealed if prefix_bytes is None else func.substr(table.c.sealed, 1, prefix_bytes)
    # SQLite takes the other columns from the row that holds the maximum.
    columns = (
        table.c.id,
        table.c.record,
        func.max(table.c.version),
        table.c.ring,
        table.c.kid,
        table.c.final,
    )
    query = select(*columns, sealed).group_by(table.c.record)
    return PreparedStatement(query.where(table.c.ring == bindparam("seen_ring")) if in_ring else query)


@cache
def _row_by_id_statement(table: Table) -> PreparedStatement:
    return PreparedStatement(select(table).where(table.c.id == bindparam("seen_id")))


@cache
def _replace_statement(table: Table) -> PreparedStatement:
    conditions = (
        table.c.record == bindparam("seen_id"),
        table.c.version == bindparam("seen_version"),
        table.c.ring == bindparam("seen_ring"),
    )
    # Record and ring never change; setting them would make SQLite rewrite their index pages.
    new_values: dict[str, Any] = {name: bindparam(name) for name in _MUTABLE_COLUMNS}
    return PreparedStatement(table.update().where(*conditions, table.c.final == 0).values(new_values))


@cache
def insert_statement(table: Table) -> Insert:
    """The INSERT for a sealed table, with one parameter for each of `COLUMNS`."""
    return table.insert().values({name: bindparam(name) for name in COLUMNS})


def iter_newest_rows(
    db: Connection, table: Table, ring: UUID | None, *, prefix_bytes: int | None
) -> Iterator[RawRow]:
    """The newest version of every record of a table, or of one ring of it.

    Args:
        ring: only records of this ring; None for all.
        prefix_bytes: return only this many bytes of each sealed blob; None for all of it.
    """
    values = {} if ring is None else {"seen_ring": ring.bytes}
    return iter(_every_newest_statement(table, ring is not None, prefix_bytes).execute(db, values))


def find_row(db: Connection, table: Table, id: int) -> RawRow | None:
    """The row with this primary key, or None."""
    row: RawRow | None = _row_by_id_statement(table).execute(db, {"seen_id": id}).fetchone()
    return row


def find_newest_row(db: Connection, table: Table, record: UUID) -> SealedRow | None:
    """The newest version of a record, or None."""
    row = _newest_statement(table).execute(db, {"seen_id": record.bytes}).fetchone()
    if row is None:
        return None
    return to_sealed_row(row)


def to_sealed_row(row: RawRow) -> SealedRow:
    """Convert a raw row: record and ring become UUIDs."""
    id, record, version, ring, kid, final, sealed = row
    return SealedRow(id, UUID(bytes=record), version, cached_uuid(ring), kid, final, sealed)


def replace_row(
    db: Connection, table: Table, values: dict[str, Any], *, record: UUID, expected_version: int
) -> bool:
    """Replace a draft by its next version; False if its version is not `expected_version` or it is final."""
    new_values = {name: values[name] for name in _MUTABLE_COLUMNS}
    criteria = {"seen_id": record.bytes, "seen_version": expected_version, "seen_ring": values["ring"].bytes}
    return _replace_statement(table).execute(db, new_values | criteria).rowcount == 1
