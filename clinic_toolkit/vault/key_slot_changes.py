"""Making, replacing and removing key slots; each change is one transaction with a new slot list.

A changed secret gets a new slot with a new id, a new salt and so a new root; the old slot is removed. No
change may lose the user key for psychotherapy notes, which is not kept after an unlock: a new slot without it
is refused if a slot of this clinician holds it.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, select

from clinic_toolkit.crypto.passphrase_kdf import (
    KDF_SALT_BYTES,
    KdfCost,
    calibrate_cost,
    derive_key,
    is_substantially_higher,
)
from clinic_toolkit.crypto.seal import KEY_BYTES, hkdf_extract
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault import (
    executor_halves,
    identity,
    key_slot_contents,
    key_slot_list_store,
    key_slots,
    recovery_sheet,
)
from clinic_toolkit.vault.key_slot_contents import NewSlot, SlotKeys
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.user_keys import SigningKeyNotOpen, UnlockedKeys
from clinic_toolkit.vault.vault import Vault


class PassphraseRefused(ClinicError):
    """The new passphrase cannot be stored as text."""

    def __init__(self) -> None:
        super().__init__(
            "This passphrase contains a character that cannot be used. Please choose another one."
        )


class PsychotherapyKeyMissing(ClinicError):
    """The key for psychotherapy notes is not at hand, and replacing this slot would lose it."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: what you typed does not hold the key for psychotherapy notes. It would be "
            "lost. If you used the recovery sheet more than a quarter of an hour ago, lock and use it again. "
            "Otherwise use the recovery sheet instead of the passphrase, or the passphrase instead of the "
            "sheet; or restore a backup."
        )


class PsychotherapyKeyExists(ClinicError):
    """There is a key for psychotherapy notes already; a second one would hide what the first one opens."""

    def __init__(self) -> None:
        super().__init__("There is a key for psychotherapy notes already. Nothing was changed.")


