"""Bringing the store of an earlier release up to date at a start: a backup of it as it is, then a migration.

The backup lies in a folder of the data folder, which is always there. It stays until the next one, or until a
passphrase or sheet is replaced or a client erased.
"""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from clinic_toolkit.backup import creation, refusals
from clinic_toolkit.backup.progress import Report
from clinic_toolkit.store import folder, opening, successor


def bring_up_to_date(data_folder: Path, *, now: datetime, report: Report) -> Path | None:
    """Make a backup of a store that an earlier release wrote, and bring it to the present format.

    The caller holds the lock on the folder. After a kill at any moment the store is of the one format or the
    other, and the next start goes on.

    Args:
        report: called with (done, total) in bytes while the backup is made.

    Returns:
        The backup; None if there was nothing to do.

    Raises:
        BackupRefused, StorageError, DamagedFile: the store was not changed.
    """
    successor.finish_exchange(data_folder)
    if opening.find_older_format(data_folder) is None:
        return None
    place = data_folder / folder.UPGRADE_BACKUP_FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise refusals.place_error(data_folder, error) from error
    backup = creation.create_backup_of_older(data_folder, place, now=now, report=report).file
    try:
        opening.migrate_store(data_folder)
    except BaseException:
        # The earlier one stays; this store can be copied again.
        with suppress(OSError):
            backup.unlink()
        raise
    for earlier in place.iterdir():
        if earlier != backup:
            with suppress(OSError):
                earlier.unlink()
    return backup
