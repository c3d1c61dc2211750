"""Creating a ring: its key, the grant to its creator, and the first signed statement."""

import secrets
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Connection

from clinic_toolkit.crypto.seal import KEY_BYTES
from clinic_toolkit.vault.ring_grants import pack_grant, seal_psychotherapy_secret
from clinic_toolkit.vault.ring_keys import RingClass, RingKey, build_ring_key
from clinic_toolkit.vault.ring_statements import FIRST_GENERATION, RingMember, encode_members
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.user_keys import UserKeys


def insert_ring(
    db: Connection,
    user_keys: UserKeys,
    owner: UUID,
    ring_class: RingClass,
    creation_order: int,
    *,
    ring_id: UUID | None = None,
) -> RingKey:
    """Make a new ring of this clinician, and write its statement and its grant.

    Args:
        creation_order: one more than that of the newest ring that this clinician holds.
        ring_id: the id that the ring had in the store before this one; None for a new one.

    Raises:
        SigningKeyNotOpen: this login cannot sign.
        PsychotherapyClosed: it is for psychotherapy notes, and their key is not open.
    """
    id, ring_secret, creator = ring_id or uuid4(), secrets.token_bytes(KEY_BYTES), user_keys.fingerprint()
    key_field = ring_secret
    if ring_class == RingClass.PSYCHOTHERAPY:
        key_field = seal_psychotherapy_secret(user_keys, id, FIRST_GENERATION, ring_secret)
    grant = pack_grant(owner, ring_class, creation_order, creator, key_field)
    sealed = user_keys.seal_under_user_key(grant, "grant", id, FIRST_GENERATION)
    key = build_ring_key(id, owner, ring_class, creation_order, creator, ring_secret)
    members = encode_members(RingMember(user_keys.user_id.bytes, creator, sha256(sealed).digest()))
    signature = user_keys.signing_key.sign(
        "sig/ring", user_keys.vault_id, id, FIRST_GENERATION, key.key_id, members, None, user_keys.user_id
    )
    db.execute(
        ring_table.insert().values(
            ring=id, generation=FIRST_GENERATION, key_id=key.key_id, members=members, previous=None,
            grantor=user_keys.user_id, signature=signature,
        )
    )  # fmt: skip
    db.execute(
        ring_grant_table.insert().values(
            ring=id, generation=FIRST_GENERATION, user=user_keys.user_id, sealed=sealed
        )
    )
    return key
