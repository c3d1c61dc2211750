"""Deletions outside the store: in the manifest of a backup, and in a folder that was restored from one.

A deletion is a tombstone row as the store holds it, so no key is needed to copy one. Whoever can write to a
file can put anything there: a deletion counts only once its tombstone was opened and its signature checked.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from clinic_toolkit.store import folder
from clinic_toolkit.store.rows import SealedRow

# The manifest of a backup holds so many bytes of them at most, the newest.
MAX_BYTES_IN_MANIFEST = 8 << 20

_MAGIC, _FORMAT = b"CtErased", 1
_HEADER = struct.Struct(">8sH")
_CHECKSUM_BYTES = 32
_MAX_FILE_BYTES = 1 << 28
# A tombstone has one version, which is final.
_VERSION, _FINAL = 1, 1


class DamagedDeletions(ValueError):
    """The list of deletions in a folder is not as it was written."""


class _Deletion(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The row of a tombstone: ids of 16 bytes, and the sealed content."""

    record: bytes
    ring: bytes
    key_id: bytes
    sealed: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode_deletion = msgspec.msgpack.Decoder(_Deletion).decode
_decode_list = msgspec.msgpack.Decoder(list[bytes]).decode


def pack_row(row: SealedRow) -> bytes:
    """Return a deletion: the row of a tombstone, without its number in the table."""
    return _encode(_Deletion(row.record.bytes, row.ring.bytes, row.key_id, row.sealed))


def unpack_row(deletion: bytes) -> SealedRow | None:
    """Return the row of a tombstone; None if this is none."""
    try:
        found = _decode_deletion(deletion)
    except msgspec.DecodeError:
        return None
    if {len(found.record), len(found.ring), len(found.key_id)} != {16}:
        return None
    record, ring = UUID(bytes=found.record), UUID(bytes=found.ring)
    return SealedRow(0, record, _VERSION, ring, found.key_id, _FINAL, found.sealed)


def select_newest(deletions: Sequence[bytes], max_bytes: int = MAX_BYTES_IN_MANIFEST) -> tuple[bytes, ...]:
    """Return as many of the last ones as fit into so many bytes, in their order."""
    chosen: list[bytes] = []
    size = 0
    for deletion in reversed(deletions):
        size += len(deletion)
        if size > max_bytes:
            break
        chosen.append(deletion)
    return tuple(reversed(chosen))


def write_deletions(data_folder: Path, deletions: Iterable[bytes]) -> None:
    """Write the list of a folder, durably.

    Raises:
        OSError: it could not be written.
    """
    packed = _HEADER.pack(_MAGIC, _FORMAT) + _encode(list(deletions))
    folder.write_durably(data_folder / folder.DELETIONS_FILE, packed + hashlib.sha256(packed).digest())


def load_deletions(data_folder: Path) -> list[bytes]:
    """Return the list of a folder; empty if it has none.

    Raises:
        DamagedDeletions: it cannot be read, or is not as it was written.
    """
    file = data_folder / folder.DELETIONS_FILE
    try:
        with file.open("rb") as source:
            raw = source.read(_MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedDeletions(folder.DELETIONS_FILE) from error
    packed = raw[:-_CHECKSUM_BYTES]
    if len(packed) < _HEADER.size or hashlib.sha256(packed).digest() != raw[-_CHECKSUM_BYTES:]:
        raise DamagedDeletions(folder.DELETIONS_FILE)
    try:
        if _HEADER.unpack_from(packed) == (_MAGIC, _FORMAT):
            return _decode_list(packed[_HEADER.size :])
    except msgspec.DecodeError:
        pass
    raise DamagedDeletions(folder.DELETIONS_FILE)
