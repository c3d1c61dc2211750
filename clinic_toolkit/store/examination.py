"""What a start looks at before anything is written: the build of the file, and its anchor."""

from pathlib import Path

from sqlalchemy import MetaData

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import readable, recognition, schema
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import engine_of, look
from clinic_toolkit.store.readable import Readable
from clinic_toolkit.store.trouble import told_plainly


def examine(file: Path, metadata: MetaData, found: Anchor, copy: Path | None) -> Readable | None:
    """Look the file over and compare it with its anchor, which keeps what was found.

    Args:
        copy: what the write-ahead log was copied to, if there was one.

    Returns:
        None if the file is built as it should be; else what can be read of it.

    Raises:
        DamagedFile: it can be neither used nor read.
    """
    # SQLite folds the write-ahead log into the file when its last connection ends. A connection that
    # may only read does not, so a file that turns out to be damaged stays as it was found.
    looking, well_built = engine_of(file, creator=lambda: look(file)), False
    try:
        with told_plainly(file), looking.connect() as db, db.begin():
            recognition.look_over(db, metadata, file)
            well_built = True
            found.compare(db, metadata, copy)
            return None
    except DamagedFile as unreadable:
        if well_built:
            raise
        refusal = unreadable
    finally:
        looking.dispose()
    hurt = _readable(file, metadata, refusal)
    looking = engine_of(file, creator=hurt.connect)
    try:
        with told_plainly(file), looking.connect() as db, db.begin():
            if schema.broken_tables(db, metadata):
                raise refusal
            found.only_read(refusal.sentence)
            found.compare(db, metadata, copy)
    finally:
        looking.dispose()
    return hurt


def _readable(file: Path, metadata: MetaData, refusal: DamagedFile) -> Readable:
    try:
        return readable.read(file, metadata)
    except DamagedFile:
        raise refusal from None
