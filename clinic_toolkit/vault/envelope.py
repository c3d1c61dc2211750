"""What lies inside the seal of a record: the body, its content id's randomness, a signature, padding.

Signatures stand in here and never in a column: over content with few possible values (a score, an
answer) a bare signature or hash lets anyone confirm a guess. The thirty-two random bytes are hashed
with the body, so the content id confirms nothing either, and stays the same when a body is sealed
anew under another key.
"""

import struct
from hashlib import sha256

from msgspec import Struct

from clinic_toolkit.crypto.encoding import LABELS, Blank, Gap
from clinic_toolkit.crypto.signature import SIGNATURE_BYTES

VERSION = 1
RANDOM_BYTES = 32
_STEP = 256
_STEPPED_TO = 4096
_SIGNED_AS = frozenset(label.encode() for label in LABELS if label.startswith("sig/"))
_u32 = struct.Struct(">I")
_LABEL_AT = 1 + RANDOM_BYTES
_LEAST = _LABEL_AT + 1 + _u32.size
_content = Blank("hash/content", Gap(RANDOM_BYTES), Gap(None))


class NotAnEnvelope(Exception):
    """The bytes are not what `pack` makes."""


class Envelope(Struct, frozen=True, kw_only=True):
    """The inside of one record's seal. Unsigned ones carry no label and no signature."""

    body: bytes
    random: bytes
    signed_as: str | None = None
    signature: bytes | None = None

    def __repr__(self) -> str:
        return "<Envelope>"

    @property
    def content_id(self) -> bytes:
        """The name of this content, for audit lines, later versions and co-signatures."""
        return content_id(self.random, self.body)


def content_id(random: bytes, body: bytes) -> bytes:
    """SHA-256 over the body and the randomness kept with it."""
    return sha256(_content.fill(random, body)).digest()


def pack(envelope: Envelope) -> bytes:
    """Version, randomness, length and text of the label, signature, length, body, zeros."""
    label = (envelope.signed_as or "").encode()
    parts = (
        bytes([VERSION]),
        envelope.random,
        bytes([len(label)]),
        label,
        envelope.signature or b"",
        _u32.pack(len(envelope.body)),
        envelope.body,
    )
    packed = b"".join(parts)
    return packed.ljust(padded_length(len(packed)), b"\0")


def unpack(packed: bytes) -> Envelope:
    """The envelope that `pack` made.

    Raises:
        NotAnEnvelope: anything else; in practice, what a newer version wrote.
    """
    if len(packed) < _LEAST or packed[0] != VERSION:
        raise NotAnEnvelope
    labelled, at = packed[_LABEL_AT], _LABEL_AT + 1
    signed_as = signature = None
    if labelled:
        label = packed[at : at + labelled]
        if label not in _SIGNED_AS:
            raise NotAnEnvelope
        at += labelled
        signed_as, signature = label.decode(), packed[at : at + SIGNATURE_BYTES]
        at += SIGNATURE_BYTES
        if len(packed) < at + _u32.size:
            raise NotAnEnvelope
    (length,) = _u32.unpack_from(packed, at)
    at += _u32.size
    end = at + length
    if len(packed) != padded_length(end) or packed[end:].strip(b"\0"):
        raise NotAnEnvelope
    return Envelope(body=packed[at:end], random=packed[1:_LABEL_AT], signed_as=signed_as, signature=signature)


def padded_length(length: int) -> int:
    """Steps of 256 bytes up to 4 KiB, then Padmé: at most 12 % more, and few distinct sizes."""
    if length <= _STEPPED_TO:
        return max(_STEP, -(-length // _STEP) * _STEP)
    exponent = length.bit_length() - 1
    low_bits = (1 << exponent - exponent.bit_length()) - 1
    return (length + low_bits) & ~low_bits
