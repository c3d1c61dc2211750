"""The file with the second copy of the head of the practice: bytes with a sum over them, and no more."""

import errno
import hashlib
import logging
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import StorageFull, StorageReadOnly

_HEADER = struct.Struct(">6sHI")
_MAGIC, _FORMAT, _CHECKSUM_BYTES = b"CtHead", 1, 32
_MAX_BYTES = 1 << 20
# Windows replaces no file that is open.
_CAN_REPLACE_OPEN_FILES = os.name != "nt"

log = logging.getLogger("clinic")


def find_backup(data_folder: Path) -> bytes | None:
    """What the file of this folder holds; None if it is not there, or not as it was written."""
    try:
        with (data_folder / folder.HEADER_BACKUP_FILE).open("rb") as source:
            raw = source.read(_MAX_BYTES)
    except OSError:
        return None
    body = raw[:-_CHECKSUM_BYTES]
    if len(body) < _HEADER.size or hashlib.sha256(body).digest() != raw[-_CHECKSUM_BYTES:]:
        return None
    magic, form, length = _HEADER.unpack_from(body)
    held = body[_HEADER.size :]
    return held if (magic, form, length) == (_MAGIC, _FORMAT, len(held)) else None


def write_backup(data_folder: Path, content: bytes) -> Callable[[], None]:
    """Put this in the place of what the file holds, for good or not at all; returns what takes that back.

    Raises:
        StorageFull, StorageReadOnly: the disk would not take it; what was there stands.
    """
    body = _HEADER.pack(_MAGIC, _FORMAT, len(content)) + content
    raw = body + hashlib.sha256(body).digest()
    return _change_file(data_folder / folder.HEADER_BACKUP_FILE, lambda file: _replace_and_wipe(file, raw))


def remove_backup(data_folder: Path) -> Callable[[], None]:
    """Take the file away, and what it held off the disk; returns what takes that back.

    Raises:
        StorageFull, StorageReadOnly: the disk would not have it.
    """
    return _change_file(data_folder / folder.HEADER_BACKUP_FILE, _wipe_and_remove)


def _change_file(file: Path, change: Callable[[Path], None]) -> Callable[[], None]:
    try:
        before = _held(file)
        change(file)
        made = _held(file)
    except OSError as error:
        raise (StorageFull if error.errno == errno.ENOSPC else StorageReadOnly) from error

    def take_back() -> None:
        try:
            # The folder was exchanged meanwhile: what lies in this one was never ours to take back.
            if _held(file) != made:
                return
            if before is None:
                _wipe_and_remove(file)
            else:
                _replace_and_wipe(file, before)
        except OSError:
            # The next unlock finds that it is not the newest, and writes it anew.
            log.exception("head.not_taken_back")

    return take_back


def _held(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _wipe_and_remove(file: Path) -> None:
    if file.exists():
        # An empty file is no copy, and what it held is overwritten by then.
        _replace_and_wipe(file, b"")
        file.unlink()


def _replace_and_wipe(file: Path, raw: bytes) -> None:
    # An old way in must not stay on the disk, so what had the name before is overwritten once it has none.
    if not _CAN_REPLACE_OPEN_FILES:
        _overwrite_and_replace(file, raw)
        return
    old = -1
    with suppress(OSError):
        old = os.open(file, os.O_RDWR)
    try:
        folder.write_durably(file, raw)
        if old >= 0:
            _wipe_handle(old)
    finally:
        if old >= 0:
            os.close(old)


def _overwrite_and_replace(file: Path, raw: bytes) -> None:
    # Overwritten first here, and again with what it held if the new one is refused: that needs no room. A
    # kill in between leaves a copy that cannot be read, which the next unlock writes anew from the store.
    before = file.read_bytes() if file.exists() else b""
    try:
        if before:
            _overwrite(file, bytes(len(before)))
        folder.write_durably(file, raw)
    except OSError:
        if before:
            with suppress(OSError):
                _overwrite(file, before)
        raise


def _wipe_handle(handle: int) -> None:
    os.write(handle, bytes(os.fstat(handle).st_size))
    folder.sync_handle(handle)


def _overwrite(file: Path, raw: bytes) -> None:
    with file.open("r+b") as target:
        target.write(raw)
        target.flush()
        folder.sync_handle(target.fileno())
