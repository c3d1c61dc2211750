"""What lies inside the seal of a record: the body, its content id's randomness, a signature, padding.

Signatures stand in here and never in a column: over content with few possible values (a score, an
answer) a bare signature or hash lets anyone confirm a guess. The thirty-two random bytes are hashed
with the body, so the content id confirms nothing either, and stays the same when a body is sealed
anew under another key.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256

from clinic_toolkit.crypto.encoding import LABELS, enc
from clinic_toolkit.crypto.signature import SIGNATURE_BYTES

VERSION = 1
RANDOM_BYTES = 32
_STEP = 256
_STEPPED_TO = 4096
_SIGNED_AS = frozenset(label.encode() for label in LABELS if label.startswith("sig/"))
_u32 = struct.Struct(">I")


class NotAnEnvelope(Exception):
    """The bytes are not what `pack` makes."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Envelope:
    """The inside of one record's seal. Unsigned ones carry no label and no signature."""

    body: bytes
    random: bytes
    signed_as: str | None = None
    signature: bytes | None = None

    @property
    def content_id(self) -> bytes:
        """The name of this content, for audit lines, later versions and co-signatures."""
        return content_id(self.random, self.body)


def content_id(random: bytes, body: bytes) -> bytes:
    """SHA-256 over the body and the randomness kept with it."""
    return sha256(enc("hash/content", random, body)).digest()


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
    at = 1 + RANDOM_BYTES
    if packed[:1] != bytes([VERSION]) or len(packed) < at + 5:
        raise NotAnEnvelope
    label = packed[at + 1 : at + 1 + packed[at]]
    at += 1 + len(label)
    if label and label not in _SIGNED_AS:
        raise NotAnEnvelope
    signature = packed[at : at + SIGNATURE_BYTES] if label else None
    at += len(signature or b"")
    if len(packed) < at + 4:
        raise NotAnEnvelope
    (length,) = _u32.unpack_from(packed, at)
    at += 4
    if len(packed) != padded_length(at + length) or packed[at + length :].strip(b"\0"):
        raise NotAnEnvelope
    return Envelope(
        body=packed[at : at + length],
        random=packed[1 : 1 + RANDOM_BYTES],
        signed_as=label.decode() if label else None,
        signature=signature,
    )


def padded_length(length: int) -> int:
    """Steps of 256 bytes up to 4 KiB, then Padmé: at most 12 % more, and few distinct sizes."""
    if length <= _STEPPED_TO:
        return max(_STEP, -(-length // _STEP) * _STEP)
    exponent = length.bit_length() - 1
    low_bits = (1 << exponent - exponent.bit_length()) - 1
    return (length + low_bits) & ~low_bits
