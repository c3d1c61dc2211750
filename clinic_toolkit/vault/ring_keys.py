"""The opened key of a ring, the class of the ring, and how the key's id is derived."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import SealingKey, hkdf_expand
from clinic_toolkit.vault.ring_statements import FIRST_GENERATION

_KEY_ID_BYTES = 16


class RingClass(StrEnum):
    """Which records a ring is for.

    An `OWN` ring belongs to a clinician, who is always its only member. A `PSYCHOTHERAPY` ring has one member
    too, the author of the notes; its secret is sealed under a user key that an ordinary unlock leaves sealed.
    """

    DEMOGRAPHICS = "demographics"
    RECORD = "record"
    PSYCHOTHERAPY = "psychotherapy"
    PRACTICE = "practice"
    OWN = "own"


# The numbers by which grants and key ids name a class.
CLASS_NUMBERS = {
    RingClass.DEMOGRAPHICS: 1,
    RingClass.RECORD: 2,
    RingClass.PSYCHOTHERAPY: 3,
    RingClass.PRACTICE: 4,
    RingClass.OWN: 5,
}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class RingKey:
    """The opened key of one generation of a ring.

    `creation_order` counts the rings in order of creation; `creator` is the fingerprint of the clinician who
    made the ring.
    """

    ring: UUID
    generation: int
    key_id: bytes
    key: SealingKey
    owner: UUID
    ring_class: RingClass
    creation_order: int
    creator: bytes


def build_ring_key(
    id: UUID,
    owner: UUID,
    ring_class: RingClass,
    creation_order: int,
    creator: bytes,
    ring_secret: bytes,
    *,
    generation: int = FIRST_GENERATION,
) -> RingKey:
    """Build the key of one generation of a ring from its 32-byte secret, as the grant holds it.

    The key id is signed in the statement. It is derived from the secret, the owner, the class and the
    creator, so a grant that names another of these gives another key id.
    """
    place = encode_fields("ring-kid", id, generation, owner, CLASS_NUMBERS[ring_class], creator)
    return RingKey(
        ring=id,
        generation=generation,
        key_id=hkdf_expand(ring_secret, place, _KEY_ID_BYTES),
        key=ring_sealing_key(ring_secret),
        owner=owner,
        ring_class=ring_class,
        creation_order=creation_order,
        creator=creator,
    )


def ring_sealing_key(ring_secret: bytes) -> SealingKey:
    """Make the key that seals the records of a ring, from the secret of one generation."""
    return SealingKey(ring_secret, hedge_label="ring-hedge", key_label="rec-key")
