"""What the layers above need from a store, whichever database engine keeps it.

`Transaction` and `Store` are what the contract tests run against. An engine of SQL gives more: a connection
for statements of portable SQLAlchemy, and the upkeep of its files (`SqlTransaction`, `SqlStore`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Engine, MetaData, Table

from clinic_toolkit.store.chain import ChainEntry, ChainRow, ChainTip, RecordReference
from clinic_toolkit.store.rows import RawRow, RowValues, SealedRow
from clinic_toolkit.store.verdict import Verdict

T_co = TypeVar("T_co", bound="Transaction", covariant=True)


class Transaction(Protocol):
    """One transaction: a consistent snapshot to read from or, if it is writing, the only writer."""

    @property
    def is_writing(self) -> bool:
        """Whether it was opened for writing."""

    @property
    def is_store_read_only(self) -> bool:
        """Whether the store must not be written; see `Store.is_read_only`."""

    def find_newest_row(self, table: Table, record: UUID) -> SealedRow | None:
        """The newest version of a record, or None."""

    def iter_newest_rows(
        self, table: Table, ring: UUID | None, *, prefix_bytes: int | None
    ) -> Iterator[RawRow]:
        """The newest version of every record of a table, or of one ring of it, in any order.

        Args:
            ring: only rows of this ring; None for all.
            prefix_bytes: return only this many bytes of each sealed blob; None for all of it.
        """

    def find_row(self, table: Table, id: int) -> RawRow | None:
        """The row with this id, or None."""

    def list_versions(self, table: Table, record: UUID) -> list[SealedRow]:
        """Every stored version of a record, oldest first."""

    def insert_row(self, table: Table, values: RowValues) -> None:
        """Insert a version.

        Raises:
            RowTaken: this version of the record exists already. The transaction can go on.
        """

    def replace_row(self, table: Table, values: RowValues, *, record: UUID, expected_version: int) -> bool:
        """Replace a draft by its next version.

        Returns:
            False if its version is not `expected_version`, it is in another ring, or it is final.
        """

    def erase_rows(self, table: Table, ring: UUID) -> None:
        """Remove every row of a ring, final ones too; its keys must be destroyed in the same transaction."""

    def find_chain_tip(self, table: Table) -> ChainTip | None:
        """The last entry of the chain; None if it is empty.

        While writing, no other transaction can add an entry, so that the next number is free.
        """

    def append_entry(
        self,
        table: Table,
        row: ChainRow,
        *,
        incarnation: UUID,
        at: int,
        references: Iterable[RecordReference] = (),
    ) -> None:
        """Append an entry, and remember it beside the chain once the transaction is committed.

        Args:
            incarnation: the current incarnation of the vault.
            at: when it was written, in microseconds since 1970.
            references: the records that were saved with it; none for an entry about reading.

        Raises:
            RowTaken: there is an entry of this number.
        """

    @property
    def new_entries(self) -> Sequence[ChainEntry]:
        """The entries that this transaction appended, oldest first; nobody else sees them yet."""

    def iter_entries(self, table: Table, first: int, last: int | None = None) -> Iterator[ChainRow]:
        """The entries from this number on, oldest first; up to `last` if it is given."""

    def acknowledge_losses(self) -> None:
        """Forget the findings of `Store.verdict` on commit; the transaction must append an entry too."""

    def before_commit(self, callback: Callable[[], None]) -> None:
        """Run this right before the commit; if it raises, the transaction is rolled back."""

    def on_rollback(self, callback: Callable[[], None]) -> None:
        """Run this if a writing transaction fails, the last registered first; it restores memory."""


class SqlTransaction(Transaction, Protocol):
    """A transaction that also runs statements of portable SQLAlchemy."""

    @property
    def db(self) -> Connection:
        """The connection, in this transaction."""

    @property
    def memo(self) -> dict[object, Any] | None:
        """What the layers above worked out from this snapshot; ends with it. None while writing."""


class Store(Protocol[T_co]):
    """An open store."""

    def reading(self) -> AbstractContextManager[T_co]:
        """Open a transaction on one consistent snapshot, through which writes fail."""

    def writing(self) -> AbstractContextManager[T_co]:
        """Open a transaction that writes: when this ends, all of it is durable, or none of it.

        The write lock is taken before the first read, so that what was read is still true when it writes.

        Raises:
            StorageError: nothing was saved; the subclass says why.
        """

    @property
    def verdict(self) -> Verdict:
        """What is known of lost saves and other damage, and nobody has acknowledged yet."""

    @property
    def is_read_only(self) -> bool:
        """Whether this store must not be written: it is not the one written last, or it is damaged."""

    def accept_older_files(self) -> Callable[[], None]:
        """Allow writing to a store that is not the one written last; returns a function that undoes this.

        The next transaction must record this in the audit chain.
        """

    def write_snapshot(
        self, folder: Path, *, report_progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Write a consistent copy of everything into an empty folder while others read and write.

        The copy can be opened as a store of the same engine.

        Args:
            report_progress: called now and then with (done, total); what it raises stops the copy. The
                caller then checks the copy, which is not flushed to the disk either.

        Raises:
            OSError: the folder cannot be written, or is not empty.
            StorageError: the store cannot be copied.
        """

    def close(self) -> None:
        """Close all connections; the next transaction opens new ones."""


