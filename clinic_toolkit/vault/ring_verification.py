"""Opening the grants of one ring, and verifying that they are those of its signed statements."""

from collections.abc import Iterable
from hashlib import sha256

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_grants import open_grant
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.ring_selection import Generation
from clinic_toolkit.vault.ring_statements import lists_member, parse_members, verify_statements
from clinic_toolkit.vault.user_keys import UserKeys


def open_generations(
    user_keys: UserKeys, own_fingerprint: bytes, generations: list[Generation]
) -> list[RingKey]:
    """Open the granted keys of one ring, oldest first; none if the ring is a colleague's.

    Args:
        own_fingerprint: that of `user_keys`, which takes longer to compute than a grant to open.

    Raises:
        DecryptionError: a grant does not open or is missing, or they are not grants of one ring.
    """
    if not generations:
        return []
    newest_row, newest_sealed = generations[-1]
    if newest_sealed is None and lists_member(newest_row.members, user_keys.user_id):
        raise DecryptionError
    keys = [
        open_grant(user_keys, row.ring, row.generation, sealed)
        for row, sealed in generations
        if sealed is not None
    ]
    if len({(key.owner, key.ring_class, key.creator) for key in keys}) > 1:
        raise DecryptionError
    is_created_by_us = bool(keys) and keys[0].creator == own_fingerprint
    if is_created_by_us and generations[0][0].grantor != user_keys.user_id:
        raise DecryptionError
    return keys


def verify_generations(
    user_keys: UserKeys, directory: KeyDirectory, generations: list[Generation], keys: Iterable[RingKey]
) -> None:
    """Verify the statements of one ring, and compare the grants with them.

    Args:
        keys: the opened key of every generation that was granted.

    Raises:
        DecryptionError: a statement does not verify, or a grant is not what it says.
    """
    key_by_id = {key.key_id: key for key in keys}
    verify_statements(user_keys.vault_id, directory, [row for row, _ in generations])
    first, own_fingerprint = generations[0][0], user_keys.fingerprint()
    # The grant names the creator, so that nobody can put a first statement of their own in its place.
    creator = parse_members(first.members)[first.grantor.bytes].fingerprint
    for row, sealed in generations:
        if sealed is None:
            continue
        # The signed key id is recomputed from the grant. A member who was added later holds earlier keys too,
        # and the statements of those do not list them.
        member = parse_members(row.members).get(user_keys.user_id.bytes)
        is_newest = row is generations[-1][0]
        key = key_by_id.get(row.key_id)
        if key is None or (key.generation, key.creator) != (row.generation, creator):
            raise DecryptionError
        if is_newest and member is None:
            raise DecryptionError
        if member is not None and member.fingerprint != own_fingerprint:
            raise DecryptionError
        # Whoever receives a grant seals it again, and so does whoever gets a new user key; a grant that was
        # sealed again no longer has the hash. Its content is proved by the key id in any case.
        is_as_made = is_newest and row.grantor == user_keys.user_id
        if is_as_made and member is not None and member.sealed_hash != sha256(sealed).digest():
            raise DecryptionError
