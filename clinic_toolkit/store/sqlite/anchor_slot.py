"""The binary format of one anchor slot: the end of the audit log, and the records that were saved last.

A slot is neither encrypted nor authenticated. It names ids and numbers, never content.
"""

import hashlib
import struct
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.store.chain import MAX_NUMBER, ChainEntry
from clinic_toolkit.store.verdict import SavedRecord

SLOT_BYTES = 4096
MAX_RECORDS = 48

_MAGIC, _FORMAT = b"CtAnchor", 1
_HEADER = struct.Struct(">8sHQ16sQ32sH")
_SAVED_RECORD = struct.Struct(">QQ8s20s16s16s")
_CHECKSUM_BYTES = 32
_HASH_PREFIX_BYTES = 8
_ZERO_ID = bytes(16)


class AnchorSlot(Struct, frozen=True, kw_only=True):
    """The end of the audit log after a commit. `write_count` orders slots, since `seq` may drop after a loss.

    `raw_records` stays encoded, because most records are only carried over to the next slot.
    """

    write_count: int
    incarnation: UUID
    seq: int
    tip_hash: bytes
    raw_records: bytes = b""

    def saved_records(self) -> tuple[SavedRecord, ...]:
        """Decode the records that were saved last, oldest first."""
        return tuple(
            SavedRecord(
                seq=seq,
                at=at,
                hash_prefix=prefix,
                table=table.rstrip(b"\0").decode("ascii", "replace"),
                ring=UUID(bytes=ring),
                record=UUID(bytes=record),
            )
            for seq, at, prefix, table, ring, record in _SAVED_RECORD.iter_unpack(self.raw_records)
        )


def hash_prefix(entry_hash: bytes) -> bytes:
    """The prefix of an entry's hash that a slot stores: 8 bytes."""
    return entry_hash[:_HASH_PREFIX_BYTES]


def next_slot(slot: AnchorSlot | None, entries: list[ChainEntry]) -> AnchorSlot:
    """The slot to write after these entries, at least one, were added to the audit log."""
    last_entry = entries[-1]
    raw_records = slot.raw_records if slot else b""
    for entry in entries:
        for table, ring, record in entry.records[-MAX_RECORDS:] or (("", _ZERO_ID, _ZERO_ID),):
            raw_records += _SAVED_RECORD.pack(
                entry.seq,
                entry.at,
                entry.entry_hash[:_HASH_PREFIX_BYTES],
                table.encode("ascii"),
                ring,
                record,
            )
    return AnchorSlot(
        write_count=slot.write_count + 1 if slot else 1,
        incarnation=last_entry.incarnation,
        seq=last_entry.seq,
        tip_hash=last_entry.entry_hash,
        raw_records=raw_records[-MAX_RECORDS * _SAVED_RECORD.size :],
    )


def encode_slot(slot: AnchorSlot) -> bytes:
    """Encode a slot as 4,096 bytes with a checksum."""
    record_count = len(slot.raw_records) // _SAVED_RECORD.size
    header = _HEADER.pack(
        _MAGIC, _FORMAT, slot.write_count, slot.incarnation.bytes, slot.seq, slot.tip_hash, record_count
    )
    content = (header + slot.raw_records).ljust(SLOT_BYTES - _CHECKSUM_BYTES, b"\0")
    return content + hashlib.sha256(content).digest()


def decode_slot(raw: bytes) -> AnchorSlot | None:
    """Decode a slot; None if the checksum, format or numbers are wrong."""
    if len(raw) != SLOT_BYTES or hashlib.sha256(raw[:-_CHECKSUM_BYTES]).digest() != raw[-_CHECKSUM_BYTES:]:
        return None
    magic, format_version, write_count, incarnation, seq, tip_hash, record_count = _HEADER.unpack_from(raw)
    if (
        magic != _MAGIC
        or format_version != _FORMAT
        or record_count > MAX_RECORDS
        or max(write_count, seq) > MAX_NUMBER
    ):
        return None
    records_end = _HEADER.size + record_count * _SAVED_RECORD.size
    return AnchorSlot(
        write_count=write_count,
        incarnation=UUID(bytes=incarnation),
        seq=seq,
        tip_hash=tip_hash,
        raw_records=raw[_HEADER.size : records_end],
    )
