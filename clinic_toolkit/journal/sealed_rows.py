"""The tables whose rows lie in rings, and all of their rows, for whatever goes through the whole record."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, MetaData, Row, Table, select

from clinic_toolkit.store.base import metadata

# A row that was put in from outside may have any id that an integer column takes.
LEAST_ID = -(1 << 63)


def list_sealed_tables(known_tables: MetaData = metadata) -> list[Table]:
    """The tables of sealed rows, of every kind of record."""
    return [
        table for table in known_tables.sorted_tables if {"record", "ring", "sealed"} <= set(table.c.keys())
    ]


def iter_batches(db: Connection, table: Table, size: int) -> Iterator[Sequence[Row[Any]]]:
    """Yield every row of a table in the order of its id, at most so many at a time."""
    is_next = table.c.id >= LEAST_ID
    while batch := db.execute(select(table).where(is_next).order_by(table.c.id).limit(size)).all():
        yield batch
        is_next = table.c.id > batch[-1].id
