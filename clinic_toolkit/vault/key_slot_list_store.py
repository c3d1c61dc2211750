"""The stored slot list: a MAC over the key slots of a clinician, so that a planted slot shows.

Its key is the signing seal key, which an executor never has: whoever was an executor once still has the user
key, and could put the withdrawn slot back with a right MAC. So an executor's unlock cannot check the list.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.seal import hkdf_expand
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.vault.key_slot_contents import slot_context
from clinic_toolkit.vault.key_slot_list import KeySlotList
from clinic_toolkit.vault.key_slot_tables import slot_list_table, slot_table
from clinic_toolkit.vault.vault import Vault


def update_slot_list(db: Connection, vault: Vault, *new_slots: UUID) -> None:
    """Authenticate the slots of this clinician anew, after one of them was replaced or removed.

    Raises:
        SigningKeyNotOpen: this vault was opened by an executor.
    """
    previous_list = vault.key_slots
    on_rollback(db, lambda: setattr(vault, "key_slots", previous_list))
    rows = db.execute(select(slot_table).where(slot_table.c.user == vault.user_id)).all()
    generation, trusted_slots = previous_list.generation + 1, previous_list.trusted_slots | set(new_slots)
    if any(row.slot not in trusted_slots for row in rows):
        # There is a slot that this clinician did not make: a new list would authenticate it. The generation
        # is raised all the same, because the audit log recognises older lists by it.
        vault.key_slots = KeySlotList(generation=generation, intact=False, trusted_slots=trusted_slots)
        return
    mac = _slot_list_mac(vault, generation, rows)
    db.execute(slot_list_table.delete().where(slot_list_table.c.user == vault.user_id))
    db.execute(slot_list_table.insert().values(user=vault.user_id, generation=generation, mac=mac))
    vault.key_slots = KeySlotList(generation=generation, intact=True, trusted_slots=trusted_slots)


def read_slot_list(db: Connection, vault: Vault) -> KeySlotList:
    """Read the slot list of this clinician, and compare it with the slots.

    An executor's unlock takes the list as it is, and trusts no slot for it.
    """
    rows = db.execute(select(slot_table).where(slot_table.c.user == vault.user_id)).all()
    stored_list = db.execute(select(slot_list_table).where(slot_list_table.c.user == vault.user_id)).first()
    if stored_list is not None and not vault.can_sign and isinstance(stored_list.generation, int):
        return KeySlotList(generation=stored_list.generation, intact=True, trusted_slots=frozenset())
    try:
        mac = _slot_list_mac(vault, stored_list.generation, rows) if stored_list and vault.can_sign else b""
    except ValueError:  # a damaged row holds a number that cannot be encoded
        mac = b""
    if stored_list is None or not secrets.compare_digest(stored_list.mac, mac):
        return KeySlotList(generation=0, intact=False, trusted_slots=frozenset())
    return KeySlotList(
        generation=stored_list.generation, intact=True, trusted_slots=frozenset(row.slot for row in rows)
    )


def _slot_list_mac(vault: Vault, generation: int, rows: Sequence[Row[Any]]) -> bytes:
    # The hash covers each sealed key, and whether there is one: a part that was taken out shows as well.
    slot_hashes = sorted(_hash_slot(vault.vault_id, row) for row in rows)
    return hkdf_expand(
        vault.unlocked_keys().require_signing_seal_key(),
        encode_fields("slot-list", vault.vault_id, vault.user_id, generation, *slot_hashes),
    )


def _hash_slot(vault_id: UUID, row: Row[Any]) -> bytes:
    sealed_keys = (row.sealed, row.sealed_signing, row.sealed_psychotherapy)
    return sha256(encode_fields("hash/slot", slot_context(vault_id, row), *sealed_keys)).digest()
