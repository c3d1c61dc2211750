"""The shape that tables share: naming, and the sealed table in which every kind of record lies."""

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

from clinic_toolkit.store.types import Id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def sealed_table(name: str, into: MetaData = metadata) -> Table:
    """A table of sealed records: what is needed to find a row stands plain, all else is sealed.

    The plain columns are hints; the seal repeats them. `UNIQUE(record, version)` decides who comes
    first when two write at once. A final row can be neither changed nor removed, whatever the code
    above does.
    """
    table = Table(
        name,
        into,
        Column("id", Integer, primary_key=True),
        Column("record", Id, nullable=False),
        Column("version", Integer, nullable=False),
        Column("ring", Id, nullable=False),
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
    for act in ("UPDATE", "DELETE"):
        forbid(table, act, when="OLD.final = 1", sentence="a final version stays as it is")
    return table


def forbid(table: Table, act: str, *, when: str = "1", sentence: str) -> None:
    """Have the table itself refuse an UPDATE or DELETE under a condition on the OLD row."""
    statement = (
        f"CREATE TRIGGER no_{act.lower()}_{table.name} BEFORE {act} ON {table.name} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
    )

    def create(_table: Table, db: Connection, **_: Any) -> None:
        db.exec_driver_sql(statement)

    event.listen(table, "after_create", create)
