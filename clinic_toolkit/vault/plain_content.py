"""The plaintext inside a record's seal: the content, a salt, optional signature, padding.

Signatures are stored here and never in a column: over content with few possible values (a score, an
answer) a bare signature or hash would let anyone confirm a guess. The content id is a hash over 32 random
bytes and the content, so it confirms no guess either, and it does not change when the content is sealed
again under another key.
"""

import struct
from hashlib import sha256

from msgspec import Struct

from clinic_toolkit.crypto.encoding import LABELS, EncodingTemplate, Placeholder
from clinic_toolkit.crypto.signature import SIGNATURE_BYTES

CONTENT_VERSION = 1
CONTENT_SALT_BYTES = 32
_PADDING_STEP = 256
_STEPPED_LIMIT = 4096
_SIGNATURE_LABELS = frozenset(label.encode() for label in LABELS if label.startswith("sig/"))
_u32 = struct.Struct(">I")
_LABEL_OFFSET = 1 + CONTENT_SALT_BYTES
_MIN_BYTES = _LABEL_OFFSET + 1 + _u32.size
_content_template = EncodingTemplate("hash/content", Placeholder(CONTENT_SALT_BYTES), Placeholder(None))


class InvalidContent(Exception):
    """The bytes are not what `pack_content` returns."""


class PlainContent(Struct, frozen=True, kw_only=True, gc=False):
    """The plaintext inside one record's seal; label and signature are None if it is unsigned."""

    content: bytes
    content_salt: bytes
    signature_label: str | None = None
    signature: bytes | None = None

    def __repr__(self) -> str:
        return "<PlainContent>"

    @property
    def content_id(self) -> bytes:
        """The 32-byte id by which audit entries, later versions and co-signatures refer to this content."""
        return compute_content_id(self.content_salt, self.content)


def compute_content_id(content_salt: bytes, content: bytes) -> bytes:
    """SHA-256 over the content salt and the content: 32 bytes."""
    return sha256(_content_template.fill(content_salt, content)).digest()


def pack_content(plain: PlainContent) -> bytes:
    """Serialize: version, content salt, label length, label, signature, content length, content, padding."""
    label = (plain.signature_label or "").encode()
    parts = (
        bytes([CONTENT_VERSION]),
        plain.content_salt,
        bytes([len(label)]),
        label,
        plain.signature or b"",
        _u32.pack(len(plain.content)),
        plain.content,
    )
    packed = b"".join(parts)
    return packed.ljust(padded_length(len(packed)), b"\0")


def unpack_content(packed: bytes) -> PlainContent:
    """Parse what `pack_content` returned.

    Raises:
        InvalidContent: the bytes have another form; in practice, a newer version wrote them.
    """
    if len(packed) < _MIN_BYTES or packed[0] != CONTENT_VERSION:
        raise InvalidContent
    label_length, offset = packed[_LABEL_OFFSET], _LABEL_OFFSET + 1
    signature_label = signature = None
    if label_length:
        label = packed[offset : offset + label_length]
        if label not in _SIGNATURE_LABELS:
            raise InvalidContent
        offset += label_length
        signature_label, signature = label.decode(), packed[offset : offset + SIGNATURE_BYTES]
        offset += SIGNATURE_BYTES
        if len(packed) < offset + _u32.size:
            raise InvalidContent
    (length,) = _u32.unpack_from(packed, offset)
    offset += _u32.size
    content_end = offset + length
    if len(packed) != padded_length(content_end) or packed[content_end:].strip(b"\0"):
        raise InvalidContent
    return PlainContent(
        content=packed[offset:content_end],
        content_salt=packed[1:_LABEL_OFFSET],
        signature_label=signature_label,
        signature=signature,
    )


def padded_length(length: int) -> int:
    """Round up to a padded length: multiples of 256 bytes up to 4 KiB, then Padmé (at most 12 % more).

    Few distinct sizes reveal little about the content.
    """
    if length <= _STEPPED_LIMIT:
        return max(_PADDING_STEP, -(-length // _PADDING_STEP) * _PADDING_STEP)
    exponent = length.bit_length() - 1
    low_bits = (1 << exponent - exponent.bit_length()) - 1
    return (length + low_bits) & ~low_bits
