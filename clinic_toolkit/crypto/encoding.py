"""One way to turn several values into bytes, so that no two lists of values share an encoding.

Joining texts with a separator lets two different lists look alike ("a|b" and "c" against "a" and
"b|c"); a seal or a signature over such bytes could be moved from one meaning to the other. Here each
value carries its length, the list carries its count, and the purpose stands in front.
"""

import struct
import unicodedata
from uuid import UUID

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
_LONGEST = 0xFFFFFFFE
_MOST_FIELDS = 0xFFFF
_HEADS = {label: bytes([len(PREFIX + label)]) + (PREFIX + label).encode() for label in LABELS}
_u16 = struct.Struct(">H").pack
_u32 = struct.Struct(">I").pack
_u64 = struct.Struct(">Q").pack


def enc(label: str, *fields: Field) -> bytes:
    """The bytes of a label and its fields: u8 length, label, u16 count, then u32 length and bytes each.

    Integers become eight bytes big-endian, ids their sixteen bytes, texts NFC UTF-8; an absent field
    has the length FFFFFFFF, which no present one can have. Which kind stands at which place is fixed
    by the label, so an integer can never be taken for eight raw bytes.

    Raises:
        ValueError: an unknown label, a negative or too large integer, or text that is not Unicode.
    """
    head = _HEADS.get(label)
    if head is None:
        raise ValueError("an unknown label")
    if len(fields) > _MOST_FIELDS:
        raise ValueError("too many fields to encode")
    parts = [head, _u16(len(fields))]
    for field in fields:
        if field is None:
            parts.append(_ABSENT)
        else:
            raw = _raw(field)
            if len(raw) > _LONGEST:
                raise ValueError("a field is too long to encode")
            parts += (_u32(len(raw)), raw)
    return b"".join(parts)


def _raw(field: bytes | int | str | UUID) -> bytes:
    if isinstance(field, bytes):
        return field
    if isinstance(field, UUID):
        return field.bytes
    if isinstance(field, str):
        return (field if field.isascii() else unicodedata.normalize("NFC", field)).encode()
    if isinstance(field, bool) or not 0 <= field < 1 << 64:
        raise ValueError("not an unsigned integer of 64 bits")
    return _u64(field)
