"""A ring's grant: its key, owner and class, sealed under the user key of one member."""

import struct
from uuid import UUID

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.ring_keys import RingClass, RingKey, build_ring_key
from clinic_toolkit.vault.user_keys import UserKeys

# 3 is reserved for psychotherapy notes, whose rings will be under a separate key.
CLASS_NUMBERS = {
    RingClass.DEMOGRAPHICS: 1,
    RingClass.RECORD: 2,
    RingClass.PRACTICE: 4,
    RingClass.OWN: 5,
}
_CLASS_BY_NUMBER = {number: ring_class for ring_class, number in CLASS_NUMBERS.items()}

GRANT_VERSION = 1
GRANT_FORMAT = struct.Struct(">B16sBQ32s")


def open_grant(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes) -> RingKey:
    """Open one's own grant of one generation of a ring.

    Raises:
        DecryptionError: it was not sealed by this user for this ring and generation.
    """
    try:
        plaintext = user_keys.open(sealed, "grant", id, generation)
    except (ValueError, TypeError):  # where a column of the row holds another type
        raise DecryptionError from None
    if len(plaintext) != GRANT_FORMAT.size:
        raise DecryptionError
    version, owner, class_number, creation_order, cdk = GRANT_FORMAT.unpack(plaintext)
    if version != GRANT_VERSION or class_number not in _CLASS_BY_NUMBER:
        raise DecryptionError
    return build_ring_key(
        id, UUID(bytes=owner), _CLASS_BY_NUMBER[class_number], creation_order, cdk, generation=generation
    )


def is_own_grant(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes | None) -> bool:
    """Whether a grant opens; then it is one's own, and this generation of the ring is real."""
    try:
        return sealed is not None and bool(open_grant(user_keys, id, generation, sealed))
    except DecryptionError:
        return False
