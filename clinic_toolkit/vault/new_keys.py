"""New keys for everything: a second vault of the same practice and clinician, with no secret of the first.

The ids stay: those of the practice, of the clinician and of the rings, which records and the audit log name.
Every secret is new. The rings begin again with a first statement of the new identity, so nothing that the
old one signed counts in them.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from sqlalchemy import Connection, select

from clinic_toolkit.crypto.passphrase_kdf import KdfCost
from clinic_toolkit.crypto.seal import KEY_BYTES, SUITE, DecryptionError
from clinic_toolkit.vault import header_backup, identity, key_slot_changes, ring_creation
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_list import KeySlotList
from clinic_toolkit.vault.ring_grants import open_secret
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.user_keys import user_sealing_key
from clinic_toolkit.vault.vault import Vault


def create_successor_vault(
    db: Connection, old: Vault, passphrase: str, sheet_groups: Sequence[str], *, cost: KdfCost | None = None
) -> Vault:
    """Create, in an empty store, the vault of the same practice and clinician with new keys.

    Args:
        old: the vault, with its psychotherapy notes open; every ring in it is its clinician's alone.
        sheet_groups: the eight groups of the new recovery sheet.
        cost: the KDF cost; None calibrates it.

    Returns:
        The new vault, with its psychotherapy notes open. No executor has a way into it.
    """
    incarnation, psychotherapy_key = uuid4(), secrets.token_bytes(KEY_BYTES)
    db.execute(
        identity.vault_table.insert().values(id=1, suite=SUITE, vault=old.vault_id, incarnation=incarnation)
    )
    user_keys = identity.create_identity(db, old.vault_id, old.user_id)
    with_notes = user_keys.with_psychotherapy_key(user_sealing_key(psychotherapy_key))
    for ring in list_usable_rings(old):
        ring_creation.insert_ring(
            db, with_notes, ring.owner, ring.ring_class, ring.creation_order, ring_id=ring.ring
        )
    KeyDirectory(user_keys).publish_own_key(db)
    vault = identity.open_vault(db, old.user_id, user_keys.unlocked_keys)
    vault.open_psychotherapy_notes(db, psychotherapy_key)
    # The audit log names the highest generation, so it goes on from there.
    vault.key_slots = KeySlotList(generation=old.slot_generation, intact=True, trusted_slots=frozenset())
    key_slot_changes.replace_passphrase(db, vault, passphrase, psychotherapy_key=psychotherapy_key, cost=cost)
    sheet = key_slot_changes.prepare_recovery_sheet(vault, sheet_groups, psychotherapy_key=psychotherapy_key)
    key_slot_changes.store_slot(db, vault, sheet)
    header_backup.write_before_commit(db, vault)
    return vault


def list_usable_rings(vault: Vault) -> list[RingKey]:
    """The key of every ring that opens and whose statements verify; the others get no new key."""
    keys = []
    for ring in vault.rings.list_open_rings():
        with suppress(DecryptionError):
            keys.append(vault.rings.get_key(ring))
    return keys


def list_practice_secrets(db: Connection, vault: Vault, keys: SlotKeys) -> tuple[tuple[bytes, bytes], ...]:
    """The id and secret of every key of the practice's ring, by which the old audit log stays readable."""
    user_keys = identity.open_user_keys(db, vault.vault_id, vault.user_id, keys.unlocked_keys)
    grants, ring = ring_grant_table, vault.practice_ring
    query = select(ring_table.c.key_id, ring_table.c.generation, grants.c.sealed).where(
        ring_table.c.ring == ring,
        grants.c.ring == ring,
        grants.c.generation == ring_table.c.generation,
        grants.c.user == vault.user_id,
    )
    return tuple(
        (key_id, open_secret(user_keys, ring, generation, sealed))
        for key_id, generation, sealed in db.execute(query.order_by(ring_table.c.generation))
    )


def is_alone(vault: Vault) -> bool:
    """Whether every ring was made by this clinician and is nobody else's."""
    return not vault.key_directory.has_colleagues() and not any(
        vault.rings.is_shared(ring) or not vault.rings.is_creator(ring)
        for ring in vault.rings.list_open_rings()
    )
