"""Shared table definitions: naming conventions, and the sealed table that every kind of record uses."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    event,
)

from clinic_toolkit.store.types import UuidType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def sealed_table(name: str, target_metadata: MetaData = metadata) -> Table:
    """Define a table of sealed records: only the columns needed to find a row are plain.

    The plain columns are hints, and the seal covers them too. `UNIQUE(record, version)` resolves concurrent
    writes. Triggers refuse to change or delete a final row, whatever the code above does.
    """
    table = Table(
        name,
        target_metadata,
        Column("id", Integer, primary_key=True),
        Column("record", UuidType, nullable=False),
        Column("version", Integer, nullable=False),
        Column("ring", UuidType, nullable=False),
        Column("kid", LargeBinary(16), nullable=False),
        Column("final", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        UniqueConstraint("record", "version"),
        CheckConstraint("length(record) = 16 AND length(ring) = 16 AND length(kid) = 16", name="ids"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("final IN (0, 1)", name="final"),
        sqlite_strict=True,
    )
    Index(None, table.c.ring)
    for operation in ("UPDATE", "DELETE"):
        add_refusing_trigger(table, operation, when="OLD.final = 1", message="a final version stays as it is")
    return table


def add_refusing_trigger(table: Table, operation: str, *, when: str = "1", message: str) -> None:
    """Add a trigger that refuses an UPDATE or DELETE under a condition on the OLD row."""
    statement = (
        f"CREATE TRIGGER no_{operation.lower()}_{table.name} BEFORE {operation} ON {table.name} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )

    def create(_table: Table, db: Connection, **_: Any) -> None:
        db.exec_driver_sql(statement)

    event.listen(table, "after_create", create)
