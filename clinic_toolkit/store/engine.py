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
from clinic_toolkit.store import anchor, aside, base, examination, exchange, folder, recognition, schema
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import PRAGMAS, engine_of, look, tell, use, writer_of
from clinic_toolkit.store.exchange import Held
from clinic_toolkit.store.readable import Readable
from clinic_toolkit.store.trouble import StorageExchanged, StorageFrozen, told_plainly
from clinic_toolkit.store.turn import LAST_WAIT_SECONDS, one_writer, turn_to_write

_UNDO, _FIRST = "undo", "before the commit"
_UPKEEP = "clinic_upkeep"

log = logging.getLogger("clinic")


@dataclass
class _Upkeep:
    """When something was last saved that the log still holds; travels with the engine."""

    written_at: float | None = None


def open_store(place: Path, metadata: MetaData = base.metadata) -> Engine:
    """Open the store in this folder, or make a new one if nothing was ever there.

    The modules that define tables must be imported before, since the file is compared with them.

    Raises:
        DamagedFile: the file is not ours, not whole, not built as this version builds it, or gone.
        StorageTrouble: the disk is full, read-only, busy or failing.
    """
    folder.prepare(place)
    file = folder.database(place)
    if folder.is_first_run(place):
        _make(place, file, metadata)
    held = Held(file)
    recognition.recognise(file)
    copy = aside.put_aside(file)
    found = Anchor(place)
    hurt = examination.examine(file, metadata, found, copy)
    folder.leave_mark(place)
    found.settle(copy)
    if hurt:
        return _only_read(file, found, hurt)
    return _kept(file, found, held)


def _only_read(file: Path, found: Anchor, hurt: Readable) -> Engine:
    engine = engine_of(file, creator=hurt.connect)
    tell(engine, **{anchor.OPTION: found})
    return engine


def _kept(file: Path, found: Anchor, held: Held) -> Engine:
    # A file that is not the one written last is not even folded together.
    engine = engine_of(file, creator=lambda: held.connect(look if found.frozen else use))
    exchange.hold(engine, held)
    tell(engine, **{anchor.OPTION: found, exchange.OPTION: held, _UPKEEP: _Upkeep()})
    # What the process before could not fold in as it ended; if a reader is in the way, it is tried again.
    if not found.frozen and not tidy(engine):
        _upkeep(engine).written_at = time.monotonic()
    return engine


def _make(place: Path, file: Path, metadata: MetaData) -> None:
    # Built under another name and then renamed: a kill half-way leaves a first run, never half a store.
    draft = folder.fresh_draft(place)
    engine = engine_of(draft, creator=lambda: use(draft))
    try:
        with writing(engine) as db:
            schema.create_tables(db, metadata)
            db.execute(text(f"PRAGMA application_id = {recognition.APPLICATION_ID}"))
            db.execute(text(f"PRAGMA user_version = {recognition.FORMAT}"))
        checkpoint(engine)
    finally:
        engine.dispose()
    folder.put_in_place(draft, file)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the store. A write through it is a mistake in our code and fails."""
    with told_plainly(_file(engine)), engine.connect() as db, db.begin():
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it is on the disk when this ends, or none of it.

    `BEGIN IMMEDIATE` takes the write lock before the first read, so what was read is still true when
    it is written.
    """
    undo: list[Callable[[], None]] = []
    with turn_to_write(), told_plainly(_file(engine)):
        _refuse_if_frozen(engine)
        try:
            if exchange.is_known(engine):
                raise StorageExchanged(None)
            with writer_of(engine).connect() as db:
                info = db.info
                info[_UNDO], info[_FIRST] = undo, []
                anchor.expect(db)
                try:
                    with db.begin():
                        yield db
                        # Before the commit, so that it is taken back whole, and after it, because the
                        # file can be exchanged between the two.
                        exchange.compare(engine)
                        for act in info[_FIRST]:
                            act()
                    exchange.compare_committed(engine)
                finally:
                    del info[_UNDO]
        except BaseException as error:
            for act in reversed(undo):
                act()
            if isinstance(error, StorageExchanged):
                raise _rescued(engine) from error
            raise
        _upkeep(engine).written_at = time.monotonic()
        # In the same turn, so that an anchor never goes backward; and nobody hears of the save before.
        anchor.committed(engine, info)


def _refuse_if_frozen(engine: Engine) -> None:
    if anchor.is_frozen(engine):
        raise StorageFrozen


def _rescued(engine: Engine) -> StorageExchanged:
    told = exchange.rescue(engine)
    found = anchor.of(engine)
    if found:
        found.lose_the_file()
    return told


