"""Key slots: each holds the user key, sealed under one secret; to unlock is to open a slot.

No password hash is stored anywhere. A wrong passphrase, a wrong recovery sheet and a tampered slot cannot be
told apart, because the commitment is compared before anything is decrypted.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, select

from clinic_toolkit.crypto.encoding import encode_fields
from clinic_toolkit.crypto.passphrase_kdf import (
    MAX_CALIBRATED_WORK,
    SALT_BYTES,
    CostOutOfRange,
    KdfCost,
    calibrate_cost,
    check_cost,
    derive_key,
    is_substantially_higher,
)
from clinic_toolkit.crypto.seal import (
    SUITE,
    DecryptionError,
    derive_keying_material,
    hkdf_extract,
    open_seal,
    seal,
)
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault import identity, key_slot_list_store, recovery_sheet
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.vault import Vault

# Planted slots must not hold up an unlock for long: passphrases are tried up to the work of eight slots of
# the highest cost that this program chooses. A sheet needs no derivation, so many can be tried.
_MAX_TOTAL_WORK = 8 * MAX_CALIBRATED_WORK
_MAX_SHEETS_TRIED = 1000


class WrongSecret(ClinicError):
    """The secret that was typed opens no key slot here."""


class SlotCostRefused(ClinicError):
    """The stored KDF cost is outside the limits, so the passphrase was not tried."""

    def __init__(self) -> None:
        super().__init__(
            "What this passphrase opens was changed outside this program and is not safe to use. Use the "
            "recovery sheet, or restore a backup."
        )


class PassphraseRefused(ClinicError):
    """The new passphrase cannot be stored as text."""

    def __init__(self) -> None:
        super().__init__(
            "This passphrase contains a character that cannot be used. Please choose another one."
        )


def create_vault_with_slots(
    db: Connection, passphrase: str, *, cost: KdfCost | None = None
) -> tuple[Vault, tuple[str, ...]]:
    """Create the vault, its first clinician and both key slots.

    Args:
        cost: the KDF cost; None calibrates it to about one second on this machine.

    Returns:
        The unlocked vault, and the eight groups of the recovery sheet, which are stored nowhere.

    Raises:
        identity.AlreadySetUp: there is a practice already.
        PassphraseRefused: the passphrase is not valid Unicode.
    """
    vault = identity.create_vault(db)
    replace_passphrase(db, vault, passphrase, cost=cost)
    return vault, replace_recovery_sheet(db, vault)


def has_practice(db: Connection) -> bool:
    """Whether a practice was set up here; see `identity.has_practice`."""
    return identity.has_practice(db)


def unlock_with_passphrase(db: Connection, text: str, *, user_id: UUID | None = None) -> Vault:
    """Unlock with the passphrase.

    Args:
        user_id: whose passphrase it is; None tries that of each clinician.

    Raises:
        WrongSecret: it is not the passphrase.
        SlotCostRefused: the stored KDF cost is outside the limits.
        DamagedFile: the key slot or the identity is missing or damaged.
    """
    return _unlock_with_any(
        db,
        _load_slots(db, KeySlotKind.PASSPHRASE, user_id),
        lambda row: _unwrap_with_passphrase(db, row, text),
    )


def is_passphrase(db: Connection, user_id: UUID, text: str) -> bool:
    """Whether this is the passphrase of this clinician; for step-up authentication.

    Raises:
        SlotCostRefused: the stored KDF cost is outside the limits.
    """
    [row] = _load_slots(db, KeySlotKind.PASSPHRASE, user_id)
    try:
        _unwrap_with_passphrase(db, row, text)
    except WrongSecret:
        return False
    return True


def unlock_with_recovery_sheet(db: Connection, groups: str, *, user_id: UUID | None = None) -> Vault:
    """Unlock with the recovery sheet. Its 160 random bits need no slow KDF, so this is instant.

    Args:
        user_id: whose sheet it is; None tries that of each clinician.

    Raises:
        InvalidRecoverySheet: a group was mistyped; the error names it.
        WrongSecret: every group is valid, but the sheet belongs to another practice or was replaced.
    """
    secret = recovery_sheet.decode_groups(groups)
    refusal = (
        "Every group is correct, but this sheet does not open this practice. It may belong to another "
        "practice, or a newer sheet may have replaced it."
    )
    return _unlock_with_any(
        db,
        _load_slots(db, KeySlotKind.RECOVERY_SHEET, user_id),
        lambda row: _unwrap_user_key(db, row, hkdf_extract(row.salt, secret), refusal),
    )


def _unlock_with_any(db: Connection, rows: Sequence[Row[Any]], unwrap: Callable[[Row[Any]], bytes]) -> Vault:
    """Unlock with the first of these slots that the secret opens; the error is that of the first slot."""
    errors: list[WrongSecret | SlotCostRefused] = []
    for row in rows:
        try:
            return unlock_with_user_key(db, row.user, unwrap(row))
        except (WrongSecret, SlotCostRefused) as error:
            errors.append(error)
    raise errors[0]


def unlock_with_user_key(db: Connection, user_id: UUID, user_key: bytes) -> Vault:
    """Unlock with the user key itself, and verify the slot list."""
    vault = identity.open_vault(db, user_id, user_key)
    vault.key_slots = key_slot_list_store.read_slot_list(db, vault)
    return vault


def replace_passphrase(db: Connection, vault: Vault, passphrase: str, *, cost: KdfCost | None = None) -> None:
    """Replace the passphrase slot, with a fresh salt; the old passphrase opens nothing from now on.

    Args:
        cost: the KDF cost; None calibrates it to about one second on this machine.

    Raises:
        PassphraseRefused: the passphrase is not valid Unicode.
    """
    chosen_cost, salt = cost or calibrate_cost(), secrets.token_bytes(SALT_BYTES)
    try:
        root = derive_key(passphrase, salt, chosen_cost)
    except ValueError:
        raise PassphraseRefused from None
    _replace_slot(db, vault, KeySlotKind.PASSPHRASE, salt, chosen_cost, root)


def upgrade_kdf_cost(db: Connection, vault: Vault, passphrase: str) -> bool:
    """Replace the passphrase slot by one with a higher KDF cost, if this machine can afford it.

    The stored cost may have been calibrated on a busy or slower machine. It is never lowered. The slot is
    replaced in the caller's transaction, so that at any moment exactly one of the two exists.

    Args:
        passphrase: the one that opened this vault.

    Returns:
        Whether the slot was replaced.
    """
    [row] = _load_slots(db, KeySlotKind.PASSPHRASE, vault.user_id)
    stored_cost, calibrated_cost = _slot_cost(row), calibrate_cost()
    if not vault.slots_intact or not is_substantially_higher(calibrated_cost, stored_cost):
        return False
    replace_passphrase(db, vault, passphrase, cost=calibrated_cost)
    return True


def replace_recovery_sheet(
    db: Connection, vault: Vault, new_groups: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Replace the recovery sheet's slot; the old sheet opens nothing from now on.

    Args:
        new_groups: the groups of a sheet that was printed already; None generates a new sheet.

    Returns:
        The eight groups of the sheet, which are stored nowhere.
    """
    groups, salt = tuple(new_groups or recovery_sheet.generate_groups()), secrets.token_bytes(SALT_BYTES)
    _replace_slot(
        db,
        vault,
        KeySlotKind.RECOVERY_SHEET,
        salt,
        None,
        hkdf_extract(salt, recovery_sheet.decode_groups(" ".join(groups))),
    )
    return groups


