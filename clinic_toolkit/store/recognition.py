"""Whether a file is a store of ours, and whole: asked before anything is done with it."""

from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from clinic_toolkit.store import schema
from clinic_toolkit.store.trouble import StorageReadOnly, damaged

APPLICATION_ID = 0x436C5470
FORMAT = 1
_HEAD_BYTES, _SQLITE, _APPLICATION_ID_AT = 100, b"SQLite format 3\0", 68


def recognise(file: Path) -> None:
    """Refuse a file that another program made, or none.

    Raises:
        DamagedFile: its first bytes are not those of our files.
        StorageReadOnly: it cannot be read.
    """
    # Before SQLite opens it: switching to write-ahead logging would already change another program's file.
    try:
        with file.open("rb") as raw:
            head = raw.read(_HEAD_BYTES)
    except IsADirectoryError as error:
        raise damaged(file) from error
    except OSError as error:
        raise StorageReadOnly from error
    if head[:16] != _SQLITE or head[_APPLICATION_ID_AT:][:4] != APPLICATION_ID.to_bytes(4):
        raise damaged(file)


def look_over(db: Connection, metadata: MetaData, file: Path) -> None:
    """Look whether the file is built as it should be, and whole.

    Raises:
        DamagedFile: it is not.
    """
    schema.compare(db, metadata, file)
    if db.scalar(text("PRAGMA user_version")) != FORMAT:
        raise schema.other_version(file)
    if db.scalar(text("PRAGMA integrity_check(1)")) != "ok" or schema.broken_tables(db, metadata):
        raise damaged(file)
