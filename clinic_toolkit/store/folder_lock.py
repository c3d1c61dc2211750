"""One program at a time on a data folder.

The operating system's lock decides, not the presence of a file: it goes away with the process that
held it, so a crash never leaves a folder locked. The file says where the running program's page is.
"""

import os
import sys
from pathlib import Path

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.folder import prepare_folder
from clinic_toolkit.store.storage_errors import StorageReadOnly

LOCK_FILE = "running"
# Far behind the text, since Windows lets nobody read a locked byte.
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
    """Another program of ours holds the folder; `url` is its page, or empty if it has none yet."""

    def __init__(self, url: str) -> None:
        super().__init__(f"This practice is already open{': ' + url if url else '.'}")
        self.url = url


class FolderLock:
    """The right to use a data folder, held until `release` or the end of the process."""

    def __init__(self, file: Path, handle: int) -> None:
        self._file, self._handle, self._url = file, handle, ""

    def publish_url(self, url: str) -> None:
        """Say where the page is, so that a second start can open it. Never a secret."""
        self._url = url
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, url.encode()[:_MAX_URL_BYTES])

    def ensure_held(self) -> bool:
        """Whether nobody else can take the folder. A lock file that was exchanged is made and locked anew.

        Else a second program would find a file that nobody holds, and write into the same store.
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
            # The whole folder is gone, or cannot be written: then nobody else writes into it either.
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
        """Let the next program in."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def acquire_folder_lock(folder: Path) -> FolderLock:
    """Take the folder (made if need be) for this process. The handle is not inherited by child processes.

    Raises:
        AlreadyOpen: another process has it.
        StorageReadOnly: the lock file cannot be made.
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
    held = FolderLock(folder / LOCK_FILE, handle)
    held.publish_url("")
    return held