def _load_slots(db: Connection, kind: KeySlotKind, user_id: UUID | None) -> Sequence[Row[Any]]:
    """Load the slot of one clinician, or those of all that are tried, in the order in which they are.

    Whoever can write to the file can plant slots. So those of users who have an identity come first, and
    among them the cheapest; what exceeds the limit is not tried.
    """
    query = select(slot_table).where(slot_table.c.kind == kind)
    rows = db.execute(query if user_id is None else query.where(slot_table.c.user == user_id)).all()
    if not rows:
        raise identity.damaged_store_error(db)
    if len(rows) == 1:
        return rows
    users = set(db.scalars(select(identity.identity_table.c.user)))
    if kind == KeySlotKind.RECOVERY_SHEET:
        return sorted(rows, key=lambda row: row.user not in users)[:_MAX_SHEETS_TRIED]
    works = {row.slot: _find_work(row) for row in rows}
    tried: list[Row[Any]] = []
    total = 0
    for row in sorted(rows, key=lambda row: (row.user not in users, works[row.slot] or _MAX_TOTAL_WORK)):
        total += works[row.slot] or 0
        if total > _MAX_TOTAL_WORK:
            break
        tried.append(row)
    return tried


def _find_work(row: Row[Any]) -> int | None:
    """The work of trying a slot of a passphrase; None if its cost is refused, which takes no time."""
    try:
        check_cost(_slot_cost(row))
    except (CostOutOfRange, TypeError):
        return None
    return _slot_cost(row).work


def _slot_cost(row: Row[Any]) -> KdfCost:
    return KdfCost(memory_kib=row.memory_kib, passes=row.passes, lanes=row.lanes)


def _unwrap_with_passphrase(db: Connection, row: Row[Any], text: str) -> bytes:
    refusal = "That passphrase does not open this practice."
    try:
        root = derive_key(text, row.salt, _slot_cost(row))
    except ValueError:
        raise WrongSecret(refusal) from None
    except (CostOutOfRange, TypeError):  # TypeError where a cost is missing
        raise SlotCostRefused from None
    return _unwrap_user_key(db, row, root, refusal)


def _unwrap_user_key(db: Connection, row: Row[Any], root: bytes, refusal: str) -> bytes:
    try:
        context = key_slot_list_store.slot_context(identity.load_vault_ids(db)[0], row)
        return open_seal(derive_keying_material(root, context), row.sealed, context)
    except (DecryptionError, ValueError):
        raise WrongSecret(refusal) from None


def _replace_slot(
    db: Connection, vault: Vault, kind: KeySlotKind, salt: bytes, cost: KdfCost | None, root: bytes
) -> None:
    id = uuid4()
    costs = (cost.memory_kib, cost.passes, cost.lanes) if cost else (None, None, None)
    context = encode_fields("slot", vault.vault_id, SUITE, vault.user_id, id, kind, salt, *costs)
    db.execute(slot_table.delete().where(slot_table.c.user == vault.user_id, slot_table.c.kind == kind))
    db.execute(
        slot_table.insert().values(
            slot=id, user=vault.user_id, kind=kind, salt=salt, memory_kib=costs[0], passes=costs[1],
            lanes=costs[2], sealed=seal(derive_keying_material(root, context), vault.user_key(), context),
        )
    )  # fmt: skip
    key_slot_list_store.update_slot_list(db, vault, id)
