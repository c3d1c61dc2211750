"""Key slots: each holds the keys of a clinician, sealed under one secret; to unlock is to open a slot.

No password hash is stored anywhere. A wrong passphrase, a wrong recovery sheet and a tampered slot cannot be
told apart, because the commitment is compared before anything is decrypted. `key_slot_changes` makes and
replaces slots, `key_slot_contents` says what lies in one.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Row, select

from clinic_toolkit.crypto.passphrase_kdf import (
    MAX_CALIBRATED_WORK,
    CostOutOfRange,
    KdfCost,
    check_cost,
    derive_key,
)
from clinic_toolkit.crypto.seal import DecryptionError, hkdf_extract
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault import (
    executor_halves,
    identity,
    key_slot_contents,
    key_slot_list_store,
    recovery_sheet,
)
from clinic_toolkit.vault.key_slot_contents import SlotKeys
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault

T = TypeVar("T")

# Planted slots must not hold up an unlock for long: passphrases are tried up to the work of eight slots of
# the highest cost that this program chooses. A sheet needs no derivation, so many can be tried.
_MAX_TOTAL_WORK = 8 * MAX_CALIBRATED_WORK
_MAX_SHEETS_TRIED = 1000
_SHEET_REFUSED = (
    "Every group is correct, but this sheet does not open this practice. It may belong to another "
    "practice, or a newer sheet may have replaced it."
)
_HALVES_REFUSED = (
    "Every group is correct, but these two sheets do not open this practice together. They may belong to two "
    "pairs or to another practice, or they were replaced or withdrawn."
)


class WrongSecret(ClinicError):
    """The secret that was typed opens no key slot here."""


class SlotCostRefused(ClinicError):
    """The stored KDF cost is outside the limits, so the passphrase was not tried."""

    def __init__(self) -> None:
        super().__init__(
            "What this passphrase opens was changed outside this program and is not safe to use. Use the "
            "recovery sheet, or restore a backup."
        )


def unlock_with_passphrase(db: Connection, text: str, *, user_id: UUID | None = None) -> Vault:
    """Unlock with the passphrase.

    Args:
        user_id: whose passphrase it is; None tries that of each clinician.

    Raises:
        WrongSecret: it is not the passphrase.
        SlotCostRefused: the stored KDF cost is outside the limits.
        SlotPartDamaged: it opens the slot, but not every key in it.
        DamagedFile: the key slot or the identity is missing or damaged.
    """
    slot_user_id, keys = _open_first(
        _load_slots(db, KeySlotKind.PASSPHRASE, user_id),
        lambda row: _open_with_passphrase(db, row, text, key_slot_contents.open_slot),
    )
    return unlock_with_keys(db, slot_user_id, keys)


def open_keys_with_passphrase(db: Connection, user_id: UUID, text: str) -> SlotKeys:
    """Open every key that this clinician's passphrase opens, that for psychotherapy notes too.

    Raises:
        WrongSecret, SlotCostRefused, SlotPartDamaged: as `unlock_with_passphrase`.
    """
    [row] = _load_slots(db, KeySlotKind.PASSPHRASE, user_id)
    return _open_with_passphrase(db, row, text, key_slot_contents.open_whole_slot)


def is_passphrase(db: Connection, user_id: UUID, text: str) -> bool:
    """Whether this is the passphrase of this clinician; for step-up authentication.

    Raises:
        SlotCostRefused: the stored KDF cost is outside the limits.
    """
    [row] = _load_slots(db, KeySlotKind.PASSPHRASE, user_id)
    try:
        _open_with_passphrase(db, row, text, key_slot_contents.open_slot)
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
        SlotPartDamaged: it opens the slot, but not every key in it.
    """
    secret = recovery_sheet.decode_groups(groups)
    slot_user_id, keys = _open_first(
        _load_slots(db, KeySlotKind.RECOVERY_SHEET, user_id),
        lambda row: _open_with_secret(db, row, secret, _SHEET_REFUSED, key_slot_contents.open_slot),
    )
    return unlock_with_keys(db, slot_user_id, keys)


def open_keys_with_recovery_sheet(db: Connection, user_id: UUID, groups: str) -> SlotKeys:
    """Open every key that this clinician's recovery sheet opens, that for psychotherapy notes if undamaged.

    Raises:
        InvalidRecoverySheet, WrongSecret, SlotPartDamaged: as `unlock_with_recovery_sheet`.
    """
    secret = recovery_sheet.decode_groups(groups)
    [row] = _load_slots(db, KeySlotKind.RECOVERY_SHEET, user_id)
    return _open_with_secret(db, row, secret, _SHEET_REFUSED, key_slot_contents.open_undamaged_keys)


