"""What lies inside the seal of a record: the body, its content id's randomness, a signature, padding.

Signatures stand in here and never in a column: over content with few possible values (a score, an
answer) a bare signature or hash lets anyone confirm a guess. The thirty-two random bytes are hashed
with the body, so the content id confirms nothing either, and stays the same when a body is sealed
anew under another key.
"""

import struct
from hashlib import sha256

from msgspec import Struct

from clinic_toolkit.crypto.encoding import LABELS, EncodingTemplate, Placeholder
from clinic_toolkit.crypto.signature import SIGNATURE_BYTES

ENVELOPE_VERSION = 1
CONTENT_SALT_BYTES = 32
_PADDING_STEP = 256
_STEPPED_LIMIT = 4096
_SIGNATURE_LABELS = frozenset(label.encode() for label in LABELS if label.startswith("sig/"))
_u32 = struct.Struct(">I")
_LABEL_OFFSET = 1 + CONTENT_SALT_BYTES
_MIN_BYTES = _LABEL_OFFSET + 1 + _u32.size
_content_template = EncodingTemplate("hash/content", Placeholder(CONTENT_SALT_BYTES), Placeholder(None))


class InvalidEnvelope(Exception):
    """The bytes are not what `pack` makes."""


class Envelope(Struct, frozen=True, kw_only=True):
    """The inside of one record's seal. Unsigned ones carry no label and no signature."""

    payload: bytes
    content_salt: bytes
    signature_label: str | None = None
    signature: bytes | None = None

    def __repr__(self) -> str:
        return "<Envelope>"

    @property
    def content_id(self) -> bytes:
        """The name of this content, for audit lines, later versions and co-signatures."""
        return compute_content_id(self.content_salt, self.payload)


def compute_content_id(content_salt: bytes, payload: bytes) -> bytes:
    """SHA-256 over the body and the randomness kept with it."""
    return sha256(_content_template.fill(content_salt, payload)).digest()


def pack_envelope(envelope: Envelope) -> bytes:
    """Version, randomness, length and text of the label, signature, length, body, zeros."""
    label = (envelope.signature_label or "").encode()
    parts = (
        bytes([ENVELOPE_VERSION]),
        envelope.content_salt,
        bytes([len(label)]),
        label,
        envelope.signature or b"",
        _u32.pack(len(envelope.payload)),
        envelope.payload,
    )
    packed = b"".join(parts)
    return packed.ljust(padded_length(len(packed)), b"\0")


def unpack_envelope(packed: bytes) -> Envelope:
    """The envelope that `pack` made.

    Raises:
        InvalidEnvelope: anything else; in practice, what a newer version wrote.
    """
    if len(packed) < _MIN_BYTES or packed[0] != ENVELOPE_VERSION:
        raise InvalidEnvelope
    labelled, at = packed[_LABEL_OFFSET], _LABEL_OFFSET + 1
    signed_as = signature = None
    if labelled:
        label = packed[at : at + labelled]
        if label not in _SIGNATURE_LABELS:
            raise InvalidEnvelope
        at += labelled
        signed_as, signature = label.decode(), packed[at : at + SIGNATURE_BYTES]
        at += SIGNATURE_BYTES
        if len(packed) < at + _u32.size:
            raise InvalidEnvelope
    (length,) = _u32.unpack_from(packed, at)
    at += _u32.size
    end = at + length
    if len(packed) != padded_length(end) or packed[end:].strip(b"\0"):
        raise InvalidEnvelope
    return Envelope(
        payload=packed[at:end],
        content_salt=packed[1:_LABEL_OFFSET],
        signature_label=signed_as,
        signature=signature,
    )


def padded_length(length: int) -> int:
    """Steps of 256 bytes up to 4 KiB, then Padmé: at most 12 % more, and few distinct sizes."""
    if length <= _STEPPED_LIMIT:
        return max(_PADDING_STEP, -(-length // _PADDING_STEP) * _PADDING_STEP)
    exponent = length.bit_length() - 1
    low_bits = (1 << exponent - exponent.bit_length()) - 1
    return (length + low_bits) & ~low_bits
