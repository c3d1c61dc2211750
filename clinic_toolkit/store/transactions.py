"""The transactions of a store as the layers above open and pass them: as a connection of SQLAlchemy.

The store behind an engine, and the transaction behind a connection, is found with `store_of` and
`transaction_of`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine

from clinic_toolkit.store.protocol import SqlStore, SqlTransaction

T = TypeVar("T")

# Answers that one snapshot remembers: more than a page asks for, few enough for a look at everything.
MAX_REMEMBERED = 64

# Execution option of an engine, and key in the `info` of a connection.
STORE_OPTION, TRANSACTION_KEY = "clinic_store", "clinic transaction"


def store_of(engine: Engine) -> SqlStore:
    """The store that this engine belongs to."""
    store: SqlStore = engine.get_execution_options()[STORE_OPTION]
    return store


def may_write(engine: Engine) -> bool:
    """Whether the store takes saves now: it is not read-only, and its file was not replaced."""
    store = store_of(engine)
    return not store.is_read_only and not store.is_replaced


def transaction_of(db: Connection) -> SqlTransaction:
    """The transaction that this connection is in."""
    transaction: SqlTransaction = db.info[TRANSACTION_KEY]
    return transaction


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction: one consistent snapshot of the store, through which writes fail."""
    with store_of(engine).reading() as transaction:
        yield transaction.db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a write transaction: when this ends, all of it is durable, or none of it.

    Raises:
        StorageError: nothing was saved; the subclass says why.
    """
    with store_of(engine).writing() as transaction:
        yield transaction.db


def on_rollback(db: Connection, callback: Callable[[], None]) -> None:
    """Register a function that restores state in memory if this write transaction fails.

    Does nothing in a read transaction, which cannot be rolled back.
    """
    transaction_of(db).on_rollback(callback)


def before_commit(db: Connection, callback: Callable[[], None]) -> None:
    """Register a function to run right before this write transaction commits; if it raises, it rolls back."""
    transaction_of(db).before_commit(callback)


def remember_in_snapshot(db: Connection, key: object, compute: Callable[[], T]) -> T:
    """Return what was computed under this key in this read transaction before, or compute it.

    A read transaction sees one snapshot, so the same question has the same answer until it ends. While
    writing, it is always computed.

    Args:
        key: hashable, and unique for the question; it names the vault if the answer depends on one.
    """
    memo = transaction_of(db).memo
    if memo is None:
        return compute()
    if key in memo:
        value: T = memo[key]
        return value
    value = compute()
    if len(memo) < MAX_REMEMBERED:
        memo[key] = value
    return value


def is_writing(db: Connection) -> bool:
    """Whether this connection is in a write transaction."""
    return transaction_of(db).is_writing