def unlock_with_executor_halves(db: Connection, first: str, second: str) -> tuple[Vault, SlotKeys]:
    """Unlock with both sheets of an executor: the vault reads, and cannot sign.

    Returns:
        The vault, and what the slot holds: the key for psychotherapy notes only if that was chosen.

    Raises:
        InvalidRecoverySheet: a group was mistyped, or stands on another sheet; the error names it.
        WrongSecret: every group is valid, but the two do not belong together, or not to this practice.
    """
    secret = executor_halves.join_halves(first, second)
    query = select(slot_table).where(slot_table.c.kind == KeySlotKind.EXECUTOR)
    rows = _limit_tries(db, db.execute(query).all())
    if not rows:
        raise WrongSecret(_HALVES_REFUSED)
    slot_user_id, keys = _open_first(
        rows,
        lambda row: _open_with_secret(
            db, row, secret, _HALVES_REFUSED, key_slot_contents.open_undamaged_keys
        ),
    )
    return unlock_with_keys(db, slot_user_id, keys.unlocked_keys), keys


def _open_first(rows: Sequence[Row[Any]], open_row: Callable[[Row[Any]], T]) -> tuple[UUID, T]:
    """Open the first slot that the secret opens; if there is none, the error is that of the first slot.

    Args:
        rows: the slots to try, at least one.

    Returns:
        Whose slot it is, and its keys.
    """
    errors: list[WrongSecret | SlotCostRefused] = []
    for row in rows:
        try:
            return row.user, open_row(row)
        except (WrongSecret, SlotCostRefused) as error:
            errors.append(error)
    raise errors[0]


def unlock_with_keys(db: Connection, user_id: UUID, keys: UnlockedKeys) -> Vault:
    """Unlock with the keys themselves, and verify the slot list."""
    vault = identity.open_vault(db, user_id, keys)
    vault.key_slots = key_slot_list_store.read_slot_list(db, vault)
    return vault


def _load_slots(db: Connection, kind: KeySlotKind, user_id: UUID | None) -> Sequence[Row[Any]]:
    """Load the slot of one clinician, or all slots of this kind that are tried, in the order of trying.

    Whoever can write to the file can plant slots. So slots of users with an identity come first, those of
    passphrases by rising cost, and slots beyond a limit are not tried.
    """
    query = select(slot_table).where(slot_table.c.kind == kind)
    rows = db.execute(query if user_id is None else query.where(slot_table.c.user == user_id)).all()
    if not rows:
        raise identity.damaged_store_error(db)
    if len(rows) == 1:
        return rows
    if kind == KeySlotKind.RECOVERY_SHEET:
        return _limit_tries(db, rows)
    users = set(db.scalars(select(identity.identity_table.c.user)))
    works = {row.slot: _find_work(row) for row in rows}
    tried: list[Row[Any]] = []
    total = 0
    for row in sorted(rows, key=lambda row: (row.user not in users, works[row.slot] or _MAX_TOTAL_WORK)):
        total += works[row.slot] or 0
        if total > _MAX_TOTAL_WORK:
            break
        tried.append(row)
    return tried


def _limit_tries(db: Connection, rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The slots of sheets that are tried, those of users who have an identity first."""
    users = set(db.scalars(select(identity.identity_table.c.user)))
    return sorted(rows, key=lambda row: row.user not in users)[:_MAX_SHEETS_TRIED]


def _find_work(row: Row[Any]) -> int | None:
    """The work of trying a slot of a passphrase; None if its cost is refused, which takes no time."""
    try:
        check_cost(slot_cost(row))
    except (CostOutOfRange, TypeError):
        return None
    return slot_cost(row).work


def slot_cost(row: Row[Any]) -> KdfCost:
    """The KDF cost that a slot names; it was not checked yet."""
    return KdfCost(memory_kib=row.memory_kib, passes=row.passes, lanes=row.lanes)


def load_passphrase_slot(db: Connection, user_id: UUID) -> Row[Any]:
    """The passphrase slot of this clinician.

    Raises:
        DamagedFile: there is none.
    """
    [row] = _load_slots(db, KeySlotKind.PASSPHRASE, user_id)
    return row


def _open_with_passphrase(
    db: Connection,
    row: Row[Any],
    text: str,
    open_slot: Callable[[UUID, Row[Any], bytes], T],
) -> T:
    refusal = "That passphrase does not open this practice."
    try:
        root = derive_key(text, row.salt, slot_cost(row))
    except ValueError:
        raise WrongSecret(refusal) from None
    except (CostOutOfRange, TypeError):  # TypeError where a cost is missing
        raise SlotCostRefused from None
    return _open_with_root(db, row, root, refusal, open_slot)


def _open_with_secret(
    db: Connection,
    row: Row[Any],
    secret: bytes,
    refusal: str,
    open_slot: Callable[[UUID, Row[Any], bytes], T],
) -> T:
    return _open_with_root(db, row, hkdf_extract(row.salt, secret), refusal, open_slot)


def _open_with_root(
    db: Connection,
    row: Row[Any],
    root: bytes,
    refusal: str,
    open_slot: Callable[[UUID, Row[Any], bytes], T],
) -> T:
    try:
        return open_slot(identity.load_vault_ids(db)[0], row, root)
    except (DecryptionError, ValueError, TypeError):  # the latter two where a column holds another type
        raise WrongSecret(refusal) from None
