"""A store in memory, for what must be tried out without touching the disk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, create_engine

from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.transactions import TRANSACTION_KEY


@contextmanager
def open_in_memory(tables: Iterable[Table]) -> Iterator[Connection]:
    """Open an empty store with these tables in memory, in one transaction.

    It does not count as a writing transaction: nothing is kept, so nothing is rolled back.
    """
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as db:
            db.info[TRANSACTION_KEY] = SqliteTransaction(db, is_writing=False)
            for table in tables:
                schema.create_table(db, table)
            yield db
    finally:
        engine.dispose()
