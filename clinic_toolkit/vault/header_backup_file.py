"""The file that holds the header backup: opaque bytes with a checksum."""

import hashlib
import logging
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from clinic_toolkit.store import folder
from clinic_toolkit.store.storage_errors import storage_error_of

_HEADER = struct.Struct(">6sHI")
_MAGIC, _FORMAT, _CHECKSUM_BYTES = b"CtHead", 1, 32
_MAX_BYTES = 1 << 20

log = logging.getLogger("clinic")


def find_backup(data_folder: Path) -> bytes | None:
    """Read the backup in this folder; None if it is missing or fails its checksum."""
    try:
        with (data_folder / folder.HEADER_BACKUP_FILE).open("rb") as source:
            raw = source.read(_MAX_BYTES)
    except OSError:
        return None
    packed = raw[:-_CHECKSUM_BYTES]
    if len(packed) < _HEADER.size or hashlib.sha256(packed).digest() != raw[-_CHECKSUM_BYTES:]:
        return None
    magic, format_version, length = _HEADER.unpack_from(packed)
    backup = packed[_HEADER.size :]
    return backup if (magic, format_version, length) == (_MAGIC, _FORMAT, len(backup)) else None


def write_backup(data_folder: Path, content: bytes) -> Callable[[], None]:
    """Replace the content of the backup file durably, or not at all; returns a function that undoes it.

    Raises:
        StorageFull, StorageReadOnly: the file could not be written; its content is unchanged.
    """
    packed = _HEADER.pack(_MAGIC, _FORMAT, len(content)) + content
    raw = packed + hashlib.sha256(packed).digest()
    return _change_file(data_folder / folder.HEADER_BACKUP_FILE, lambda file: _replace_and_wipe(file, raw))


def remove_backup(data_folder: Path) -> Callable[[], None]:
    """Overwrite and delete the backup file; returns a function that undoes it.

    Raises:
        StorageFull, StorageReadOnly: the disk refused it.
    """
    return _change_file(data_folder / folder.HEADER_BACKUP_FILE, _wipe_and_remove)


def _change_file(file: Path, change: Callable[[Path], None]) -> Callable[[], None]:
    try:
        previous_content = _read_if_present(file)
        change(file)
        new_content = _read_if_present(file)
    except OSError as error:
        raise storage_error_of(error) from error

    def take_back() -> None:
        try:
            # If the folder was exchanged meanwhile, this is not the file that was written; it is left alone.
            if _read_if_present(file) != new_content:
                return
            if previous_content is None:
                _wipe_and_remove(file)
            else:
                _replace_and_wipe(file, previous_content)
        except OSError:
            # The next unlock notices that the backup is outdated, and writes it again.
            log.exception("head.not_taken_back")

    return take_back


def _read_if_present(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _wipe_and_remove(file: Path) -> None:
    if file.exists():
        # The old content is overwritten first, in case the deletion fails.
        _replace_and_wipe(file, b"")
        file.unlink()


def _replace_and_wipe(file: Path, raw: bytes) -> None:
    # A replaced key slot must not stay on the disk, so the old file is overwritten after it was replaced.
    if not folder.CAN_REPLACE_OPEN_FILES:
        _overwrite_and_replace(file, raw)
        return
    with folder.wiping_replaced(file):
        folder.write_durably(file, raw)


def _overwrite_and_replace(file: Path, raw: bytes) -> None:
    # The old content is overwritten first, and put back in place if the new file cannot be written, which
    # needs no free space. A crash in between leaves an unreadable backup, which the next unlock rewrites.
    old_content = file.read_bytes() if file.exists() else b""
    try:
        if old_content:
            _overwrite(file, bytes(len(old_content)))
        folder.write_durably(file, raw)
    except OSError:
        if old_content:
            with suppress(OSError):
                _overwrite(file, old_content)
        raise


def _overwrite(file: Path, raw: bytes) -> None:
    with file.open("r+b") as target:
        target.write(raw)
        target.flush()
        folder.sync_handle(target.fileno())
