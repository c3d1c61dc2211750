"""Copies of a store whose file was exchanged while it was open, kept beside it under new names.

A copy is a whole database of its own: whoever wants to go on with it gives it the name of the data
file. An empty mark says that no person was told of it yet.
"""

import logging
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.connections import connect_read_only

_DRAFT_SUFFIX, _UNACKNOWLEDGED_SUFFIX = ".rescued.new", ".rescued.unseen"
_TIP_QUERY = "SELECT seq, hash FROM audit_line ORDER BY seq DESC LIMIT 1"
_CONTAINS_LINE_QUERY = "SELECT 1 FROM audit_line WHERE seq = ? AND hash = ?"

log = logging.getLogger("clinic")


def create_copy(file: Path, source: sqlite3.Connection) -> Path:
    """Copy everything that this connection sees; the copy is on the disk and read back when this returns.

    Args:
        file: how the data file is called; nothing that stands there is touched.
        source: with no transaction of its own.

    Raises:
        OSError: the disk would not take it.
        sqlite3.Error: the open store could not be read, or the copy is not whole.
    """
    # A folder that was removed is made again: what was in it may live in the open file alone.
    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_name(file.name + _DRAFT_SUFFIX)
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(draft)) as target:
            source.backup(target)
            # Without a log beside it the copy is complete by itself, and opens on any disk.
            target.execute("PRAGMA journal_mode = DELETE").fetchone()
            if target.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the copy is not whole")
        _sync_file(draft)
        folder.write_durably(file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX), b"")
        return _install_draft(file, draft)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def list_copies(file: Path) -> list[Path]:
    """The copies that are there, oldest first."""
    name = re.compile(re.escape(file.name) + r"\.rescued\.([1-9][0-9]{0,8})")
    try:
        found = [(match, path) for path in file.parent.iterdir() if (match := name.fullmatch(path.name))]
    except OSError:
        return []
    return [path for match, path in sorted(found, key=lambda pair: int(pair[0][1]))]


def list_unacknowledged(file: Path) -> tuple[Path, ...]:
    """The copies of which a person has to be told; none once that was done."""
    return tuple(list_copies(file)) if file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX).exists() else ()


def mark_acknowledged(file: Path) -> None:
    """A person was told of them. The copies stay where they are.

    Raises:
        OSError: the mark could not be removed.
    """
    file.with_name(file.name + _UNACKNOWLEDGED_SUFFIX).unlink(missing_ok=True)


def remove_redundant(file: Path) -> None:
    """Remove every copy that a person was told of and that holds nothing which this store does not hold.

    A copy keeps the ways in of its time, so a secret that was replaced would go on opening it. Its newest
    audit line stands in this store's trail if this store went on from there. Any other copy is left.
    """
    if list_unacknowledged(file):
        return
    for copy in list_copies(file):
        try:
            with closing(connect_read_only(copy)) as old, closing(connect_read_only(file)) as now:
                tip = old.execute(_TIP_QUERY).fetchone()
                needless = tip is not None and now.execute(_CONTAINS_LINE_QUERY, tip).fetchone() is not None
            if needless:
                copy.unlink(missing_ok=True)
        except (OSError, sqlite3.Error):
            log.exception("rescued.not_removed")


def _install_draft(file: Path, draft: Path) -> Path:
    taken = list_copies(file)
    number = int(taken[-1].suffix[1:]) + 1 if taken else 1
    copy = file.with_name(f"{file.name}.rescued.{number}")
    # Made first, and only if there is none: replacing it cannot hit a file of anyone else.
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    os.replace(draft, copy)
    folder.sync_folder(file.parent)
    return copy


def _sync_file(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        folder.sync_handle(handle)
    finally:
        os.close(handle)