class KeysInDoubt(ClinicError):
    """The slots or the rings are not as this clinician left them; a key may be among what is missing."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: the ways to unlock, or the keys of the record, were changed or damaged "
            "outside this program. There may have been a key for psychotherapy notes. Restore a backup."
        )


def create_vault_with_slots(
    db: Connection, passphrase: str, *, cost: KdfCost | None = None
) -> tuple[Vault, tuple[str, ...]]:
    """Create the vault, its first clinician, the user key for psychotherapy notes and both key slots.

    Args:
        cost: the KDF cost; None calibrates it to about one second on this machine.

    Returns:
        The unlocked vault, and the eight groups of the recovery sheet, which are stored nowhere.

    Raises:
        identity.AlreadySetUp: there is a practice already.
        PassphraseRefused: the passphrase is not valid Unicode.
    """
    vault, psychotherapy_key = identity.create_vault(db), secrets.token_bytes(KEY_BYTES)
    replace_passphrase(db, vault, passphrase, psychotherapy_key=psychotherapy_key, cost=cost)
    return vault, replace_recovery_sheet(db, vault, psychotherapy_key=psychotherapy_key)


def replace_passphrase(
    db: Connection,
    vault: Vault,
    passphrase: str,
    *,
    psychotherapy_key: bytes | None = None,
    cost: KdfCost | None = None,
) -> None:
    """Replace the passphrase slot, with a fresh salt; the old passphrase opens nothing from now on.

    Args:
        psychotherapy_key: the user key for psychotherapy notes, as the present passphrase or sheet opened it.
        cost: the KDF cost; None calibrates it to about one second on this machine.

    Raises:
        PassphraseRefused: the passphrase is not valid Unicode.
        PsychotherapyKeyMissing: the key for psychotherapy notes would be lost.
    """
    store_slot(
        db, vault, prepare_passphrase(vault, passphrase, psychotherapy_key=psychotherapy_key, cost=cost)
    )


def prepare_passphrase(
    vault: Vault, passphrase: str, *, psychotherapy_key: bytes | None, cost: KdfCost | None = None
) -> NewSlot:
    """Seal the slot of a new passphrase, which opens nothing until `store_slot`.

    Args:
        cost: the KDF cost; None calibrates it.

    Raises:
        PassphraseRefused: the passphrase is not valid Unicode.
    """
    chosen_cost, salt = cost or calibrate_cost(), secrets.token_bytes(KDF_SALT_BYTES)
    try:
        root = derive_key(passphrase, salt, chosen_cost)
    except ValueError:
        raise PassphraseRefused from None
    keys = _keys_to_seal(vault, psychotherapy_key)
    return key_slot_contents.seal_slot(
        vault, KeySlotKind.PASSPHRASE, keys, salt=salt, root=root, cost=chosen_cost
    )


def upgrade_kdf_cost(db: Connection, vault: Vault, passphrase: str) -> bool:
    """Replace the passphrase slot by one with a higher KDF cost, if this machine can afford it.

    The stored cost may have been calibrated on a busy or slower machine. It is never lowered. The slot is
    replaced in the caller's transaction, so that at any moment exactly one of the two exists.

    Args:
        passphrase: the one that opened this vault.

    Returns:
        Whether the slot was replaced.
    """
    if not vault.slots_intact:
        return False
    row = key_slots.load_passphrase_slot(db, vault.user_id)
    stored_cost, calibrated_cost = key_slots.slot_cost(row), calibrate_cost()
    if not is_substantially_higher(calibrated_cost, stored_cost):
        return False
    keys = key_slots.open_keys_with_passphrase(db, vault.user_id, passphrase)
    replace_passphrase(db, vault, passphrase, psychotherapy_key=keys.psychotherapy_key, cost=calibrated_cost)
    return True


def replace_recovery_sheet(
    db: Connection, vault: Vault, *, psychotherapy_key: bytes | None = None
) -> tuple[str, ...]:
    """Replace the recovery sheet's slot at once; the old sheet opens nothing from now on.

    Args:
        psychotherapy_key: the user key for psychotherapy notes, as the passphrase opened it.

    Returns:
        The eight groups of the sheet, which are stored nowhere.

    Raises:
        PsychotherapyKeyMissing: the key for psychotherapy notes would be lost.
    """
    groups = recovery_sheet.generate_groups()
    store_slot(db, vault, prepare_recovery_sheet(vault, groups, psychotherapy_key=psychotherapy_key))
    return groups


def prepare_recovery_sheet(
    vault: Vault, groups: Sequence[str], *, psychotherapy_key: bytes | None
) -> NewSlot:
    """Seal the slot of a new sheet, which opens nothing until `store_slot`.

    So the passphrase is needed when the sheet is made, and no key has to be kept until it was printed.
    """
    salt = secrets.token_bytes(KDF_SALT_BYTES)
    root = hkdf_extract(salt, recovery_sheet.decode_groups(" ".join(groups)))
    keys = _keys_to_seal(vault, psychotherapy_key)
    return key_slot_contents.seal_slot(vault, KeySlotKind.RECOVERY_SHEET, keys, salt=salt, root=root)


def prepare_executor_halves(
    vault: Vault, first: Sequence[str], second: Sequence[str], *, psychotherapy_key: bytes | None
) -> NewSlot:
    """Seal the slot of two new halves, which open nothing until `store_slot`.

    Args:
        psychotherapy_key: None leaves psychotherapy notes closed to the executor.
    """
    salt = secrets.token_bytes(KDF_SALT_BYTES)
    root = hkdf_extract(salt, executor_halves.join_halves(" ".join(first), " ".join(second)))
    keys = SlotKeys(
        unlocked_keys=UnlockedKeys(user_key=vault.unlocked_keys().user_key, signing_seal_key=None),
        psychotherapy_key=psychotherapy_key,
    )
    return key_slot_contents.seal_slot(vault, KeySlotKind.EXECUTOR, keys, salt=salt, root=root)


def store_slot(db: Connection, vault: Vault, *new_slots: NewSlot) -> None:
    """Store new slots in the place of those of the same kinds, and a new slot list.

    Raises:
        SigningKeyNotOpen: this vault was opened by an executor.
        PsychotherapyKeyMissing: a passphrase or sheet without the key for psychotherapy notes would replace
            or stand beside one that holds it.
    """
    if not vault.can_sign:
        raise SigningKeyNotOpen
    replaced = [slot.kind for slot in new_slots]
    without_key = {slot.kind for slot in new_slots if slot.sealed_psychotherapy is None}
    if without_key - {KeySlotKind.EXECUTOR} and holds_psychotherapy_key(db, vault):
        raise PsychotherapyKeyMissing
    of_this_clinician = slot_table.c.user == vault.user_id
    db.execute(slot_table.delete().where(of_this_clinician, slot_table.c.kind.in_(replaced)))
    for slot in new_slots:
        db.execute(slot_table.insert().values(**slot.values()))
    key_slot_list_store.update_slot_list(db, vault, *(slot.slot for slot in new_slots))


def remove_executor_slot(db: Connection, vault: Vault) -> None:
    """Remove the executor's slot, so that both halves open nothing here any more.

    Raises:
        SigningKeyNotOpen: this vault was opened by an executor.
    """
    if not vault.can_sign:
        raise SigningKeyNotOpen
    of_this_clinician = slot_table.c.user == vault.user_id
    db.execute(slot_table.delete().where(of_this_clinician, slot_table.c.kind == KeySlotKind.EXECUTOR))
    key_slot_list_store.update_slot_list(db, vault)


def holds_psychotherapy_key(db: Connection, vault: Vault) -> bool:
    """Whether the passphrase or the sheet of this clinician holds a key for psychotherapy notes."""
    query = select(slot_table.c.slot).where(
        slot_table.c.user == vault.user_id,
        slot_table.c.kind != KeySlotKind.EXECUTOR,
        slot_table.c.sealed_psychotherapy.is_not(None),
    )
    return db.scalar(query.limit(1)) is not None


def find_executor_slot(db: Connection, vault: Vault) -> tuple[bool, bool]:
    """Whether there is an executor's slot, and whether it holds the key for psychotherapy notes."""
    is_executor = (slot_table.c.user == vault.user_id) & (slot_table.c.kind == KeySlotKind.EXECUTOR)
    row = db.execute(select(slot_table).where(is_executor)).first()
    return row is not None, row is not None and row.sealed_psychotherapy is not None


