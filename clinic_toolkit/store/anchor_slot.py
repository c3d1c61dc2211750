"""The bytes of one slot of the anchor: where the audit chain stood, and what was saved last.

A slot needs no key to be read or written. It says that something is missing, never what it said.
"""

import hashlib
import struct
from uuid import UUID

from msgspec import Struct

SLOT = 4096
MOST_ENTRIES = 48

_MAGIC, _FORMAT = b"CtAnchor", 1
_HEAD = struct.Struct(">8sHQ16sQ32sH")
_ENTRY = struct.Struct(">QQ8s20s16s16s")
_SUM = 32
_LINK = 8
# The last number of a line or a slot. No practice comes near it; beyond it there is none for the next.
LAST = 1 << 62
_NOBODY = bytes(16)


class Line(Struct, frozen=True, kw_only=True):
    """One line added to the audit chain, with the records that it names as (table, ring, record)."""

    incarnation: UUID
    seq: int
    head: bytes
    at: int
    records: tuple[tuple[str, bytes, bytes], ...] = ()


class Saved(Struct, frozen=True, kw_only=True):
    """One entry of a slot: a line of the chain, and a record that was saved with it.

    `table` is empty, and `ring` and `record` are zero, when the line saved none. `link` is the
    beginning of the line's hash.
    """

    seq: int
    at: int
    link: bytes
    table: str
    ring: UUID
    record: UUID


class Slot(Struct, frozen=True, kw_only=True):
    """Where the chain stood after a commit. `count` orders slots: `seq` may go down after a loss.

    `raw` holds the entries as they lie on the disk: most are only carried over to the next slot.
    """

    count: int
    incarnation: UUID
    seq: int
    head: bytes
    raw: bytes = b""

    def entries(self) -> tuple[Saved, ...]:
        """The last things that were saved, oldest first."""
        return tuple(
            Saved(
                seq=seq,
                at=at,
                link=link,
                table=table.rstrip(b"\0").decode("ascii", "replace"),
                ring=UUID(bytes=ring),
                record=UUID(bytes=record),
            )
            for seq, at, link, table, ring, record in _ENTRY.iter_unpack(self.raw)
        )


def link_of(head: bytes) -> bytes:
    """As much of a line's hash as an entry keeps."""
    return head[:_LINK]


def after(slot: Slot | None, lines: list[Line]) -> Slot:
    """The slot that follows when these lines, one at least, were added to the chain."""
    last = lines[-1]
    raw = slot.raw if slot else b""
    for line in lines:
        for table, ring, record in line.records[-MOST_ENTRIES:] or (("", _NOBODY, _NOBODY),):
            raw += _ENTRY.pack(line.seq, line.at, line.head[:_LINK], table.encode("ascii"), ring, record)
    return Slot(
        count=slot.count + 1 if slot else 1,
        incarnation=last.incarnation,
        seq=last.seq,
        head=last.head,
        raw=raw[-MOST_ENTRIES * _ENTRY.size :],
    )


def encode(slot: Slot) -> bytes:
    """The 4,096 bytes of a slot."""
    number = len(slot.raw) // _ENTRY.size
    head = _HEAD.pack(_MAGIC, _FORMAT, slot.count, slot.incarnation.bytes, slot.seq, slot.head, number)
    body = (head + slot.raw).ljust(SLOT - _SUM, b"\0")
    return body + hashlib.sha256(body).digest()


def decode(raw: bytes) -> Slot | None:
    """The slot in these bytes, or None if they are not one, to the last bit."""
    if len(raw) != SLOT or hashlib.sha256(raw[:-_SUM]).digest() != raw[-_SUM:]:
        return None
    magic, form, count, incarnation, seq, head, number = _HEAD.unpack_from(raw)
    if magic != _MAGIC or form != _FORMAT or number > MOST_ENTRIES or max(count, seq) > LAST:
        return None
    end = _HEAD.size + number * _ENTRY.size
    return Slot(
        count=count, incarnation=UUID(bytes=incarnation), seq=seq, head=head, raw=raw[_HEAD.size : end]
    )
