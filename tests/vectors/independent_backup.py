"""Checks a backup and takes its store out of it, from `docs/format.md` alone.

Nothing of the toolkit is imported.

    python independent_backup.py BACKUP FOLDER

Needs Python 3.11 and no key. Compares every part with the manifest, prints what the manifest says, and puts
`clinic.db` and the files beside it into the folder, which `independent_reader.py` reads.
"""

import hashlib
import struct
import sys
from pathlib import Path
from typing import Any

BLOCK = 512
NAMES = ("READ ME FIRST.txt", "clinic.db", "clinic.anchor", "clinic.head", "clinic.missing", "manifest")
FIELDS = (
    "made_at program store_format vault incarnation last_line last_hash counts parts faults deletions signer"
).split()


def head_of(name: str, length: int, seconds: int) -> bytes:
    """The 512 bytes before a content, as the page about the format says."""
    numbers = b"0000600\0" + b"0000000\0" * 2 + b"%011o\0%011o\0" % (length, seconds)
    ending = b"0" + bytes(100) + b"ustar\x0000" + bytes(247)
    start = name.encode().ljust(100, b"\0") + numbers
    total = sum(start) + 8 * ord(" ") + sum(ending)
    return start + b"%06o\0 " % total + ending


def parts_of(raw: bytes) -> dict[str, bytes]:
    """The parts of a backup by name; every byte of the frame is checked."""
    parts: dict[str, bytes] = {}
    at = 0
    while "manifest" not in parts:
        name = raw[at : at + 100].rstrip(b"\0").decode()
        length, seconds = int(raw[at + 124 : at + 135], 8), int(raw[at + 136 : at + 147], 8)
        later = NAMES[NAMES.index(list(parts)[-1]) + 1 :] if parts else NAMES
        if name not in later or raw[at : at + BLOCK] != head_of(name, length, seconds):
            raise ValueError(f"the head of part {len(parts) + 1} is not as it was written")
        at += BLOCK
        parts[name] = raw[at : at + length]
        at += length
        filling = raw[at : at - at % -BLOCK]
        if len(parts[name]) != length or filling.strip(b"\0"):
            raise ValueError(f"the end of {name} is not as it was written")
        at -= at % -BLOCK
    if raw[at:] != bytes(2 * BLOCK):
        raise ValueError("the end of the file is not as it was written")
    return parts


def statement_of(packed: bytes) -> tuple[bytes, bytes]:
    """The encoded statement of a manifest and the signature under it, which is empty if there is none."""
    if hashlib.sha256(packed[:-32]).digest() != packed[-32:]:
        raise ValueError("the sum of the manifest differs")
    magic, number, length = struct.unpack_from(">8sHI", packed)
    signature = packed[15 + length : -32]
    if (magic, number) != (b"CtBackup", 1) or packed[14 + length] != len(signature):
        raise ValueError("no manifest of this format")
    return packed[14 : 14 + length], signature


def read_backup(raw: bytes, decode: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the manifest says, by name, and the parts, each compared with it; `decode` reads msgpack."""
    parts = parts_of(raw)
    said = dict(zip(FIELDS, decode(statement_of(parts["manifest"])[0]), strict=True))
    listed = [(name, length, digest.hex()) for name, length, digest in said["parts"]]
    found = [(name, len(part), hashlib.sha256(part).hexdigest()) for name, part in parts.items()]
    if listed != found[:-1]:
        raise ValueError("the parts are not those of the manifest")
    return said, parts


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.vectors import independent_reader

    said, parts = read_backup(Path(sys.argv[1]).read_bytes(), independent_reader.decoded)
    for name, part in parts.items():
        if name.startswith("clinic."):
            (Path(sys.argv[2]) / name).write_bytes(part)
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in said.items()))
