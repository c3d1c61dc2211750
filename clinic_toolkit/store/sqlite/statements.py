"""The statements that every save and every read of a record needs, compiled once.

SQLAlchemy takes longer to build a statement than SQLite takes to run it, and saving one answer runs five of
them; so these are compiled on first use and passed directly to the driver. Errors of the driver go through
`driver_errors` like any other.
"""

import sqlite3
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Table, and_, bindparam, exists, func, not_, or_, select
from sqlalchemy.dialects.sqlite import pysqlite

from clinic_toolkit.store.rows import COLUMNS

MUTABLE_COLUMNS = ("version", "key_id", "final", "sealed")
_DIALECT = pysqlite.dialect(paramstyle="named")


class PreparedStatement:
    """A statement compiled to SQL. Its parameters must be numbers or bytes, because none is converted."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def execute(self, connection: sqlite3.Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        """Run it in the transaction of this connection."""
        return connection.execute(self.sql, self._fixed | values)


@cache
def newest_statement(table: Table) -> PreparedStatement:
    """SELECT the newest version of the record `seen_id`."""
    query = select(table).where(table.c.record == bindparam("seen_id")).order_by(table.c.version.desc())
    return PreparedStatement(query.limit(1))


@cache
def every_newest_statement(table: Table, in_ring: bool, prefix_bytes: int | None) -> PreparedStatement:
    """SELECT the newest version of every record, or of those in the ring `seen_ring`."""
    sealed = table.c.sealed if prefix_bytes is None else func.substr(table.c.sealed, 1, prefix_bytes)
    other = table.alias("other")
    # By the id as well, so that two rows of one version, which only a damaged store can hold, give one.
    is_newer = and_(
        other.c.record == table.c.record,
        other.c.version >= table.c.version,
        or_(other.c.version > table.c.version, other.c.id > table.c.id),
    )
    if in_ring:
        is_newer = and_(is_newer, other.c.ring == table.c.ring)
    query = select(
        table.c.id, table.c.record, table.c.version, table.c.ring, table.c.key_id, table.c.final, sealed
    ).where(not_(exists(select(other.c.id).where(is_newer))))
    return PreparedStatement(query.where(table.c.ring == bindparam("seen_ring")) if in_ring else query)


@cache
def versions_statement(table: Table) -> PreparedStatement:
    """SELECT every version of the record `seen_id`, oldest first."""
    return PreparedStatement(
        select(table).where(table.c.record == bindparam("seen_id")).order_by(table.c.version)
    )


@cache
def row_by_id_statement(table: Table) -> PreparedStatement:
    """SELECT the row with the id `seen_id`."""
    return PreparedStatement(select(table).where(table.c.id == bindparam("seen_id")))


@cache
def insert_statement(table: Table) -> PreparedStatement:
    """INSERT a row, with one parameter for each of `COLUMNS`."""
    return PreparedStatement(table.insert().values({name: bindparam(name) for name in COLUMNS}))


@cache
def replace_statement(table: Table) -> PreparedStatement:
    """UPDATE the draft `seen_id` of `seen_version` in `seen_ring` to the values of `MUTABLE_COLUMNS`."""
    conditions = (
        table.c.record == bindparam("seen_id"),
        table.c.version == bindparam("seen_version"),
        table.c.ring == bindparam("seen_ring"),
    )
    # Record and ring never change; setting them would make SQLite rewrite their index pages.
    new_values: dict[str, Any] = {name: bindparam(name) for name in MUTABLE_COLUMNS}
    return PreparedStatement(table.update().where(*conditions, table.c.final == 0).values(new_values))


@cache
def chain_tip_statement(table: Table) -> PreparedStatement:
    """SELECT number and hash of the last entry of the chain."""
    return PreparedStatement(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1))


@cache
def insert_entry_statement(table: Table) -> PreparedStatement:
    """INSERT an entry of the chain."""
    return PreparedStatement(table.insert())


@cache
def entries_statement(table: Table) -> PreparedStatement:
    """SELECT the entries from `seen_first` to `seen_last`, oldest first."""
    query = select(table.c.seq, table.c.body, table.c.hash, table.c.signature).order_by(table.c.seq)
    return PreparedStatement(
        query.where(table.c.seq >= bindparam("seen_first"), table.c.seq <= bindparam("seen_last"))
    )
