"""The engines that the contract is run on, and what a test may do to them from outside."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import MetaData, Table
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.store import base
from clinic_toolkit.store.base import RowOperation
from clinic_toolkit.store.folder import ANCHOR_FILE, DATABASE_FILE
from clinic_toolkit.store.protocol import Store, StoreUpkeep, Transaction
from clinic_toolkit.store.sqlite import read_only_view, store_opening, store_removal
from clinic_toolkit.store.sqlite.store import SqliteStore
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.verdict import Verdict
from tests.fixtures import memory_store
from tests.fixtures.memory_store import Disk, MemoryStore, MemoryTransaction, RowRefused

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)
CHAIN = base.chain_table(METADATA)


class KeptStore(Store[Transaction], StoreUpkeep, Protocol):
    """An open store and the upkeep of what it is kept in."""


class View(NamedTuple):
    """A store opened for inspection only."""

    transaction: Transaction
    verdict: Verdict


class EngineUnderTest(Protocol):
    """One place where a store lies, and the ways to go around it."""

    # What is raised when a table refuses something by itself.
    refusal: type[Exception]
    # Where the test may write.
    folder: Path
    # Whether the store lies in files, which others can replace while it is open.
    keeps_files: bool

    def open(self) -> KeptStore:
        """Open the store of this place; the first time it is new."""

    def look(self) -> AbstractContextManager[View]:
        """Open the store of this place for inspection only."""

    def delete(self) -> None:
        """Delete the store of this place."""

    def holds(self, raw: bytes) -> bool:
        """Whether these bytes lie anywhere in this place."""

    def open_snapshot(self, folder: Path) -> Store[Transaction]:
        """Open a snapshot as a store."""

    def take_data(self) -> Any:
        """Copy the rows, without what would notice their loss. The store is closed."""

    def put_data(self, data: Any) -> None:
        """Put such a copy in the place of the rows."""

    def take_mark(self) -> Any:
        """Copy what would notice a loss."""

    def put_mark(self, mark: Any) -> None:
        """Put such a copy in its place; None removes it."""

    def change_all(self, transaction: Any, table: Table, operation: RowOperation) -> None:
        """Change or delete every row of a table, past the protocol."""


class SqliteUnderTest:
    """SQLite: the rows are the database and its log, the mark is the anchor."""

    refusal: type[Exception] = IntegrityError
    keeps_files = True

    def __init__(self, folder: Path) -> None:
        self.folder, self._data = folder, folder / "data"

    def open(self) -> SqliteStore:
        return store_opening.open_store(self._data, METADATA)

    @contextmanager
    def look(self) -> Iterator[View]:
        with read_only_view.open_read_only(self._data, METADATA) as view:
            assert view.problems == ()
            yield View(SqliteTransaction(view.db, is_writing=False), view.verdict)

    def delete(self) -> None:
        store_removal.delete_store(self._data)

    def holds(self, raw: bytes) -> bool:
        return any(raw in path.read_bytes() for path in self._data.iterdir() if path.is_file())

    def open_snapshot(self, folder: Path) -> SqliteStore:
        return store_opening.open_store(folder, METADATA)

    def take_data(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._data.glob(f"{DATABASE_FILE}*")}

    def put_data(self, data: dict[str, bytes]) -> None:
        for path in self._data.glob(f"{DATABASE_FILE}*"):
            path.unlink()
        for name, raw in data.items():
            (self._data / name).write_bytes(raw)

    def take_mark(self) -> Path:
        copy = self.folder / "mark"
        return Path(shutil.copy(self._data / ANCHOR_FILE, copy))

    def put_mark(self, mark: Path | None) -> None:
        if mark is None:
            (self._data / ANCHOR_FILE).unlink()
        else:
            shutil.copy(mark, self._data / ANCHOR_FILE)

    def change_all(self, transaction: Any, table: Table, operation: RowOperation) -> None:
        column = table.c.sealed if "sealed" in table.c else table.c.body
        changes = {
            RowOperation.UPDATE: table.update().values({column: b"changed"}),
            RowOperation.DELETE: table.delete(),
        }
        transaction.db.execute(changes[operation])


class MemoryUnderTest:
    """The twin in memory, or a broken variant of it."""

    refusal: type[Exception] = RowRefused
    keeps_files = False

    def __init__(self, folder: Path, variant: type[MemoryStore] = MemoryStore) -> None:
        self.folder, self._variant, self._disk = folder, variant, Disk()

    def open(self) -> MemoryStore:
        return self._variant(self._disk)

    @contextmanager
    def look(self) -> Iterator[View]:
        with self._variant.look(self._disk) as (transaction, verdict):
            yield View(transaction, verdict)

    def delete(self) -> None:
        self._variant.delete(self._disk)

    def holds(self, raw: bytes) -> bool:
        return raw in msgspec.msgpack.encode([row for rows in self._disk.state.rows.values() for row in rows])

    def open_snapshot(self, folder: Path) -> MemoryStore:
        return memory_store.open_copy(folder)

    def take_data(self) -> memory_store.State:
        return self._disk.state

    def put_data(self, data: memory_store.State) -> None:
        self._disk.state = data

    def take_mark(self) -> Any:
        return self._disk.mark

    def put_mark(self, mark: Any) -> None:
        self._disk.mark = mark

    def change_all(self, transaction: MemoryTransaction, table: Table, operation: RowOperation) -> None:
        transaction.check_refusals(table, operation)
        rows = {name: kept for name, kept in transaction.state.rows.items() if name != str(table.name)}
        transaction.state = msgspec.structs.replace(transaction.state, rows=rows)


# Every engine that the contract runs on, by the name that a test shows: another one is added here alone.
ENGINES: dict[str, Callable[[Path], EngineUnderTest]] = {
    "sqlite": SqliteUnderTest,
    "memory": MemoryUnderTest,
}
