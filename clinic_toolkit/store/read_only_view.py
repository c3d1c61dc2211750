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
from clinic_toolkit.store import base, folder, salvage, schema
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import connect_read_only, create_reader_engine
from clinic_toolkit.store.engine import reading
from clinic_toolkit.store.salvage import SalvagedStore
from clinic_toolkit.store.storage_errors import damaged_file_error, translating_errors
from clinic_toolkit.store.store_format import APPLICATION_ID, FORMAT_VERSION, check_file_type
from clinic_toolkit.store.verdict import Verdict

LIST_HURT = "The list of tables in the data file {} is damaged. The program read the file by its own list."


class ReadOnlyView(Struct, frozen=True, kw_only=True):
    """A store that is being looked at, what is wrong with its build, and what its anchor says of it."""

    db: Connection
    problems: tuple[str, ...]
    verdict: Verdict


@contextmanager
def open_read_only(data_folder: Path, metadata: MetaData = base.metadata) -> Iterator[ReadOnlyView]:
    """Open the store of this folder for looking only.

    Raises:
        DamagedFile: there is none, it is not ours, or SQLite cannot read it.
    """
    file = folder.database_path(data_folder)
    if not file.is_file() or file.stat().st_size == 0:
        raise DamagedFile(f"There is no practice in {data_folder}: the file {file.name} is missing or empty.")
    sides = [side for end in ("-wal", "-shm") if not (side := file.with_name(file.name + end)).exists()]
    problems, list_fits = _looked_over(file, metadata)
    ours = None if list_fits else _by_our_list(file, metadata)
    engine = create_reader_engine(file, creator=ours.connect if ours else lambda: connect_read_only(file))
    try:
        with translating_errors(file), reading(engine) as db, _explaining_schema_errors(problems):
            found = Anchor(data_folder)
            found.compare_with_chain(db, metadata, None)
            yield ReadOnlyView(db=db, problems=problems, verdict=found.preview_verdict())
    finally:
        engine.dispose()
        # SQLite needs them to read, and leaves them, empty, when it may not fold them in.
        for side in sides:
            with suppress(OSError):
                side.unlink()


def _looked_over(file: Path, metadata: MetaData) -> tuple[tuple[str, ...], bool]:
    """What is wrong with the build of the file, and whether its list of tables is as it should be."""
    engine = create_reader_engine(file, creator=lambda: connect_read_only(file))
    try:
        with translating_errors(file), reading(engine) as db:
            if db.scalar(text("PRAGMA application_id")) != APPLICATION_ID:
                raise damaged_file_error(file)
            return tuple(_find_problems(db, metadata, file)), schema.read_schema(
                db
            ) == schema.expected_schema(metadata)
    except DamagedFile:
        # Another program's file is none of ours, and a page that is hurt elsewhere is no matter of the list.
        check_file_type(file)
        return (LIST_HURT.format(file.name),), False
    finally:
        engine.dispose()


def _by_our_list(file: Path, metadata: MetaData) -> SalvagedStore | None:
    try:
        return salvage.salvage_store(file, metadata)
    except DamagedFile:
        # Then it is looked at as it stands, and what is missing is said by its name.
        return None


@contextmanager
def _explaining_schema_errors(problems: tuple[str, ...]) -> Iterator[None]:
    # A table or a column that is needed is not there, or holds what is no id: what is wrong with the build of
    # the file says which.
    try:
        yield
    except (OperationalError, ValueError) as error:
        code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
        if not problems or code not in (None, sqlite3.SQLITE_ERROR):
            raise
        raise DamagedFile(" ".join(problems)) from error


def _find_problems(db: Connection, metadata: MetaData, file: Path) -> Iterator[str]:
    try:
        schema.check_schema(db, metadata, file)
        if db.scalar(text("PRAGMA user_version")) != FORMAT_VERSION:
            raise schema.other_version_error(file)
        for name in schema.tables_with_invalid_ids(db, metadata):
            yield f"The table {name} has a row that this program did not write."
    except DamagedFile as other:
        yield other.sentence
    said = db.scalars(text("PRAGMA integrity_check(20)")).all()
    if said != ["ok"]:
        yield f"SQLite finds {len(said)} faults in the structure of the file: {'; '.join(said)[:400]}."
