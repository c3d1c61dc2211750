"""The few statements that every save and every opening of a record needs, put into words once.

Building a statement costs SQLAlchemy more than running it costs SQLite, and an answer is saved by
five of them; so these are compiled when they are first needed and handed to the driver as they are.
Errors of the driver pass through `store.trouble` like any other.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ClauseElement, Connection, Insert, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import pysqlite

from clinic_toolkit.store.types import often

COLUMNS = ("record", "version", "ring", "kid", "final", "sealed")
_CHANGING = ("version", "kid", "final", "sealed")
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


# The same as SQLite gives it: record and ring are sixteen bytes each.
RawRow = tuple[int, bytes, int, bytes, bytes, int, bytes]


class Prepared:
    """A statement in SQLite's words. Its parameters are numbers and bytes, nothing else."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.words = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, db: Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        """Run it in the transaction of this connection."""
        driver = cast(sqlite3.Connection, db.connection.driver_connection)
        return driver.execute(self.words, self._fixed | values)


@cache
def _newest(table: Table) -> Prepared:
    wanted = select(table).where(table.c.record == bindparam("seen_id")).order_by(table.c.version.desc())
    return Prepared(wanted.limit(1))


@cache
def _every_newest(table: Table, in_ring: bool, head: int | None) -> Prepared:
    sealed = table.c.sealed if head is None else func.substr(table.c.sealed, 1, head)
    # SQLite gives the other columns of the row that holds the maximum.
    columns = (
        table.c.id,
        table.c.record,
        func.max(table.c.version),
        table.c.ring,
        table.c.kid,
        table.c.final,
    )
    wanted = select(*columns, sealed).group_by(table.c.record)
    return Prepared(wanted.where(table.c.ring == bindparam("seen_ring")) if in_ring else wanted)


@cache
def _of_id(table: Table) -> Prepared:
    return Prepared(select(table).where(table.c.id == bindparam("seen_id")))


@cache
def _replace(table: Table) -> Prepared:
    seen = (
        table.c.record == bindparam("seen_id"),
        table.c.version == bindparam("seen_version"),
        table.c.ring == bindparam("seen_ring"),
    )
    # Record and ring stay; naming them would have SQLite write the pages of their indexes again.
    changed: dict[str, Any] = {name: bindparam(name) for name in _CHANGING}
    return Prepared(table.update().where(*seen, table.c.final == 0).values(changed))


@cache
def insert(table: Table) -> Insert:
    """A new row; its values by column."""
    return table.insert().values({name: bindparam(name) for name in COLUMNS})


def every_newest(db: Connection, table: Table, ring: UUID | None, *, head: int | None) -> Iterator[RawRow]:
    """The newest version of every record of a table, or of one ring of it.

    Args:
        head: take only so many bytes of each sealed text; None for all of it.
    """
    values = {} if ring is None else {"seen_ring": ring.bytes}
    return iter(_every_newest(table, ring is not None, head).run(db, values))


def of_id(db: Connection, table: Table, id: int) -> RawRow | None:
    """The row of this number, or None."""
    row: RawRow | None = _of_id(table).run(db, {"seen_id": id}).fetchone()
    return row


def newest(db: Connection, table: Table, record: UUID) -> SealedRow | None:
    """The newest version of a record, or None."""
    row = _newest(table).run(db, {"seen_id": record.bytes}).fetchone()
    if row is None:
        return None
    return sealed_row(row)


def sealed_row(row: RawRow) -> SealedRow:
    """The row with its ids as such."""
    id, record, version, ring, kid, final, sealed = row
    return SealedRow(id, UUID(bytes=record), version, often(ring), kid, final, sealed)


def replace(db: Connection, table: Table, values: dict[str, Any], *, seen: UUID, seen_version: int) -> bool:
    """Put the next version in the place of the draft that was seen; False if it moved on or is final."""
    changed = {name: values[name] for name in _CHANGING}
    place = {"seen_id": seen.bytes, "seen_version": seen_version, "seen_ring": values["ring"].bytes}
    return _replace(table).run(db, changed | place).rowcount == 1
