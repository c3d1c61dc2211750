"""Looking at a store without changing it: not its file, not its log, not its anchor.

A start puts things in order on its way; whoever only checks must leave a hurt store as it was found. Where
the file's own list of tables is hurt, the rows are read by ours, as a start reads them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import OperationalError

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import base, folder, readable, schema
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import engine_of, look
from clinic_toolkit.store.engine import reading
from clinic_toolkit.store.readable import Readable
from clinic_toolkit.store.recognition import APPLICATION_ID, FORMAT, recognise
from clinic_toolkit.store.trouble import damaged, told_plainly
from clinic_toolkit.store.verdict import Verdict

LIST_HURT = "The list of tables in the data file {} is damaged. The program read the file by its own list."


class Look(Struct, frozen=True, kw_only=True):
    """A store that is being looked at, what is wrong with its build, and what its anchor says of it."""

    db: Connection
    problems: tuple[str, ...]
    verdict: Verdict


@contextmanager
def looked_at(place: Path, metadata: MetaData = base.metadata) -> Iterator[Look]:
    """Open the store of this folder for looking only.

    Raises:
        DamagedFile: there is none, it is not ours, or SQLite cannot read it.
    """
    file = folder.database(place)
    if not file.is_file() or file.stat().st_size == 0:
        raise DamagedFile(f"There is no practice in {place}: the file {file.name} is missing or empty.")
    sides = [side for end in ("-wal", "-shm") if not (side := file.with_name(file.name + end)).exists()]
    problems, list_fits = _looked_over(file, metadata)
    ours = None if list_fits else _by_our_list(file, metadata)
    engine = engine_of(file, creator=ours.connect if ours else lambda: look(file))
    try:
        with told_plainly(file), reading(engine) as db, _named(problems):
            found = Anchor(place)
            found.compare(db, metadata, None)
            yield Look(db=db, problems=problems, verdict=found.seen())
    finally:
        engine.dispose()
        # SQLite needs them to read, and leaves them, empty, when it may not fold them in.
        for side in sides:
            with suppress(OSError):
                side.unlink()


def _looked_over(file: Path, metadata: MetaData) -> tuple[tuple[str, ...], bool]:
    """What is wrong with the build of the file, and whether its list of tables is as it should be."""
    engine = engine_of(file, creator=lambda: look(file))
    try:
        with told_plainly(file), reading(engine) as db:
            if db.scalar(text("PRAGMA application_id")) != APPLICATION_ID:
                raise damaged(file)
            return tuple(_problems(db, metadata, file)), schema.shape(db) == schema.expected(metadata)
    except DamagedFile:
        # Another program's file is none of ours, and a page that is hurt elsewhere is no matter of the list.
        recognise(file)
        return (LIST_HURT.format(file.name),), False
    finally:
        engine.dispose()


def _by_our_list(file: Path, metadata: MetaData) -> Readable | None:
    try:
        return readable.read(file, metadata)
    except DamagedFile:
        # Then it is looked at as it stands, and what is missing is said by its name.
        return None


@contextmanager
def _named(problems: tuple[str, ...]) -> Iterator[None]:
    # A table or a column that is needed is not there, or holds what is no id: what is wrong with the build of
    # the file says which.
    try:
        yield
    except (OperationalError, ValueError) as error:
        code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
        if not problems or code not in (None, sqlite3.SQLITE_ERROR):
            raise
        raise DamagedFile(" ".join(problems)) from error


def _problems(db: Connection, metadata: MetaData, file: Path) -> Iterator[str]:
    try:
        schema.compare(db, metadata, file)
        if db.scalar(text("PRAGMA user_version")) != FORMAT:
            raise schema.other_version(file)
        for name in schema.broken_tables(db, metadata):
            yield f"The table {name} has a row that this program did not write."
    except DamagedFile as other:
        yield other.sentence
    said = db.scalars(text("PRAGMA integrity_check(20)")).all()
    if said != ["ok"]:
        yield f"SQLite finds {len(said)} faults in the structure of the file: {'; '.join(said)[:400]}."
