"""A ring's grant: its key, owner, class and creator, sealed under the user key of one member.

Inside the grant, the secret of a ring for psychotherapy notes is sealed again, under the user key for these
notes. So an ordinary unlock learns whose ring it is, and cannot open it. All grants have one length,
so that a copy of the file does not show which rings these are.
"""

import struct
from uuid import UUID

from clinic_toolkit.crypto.seal import KEY_BYTES, DecryptionError
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault.ring_keys import CLASS_NUMBERS, RingClass, RingKey, build_ring_key
from clinic_toolkit.vault.user_keys import UserKeys, psychotherapy_seal_context

_CLASS_BY_NUMBER = {number: ring_class for ring_class, number in CLASS_NUMBERS.items()}

GRANT_VERSION = 1
# A key that is sealed under the user key for psychotherapy notes; any other key is padded with zero bytes.
_KEY_FIELD_BYTES = KEY_BYTES + 73
_GRANT_FORMAT = struct.Struct(f">B16sBQ32s{_KEY_FIELD_BYTES}s")


class PsychotherapyClosed(ClinicError):
    """The key for psychotherapy notes is not open."""

    def __init__(self) -> None:
        super().__init__("Psychotherapy notes are closed. Type your passphrase to open them.")


class ClosedRing(Exception):
    """One's own grant of a ring for psychotherapy notes, whose key is not open."""

    def __init__(self, owner: UUID) -> None:
        super().__init__()
        self.owner = owner


def pack_grant(
    owner: UUID, ring_class: RingClass, creation_order: int, creator: bytes, key_field: bytes
) -> bytes:
    """Pack what a grant holds, 163 bytes; it is sealed for a ring and generation.

    Args:
        creator: the fingerprint of the clinician who made the ring.
        key_field: the 32-byte secret of this generation; for psychotherapy notes what
            `seal_psychotherapy_secret` returned.
    """
    return _GRANT_FORMAT.pack(
        GRANT_VERSION, owner.bytes, CLASS_NUMBERS[ring_class], creation_order, creator, key_field
    )


def seal_psychotherapy_secret(user_keys: UserKeys, id: UUID, generation: int, ring_secret: bytes) -> bytes:
    """Seal the secret of a ring under the user key for psychotherapy notes.

    Raises:
        PsychotherapyClosed: that key is not open.
    """
    if user_keys.psychotherapy_key is None:
        raise PsychotherapyClosed
    return user_keys.psychotherapy_key.seal(ring_secret, _psychotherapy_context(user_keys, id, generation))


def open_grant(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes) -> RingKey:
    """Open one's own grant of one generation of a ring.

    Raises:
        ClosedRing: it is for psychotherapy notes, and their key is not open.
        DecryptionError: it was not sealed by this user for this ring and generation, or is for the own ring
            or the psychotherapy notes of somebody else.
    """
    owner, ring_class, creation_order, creator, key_field = _unpack_grant(user_keys, id, generation, sealed)
    if ring_class == RingClass.OWN and (owner, creator) != (user_keys.user_id, user_keys.fingerprint()):
        # A clinician's own ring is made by that clinician alone, and granted to nobody.
        raise DecryptionError
    ring_secret = key_field[:KEY_BYTES]
    if ring_class == RingClass.PSYCHOTHERAPY:
        ring_secret = _open_psychotherapy_secret(user_keys, id, generation, owner, creator, key_field)
    elif key_field[KEY_BYTES:].strip(b"\0"):
        raise DecryptionError
    return build_ring_key(id, owner, ring_class, creation_order, creator, ring_secret, generation=generation)


def open_secret(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes) -> bytes:
    """The 32-byte secret in one's own grant, where it may be stored elsewhere; not for psychotherapy notes.

    Raises:
        DecryptionError: it was not sealed by this user for this ring and generation, or has another form.
    """
    *_, key_field = _unpack_grant(user_keys, id, generation, sealed)
    return key_field[:KEY_BYTES]


def opens_for_us(user_keys: UserKeys, id: UUID, generation: int, sealed: bytes | None) -> bool:
    """Whether a grant opens; then this generation of the ring is real.

    Only this clinician can have sealed it, or who was an executor of the clinician.
    """
    try:
        return sealed is not None and bool(open_grant(user_keys, id, generation, sealed))
    except ClosedRing:
        return True
    except DecryptionError:
        return False


def _unpack_grant(
    user_keys: UserKeys, id: UUID, generation: int, sealed: bytes
) -> tuple[UUID, RingClass, int, bytes, bytes]:
    """Open one's own grant, and return what `pack_grant` was given."""
    try:
        plaintext = user_keys.open_with_user_key(sealed, "grant", id, generation)
    except (ValueError, TypeError):  # where a column of the row holds another type
        raise DecryptionError from None
    if len(plaintext) != _GRANT_FORMAT.size:
        raise DecryptionError
    version, owner, class_number, creation_order, creator, key_field = _GRANT_FORMAT.unpack(plaintext)
    if version != GRANT_VERSION or class_number not in _CLASS_BY_NUMBER:
        raise DecryptionError
    return UUID(bytes=owner), _CLASS_BY_NUMBER[class_number], creation_order, creator, key_field


def _open_psychotherapy_secret(
    user_keys: UserKeys, id: UUID, generation: int, owner: UUID, creator: bytes, key_field: bytes
) -> bytes:
    if creator != user_keys.fingerprint():
        # These notes are their author's alone: nobody grants such a ring to anybody.
        raise DecryptionError
    if user_keys.psychotherapy_key is None:
        raise ClosedRing(owner)
    return user_keys.psychotherapy_key.open(key_field, _psychotherapy_context(user_keys, id, generation))


def _psychotherapy_context(user_keys: UserKeys, id: UUID, generation: int) -> bytes:
    return psychotherapy_seal_context(user_keys.vault_id, user_keys.user_id, "grant", id, generation)