class StoreUpkeep(Protocol):
    """What keeps the files of a store in order; an engine that needs none of it returns at once."""

    @property
    def anchor_failed(self) -> bool:
        """Whether the last save stands, but what would notice its loss could not be written."""

    @property
    def is_replaced(self) -> bool:
        """Whether other files are known to lie in the place of the open ones, so that nothing is saved."""

    @property
    def needs_rescue(self) -> bool:
        """Whether only this process still has what was saved before the files were replaced."""

    def rescue_if_replaced(self, *, ending: bool = False) -> None:
        """Check whether the files were replaced, and copy the open ones if so.

        Args:
            ending: whether the process is about to end; then it waits for a running save, and tries
                without a pause.
        """

    def checkpoint(self) -> bool:
        """Remove every deleted row for good; False if a reader is in the way and it is done later."""

    def schedule_purge(self) -> None:
        """Let the next start do what `purge_copies` does, should this process end before."""

    def purge_copies(self) -> bool:
        """Checkpoint, and delete copies that hold replaced data; False if it is finished later."""

    def try_upkeep(self) -> bool:
        """Checkpoint, and finish what `purge_copies` began, without waiting; False if it did not run."""

    def checkpoint_when_idle(self, *, after_seconds: float = 5.0) -> bool:
        """Checkpoint once nothing was saved for a while; returns whether it ran."""


class HeldStore(Protocol):
    """A store whose files nobody writes to for a while, as they can be copied as a whole."""

    @property
    def dbs(self) -> tuple[Connection, ...]:
        """Two connections or more in read transactions of this moment, each for one thread at a time."""

    @property
    def database_bytes(self) -> int:
        """The length of the file of the database."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The small files that belong to it, by their names in the data folder."""

    def iter_database(self, chunk_bytes: int) -> Iterator[bytes]:
        """Yield the content of the database as a file of its own, at most so many bytes at a time.

        Raises:
            OSError: it could not be read.
        """

    def is_unchanged(self) -> bool:
        """Whether nobody wrote to it in spite of this; asked after the last chunk."""

    def find_problems(self, db: Connection, metadata: MetaData) -> tuple[str, ...]:
        """One sentence for each problem of its structure, found through one of the connections.

        Raises:
            DamagedFile, StorageError: it cannot be read as far as that.
        """

    def interrupt(self) -> None:
        """Let the statement fail that runs on a connection, from another thread."""


class SqlStore(Store[SqlTransaction], StoreUpkeep, Protocol):
    """A store of an SQL engine, as the layers above use it."""

    @property
    def engine(self) -> Engine:
        """The engine of SQLAlchemy by which the layers above name this store."""

    def holding_still(self) -> AbstractContextManager[HeldStore | None]:
        """Hold the files of this moment still while others read and save, until this ends.

        None if that cannot be done, or not within a few seconds; `write_snapshot` can copy the store then.
        """

    def pausing_writes(self) -> AbstractContextManager[None]:
        """Refuse every save until this ends, or for good if `install_successor` ran in it.

        Raises:
            WritingPaused: it is paused already.
        """

    def install_successor(self, *, removed_copies: Iterable[str] = ()) -> None:
        """Make the store that was built and closed in `successor.create_draft` the one that counts.

        Args:
            removed_copies: names of old copies that are removed with the old files.

        Raises:
            StorageError: this store still counts.
        """


class ReadOnlyView(Struct, frozen=True, kw_only=True):
    """A store opened for inspection, the problems of its structure, and its verdict.

    `format_number` is the format of its file. If that is an earlier one, `db` is a copy that was migrated,
    and `counts` are the rows of each table in the file itself, by name.
    """

    db: Connection
    problems: tuple[str, ...]
    verdict: Verdict
    format_number: int
    counts: tuple[tuple[str, int], ...] | None = None
