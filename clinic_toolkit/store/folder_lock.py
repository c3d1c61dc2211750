"""The lock on a data folder: one program at a time.

It is a lock of the operating system, not the existence of a file: the system releases it when the process
ends, so a crash never leaves a folder locked. The lock file holds the address of the running program.
"""

import os
import sys
from pathlib import Path

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.folder import prepare_folder
from clinic_toolkit.store.storage_errors import StorageReadOnly

LOCK_FILE = "running"
# Far behind the text, because Windows does not let other processes read a locked byte.
_LOCKED_BYTE = 1 << 30
_MAX_URL_BYTES = 2048

if sys.platform == "win32":
    import msvcrt

    def _lock_handle(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock_handle(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class AlreadyOpen(ClinicError):
    """Another instance of the program holds the lock; `url` is its address, or "" if it has none yet."""

    def __init__(self, url: str) -> None:
        super().__init__(f"This practice is already open{': ' + url if url else '.'}")
        self.url = url


class FolderLock:
    """The lock on a data folder, held until `release` or the end of the process."""

    def __init__(self, file: Path, handle: int) -> None:
        self._file, self._handle, self._url = file, handle, ""

    def publish_url(self, url: str) -> None:
        """Write the program's address into the lock file, for a second start to open. It holds no secret."""
        self._url = url
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, url.encode()[:_MAX_URL_BYTES])

    def ensure_held(self) -> bool:
        """Check that no other program can lock the folder; a replaced lock file is created and locked again.

        Otherwise a second program would find an unlocked file, and write to the same store.

        Returns:
            False if another program holds the new lock file.
        """
        try:
            if os.path.samestat(os.stat(self._file), os.fstat(self._handle)):
                return True
        except FileNotFoundError:
            pass
        except OSError:
            return True
        try:
            handle = os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            # The folder is gone or cannot be written, so no other program can write to it either.
            return True
        try:
            _lock_handle(handle)
        except OSError:
            os.close(handle)
            return False
        os.close(self._handle)
        self._handle = handle
        self.publish_url(self._url)
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def try_lock_file(file: Path) -> int | None:
    """Lock a file that is there until the handle that is returned is closed; None if another holds it.

    Raises:
        OSError: it cannot be opened.
    """
    handle = os.open(file, os.O_RDWR)
    try:
        _lock_handle(handle)
    except OSError:
        os.close(handle)
        return None
    return handle


def acquire_folder_lock(folder: Path) -> FolderLock:
    """Lock the folder, creating it if necessary, for this process; child processes do not inherit the lock.

    Raises:
        AlreadyOpen: another process holds the lock.
        StorageReadOnly: the lock file cannot be created.
    """
    prepare_folder(folder)
    try:
        handle = os.open(folder / LOCK_FILE, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StorageReadOnly from error
    try:
        _lock_handle(handle)
    except OSError as error:
        os.lseek(handle, 0, os.SEEK_SET)
        url = os.read(handle, _MAX_URL_BYTES).decode(errors="replace")
        os.close(handle)
        raise AlreadyOpen(url) from error
    lock = FolderLock(folder / LOCK_FILE, handle)
    lock.publish_url("")
    return lock
