"""What Firefox writes down to restore its pages after a crash."""

from pathlib import Path

_MAGIC = b"mozLz40\0"
_HEAD = len(_MAGIC) + 4


def read(profile: Path) -> bytes:
    """Everything that a profile holds of it now, unpacked."""
    found = [*profile.glob("sessionstore*"), *profile.glob("sessionstore-backups/*")]
    packed = [path.read_bytes() for path in found if path.is_file()]
    return b"\n".join(unpacked(each[_HEAD:]) for each in packed if each.startswith(_MAGIC))


def unpacked(packed: bytes) -> bytes:
    """One block of LZ4."""
    made, at = bytearray(), 0
    while at < len(packed):
        token = packed[at]
        length, at = _length(packed, at + 1, token >> 4)
        made += packed[at : at + length]
        at += length
        if at >= len(packed):
            break
        back = int.from_bytes(packed[at : at + 2], "little")
        length, at = _length(packed, at + 2, token & 15)
        for _ in range(length + 4):
            made.append(made[-back])
    return bytes(made)


def _length(packed: bytes, at: int, begun: int) -> tuple[int, int]:
    length, more = begun, begun == 15
    while more:
        length += packed[at]
        more = packed[at] == 255
        at += 1
    return length, at
