"""The few statements that every save and every opening of a record needs, put into words once.

Building a statement costs SQLAlchemy more than running it costs SQLite, and an answer is saved by
five of them; so these are compiled when they are first needed and handed to the driver as they are.
Errors of the driver pass through `store.trouble` like any other.
"""

import sqlite3
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ClauseElement, Connection, Insert, Table, bindparam, select
from sqlalchemy.dialects.sqlite import pysqlite

COLUMNS = ("record", "version", "ring", "kid", "final", "sealed")
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
def _replace(table: Table) -> Prepared:
    seen = (table.c.record == bindparam("seen_id"), table.c.version == bindparam("seen_version"))
    changed: dict[str, Any] = {name: bindparam(name) for name in COLUMNS}
    return Prepared(table.update().where(*seen, table.c.final == 0).values(changed))


@cache
def insert(table: Table) -> Insert:
    """A new row; its values by column."""
    return table.insert().values({name: bindparam(name) for name in COLUMNS})


def newest(db: Connection, table: Table, record: UUID) -> SealedRow | None:
    """The newest version of a record, or None."""
    row = _newest(table).run(db, {"seen_id": record.bytes}).fetchone()
    if row is None:
        return None
    id, record_bytes, version, ring, kid, final, sealed = row
    return SealedRow(id, UUID(bytes=record_bytes), version, UUID(bytes=ring), kid, final, sealed)


def replace(db: Connection, table: Table, values: dict[str, Any], *, seen: UUID, seen_version: int) -> bool:
    """Put the next version in the place of the draft that was seen; False if it moved on or is final."""
    plain = {name: value.bytes if isinstance(value, UUID) else value for name, value in values.items()}
    place = {"seen_id": seen.bytes, "seen_version": seen_version}
    return _replace(table).run(db, plain | place).rowcount == 1
