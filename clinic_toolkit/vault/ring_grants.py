"""A ring's grant: its key, owner, class and creator, sealed under the user key of one member."""

import struct
from uuid import UUID

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS, RingClass, RingKey, build_ring_key
from clinic_toolkit.vault.user_keys import UserKeys

_CLASS_BY_NUMBER = {number: ring_class for ring_class, number in CLASS_NUMBERS.items()}

GRANT_VERSION = 1
_GRANT_FORMAT = struct.Struct(">B16sBQ32s32s")


def pack_grant(owner: UUID, ring_class: RingClass, creation_order: int, creator: bytes, cdk: bytes) -> bytes:
    """Pack what a grant holds, 90 bytes; it is sealed for a ring and generation.

    Args:
        creator: the fingerprint of the clinician who made the ring.
        cdk: the 32-byte secret of this generation.
    """
    return _GRANT_FORMAT.pack(
        GRANT_VERSION, owner.bytes, CLASS_NUMBERS[ring_class], creation_order, creator, cdk
    )


def open_grant(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes) -> RingKey:
    """Open one's own grant of one generation of a ring.

    Raises:
        DecryptionError: it was not sealed by this user for this ring and generation, or is for the own ring
            of somebody else.
    """
    try:
        plaintext = user_keys.open(sealed, "grant", id, generation)
    except (ValueError, TypeError):  # where a column of the row holds another type
        raise DecryptionError from None
    if len(plaintext) != _GRANT_FORMAT.size:
        raise DecryptionError
    version, owner, class_number, creation_order, creator, cdk = _GRANT_FORMAT.unpack(plaintext)
    if version != GRANT_VERSION or class_number not in _CLASS_BY_NUMBER:
        raise DecryptionError
    ring_class, owner_id = _CLASS_BY_NUMBER[class_number], UUID(bytes=owner)
    if ring_class == RingClass.OWN and (owner_id, creator) != (user_keys.user_id, user_keys.fingerprint()):
        # A clinician's own ring is made by that clinician alone, and granted to nobody.
        raise DecryptionError
    return build_ring_key(id, owner_id, ring_class, creation_order, creator, cdk, generation=generation)


def is_own_grant(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes | None) -> bool:
    """Whether a grant opens; then it is one's own, and this generation of the ring is real."""
    try:
        return sealed is not None and bool(open_grant(user_keys, id, generation, sealed))
    except DecryptionError:
        return False
