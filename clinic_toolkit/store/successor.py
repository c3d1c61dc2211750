"""The successor of a store: a whole new store, built in a folder of the data folder, that takes its place.

Until it is whole it has another name than afterwards, and that one rename decides: before it the old files
count and what was built is thrown away, after it the new ones do, and the next start puts them in place. A
kill at any moment leaves the one or the other.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from pathlib import Path

from clinic_toolkit.store import folder, old_copies
from clinic_toolkit.store.storage_errors import storage_error_of

DRAFT_FOLDER, READY_FOLDER = "clinic.successor.new", "clinic.successor"

# The names of the old copies that go with the old files, one a line.
_REMOVAL_LIST = "remove.txt"
# Copies of logs of the old database, as `sqlite/log_copies.py` names them; they go with it, as after any
# other change of a secret.
_LOG_COPY_PATTERN = f"{folder.DATABASE_FILE}-wal.aside.*"
_SIDE_FILES = ("-wal", "-shm", "-journal")


def create_draft(data_folder: Path) -> Path:
    """Create the empty folder in which a successor is built; removes what an earlier attempt left.

    Raises:
        StorageFull, StorageReadOnly: it cannot be created.
    """
    draft = data_folder / DRAFT_FOLDER
    try:
        discard_draft(data_folder)
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise storage_error_of(error) from error
    return draft


def discard_draft(data_folder: Path) -> None:
    """Remove a successor that is not whole; nothing is lost with it.

    Raises:
        OSError: it cannot be removed.
    """
    if (data_folder / DRAFT_FOLDER).exists():
        shutil.rmtree(data_folder / DRAFT_FOLDER)


def discard_successors(data_folder: Path) -> None:
    """Remove a successor, whole or not, together with the store that it was to replace.

    Raises:
        OSError: it cannot be removed.
    """
    discard_draft(data_folder)
    if is_ready(data_folder):
        shutil.rmtree(data_folder / READY_FOLDER)


def list_old_copies(data_folder: Path) -> list[Path]:
    """Copies of this store that lie beside it, open with the same secrets, and may hold something more."""
    return old_copies.list_old_copies(folder.database_path(data_folder))


def is_ready(data_folder: Path) -> bool:
    """Whether a whole successor waits for the next start; then nothing may be saved in the old store."""
    return (data_folder / READY_FOLDER).exists()


def install_draft(data_folder: Path, *, removed_copies: Iterable[str] = ()) -> None:
    """Make the draft, whose store is closed, the successor. From here on the old files do not count.

    Args:
        removed_copies: names of old copies, as `list_old_copies` gave them, that are removed as well.

    Raises:
        StorageFull, StorageReadOnly: the old files still count.
    """
    draft, ready = data_folder / DRAFT_FOLDER, data_folder / READY_FOLDER
    known = {copy.name for copy in list_old_copies(data_folder)}
    names = sorted(known & set(removed_copies))
    try:
        folder.write_durably(draft / _REMOVAL_LIST, "".join(f"{name}\n" for name in names).encode())
        folder.sync_folder(draft)
        os.rename(draft, ready)
        folder.sync_folder(data_folder)
    except OSError as error:
        raise storage_error_of(error) from error


def finish_exchange(data_folder: Path) -> None:
    """Put the files of a whole successor in the place of the old ones; does nothing if there is none.

    Every step can be repeated. Nobody may have the store open.

    Raises:
        StorageFull, StorageReadOnly: it is not finished; the next start goes on.
    """
    ready = data_folder / READY_FOLDER
    try:
        discard_draft(data_folder)
        if not ready.exists():
            return
        _remove_old_copies(data_folder, ready)
        folder.remove_upgrade_backup(data_folder)
        # The log belongs to the old database, so it goes before another one has its name.
        if folder.database_path(ready).exists():
            for suffix in _SIDE_FILES:
                _remove(data_folder / (folder.DATABASE_FILE + suffix))
        for log_copy in data_folder.glob(_LOG_COPY_PATTERN):
            _remove(log_copy)
        for name in (folder.DATABASE_FILE, folder.ANCHOR_FILE, folder.HEADER_BACKUP_FILE):
            if (ready / name).exists():
                _replace_and_wipe(data_folder / name, ready / name)
        folder.sync_folder(data_folder)
        shutil.rmtree(ready)
        folder.sync_folder(data_folder)
    except OSError as error:
        raise storage_error_of(error) from error


def _remove_old_copies(data_folder: Path, ready: Path) -> None:
    with suppress(FileNotFoundError):
        names = (ready / _REMOVAL_LIST).read_text(encoding="utf-8").splitlines()
        for copy in list_old_copies(data_folder):
            if copy.name in names:
                for file in [copy] if copy.is_file() else filter(Path.is_file, copy.rglob("*")):
                    _remove(file)
                shutil.rmtree(copy, ignore_errors=True)


def _remove(file: Path) -> None:
    if file.exists():
        handle = os.open(file, os.O_RDWR)
        try:
            folder.wipe(handle)
        finally:
            os.close(handle)
        file.unlink()


def _replace_and_wipe(file: Path, successor: Path) -> None:
    with folder.wiping_replaced(file) if folder.CAN_REPLACE_OPEN_FILES else nullcontext():
        os.replace(successor, file)
