"""Checks that a file is a store of ours and intact, before anything is done with it."""

from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from clinic_toolkit.store import format_number
from clinic_toolkit.store.sqlite import migrations, schema
from clinic_toolkit.store.storage_errors import OlderFormat, OtherFormat, StorageReadOnly, damaged_file_error

APPLICATION_ID = 0x436C5470
_HEADER_BYTES, _SQLITE_MAGIC, _APPLICATION_ID_OFFSET = 100, b"SQLite format 3\0", 68


def check_file_type(file: Path) -> None:
    """Refuse a file that is not a database of this program.

    Raises:
        DamagedFile: its header is not that of our files.
        StorageReadOnly: it cannot be read.
    """
    # Checked before SQLite opens it: enabling write-ahead logging would change another program's file.
    try:
        with file.open("rb") as source:
            header = source.read(_HEADER_BYTES)
    except IsADirectoryError as error:
        raise damaged_file_error(file) from error
    except OSError as error:
        raise StorageReadOnly from error
    if header[:16] != _SQLITE_MAGIC or header[_APPLICATION_ID_OFFSET:][:4] != APPLICATION_ID.to_bytes(4):
        raise damaged_file_error(file)


def check_format_version(file: Path, version: int) -> None:
    """Refuse a file of another format by its name, before anything in it is called damaged.

    Args:
        version: the number in the file's header (`PRAGMA user_version`).

    Raises:
        OlderFormat: an earlier release wrote it, and it can be migrated.
        OtherFormat: it is not the present format.
    """
    present = format_number.FORMAT_VERSION
    if version != present:
        raise (OlderFormat if migrations.find_path(version) else OtherFormat)(file, version, present)


def check_schema_and_integrity(db: Connection, metadata: MetaData, file: Path) -> None:
    """Check the format version, the schema, SQLite's integrity check and all ids.

    Raises:
        OtherFormat: another version of the program wrote the file, in a format of its own.
        DamagedFile: one of the other checks failed.
    """
    check_format_version(file, db.scalar(text("PRAGMA user_version")))
    schema.check_schema(db, metadata, file)
    if db.scalar(text("PRAGMA integrity_check(1)")) != "ok" or schema.tables_with_invalid_ids(db, metadata):
        raise damaged_file_error(file)