def add_psychotherapy_key(
    db: Connection, vault: Vault, passphrase: str, groups: str, *, cost: KdfCost | None = None
) -> None:
    """Make the key for psychotherapy notes in a practice that has none yet; needs both secrets at once.

    Both slots are sealed anew under the same secrets. Otherwise one of the two ways in could not open it.

    Raises:
        PsychotherapyKeyExists: there is one already, or notes that one closes.
        KeysInDoubt: it cannot be told whether there is one.
        WrongSecret, InvalidRecoverySheet, SlotCostRefused, SlotPartDamaged: as when unlocking.
    """
    rings = vault.rings
    if holds_psychotherapy_key(db, vault) or rings.closed or rings.list_owners(RingClass.PSYCHOTHERAPY):
        raise PsychotherapyKeyExists
    if not vault.slots_intact or rings.damaged or rings.lost:
        raise KeysInDoubt
    key_slots.open_keys_with_recovery_sheet(db, vault.user_id, groups)
    key_slots.open_keys_with_passphrase(db, vault.user_id, passphrase)
    key, printed = secrets.token_bytes(KEY_BYTES), recovery_sheet.normalize_groups(groups)
    store_slot(
        db,
        vault,
        prepare_passphrase(vault, passphrase, psychotherapy_key=key, cost=cost),
        prepare_recovery_sheet(vault, printed, psychotherapy_key=key),
    )


def _keys_to_seal(vault: Vault, psychotherapy_key: bytes | None) -> SlotKeys:
    unlocked_keys = vault.unlocked_keys()
    unlocked_keys.require_signing_seal_key()
    return SlotKeys(unlocked_keys=unlocked_keys, psychotherapy_key=psychotherapy_key)
