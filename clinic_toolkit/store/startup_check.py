"""What a start looks at before anything is written: the build of the file, and its anchor."""

from pathlib import Path

from sqlalchemy import MetaData

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import salvage, schema, store_format
from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.connections import connect_read_only, create_reader_engine
from clinic_toolkit.store.salvage import SalvagedStore
from clinic_toolkit.store.storage_errors import translating_errors


def examine_store(
    file: Path, metadata: MetaData, commit_anchor: Anchor, log_copy: Path | None
) -> SalvagedStore | None:
    """Look the file over and compare it with its anchor, which keeps what was found.

    Args:
        log_copy: what the write-ahead log was copied to, if there was one.

    Returns:
        None if the file is built as it should be; else what can be read of it.

    Raises:
        DamagedFile: it can be neither used nor read.
    """
    # SQLite folds the write-ahead log into the file when its last connection ends. A connection that
    # may only read does not, so a file that turns out to be damaged stays as it was found.
    looking, well_built = create_reader_engine(file, creator=lambda: connect_read_only(file)), False
    try:
        with translating_errors(file), looking.connect() as db, db.begin():
            store_format.check_schema_and_integrity(db, metadata, file)
            well_built = True
            commit_anchor.compare_with_chain(db, metadata, log_copy)
            return None
    except DamagedFile as unreadable:
        if well_built:
            raise
        refusal = unreadable
    finally:
        looking.dispose()
    hurt = _salvage_or_refuse(file, metadata, refusal)
    looking = create_reader_engine(file, creator=hurt.connect)
    try:
        with translating_errors(file), looking.connect() as db, db.begin():
            if schema.tables_with_invalid_ids(db, metadata):
                raise refusal
            commit_anchor.mark_schema_damaged(refusal.sentence)
            commit_anchor.compare_with_chain(db, metadata, log_copy)
    finally:
        looking.dispose()
    return hurt


def _salvage_or_refuse(file: Path, metadata: MetaData, refusal: DamagedFile) -> SalvagedStore:
    try:
        return salvage.salvage_store(file, metadata)
    except DamagedFile:
        raise refusal from None
