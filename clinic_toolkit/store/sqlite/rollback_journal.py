"""A rollback journal beside a store: a start was interrupted while SQLite changed the file.

A store that comes from a backup, or was rescued, has no write-ahead log. Its first start makes it one that
has, which changes one page with a journal. Everything later goes through the log.
"""

from contextlib import closing
from pathlib import Path

from clinic_toolkit.store.sqlite.connections import connect_read_write
from clinic_toolkit.store.sqlite.driver_errors import translating_errors

SUFFIX = "-journal"


def is_pending(file: Path) -> bool:
    """Whether SQLite has still to take back a change of this file; until then nobody can only read it."""
    try:
        with file.with_name(file.name + SUFFIX).open("rb") as journal:
            # With nothing or a zero there it takes nothing back.
            return journal.read(1) not in (b"", b"\0")
    except OSError:
        return False


def take_back_change(file: Path) -> None:
    """Let SQLite take back the change of this file that was interrupted; does nothing if there is none.

    Raises:
        DamagedFile: SQLite cannot read the file.
        StorageError: the disk is full, read-only, busy or failing.
    """
    if not is_pending(file):
        return
    with translating_errors(file), closing(connect_read_write(file)) as connection:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
