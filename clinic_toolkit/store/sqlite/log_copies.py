"""Copies of the write-ahead log that an earlier process left, made before SQLite opens it.

SQLite drops everything after the first damaged byte of the log and then overwrites it. If commits turn out
to be missing, an expert may still recover them from the copy.
"""

import filecmp
import logging
import os
import re
import shutil
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.sqlite import rescue_copies

MAX_COPIES = 3

log = logging.getLogger("clinic")


def copy_log(file: Path) -> Path | None:
    """Copy the log beside this database durably, unless it is empty; returns the copy or None.

    A failure is only logged, because the program can start without the copy.
    """
    wal = file.with_name(file.name + "-wal")
    try:
        if not wal.exists() or wal.stat().st_size == 0:
            return None
        earlier_copies = list_copies(file)
        if earlier_copies and filecmp.cmp(wal, earlier_copies[-1], shallow=False):
            return earlier_copies[-1]
        copy = copy_path(file, copy_number(earlier_copies[-1]) + 1 if earlier_copies else 1)
        with (
            wal.open("rb") as source,
            folder.replacing_file(copy) as handle,
            os.fdopen(handle, "wb") as target,
        ):
            shutil.copyfileobj(source, target)
            target.flush()
            folder.sync_handle(target.fileno())
    except OSError:
        log.exception("log.not_put_aside")
        return None
    return copy


def copy_path(file: Path, number: int) -> Path:
    """Path of the copy with this number."""
    return file.with_name(f"{file.name}-wal.aside.{number}")


def copy_number(copy: Path) -> int:
    """The number of a copy."""
    return int(copy.suffix[1:])


def list_copies(file: Path) -> list[Path]:
    """The existing copies, oldest first."""
    name_pattern = re.compile(re.escape(file.name) + r"-wal\.aside\.[1-9][0-9]{0,8}")
    return sorted(
        (path for path in file.parent.iterdir() if name_pattern.fullmatch(path.name)), key=copy_number
    )


def prune_copies(file: Path, *, unneeded: Path | None) -> None:
    """Delete the copy that turned out to be unneeded, and all others but the newest `MAX_COPIES`.

    Copies hold data that was changed or deleted since, so none is kept longer than it may be of use.
    """
    try:
        if unneeded:
            unneeded.unlink(missing_ok=True)
        for copy in list_copies(file)[:-MAX_COPIES]:
            copy.unlink(missing_ok=True)
    except OSError:
        log.exception("log.copy_not_removed")


def schedule_purge(file: Path) -> None:
    """Mark on disk that every copy must be deleted; `finish_purge` does so, even after a restart."""
    try:
        folder.write_durably(_purge_marker(file), b"")
    except OSError:
        log.exception("log.copies_not_marked")


def is_purge_scheduled(file: Path) -> bool:
    """Whether a purge was scheduled and has not finished."""
    return _purge_marker(file).exists()


def finish_purge(file: Path) -> bool:
    """Delete every log copy, every redundant rescue copy, the backup before an upgrade, and then the mark.

    Returns whether no log copy and no such backup is left.
    """
    rescue_copies.remove_redundant(file)
    is_backup_removed = folder.remove_upgrade_backup(file.parent)
    all_removed = remove_copies(file) and is_backup_removed
    if all_removed:
        try:
            _purge_marker(file).unlink(missing_ok=True)
        except OSError:
            log.exception("log.mark_not_removed")
    return all_removed


def _purge_marker(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal.aside.owed")


def remove_copies(file: Path) -> bool:
    """Delete every log copy; returns whether none is left."""
    try:
        for copy in list_copies(file):
            copy.unlink(missing_ok=True)
    except OSError:
        log.exception("log.copy_not_removed")
        return False
    return True
