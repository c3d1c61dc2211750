"""Opening the file, the two ways to use it, `reading` and `writing`, and the upkeep of its log."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, text

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store import (
    anchor,
    base,
    file_guard,
    folder,
    log_copies,
    schema,
    startup_check,
    store_format,
    store_rescue,
)
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import (
    connect_read_only,
    connect_read_write,
    create_reader_engine,
    fold_log,
    set_engine_options,
    writer_engine,
)
from clinic_toolkit.store.file_guard import FileGuard
from clinic_toolkit.store.salvage import SalvagedStore
from clinic_toolkit.store.storage_errors import StorageMismatch, StorageReplaced, translating_errors
from clinic_toolkit.store.write_lock import hold_write_lock, writer_lock

_ROLLBACK_HOOKS, _COMMIT_HOOKS = "undo", "before the commit"
_UPKEEP_OPTION = "clinic_upkeep"

log = logging.getLogger("clinic")


@dataclass
class _Upkeep:
    """When something was last saved that the log still holds; travels with the engine."""

    last_write_at: float | None = None


def open_store(data_folder: Path, metadata: MetaData = base.metadata) -> Engine:
    """Open the store in this folder, or make a new one if nothing was ever there.

    The modules that define tables must be imported before, since the file is compared with them.

    Raises:
        DamagedFile: the file is not ours, not whole, not built as this version builds it, or gone.
        StorageError: the disk is full, read-only, busy or failing.
    """
    folder.prepare_folder(data_folder)
    file = folder.database_path(data_folder)
    if folder.is_first_run(data_folder):
        _create_store(data_folder, file, metadata)
    held = FileGuard(file)
    store_format.check_file_type(file)
    copy = log_copies.copy_log(file)
    found = Anchor(data_folder)
    hurt = startup_check.examine_store(file, metadata, found, copy)
    folder.write_readme(data_folder)
    found.persist_findings(copy)
    if hurt:
        return _open_salvaged(file, found, hurt)
    return _open_guarded(file, found, held)


def _open_salvaged(file: Path, commit_anchor: Anchor, salvaged: SalvagedStore) -> Engine:
    engine = create_reader_engine(file, creator=salvaged.connect)
    set_engine_options(engine, **{anchor.ENGINE_OPTION: commit_anchor})
    return engine


def _open_guarded(file: Path, commit_anchor: Anchor, guard: FileGuard) -> Engine:
    # A file that is not the one written last is not even folded together.
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
    # What the process before could not fold in as it ended; if a reader is in the way, it is tried again.
    if not commit_anchor.read_only and not try_upkeep(engine):
        _upkeep_of(engine).last_write_at = time.monotonic()
    return engine


def _create_store(data_folder: Path, file: Path, metadata: MetaData) -> None:
    # Built under another name and then renamed: a kill half-way leaves a first run, never half a store.
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
    """One consistent view of the store. A write through it is a mistake in our code and fails."""
    with translating_errors(_store_file(engine)), engine.connect() as db, db.begin():
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it is on the disk when this ends, or none of it.

    `BEGIN IMMEDIATE` takes the write lock before the first read, so what was read is still true when
    it is written.
    """
    undo: list[Callable[[], None]] = []
    with hold_write_lock(), translating_errors(_store_file(engine)):
        _check_writable(engine)
        try:
            if file_guard.is_replaced(engine):
                raise StorageReplaced(None)
            with writer_engine(engine).connect() as db:
                info = db.info
                info[_ROLLBACK_HOOKS], info[_COMMIT_HOOKS] = undo, []
                anchor.reset_queue(db)
                try:
                    with db.begin():
                        yield db
                        # Before the commit, so that it is taken back whole, and after it, because the
                        # file can be exchanged between the two.
                        file_guard.check_file_unchanged(engine)
                        for act in info[_COMMIT_HOOKS]:
                            act()
                    file_guard.compare_committed(engine)
                finally:
                    del info[_ROLLBACK_HOOKS]
        except BaseException as error:
            for act in reversed(undo):
                act()
            if isinstance(error, StorageReplaced):
                raise store_rescue.rescue_store(engine) from error
            raise
        _upkeep_of(engine).last_write_at = time.monotonic()
        # In the same turn, so that an anchor never goes backward; and nobody hears of the save before.
        anchor.write_committed(engine, info)


