"""The data folder: its names, who may look in, and the difference between a first run and damage."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store.trouble import StorageReadOnly, rescued

DATABASE = "clinic.db"
ANCHOR = "clinic.anchor"
LOSSES = "clinic.missing"
HEAD = "clinic.head"
MARK = "READ ME FIRST.txt"

# Any of these beside a missing or empty database means that a practice was here.
_TRACES = (MARK, DATABASE + "-wal", ANCHOR, LOSSES, HEAD, "unlock-attempts", "backups")

_MARK_TEXT = """\
This folder holds the records of a practice, encrypted. The file clinic.db is the record itself;
clinic.head is a second copy of its keys, in case a part of clinic.db is damaged.

Do not move, rename or delete single files, and keep this folder away from programs that synchronise
folders: they replace files while they are in use. To make a copy, quit the program first and copy
the whole folder. Only the passphrase or the printed recovery sheet opens it; nobody can reset either.
"""


class FolderRefused(ClinicError):
    """The data folder cannot be used as one."""


def prepare(folder: Path) -> None:
    """Make the folder, or take an existing one, for this user's eyes only: 0700, new files 0600.

    Raises:
        FolderRefused: something else stands there, or it belongs to another user.
        StorageReadOnly: it cannot be made or tightened.
    """
    os.umask(0o077)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform != "win32":
            if folder.stat().st_uid != os.geteuid():
                raise FolderRefused(f"The data folder {folder} belongs to another user of this computer.")
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
    except (FileExistsError, NotADirectoryError) as error:
        raise FolderRefused(f"{folder} is not a folder. Please choose another place for the data.") from error
    except OSError as error:
        raise StorageReadOnly from error


def database(folder: Path) -> Path:
    """Where the database lies."""
    return folder / DATABASE


def is_first_run(folder: Path) -> bool:
    """Whether nothing was ever stored here.

    A missing or empty database beside other files of a practice is damage: starting anew would hide
    the loss, and the new practice would be taken for the old one.

    Raises:
        DamagedFile: the database is gone or empty although a practice was here.
    """
    file = database(folder)
    if file.exists() and file.stat().st_size > 0:
        return False
    copies = rescued(file)
    if copies or any((folder / trace).exists() for trace in _TRACES):
        raise DamagedFile(
            f"The data file {file} is missing or empty, but there are other files of a practice beside "
            "it. Nothing was changed. Put the file back where it was, or restore a backup; a new "
            f"practice needs an empty folder.{copies}"
        )
    return True


def fresh_draft(folder: Path) -> Path:
    """An empty file beside the database in which a new store is built, free of earlier attempts."""
    draft = folder / (DATABASE + ".new")
    try:
        for end in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)
        _touch(draft)
    except OSError as error:
        raise StorageReadOnly from error
    return draft


def put_in_place(draft: Path, file: Path) -> None:
    """Give the finished store its name, for good."""
    try:
        os.replace(draft, file)
        settle(file.parent)
    except OSError as error:
        raise StorageReadOnly from error


def _touch(file: Path) -> None:
    # SQLite gives its side files the rights of the main file.
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def leave_mark(folder: Path) -> None:
    """Say in plain words what the folder is. From now on a missing database is damage."""
    mark = folder / MARK
    if mark.exists():
        return
    try:
        _touch(mark)
        mark.write_text(_MARK_TEXT, encoding="utf-8")
        settle(folder)
    except OSError as error:
        raise StorageReadOnly from error


def settle(folder: Path) -> None:
    """Have a new or removed name in this folder survive a power cut."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


if sys.platform == "darwin":
    import fcntl

    def flush(handle: int) -> None:
        """Have what was written survive a power cut."""
        # fsync alone leaves data in the drive's own cache there.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
elif sys.platform == "win32":

    def flush(handle: int) -> None:
        """Have what was written survive a power cut."""
        os.fsync(handle)
else:

    def flush(handle: int) -> None:
        """Have what was written survive a power cut."""
        os.fdatasync(handle)


@contextmanager
def replaced(file: Path) -> Iterator[int]:
    """A handle to write the new content of a file; who flushed it finds all of it there, or the old one.

    Whoever gets the handle closes it.

    Raises:
        OSError: the disk would not take it; the old content stands.
    """
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    try:
        yield os.open(draft, flags, 0o600)
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    settle(file.parent)


def durably(file: Path, raw: bytes) -> None:
    """Give a small file this content, for good or not at all.

    Raises:
        OSError: the disk would not take it; the old content stands.
    """
    with replaced(file) as handle, os.fdopen(handle, "wb") as target:
        target.write(raw)
        target.flush()
        flush(target.fileno())
