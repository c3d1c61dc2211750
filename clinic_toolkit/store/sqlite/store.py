"""An open store in one SQLite file: implements `store.protocol.SqlStore`."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from weakref import WeakSet

from sqlalchemy import Connection, Engine, event

from clinic_toolkit.store import successor
from clinic_toolkit.store.sqlite import file_guard, held_store, snapshot, store_rescue, upkeep
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.connections import set_engine_options, writer_engine
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.sqlite.held_store import HeldStore
from clinic_toolkit.store.sqlite.store_files import StoreFiles
from clinic_toolkit.store.sqlite.transaction import SqliteTransaction
from clinic_toolkit.store.sqlite.write_lock import hold_write_lock
from clinic_toolkit.store.storage_errors import (
    StorageMismatch,
    StorageReadOnly,
    StorageReplaced,
    WritingPaused,
)
from clinic_toolkit.store.transactions import STORE_OPTION, TRANSACTION_KEY

# Connections without a transaction that are kept for the next pages.
MAX_IDLE_READERS = 2

# SQLAlchemy keeps a connection that is in use, and so its store, for as long as the process lives. Only the
# store that was opened last keeps idle ones, so that a store that is no longer used can go.
_open_stores: "WeakSet[SqliteStore]" = WeakSet()


class SqliteStore(StoreFiles):
    """The store behind an engine."""

    def __init__(
        self, file: Path, engine: Engine, *, anchor: Anchor | None = None, guard: FileGuard | None = None
    ) -> None:
        super().__init__(file, engine, anchor, guard)
        set_engine_options(engine, **{STORE_OPTION: self})
        self._idle_readers: list[Connection] = []
        for other in list(_open_stores):
            other._close_idle_readers()
        _open_stores.add(self)
        event.listen(engine, "engine_disposed", lambda _: self._close_idle_readers())

    @contextmanager
    def reading(self) -> Iterator[SqliteTransaction]:
        """Open a read transaction on one consistent snapshot."""
        with translating_errors(self.file):
            pool = self.engine.pool
            db = self._take_reader()
            try:
                with db.begin():
                    transaction = SqliteTransaction(
                        db, is_writing=False, is_store_read_only=self.is_read_only
                    )
                    info = db.info
                    info[TRANSACTION_KEY] = transaction
                    try:
                        yield transaction
                    finally:
                        del info[TRANSACTION_KEY]
            except BaseException:
                db.close()
                raise
            # Not given back to the pool, since taking it from there again costs more than a short statement.
            if pool is self.engine.pool and len(self._idle_readers) < MAX_IDLE_READERS:
                self._idle_readers.append(db)
            else:
                db.close()

    @contextmanager
    def writing(self) -> Iterator[SqliteTransaction]:
        """Open a write transaction.

        `BEGIN IMMEDIATE` takes the write lock before the first read.
        """
        rollback_hooks: list[Callable[[], None]] = []
        self._check_not_paused()
        with hold_write_lock(), translating_errors(self.file):
            if self.is_read_only:
                raise StorageReadOnly if self.verdict.write_protected else StorageMismatch
            self._check_not_paused()
            try:
                if self.is_replaced:
                    raise StorageReplaced(None)
                with writer_engine(self.engine).connect() as db:
                    info = db.info
                    with db.begin():
                        transaction = SqliteTransaction(db, is_writing=True)
                        rollback_hooks = transaction.rollback_hooks
                        info[TRANSACTION_KEY] = transaction
                        try:
                            yield transaction
                            # Checked before the commit, so that it can be rolled back, and again after it,
                            # because the file can be replaced in between.
                            file_guard.check_file_unchanged(self.guard)
                            for hook in transaction.commit_hooks:
                                hook()
                        finally:
                            del info[TRANSACTION_KEY]
                    file_guard.compare_committed(self.guard)
            except BaseException as error:
                for hook in reversed(rollback_hooks):
                    hook()
                if isinstance(error, StorageReplaced):
                    raise store_rescue.rescue_store(self) from error
                raise
            self.last_write_at = time.monotonic()
            # Under the same lock, so that the anchor never goes backward, and before the caller learns of
            # the save.
            if self.anchor:
                self.anchor.write_committed(transaction)

    def accept_older_files(self) -> Callable[[], None]:
        """Allow writing to a store that is not the one written last; returns a function that undoes this."""
        if self.anchor is None or not self.anchor.read_only:
            return lambda: None
        undo = self.anchor.accept_older_files()
        self.close()

        def take_back() -> None:
            undo()
            self.close()

        return take_back

    @contextmanager
    def pausing_writes(self) -> Iterator[None]:
        """Refuse every save in this store until this ends, or for good if `install_successor` ran in it."""
        with hold_write_lock():
            if self.is_paused:
                raise WritingPaused
            self.is_paused = True
        try:
            yield
        finally:
            self.is_paused = successor.is_ready(self.file.parent)

    def _check_not_paused(self) -> None:
        if self.is_paused or successor.is_ready(self.file.parent):
            raise WritingPaused

    def install_successor(self, *, removed_copies: Iterable[str] = ()) -> None:
        """Make the closed draft beside this store its successor; nothing is saved in this one any more."""
        file_guard.check_file_unchanged(self.guard)
        successor.install_draft(self.file.parent, removed_copies=removed_copies)

    def write_snapshot(
        self, folder: Path, *, report_progress: Callable[[int, int], None] | None = None
    ) -> None:
        """Write a consistent copy of everything into an empty folder."""
        # A copy made now would open with keys that are about to be replaced.
        self._check_not_paused()
        snapshot.write_snapshot(self, folder, report_progress=report_progress)

    def holding_still(self) -> AbstractContextManager[HeldStore | None]:
        """Hold the file still until this ends; None if that cannot be done now."""
        return held_store.hold_still(self, self.reading)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _take_reader(self) -> Connection:
        try:
            return self._idle_readers.pop()
        except IndexError:
            return self.engine.connect()

    def _close_idle_readers(self) -> None:
        while self._idle_readers:
            db = self._idle_readers.pop()
            # Detached, so that it is closed and does not go back to a pool that is no longer used.
            db.detach()
            db.close()

    def rescue_if_replaced(self, *, ending: bool = False) -> None:
        """Check whether the file was replaced, and rescue the store if so."""
        if self.is_paused and not self.is_replaced:
            # A start puts the successor in the place of this file, whose content must not come back.
            return
        store_rescue.rescue_if_replaced(self, ending=ending)

    def checkpoint(self) -> bool:
        """Checkpoint and truncate the write-ahead log."""
        return upkeep.checkpoint(self)

    def schedule_purge(self) -> None:
        """Let the next start purge the copies, should this process end before."""
        upkeep.schedule_purge(self)

    def purge_copies(self) -> bool:
        """Checkpoint, and delete log copies and redundant rescue copies."""
        return upkeep.purge_copies(self)

    def try_upkeep(self) -> bool:
        """Checkpoint, and finish what `purge_copies` began, without waiting."""
        return upkeep.try_upkeep(self)

    def checkpoint_when_idle(self, *, after_seconds: float = 5.0) -> bool:
        """Checkpoint once nothing was saved for a while."""
        return upkeep.checkpoint_when_idle(self, after_seconds=after_seconds)
