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
from clinic_toolkit.store.trouble import StorageFull, StorageReadOnly

_START = struct.Struct(">6sHI")
_MAGIC, _FORMAT, _SUM = b"CtHead", 1, 32
_LARGEST = 1 << 20
# Windows replaces no file that is open.
_HELD_MAY_BE_REPLACED = os.name != "nt"

log = logging.getLogger("clinic")


def read(place: Path) -> bytes | None:
    """What the file of this folder holds; None if it is not there, or not as it was written."""
    try:
        with (place / folder.HEAD).open("rb") as source:
            raw = source.read(_LARGEST)
    except OSError:
        return None
    body = raw[:-_SUM]
    if len(body) < _START.size or hashlib.sha256(body).digest() != raw[-_SUM:]:
        return None
    magic, form, length = _START.unpack_from(body)
    held = body[_START.size :]
    return held if (magic, form, length) == (_MAGIC, _FORMAT, len(held)) else None


def write(place: Path, held: bytes) -> Callable[[], None]:
    """Put this in the place of what the file holds, for good or not at all; returns what takes that back.

    Raises:
        StorageFull, StorageReadOnly: the disk would not take it; what was there stands.
    """
    body = _START.pack(_MAGIC, _FORMAT, len(held)) + held
    raw = body + hashlib.sha256(body).digest()
    return _changed(place / folder.HEAD, lambda file: _replace(file, raw))


def remove(place: Path) -> Callable[[], None]:
    """Take the file away, and what it held off the disk; returns what takes that back.

    Raises:
        StorageFull, StorageReadOnly: the disk would not have it.
    """
    return _changed(place / folder.HEAD, _remove)


def _changed(file: Path, change: Callable[[Path], None]) -> Callable[[], None]:
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
                _remove(file)
            else:
                _replace(file, before)
        except OSError:
            # The next unlock finds that it is not the newest, and writes it anew.
            log.exception("head.not_taken_back")

    return take_back


def _held(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _remove(file: Path) -> None:
    if file.exists():
        # An empty file is no copy, and what it held is overwritten by then.
        _replace(file, b"")
        file.unlink()


def _replace(file: Path, raw: bytes) -> None:
    # An old way in must not stay on the disk, so what had the name before is overwritten once it has none.
    if not _HELD_MAY_BE_REPLACED:
        _replace_closed(file, raw)
        return
    old = -1
    with suppress(OSError):
        old = os.open(file, os.O_RDWR)
    try:
        folder.durably(file, raw)
        if old >= 0:
            _wipe(old)
    finally:
        if old >= 0:
            os.close(old)


def _replace_closed(file: Path, raw: bytes) -> None:
    # Overwritten first here, and again with what it held if the new one is refused: that needs no room. A
    # kill in between leaves a copy that cannot be read, which the next unlock writes anew from the store.
    before = file.read_bytes() if file.exists() else b""
    try:
        if before:
            _write_over(file, bytes(len(before)))
        folder.durably(file, raw)
    except OSError:
        if before:
            with suppress(OSError):
                _write_over(file, before)
        raise


def _wipe(handle: int) -> None:
    os.write(handle, bytes(os.fstat(handle).st_size))
    folder.flush(handle)


def _write_over(file: Path, raw: bytes) -> None:
    with file.open("r+b") as target:
        target.write(raw)
        target.flush()
        folder.flush(target.fileno())
