"""Opening the store, its transactions (`reading` and `writing`), and checkpoints of the write-ahead log."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, text

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import base, folder
from clinic_toolkit.store.sqlite import (
    anchor,
    file_guard,
    log_copies,
    schema,
    startup_check,
    store_format,
    store_rescue,
)
from clinic_toolkit.store.sqlite.anchor_file import Anchor
from clinic_toolkit.store.sqlite.connections import (
    checkpoint_log,
    connect_read_only,
    connect_read_write,
    create_reader_engine,
    set_engine_options,
    writer_engine,
)
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.sqlite.salvage import SalvagedStore
from clinic_toolkit.store.sqlite.write_lock import hold_write_lock, writer_lock
from clinic_toolkit.store.storage_errors import StorageMismatch, StorageReplaced

_ROLLBACK_HOOKS, _COMMIT_HOOKS = "undo", "before the commit"
_UPKEEP_OPTION = "clinic_upkeep"

log = logging.getLogger("clinic")


@dataclass
class _Upkeep:
    """When the last commit was made that is still in the log only; None if there is none."""

    last_write_at: float | None = None


def open_store(data_folder: Path, metadata: MetaData = base.metadata) -> Engine:
    """Open the store in this folder, or create one if there never was any.

    All modules that define tables must be imported before, since the schema of the file is compared with
    them.

    Raises:
        DamagedFile: the file is missing, damaged, not ours, or of another version.
        StorageError: the disk is full, read-only, busy or failing.
    """
    folder.prepare_folder(data_folder)
    file = folder.database_path(data_folder)
    if folder.is_first_run(data_folder):
        _create_store(data_folder, file, metadata)
    guard = FileGuard(file)
    store_format.check_file_type(file)
    log_copy = log_copies.copy_log(file)
    commit_anchor = Anchor(data_folder)
    salvaged = startup_check.examine_store(file, metadata, commit_anchor, log_copy)
    folder.write_readme(data_folder)
    commit_anchor.persist_findings(log_copy)
    if salvaged:
        return _open_salvaged(file, commit_anchor, salvaged)
    return _open_guarded(file, commit_anchor, guard)


def _open_salvaged(file: Path, commit_anchor: Anchor, salvaged: SalvagedStore) -> Engine:
    engine = create_reader_engine(file, creator=salvaged.connect)
    set_engine_options(engine, **{anchor.ENGINE_OPTION: commit_anchor})
    return engine


def _open_guarded(file: Path, commit_anchor: Anchor, guard: FileGuard) -> Engine:
    # A file that is not the one written last is opened read-only, so that not even a checkpoint changes it.
    engine = create_reader_engine(
        file,
        creator=lambda: guard.connect_guarded(
            connect_read_only if commit_anchor.read_only else connect_read_write
        ),
    )
    file_guard.forget_log_on_dispose(engine, guard)
    set_engine_options(
        engine,
        **{anchor.ENGINE_OPTION: commit_anchor, file_guard.ENGINE_OPTION: guard, _UPKEEP_OPTION: _Upkeep()},
    )
    # Checkpoint what the previous process left in the log; if a reader is in the way, try again when idle.
    if not commit_anchor.read_only and not try_upkeep(engine):
        _upkeep_of(engine).last_write_at = time.monotonic()
    return engine


def _create_store(data_folder: Path, file: Path, metadata: MetaData) -> None:
    # Built under another name and then renamed, so that a crash half-way never leaves half a store.
    draft = folder.create_empty_draft(data_folder)
    engine = create_reader_engine(draft, creator=lambda: connect_read_write(draft))
    try:
        with writing(engine) as db:
            schema.create_tables(db, metadata)
            db.execute(text(f"PRAGMA application_id = {store_format.APPLICATION_ID}"))
            db.execute(text(f"PRAGMA user_version = {store_format.FORMAT_VERSION}"))
        checkpoint(engine)
    finally:
        engine.dispose()
    folder.install_draft(draft, file)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction: one consistent snapshot of the store, through which writes fail."""
    with translating_errors(_store_file(engine)), engine.connect() as db, db.begin():
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a write transaction: when this ends, all of it is durable, or none of it.

    `BEGIN IMMEDIATE` takes the write lock before the first read, so that what was read is still true when
    the transaction writes.

    Raises:
        StorageError: nothing was saved; the subclass says why.
    """
    rollback_hooks: list[Callable[[], None]] = []
    with hold_write_lock(), translating_errors(_store_file(engine)):
        _check_writable(engine)
        try:
            if file_guard.is_replaced(engine):
                raise StorageReplaced(None)
            with writer_engine(engine).connect() as db:
                info = db.info
                info[_ROLLBACK_HOOKS], info[_COMMIT_HOOKS] = rollback_hooks, []
                anchor.reset_queue(db)
                try:
                    with db.begin():
                        yield db
                        # Checked before the commit, so that it can be rolled back, and again after it,
                        # because the file can be replaced in between.
                        file_guard.check_file_unchanged(engine)
                        for hook in info[_COMMIT_HOOKS]:
                            hook()
                    file_guard.compare_committed(engine)
                finally:
                    del info[_ROLLBACK_HOOKS]
        except BaseException as error:
            for hook in reversed(rollback_hooks):
                hook()
            if isinstance(error, StorageReplaced):
                raise store_rescue.rescue_store(engine) from error
            raise
        _upkeep_of(engine).last_write_at = time.monotonic()
        # Under the same lock, so that the anchor never goes backward, and before the caller learns of
        # the save.
        anchor.write_committed(engine, info)


def _check_writable(engine: Engine) -> None:
    if anchor.is_read_only(engine):
        raise StorageMismatch


def on_rollback(db: Connection, callback: Callable[[], None]) -> None:
    """Register a function that restores state in memory if this write transaction fails.

    Does nothing in a read transaction, which cannot be rolled back.
    """
    if is_writing(db):
        db.info[_ROLLBACK_HOOKS].append(callback)


def before_commit(db: Connection, callback: Callable[[], None]) -> None:
    """Register a function to run right before this write transaction commits; if it raises, it rolls back."""
    db.info[_COMMIT_HOOKS].append(callback)


def is_writing(db: Connection) -> bool:
    """Whether this connection is in a write transaction."""
    return _ROLLBACK_HOOKS in db.info


def accept_rollback(engine: Engine) -> Callable[[], None]:
    """Allow writing to a store that is not the one written last; returns a function that undoes this.

    The next transaction must record this in the audit log.
    """
    commit_anchor = anchor.find_anchor(engine)
    if commit_anchor is None or not commit_anchor.read_only:
        return lambda: None
    undo = commit_anchor.accept_rollback()
    engine.dispose()

    def take_back() -> None:
        undo()
        engine.dispose()

    return take_back


def checkpoint(engine: Engine) -> bool:
    """Checkpoint and truncate the write-ahead log, so that no deleted row remains in it or in the file.

    Returns False if a reader still needs the log; a later call or the exit then truncates it.
    """
    with hold_write_lock(), translating_errors(_store_file(engine)):
        return _run_checkpoint(engine, wait_for_readers=True)


def purge_log_copies(engine: Engine) -> bool:
    """Checkpoint, and delete log copies and redundant rescue copies, after data was replaced for good.

    What cannot be deleted now stays scheduled: `try_upkeep` does it at the next lock or start at the latest.

    Returns:
        Whether the checkpoint ran and no log copy is left.
    """
    log_copies.schedule_purge(_store_file(engine))
    return checkpoint(engine) and log_copies.finish_purge(_store_file(engine))


def try_upkeep(engine: Engine) -> bool:
    """Checkpoint, and finish what `purge_log_copies` began, without waiting for other threads.

    Returns False if another thread or reader was in the way. Commits are durable in the log all the same.
    """
    if not writer_lock.acquire(blocking=False):
        return False
    try:
        with translating_errors(_store_file(engine)):
            checkpointed = _run_checkpoint(engine, wait_for_readers=False)
    except ClinicError:
        log.exception("checkpoint.failed")
        checkpointed = False
    finally:
        writer_lock.release()
    return checkpointed and (
        log_copies.finish_purge(_store_file(engine))
        if log_copies.is_purge_scheduled(_store_file(engine))
        else True
    )


def checkpoint_when_idle(engine: Engine, *, after_seconds: float = 5.0) -> bool:
    """Checkpoint once nothing was saved for a while, because a damaged log cannot lose what is in the file.

    It never waits: if someone reads or writes, it tries again later. Returns whether it ran.
    """
    upkeep = _upkeep_of(engine)
    if upkeep.last_write_at is None or time.monotonic() - upkeep.last_write_at < after_seconds:
        return False
    checkpointed = try_upkeep(engine)
    upkeep.last_write_at = None if checkpointed else time.monotonic()
    return checkpointed


def _run_checkpoint(engine: Engine, *, wait_for_readers: bool) -> bool:
    if anchor.is_read_only(engine) or file_guard.is_replaced(engine):
        return False
    try:
        # A checkpoint into a file that has lost its name would be lost with it.
        file_guard.check_file_unchanged(engine)
        checkpointed = checkpoint_log(engine, wait_for_readers=wait_for_readers)
        file_guard.check_file_unchanged(engine)
    except StorageReplaced:
        raise store_rescue.rescue_store(engine) from None
    return checkpointed


def _upkeep_of(engine: Engine) -> _Upkeep:
    upkeep: _Upkeep = engine.get_execution_options().get(_UPKEEP_OPTION) or _Upkeep()
    return upkeep


def _store_file(engine: Engine) -> Path:
    return _cached_path(engine.url.database or "")


# Needed twice in every request, and each process has one file.
_cached_path = lru_cache(Path)
