"""The check at each start, before anything is written: schema and integrity of the file, and its anchor."""

from pathlib import Path

from sqlalchemy import MetaData

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store.sqlite import salvage, schema, store_format
from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.connections import connect_read_only, create_reader_engine
from clinic_toolkit.store.sqlite.driver_errors import translating_errors
from clinic_toolkit.store.sqlite.salvage import SalvagedStore


def examine_store(
    file: Path, metadata: MetaData, anchor: Anchor, log_copy: Path | None
) -> SalvagedStore | None:
    """Check the file and compare it with its anchor, which holds the findings afterwards.

    Args:
        log_copy: the copy of the write-ahead log, if there was a log.

    Returns:
        None if the schema is intact; else a salvaged copy to read from.

    Raises:
        DamagedFile: the file can be neither used nor salvaged.
    """
    # SQLite checkpoints the write-ahead log when the last connection closes. A read-only connection does not,
    # so a file that turns out to be damaged stays as it was found.
    engine, schema_intact = create_reader_engine(file, creator=lambda: connect_read_only(file)), False
    try:
        with translating_errors(file), engine.connect() as db, db.begin():
            store_format.check_schema_and_integrity(db, metadata, file)
            schema_intact = True
            anchor.compare_with_chain(db, metadata, log_copy)
            return None
    except DamagedFile as error:
        if schema_intact:
            raise
        refusal = error
    finally:
        engine.dispose()
    salvaged = _salvage_or_refuse(file, metadata, refusal)
    engine = create_reader_engine(file, creator=salvaged.connect)
    try:
        with translating_errors(file), engine.connect() as db, db.begin():
            if schema.tables_with_invalid_ids(db, metadata):
                raise refusal
            anchor.record_schema_damaged(refusal.sentence)
            anchor.compare_with_chain(db, metadata, log_copy)
    finally:
        engine.dispose()
    return salvaged


def _salvage_or_refuse(file: Path, metadata: MetaData, refusal: DamagedFile) -> SalvagedStore:
    try:
        return salvage.salvage_store(file, metadata)
    except DamagedFile:
        raise refusal from None