def _check_writable(engine: Engine) -> None:
    if anchor.is_read_only(engine):
        raise StorageMismatch


def on_rollback(db: Connection, act: Callable[[], None]) -> None:
    """Have something in memory put back if this `writing` does not reach the disk.

    A connection that only reads has nothing that could be taken back.
    """
    if is_writing(db):
        db.info[_ROLLBACK_HOOKS].append(act)


def before_commit(db: Connection, act: Callable[[], None]) -> None:
    """Have this done right before the commit of this `writing`; if it raises, nothing is committed."""
    db.info[_COMMIT_HOOKS].append(act)


def is_writing(db: Connection) -> bool:
    """Whether this connection is inside `writing`."""
    return _ROLLBACK_HOOKS in db.info


def accept_rollback(engine: Engine) -> Callable[[], None]:
    """Let a store be written again that is not the one written last; returns what takes this back.

    The transaction that follows must say so in the audit trail.
    """
    found = anchor.find_anchor(engine)
    if found is None or not found.read_only:
        return lambda: None
    freeze = found.accept_rollback()
    engine.dispose()

    def take_back() -> None:
        freeze()
        engine.dispose()

    return take_back


def checkpoint(engine: Engine) -> bool:
    """Fold the write-ahead log into the file and empty it, so that no removed row is left in either.

    Returns False if a reader still needed the log; then it is emptied at a later call or at exit.
    """
    with hold_write_lock(), translating_errors(_store_file(engine)):
        return _run_checkpoint(engine, wait_for_readers=True)


def purge_log_copies(engine: Engine) -> bool:
    """`checkpoint`, for what was replaced or erased for good: no needless copy holds it either.

    What could not be done now is still owed: `try_upkeep` does it at the next lock or start, at the latest.
    """
    log_copies.schedule_purge(_store_file(engine))
    return checkpoint(engine) and log_copies.finish_purge(_store_file(engine))


def try_upkeep(engine: Engine) -> bool:
    """Fold the log in, and finish what `purge_log_copies` began, without waiting for anybody.

    Returns False if someone was in the way. What was saved is durable in the log; only tidying is put off.
    """
    if not writer_lock.acquire(blocking=False):
        return False
    try:
        with translating_errors(_store_file(engine)):
            folded = _run_checkpoint(engine, wait_for_readers=False)
    except ClinicError:
        log.exception("checkpoint.failed")
        folded = False
    finally:
        writer_lock.release()
    return folded and (
        log_copies.finish_purge(_store_file(engine))
        if log_copies.is_purge_scheduled(_store_file(engine))
        else True
    )


def checkpoint_when_idle(engine: Engine, *, after_seconds: float = 5.0) -> bool:
    """Fold the log in once nothing was saved for a while: what is in the file no log can lose.

    Nobody waits for it: it tries again later when someone reads or writes. Returns whether it folded.
    """
    upkeep = _upkeep_of(engine)
    if upkeep.last_write_at is None or time.monotonic() - upkeep.last_write_at < after_seconds:
        return False
    folded = try_upkeep(engine)
    upkeep.last_write_at = None if folded else time.monotonic()
    return folded


def _run_checkpoint(engine: Engine, *, wait_for_readers: bool) -> bool:
    if anchor.is_read_only(engine) or file_guard.is_replaced(engine):
        return False
    try:
        # What is folded into a file without a name is in no file that stays.
        file_guard.check_file_unchanged(engine)
        folded = fold_log(engine, wait_for_readers=wait_for_readers)
        file_guard.check_file_unchanged(engine)
    except StorageReplaced:
        raise store_rescue.rescue_store(engine) from None
    return folded


def _upkeep_of(engine: Engine) -> _Upkeep:
    found: _Upkeep = engine.get_execution_options().get(_UPKEEP_OPTION) or _Upkeep()
    return found


def _store_file(engine: Engine) -> Path:
    return _cached_path(engine.url.database or "")


# Asked for twice in every request, and there is one file to a process.
_cached_path = lru_cache(Path)
