"""One way to turn several values into bytes, so that no two lists of values share an encoding.

Joining texts with a separator lets two different lists look alike ("a|b" and "c" against "a" and
"b|c"); a seal or a signature over such bytes could be moved from one meaning to the other. Here each
value carries its length, the list carries its count, and the purpose stands in front.
"""

import struct
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

Field = bytes | int | str | UUID | None

PREFIX = "clinic/1/"

# Each label serves one purpose and no other; docs/format.md says which. The names that are not used
# yet are reserved here, so that nothing else can ever be sealed or signed under them.
LABELS = frozenset(
    {
        "slot",
        "slot-list",
        "return",
        "user-hedge",
        "user-key",
        "user-seal",
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
        "hash/fingerprint",
        "sig/ring",
        "sig/contact",
        "sig/note",
        "sig/cosign",
        "sig/audit",
        "sig/tombstone",
        "sig/restore",
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
    """The bytes of a label and its fields: u8 length, label, u16 count, then u32 length and bytes each.

    Integers become eight bytes big-endian, ids their sixteen bytes, texts NFC UTF-8; an absent field
    has the length FFFFFFFF, which no present one can have. Which kind stands at which place is fixed
    by the label, so an integer can never be taken for eight raw bytes.

    Raises:
        ValueError: an unknown label, a negative or too large integer, or text that is not Unicode.
    """
    return b"".join((_encode_header(label, fields), *map(_encode_field, fields)))


class Placeholder(Struct, frozen=True):
    """A field that is filled in later: of so many bytes, or of any number (only as the second of two)."""

    length: int | None


class EncodingTemplate:
    """A label and its fields with two of them left open: `encode_fields` where thousands are alike but for
    those."""

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
        """What `encode_fields` makes of the same fields.

        Raises:
            ValueError: a value is not as long as what was left open for it.
        """
        if len(first) != self._first_length:
            raise ValueError("not what was left open")
        if self._second_length is None:
            return self._prefix + first + self._middle + _encode_field(second) + self._suffix
        if len(second) != self._second_length:
            raise ValueError("not what was left open")
        return self._prefix + first + self._middle + second + self._suffix


def encode_u64(number: int) -> bytes:
    """An integer as it stands in an encoding.

    Raises:
        ValueError: it is negative or too large.
    """
    if isinstance(number, bool) or not 0 <= number < 1 << 64:
        raise ValueError("not an unsigned integer of 64 bits")
    return _u64(number)


def _encode_header(label: str, fields: Sequence[object]) -> bytes:
    head = _ENCODED_LABELS.get(label)
    if head is None:
        raise ValueError("an unknown label")
    if len(fields) > _MAX_FIELDS:
        raise ValueError("too many fields to encode")
    return head + _u16(len(fields))


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
