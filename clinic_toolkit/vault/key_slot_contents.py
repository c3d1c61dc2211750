"""The keys in a key slot: up to three, each sealed by itself from the slot's one root.

The user key opens the record. The signing seal key opens the private part of the identity: whoever opens
a slot without it can read and cannot sign. The user key for psychotherapy notes opens those rings and
nothing else; it is taken out only where it is needed, and no unlock keeps it.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.passphrase_kdf import KdfCost
from clinic_toolkit.crypto.seal import (
    SUITE,
    DecryptionError,
    decrypt_once,
    derive_keying_material,
    encrypt_once,
)
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault.key_slot_tables import KeySlotKind
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault

_LABELS = {"sealed": "slot", "sealed_signing": "slot-sign", "sealed_psychotherapy": "slot-psy"}


class SlotPartDamaged(ClinicError):
    """The slot opens, but not every key in it: one was changed or taken out outside this program."""

    def __init__(self) -> None:
        super().__init__(
            "A key that this opens is missing or damaged in the data file. Nothing was changed. Use the "
            "recovery sheet instead of the passphrase, or the passphrase instead of the sheet; or restore a "
            "backup."
        )


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SlotKeys:
    """What a slot holds: the keys of a login, and the user key for psychotherapy notes if it has that.

    `is_psychotherapy_key_damaged`: the slot has one that does not open.
    """

    unlocked_keys: UnlockedKeys
    psychotherapy_key: bytes | None
    is_psychotherapy_key_damaged: bool = False

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")


def slot_context(vault_id: UUID, row: Any, label: str = "slot") -> bytes:
    """Encode everything that a slot, or one sealed key of it, is bound to."""
    # Every parameter is bound into both the derivation and the seal, so a tampered slot fails to open.
    cost = (row.memory_kib, row.passes, row.lanes)
    return encode_fields(label, vault_id, SUITE, row.user, row.slot, row.kind, row.salt, *cost)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class NewSlot:
    """A slot that is sealed already and can be stored; it holds no key in the clear."""

    slot: UUID
    user: UUID
    kind: KeySlotKind
    salt: bytes
    memory_kib: int | None
    passes: int | None
    lanes: int | None
    sealed: bytes = b""
    sealed_signing: bytes | None = None
    sealed_psychotherapy: bytes | None = None

    def values(self) -> dict[str, Any]:
        """The values of its row, by column."""
        return {name: getattr(self, name) for name in self.__slots__}


def seal_slot(
    vault: Vault,
    kind: KeySlotKind,
    keys: SlotKeys,
    *,
    salt: bytes,
    root: bytes,
    cost: KdfCost | None = None,
) -> NewSlot:
    """Seal the keys of a new slot.

    Args:
        salt: a fresh one; the root was derived with it, so that no root ever serves two slots.
    """
    bare = NewSlot(
        slot=uuid4(),
        user=vault.user_id,
        kind=kind,
        salt=salt,
        memory_kib=cost.memory_kib if cost else None,
        passes=cost.passes if cost else None,
        lanes=cost.lanes if cost else None,
    )

    def seal_key(column: str, key: bytes) -> bytes:
        context = slot_context(vault.vault_id, bare, _LABELS[column])
        return encrypt_once(derive_keying_material(root, context), key, context)

    signing_seal_key, psychotherapy_key = keys.unlocked_keys.signing_seal_key, keys.psychotherapy_key
    return replace(
        bare,
        sealed=seal_key("sealed", keys.unlocked_keys.user_key),
        sealed_signing=seal_key("sealed_signing", signing_seal_key) if signing_seal_key else None,
        sealed_psychotherapy=seal_key("sealed_psychotherapy", psychotherapy_key)
        if psychotherapy_key
        else None,
    )


def open_slot(vault_id: UUID, row: Row[Any], root: bytes) -> UnlockedKeys:
    """Open the keys of a login; that for psychotherapy notes stays sealed.

    Raises:
        DecryptionError: this is not the root of the slot.
        SlotPartDamaged: the user key opens, but the signing seal key does not.
    """
    user_key = _open_key(vault_id, row, root, "sealed")
    if row.kind == KeySlotKind.EXECUTOR:
        return UnlockedKeys(user_key=user_key, signing_seal_key=None)
    signing_seal_key = _open_further_key(vault_id, row, root, "sealed_signing")
    if signing_seal_key is None:
        raise SlotPartDamaged
    return UnlockedKeys(user_key=user_key, signing_seal_key=signing_seal_key)


def open_whole_slot(vault_id: UUID, row: Row[Any], root: bytes) -> SlotKeys:
    """Open every key of a slot.

    Raises:
        DecryptionError: this is not the root of the slot.
        SlotPartDamaged: the user key opens, but another one does not.
    """
    return SlotKeys(
        unlocked_keys=open_slot(vault_id, row, root),
        psychotherapy_key=_open_further_key(vault_id, row, root, "sealed_psychotherapy"),
    )


def open_undamaged_keys(vault_id: UUID, row: Row[Any], root: bytes) -> SlotKeys:
    """Open every key of a slot, but leave out a damaged one for psychotherapy notes: it closes nothing else.

    Raises:
        DecryptionError, SlotPartDamaged: as `open_slot`.
    """
    unlocked_keys = open_slot(vault_id, row, root)
    try:
        psychotherapy_key = _open_further_key(vault_id, row, root, "sealed_psychotherapy")
    except SlotPartDamaged:
        return SlotKeys(
            unlocked_keys=unlocked_keys, psychotherapy_key=None, is_psychotherapy_key_damaged=True
        )
    return SlotKeys(unlocked_keys=unlocked_keys, psychotherapy_key=psychotherapy_key)


def _open_further_key(vault_id: UUID, row: Row[Any], root: bytes, column: str) -> bytes | None:
    if getattr(row, column) is None:
        return None
    try:
        return _open_key(vault_id, row, root, column)
    except (DecryptionError, TypeError):  # TypeError where the column holds no bytes
        raise SlotPartDamaged from None


def _open_key(vault_id: UUID, row: Row[Any], root: bytes, column: str) -> bytes:
    context = slot_context(vault_id, row, _LABELS[column])
    return decrypt_once(derive_keying_material(root, context), getattr(row, column), context)
