"""The frame of a backup: a plain tar file (ustar) with known parts in a fixed order, read strictly.

Any tar program can unpack it. Here every byte of the frame has one right value, so that a changed one is
noticed: the header of each part is made anew from its name, length and time, and compared.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from clinic_toolkit.backup import refusals
from clinic_toolkit.store import folder

MANIFEST = "manifest"
# In this order; those that a store does not have are left out.
PART_NAMES = (
    folder.README_FILE,
    folder.DATABASE_FILE,
    folder.ANCHOR_FILE,
    folder.HEADER_BACKUP_FILE,
    folder.LOSSES_FILE,
    MANIFEST,
)
BLOCK_BYTES, CHUNK_BYTES = 512, 1 << 20
# The largest length that the header of a part can hold.
MAX_PART_BYTES = 8**11 - 1
_END = bytes(2 * BLOCK_BYTES)
_NAME_BYTES, _LENGTH_AT, _NUMBER_BYTES = 100, 124, 12
_MODE_AND_OWNER = b"0000600\0" + b"0000000\0" * 2
_FORMAT_MARK = b"ustar\x0000"
# A regular file; after the mark of the format come names of owners, devices and a prefix, all empty.
_HEADER_END = b"0" + bytes(_NAME_BYTES) + _FORMAT_MARK + bytes(247)
_MAX_SECONDS = 8**11 - 1

# Called with the number of bytes that were handled since the last call; raise in it to stop.
CountBytes = Callable[[int], None]


class Part(NamedTuple):
    """One part of the archive: where its content begins in the file, and how long it is, in bytes."""

    name: str
    offset: int
    length: int


@contextmanager
def open_archive(file: Path) -> Iterator[BinaryIO]:
    """Open what may be a backup, for reading; it lies where others may write, so it may be anything.

    Raises:
        NotABackup: it is no regular file: a folder, a link, or a pipe that would never end.
        OSError: it could not be opened.
    """
    if os.path.islink(file):
        raise refusals.NotABackup(f"{file.name} is a link. Choose the file that it leads to.")
    if os.path.isdir(file):
        raise refusals.NotABackup(
            f"{file.name} is a folder. Choose the file of a backup, which ends in .tar."
        )
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))
    with os.fdopen(os.open(file, flags), "rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise refusals.not_a_backup(file)
        yield source


def stored_seconds(seconds: int) -> int:
    """The time that a header holds for this one, in seconds since 1970: 0 for a negative or too large one."""
    return seconds if 0 <= seconds <= _MAX_SECONDS else 0


def encode_header(name: str, length: int, seconds: int) -> bytes:
    """Encode the header of a part: a regular file, for its owner alone, of nobody.

    Args:
        length: in bytes, at most `MAX_PART_BYTES`.
        seconds: since 1970 in UTC; written as `stored_seconds`.
    """
    # Not left to a library, whose next version may write other bytes that mean the same.
    start = name.encode("ascii").ljust(_NAME_BYTES, b"\0") + _MODE_AND_OWNER
    start += b"%011o\0%011o\0" % (length, stored_seconds(seconds))
    checksum = sum(start) + sum(_HEADER_END) + 8 * ord(" ")
    return start + b"%06o\0 " % checksum + _HEADER_END


def padding_after(length: int) -> int:
    """How many zero bytes follow a content of this length."""
    return -length % BLOCK_BYTES


def write_part(
    target: BinaryIO, name: str, chunks: Iterable[bytes], length: int, seconds: int
) -> Iterator[bytes]:
    """Write a part and yield what is written of its content, piece by piece.

    Args:
        chunks: the content, `length` bytes in all.

    Raises:
        OSError: it could not be written, or the content is not as long as it was.
    """
    target.write(encode_header(name, length, seconds))
    left = length
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            break
        target.write(chunk)
        yield chunk
    if left:
        raise OSError("the content is not as long as it was")
    target.write(bytes(padding_after(length)))


def write_end(target: BinaryIO) -> None:
    """Write the end of the archive: two empty blocks, and nothing after them."""
    target.write(_END)


def list_parts(file: Path, source: BinaryIO) -> tuple[list[Part], int]:
    """List the parts of an archive, and the time in their headers, in seconds since 1970.

    Every byte that is no content is checked. The contents are not read.

    Raises:
        NotABackup: it is none, its end is missing, or a byte of its frame differs.
        OSError: it could not be read.
    """
    size = os.fstat(source.fileno()).st_size
    parts: list[Part] = []
    at, seconds, next_name = 0, 0, 0
    while True:
        source.seek(at)
        block = source.read(BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            raise refusals.incomplete(file) if parts else refusals.not_a_backup(file)
        if parts and parts[-1].name == MANIFEST:
            break
        name, length, moment = _decode_header(file, block, is_first=not parts)
        seconds = seconds if parts else moment
        if name not in PART_NAMES[next_name:] or block != encode_header(name, length, seconds):
            raise refusals.changed(file, f"the head of part {len(parts) + 1}")
        next_name = PART_NAMES.index(name) + 1
        end = at + BLOCK_BYTES + length + padding_after(length)
        if end + BLOCK_BYTES > size:
            raise refusals.incomplete(file)
        source.seek(end - padding_after(length))
        if source.read(padding_after(length)).strip(b"\0"):
            raise refusals.changed(file, f"the room after {name}")
        parts.append(Part(name, at + BLOCK_BYTES, length))
        at = end
    source.seek(at)
    ending = source.read(len(_END) + 1)
    if ending != _END:
        raise refusals.incomplete(file) if _END.startswith(ending) else refusals.changed(file, "its end")
    if {folder.README_FILE, folder.DATABASE_FILE} - {part.name for part in parts}:
        raise refusals.changed(file, "a part is missing")
    return parts, seconds


def read_content(source: BinaryIO, part: Part) -> Iterator[bytes]:
    """Yield the content of a part, piece by piece.

    Raises:
        OSError: it could not be read, or ends too early.
    """
    source.seek(part.offset)
    left = part.length
    while left:
        chunk = source.read(min(CHUNK_BYTES, left))
        if not chunk:
            raise OSError("the file became shorter while it was read")
        left -= len(chunk)
        yield chunk


def _decode_header(file: Path, block: bytes, *, is_first: bool) -> tuple[str, int, int]:
    if is_first and folder.README_FILE.encode() not in block and _FORMAT_MARK not in block:
        raise refusals.not_a_backup(file)
    numbers = block[_LENGTH_AT : _LENGTH_AT + 2 * _NUMBER_BYTES].split(b"\0")
    try:
        name = block[:_NAME_BYTES].rstrip(b"\0").decode("ascii")
        length, moment = int(numbers[0], 8), int(numbers[1], 8)
    except (UnicodeDecodeError, ValueError, IndexError):
        raise refusals.changed(file, "the head of a part") from None
    if min(length, moment) < 0:
        # It would be written as it was read, and lead back to what was read before.
        raise refusals.changed(file, "the head of a part")
    return name, length, moment
