"""Copies of a write-ahead log that a stopped program left, made before SQLite looks at it.

SQLite drops everything behind the first damaged byte of the log and then writes over it. If saves
turn out to be missing, someone who knows the format can still find them in the copy.
"""

import filecmp
import logging
import os
import re
import shutil
from pathlib import Path

from clinic_toolkit.store import folder, rescue_copies

MAX_COPIES = 3

log = logging.getLogger("clinic")


def copy_log(file: Path) -> Path | None:
    """Copy the log beside this database, if there is anything in it; the copy is on the disk afterwards.

    A copy that cannot be made stops no start: the record can still be read.
    """
    wal = file.with_name(file.name + "-wal")
    try:
        if not wal.exists() or wal.stat().st_size == 0:
            return None
        earlier = list_copies(file)
        if earlier and filecmp.cmp(wal, earlier[-1], shallow=False):
            return earlier[-1]
        copy = copy_path(file, copy_number(earlier[-1]) + 1 if earlier else 1)
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
    """How the copy with this number is called."""
    return file.with_name(f"{file.name}-wal.aside.{number}")


def copy_number(copy: Path) -> int:
    """The number of a copy."""
    return int(copy.suffix[1:])


def list_copies(file: Path) -> list[Path]:
    """The copies that are there, oldest first."""
    name = re.compile(re.escape(file.name) + r"-wal\.aside\.[1-9][0-9]{0,8}")
    return sorted((path for path in file.parent.iterdir() if name.fullmatch(path.name)), key=copy_number)


def prune_copies(file: Path, *, unneeded: Path | None) -> None:
    """Remove a copy that is not needed, because nothing is missing, and all but the newest others.

    Copies hold what was changed or removed since, so none stays longer than it may be of use.
    """
    try:
        if unneeded:
            unneeded.unlink(missing_ok=True)
        for copy in list_copies(file)[:-MAX_COPIES]:
            copy.unlink(missing_ok=True)
    except OSError:
        log.exception("log.copy_not_removed")


def schedule_purge(file: Path) -> None:
    """Keep on the disk that every copy must go, until `finish_purge` has removed them."""
    try:
        folder.write_durably(_purge_marker(file), b"")
    except OSError:
        log.exception("log.copies_not_marked")


def is_purge_scheduled(file: Path) -> bool:
    """Whether copies must go that may still be there."""
    return _purge_marker(file).exists()


def finish_purge(file: Path) -> bool:
    """Remove every copy, a rescued one only if it is needless, and then the mark.

    Returns whether no copy of a log is left.
    """
    rescue_copies.remove_redundant(file)
    gone = remove_copies(file)
    if gone:
        try:
            _purge_marker(file).unlink(missing_ok=True)
        except OSError:
            log.exception("log.mark_not_removed")
    return gone


def _purge_marker(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal.aside.owed")


def remove_copies(file: Path) -> bool:
    """Remove every copy; returns whether none is left."""
    try:
        for copy in list_copies(file):
            copy.unlink(missing_ok=True)
    except OSError:
        log.exception("log.copy_not_removed")
        return False
    return True
