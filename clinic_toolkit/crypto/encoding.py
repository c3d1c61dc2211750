"""Canonical, injective encoding of a list of values as bytes: different lists never share an encoding.

Joining texts with a separator is ambiguous ("a|b" and "c" against "a" and "b|c"), so a seal or signature
over one list could be reused for another. Here every value is prefixed with its length, the list with its
count, and all of it with a label for its purpose.
"""

import struct
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

Field = bytes | int | str | UUID | None

PREFIX = "clinic/1/"

# Each label serves exactly one purpose (domain separation); docs/format.md says which. Labels that are not
# used yet are reserved here, so that nothing else can ever be sealed or signed under them.
LABELS = frozenset(
    {
        "slot",
        "slot-sign",
        "slot-psy",
        "slot-list",
        "return",
        "user-hedge",
        "user-key",
        "user-seal",
        "user-sign",
        "user-psy",
        "ring-kid",
        "ring-hedge",
        "rec-key",
        "rec",
        "handover",
        "handover-hedge",
        "handover-key",
        "hash/audit",
        "hash/content",
        "hash/handover",
        "hash/slot",
        "hash/fingerprint",
        "sig/ring",
        "sig/directory",
        "sig/contact",
        "sig/note",
        "sig/note-addition",
        "sig/set-aside",
        "sig/cosign",
        "sig/audit",
        "sig/backup",
        "sig/ledger",
        "sig/tombstone",
        "sig/restore",
        "sig/rekey",
    }
)

_ABSENT = b"\xff\xff\xff\xff"
_MAX_FIELD_BYTES = 0xFFFFFFFE
_MAX_FIELDS = 0xFFFF
_ENCODED_LABELS = {label: bytes([len(PREFIX + label)]) + (PREFIX + label).encode() for label in LABELS}
_u16 = struct.Struct(">H").pack
_u32 = struct.Struct(">I").pack
_u64 = struct.Struct(">Q").pack


def encode_fields(label: str, *fields: Field) -> bytes:
    """Encode a label and its fields: u8 length, label, u16 count, then u32 length and bytes of each field.

    Integers become eight bytes big-endian, ids their sixteen bytes, texts NFC UTF-8; an absent field
    has the length FFFFFFFF, which no present one can have. The label fixes the type of each field, so an
    integer can never be mistaken for eight raw bytes.

    Raises:
        ValueError: an unknown label, a negative or too large integer, or text that is not Unicode.
    """
    return b"".join((_encode_header(label, fields), *map(_encode_field, fields)))


class Placeholder(Struct, frozen=True):
    """A field to be filled in later, `length` bytes long; None means any length (second placeholder only)."""

    length: int | None


class EncodingTemplate:
    """A precomputed `encode_fields` with two placeholders, for encodings that differ only in those fields."""

    __slots__ = ("_first_length", "_middle", "_prefix", "_second_length", "_suffix")

    def __init__(self, label: str, *fields: Field | Placeholder) -> None:
        parts, lengths = [_encode_header(label, fields)], []
        for field in fields:
            if isinstance(field, Placeholder):
                parts[-1] += b"" if field.length is None else _u32(field.length)
                parts.append(b"")
                lengths.append(field.length)
            else:
                parts[-1] += _encode_field(field)
        self._prefix, self._middle, self._suffix = parts
        self._first_length, self._second_length = lengths
        if self._first_length is None:
            raise ValueError("only the second of two may have any length")

    def fill(self, first: bytes, second: bytes) -> bytes:
        """Return what `encode_fields` returns for the same fields.

        Raises:
            ValueError: a value does not have the length of its placeholder.
        """
        if len(first) != self._first_length:
            raise ValueError("not what was left open")
        if self._second_length is None:
            return self._prefix + first + self._middle + _encode_field(second) + self._suffix
        if len(second) != self._second_length:
            raise ValueError("not what was left open")
        return self._prefix + first + self._middle + second + self._suffix


def encode_u64(number: int) -> bytes:
    """Encode an integer as eight bytes, big-endian.

    Raises:
        ValueError: it is negative or too large.
    """
    if isinstance(number, bool) or not 0 <= number < 1 << 64:
        raise ValueError("not an unsigned integer of 64 bits")
    return _u64(number)


def _encode_header(label: str, fields: Sequence[object]) -> bytes:
    encoded_label = _ENCODED_LABELS.get(label)
    if encoded_label is None:
        raise ValueError("an unknown label")
    if len(fields) > _MAX_FIELDS:
        raise ValueError("too many fields to encode")
    return encoded_label + _u16(len(fields))


def _encode_field(field: Field) -> bytes:
    if field is None:
        return _ABSENT
    raw = field if isinstance(field, bytes) else _field_bytes(field)
    if len(raw) > _MAX_FIELD_BYTES:
        raise ValueError("a field is too long to encode")
    return _u32(len(raw)) + raw


def _field_bytes(field: int | str | UUID) -> bytes:
    if isinstance(field, UUID):
        return field.bytes
    if isinstance(field, str):
        return (field if field.isascii() else unicodedata.normalize("NFC", field)).encode()
    return encode_u64(field)