def watch_over(engine: Engine, *, ending: bool = False) -> None:
    """Look whether the file was exchanged although nobody saves, and rescue it if it was.

    Asked every second: the sooner it is noticed, the less is written down in vain. A rescue that failed
    is tried again after a pause.

    Args:
        ending: the process ends after this, so it is tried without a pause, and a save is waited for.
    """
    if exchange.is_rescued(engine) or (not ending and exchange.was_just_tried(engine)):
        return
    if not one_writer.acquire(timeout=LAST_WAIT_SECONDS if ending else 0):
        return
    try:
        exchange.compare(engine)
    except StorageExchanged:
        _rescued(engine)
    finally:
        one_writer.release()


def if_rolled_back(db: Connection, act: Callable[[], None]) -> None:
    """Have something in memory put back if this `writing` does not reach the disk.

    A connection that only reads has nothing that could be taken back.
    """
    if writes(db):
        db.info[_UNDO].append(act)


def before_commit(db: Connection, act: Callable[[], None]) -> None:
    """Have this done right before the commit of this `writing`; if it raises, nothing is committed."""
    db.info[_FIRST].append(act)


def writes(db: Connection) -> bool:
    """Whether this connection is inside `writing`."""
    return _UNDO in db.info


def thaw(engine: Engine) -> Callable[[], None]:
    """Let a store be written again that is not the one written last; returns what takes this back.

    The transaction that follows must say so in the audit trail.
    """
    found = anchor.of(engine)
    if found is None or not found.frozen:
        return lambda: None
    freeze = found.thaw()
    engine.dispose()

    def take_back() -> None:
        freeze()
        engine.dispose()

    return take_back


def checkpoint(engine: Engine) -> bool:
    """Fold the write-ahead log into the file and empty it, so that no removed row is left in either.

    Returns False if a reader still needed the log; then it is emptied at a later call or at exit.
    """
    with turn_to_write(), told_plainly(_file(engine)):
        return _fold(engine, patient=True)


def clear_out(engine: Engine) -> bool:
    """`checkpoint`, for what was replaced or erased for good: no needless copy holds it either.

    What could not be done now is still owed: `tidy` does it at the next lock or start, at the latest.
    """
    aside.owe(_file(engine))
    return checkpoint(engine) and aside.pay(_file(engine))


def tidy(engine: Engine) -> bool:
    """Fold the log in, and finish what `clear_out` began, without waiting for anybody.

    Returns False if someone was in the way. What was saved is durable in the log; only tidying is put off.
    """
    if not one_writer.acquire(blocking=False):
        return False
    try:
        with told_plainly(_file(engine)):
            folded = _fold(engine, patient=False)
    except ClinicError:
        log.exception("checkpoint.failed")
        folded = False
    finally:
        one_writer.release()
    return folded and (aside.pay(_file(engine)) if aside.is_owed(_file(engine)) else True)


def fold_when_idle(engine: Engine, *, after_seconds: float = 5.0) -> bool:
    """Fold the log in once nothing was saved for a while: what is in the file no log can lose.

    Nobody waits for it: it tries again later when someone reads or writes. Returns whether it folded.
    """
    upkeep = _upkeep(engine)
    if upkeep.written_at is None or time.monotonic() - upkeep.written_at < after_seconds:
        return False
    folded = tidy(engine)
    upkeep.written_at = None if folded else time.monotonic()
    return folded


def _fold(engine: Engine, *, patient: bool) -> bool:
    if anchor.is_frozen(engine) or exchange.is_known(engine):
        return False
    try:
        # What is folded into a file without a name is in no file that stays.
        exchange.compare(engine)
        folded = _folded(engine, patient=patient)
        exchange.compare(engine)
    except StorageExchanged:
        raise _rescued(engine) from None
    return folded


def _folded(engine: Engine, *, patient: bool) -> bool:
    connection = writer_of(engine).raw_connection()
    try:
        cursor = connection.cursor()
        if not patient:
            cursor.execute("PRAGMA busy_timeout = 0").fetchall()
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()
        finally:
            # The next save uses this connection, and must wait for others as ever.
            if not patient:
                cursor.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}").fetchall()
        cursor.close()
    finally:
        connection.close()
    return busy is not None and busy[0] == 0


def _upkeep(engine: Engine) -> _Upkeep:
    found: _Upkeep = engine.get_execution_options().get(_UPKEEP) or _Upkeep()
    return found


def _file(engine: Engine) -> Path:
    return _path(engine.url.database or "")


# Asked for twice in every request, and there is one file to a process.
_path = lru_cache(Path)
