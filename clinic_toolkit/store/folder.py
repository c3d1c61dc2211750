"""The data folder: file names, permissions, durable writes, and telling a first run from damage."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clinic_toolkit.errors import ClinicError, DamagedFile
from clinic_toolkit.store.storage_errors import StorageReadOnly, rescue_copy_hint

DATABASE_FILE = "clinic.db"
ANCHOR_FILE = "clinic.anchor"
LOSSES_FILE = "clinic.missing"
HEADER_BACKUP_FILE = "clinic.head"
# The deletions that a restore found elsewhere, until the unlock that carries them out.
DELETIONS_FILE = "clinic.deletions"
README_FILE = "READ ME FIRST.txt"
# Stands while a restore whose files were all checked is still to be finished.
RESTORE_PLAN = "clinic.restoring/plan"
# Hold a whole store while a backup is made, or while a restore is proved.
SNAPSHOT_FOLDER = "clinic.backup.new"
UNPACKED_FOLDER = "clinic.unpacked"
# Holds the backup that was made before the tables were last brought up to date.
UPGRADE_BACKUP_FOLDER = "clinic.before-upgrade"

# Windows cannot replace a file that is open.
CAN_REPLACE_OPEN_FILES = sys.platform != "win32"
_WIPE_BYTES = 1 << 20

# If the database is missing or empty, any of these shows that there was a practice here.
_PRACTICE_FILES = (
    README_FILE,
    DATABASE_FILE + "-wal",
    ANCHOR_FILE,
    LOSSES_FILE,
    HEADER_BACKUP_FILE,
    "unlock-attempts",
    "backups",
)

_README_TEXT = """\
This folder holds the records of a practice, encrypted. The file clinic.db is the record itself;
clinic.head is a second copy of its keys, in case a part of clinic.db is damaged.

Do not move, rename or delete single files, and keep this folder away from programs that synchronise
folders: they replace files while they are in use. To make a copy, quit the program first and copy
the whole folder. Only the passphrase or the printed recovery sheet opens it, or both sheets for an
executor if there are any; nobody can reset them.
"""


class FolderRefused(ClinicError):
    """The path cannot be used as a data folder."""


def prepare_folder(folder: Path) -> None:
    """Create the folder if necessary, and make it private to this user: mode 0700, new files 0600.

    Raises:
        FolderRefused: the path is not a folder, or belongs to another user.
        StorageReadOnly: the folder cannot be created or its mode cannot be changed.
    """
    os.umask(0o077)
    new_folders = [place for place in (folder, *folder.parents) if not os.path.exists(place)]
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
    for place in new_folders:
        # Not every file system can do this.
        with suppress(OSError):
            sync_folder(place.parent)


def is_writable(folder: Path) -> bool:
    """Whether this user can write into the folder; False on a disk that is write-protected."""
    return os.access(folder, os.W_OK)


def database_path(folder: Path) -> Path:
    """Path of the database file in this folder."""
    return folder / DATABASE_FILE


def is_first_run(folder: Path) -> bool:
    """Whether no practice was ever stored in this folder.

    A missing or empty database beside other files of a practice is damage: a new database would hide the
    loss, and the new practice would be mistaken for the old one.

    Raises:
        DamagedFile: the database is missing or empty although there was a practice here.
    """
    file = database_path(folder)
    if file.exists() and file.stat().st_size > 0:
        return False
    rescue_hint = rescue_copy_hint(file)
    if rescue_hint or any((folder / name).exists() for name in _PRACTICE_FILES):
        raise DamagedFile(
            f"The data file {file} is missing or empty, but there are other files of a practice beside "
            "it. Nothing was changed. Put the file back where it was, or restore a backup; a new "
            f"practice needs an empty folder.{rescue_hint}"
        )
    return True


def remove_interrupted_copies(folder: Path) -> bool:
    """Remove the copies of a store that an interrupted backup, proof or restore left in this folder.

    What was replaced since still opens them. A restore that is only to be finished is left. Returns whether
    none is left.
    """
    plan = folder / RESTORE_PLAN
    copies = [folder / SNAPSHOT_FOLDER, folder / UNPACKED_FOLDER, *([] if plan.exists() else [plan.parent])]
    for copy in copies:
        shutil.rmtree(copy, ignore_errors=True)
    return not any(copy.exists() for copy in copies)


def remove_upgrade_backup(data_folder: Path) -> bool:
    """Remove the backup that was made before an upgrade: what was replaced since still opens it.

    Returns whether none is left.
    """
    kept = data_folder / UPGRADE_BACKUP_FOLDER
    shutil.rmtree(kept, ignore_errors=True)
    return not kept.exists()


def draw_name(place: Path, prefix: str, suffix: str = "") -> Path:
    """A path in this folder whose name nobody can guess, so that nothing can have been laid there before."""
    return place / f"{prefix}{secrets.token_hex(8)}{suffix}"


def create_private_file(file: Path) -> None:
    """Create a file that only this user can read, unless it is there already.

    Raises:
        OSError: it could not be created.
    """
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def write_readme(folder: Path) -> None:
    """Write the readme, which also marks the folder: from now on a missing database counts as damage.

    Raises:
        StorageReadOnly: the file cannot be written.
    """
    readme = folder / README_FILE
    if readme.exists():
        return
    try:
        create_private_file(readme)
        readme.write_text(_README_TEXT, encoding="utf-8")
        sync_folder(folder)
    except OSError as error:
        raise StorageReadOnly from error


def sync_folder(folder: Path) -> None:
    """Flush the folder to disk, so that created, renamed and deleted names survive a power cut."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


if sys.platform == "darwin":
    import fcntl

    def sync_handle(handle: int) -> None:
        """Flush what was written to disk, so that it survives a power cut."""
        # fsync alone leaves data in the drive's own cache there.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
elif sys.platform == "win32":

    def sync_handle(handle: int) -> None:
        """Flush what was written to disk, so that it survives a power cut."""
        os.fsync(handle)
else:

    def sync_handle(handle: int) -> None:
        """Flush what was written to disk, so that it survives a power cut."""
        os.fdatasync(handle)


@contextmanager
def replacing_file(file: Path) -> Iterator[int]:
    """Yield a handle for the new content of a file, which replaces the old content atomically at the end.

    The caller flushes and closes the handle.

    Raises:
        OSError: the file could not be written; its old content is unchanged.
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
    sync_folder(file.parent)


@contextmanager
def wiping_replaced(file: Path) -> Iterator[None]:
    """Overwrite the content that a file has now, once the block has put another file in its place.

    Nothing is overwritten if the block fails, or where the old file cannot be opened for writing.

    Raises:
        OSError: the old content could not be overwritten.
    """
    handle = -1
    with suppress(OSError):
        handle = os.open(file, os.O_RDWR)
    try:
        yield
        if handle >= 0:
            wipe(handle)
    finally:
        if handle >= 0:
            os.close(handle)


def wipe(handle: int) -> None:
    """Overwrite a whole file with zero bytes, durably, so that its content does not stay on the disk."""
    remaining = os.fstat(handle).st_size
    while remaining > 0:
        remaining -= os.write(handle, bytes(min(remaining, _WIPE_BYTES)))
    sync_handle(handle)


def write_durably(file: Path, raw: bytes) -> None:
    """Replace the content of a small file atomically and durably.

    Raises:
        OSError: the file could not be written; its old content is unchanged.
    """
    with replacing_file(file) as handle, os.fdopen(handle, "wb") as target:
        target.write(raw)
        target.flush()
        sync_handle(target.fileno())
