"""The ways in. Each slot holds the user key, sealed under one secret; opening one is unlocking.

No other hash of a password exists. A wrong passphrase, a wrong sheet and a slot that someone swapped
look alike, because the commitment is compared before anything is decrypted.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Table,
    UniqueConstraint,
    select,
)

from clinic_toolkit.crypto.encoding import enc
from clinic_toolkit.crypto.passphrase import (
    SALT_BYTES,
    Cost,
    CostRefused,
    calibrate,
    is_well_above,
    stretch,
)
from clinic_toolkit.crypto.seal import SUITE, NotOpened, expand, extract, okm, open_seal, seal
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.engine import if_rolled_back
from clinic_toolkit.store.types import Id
from clinic_toolkit.vault import identity, sheet
from clinic_toolkit.vault.vault import Vault, WaysIn

# 3 and 4 are kept for the two halves of an executor's way in.
PASSPHRASE, SHEET = 1, 2

slot = Table(
    "slot",
    metadata,
    Column("slot", Id, primary_key=True),
    Column("user", Id, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("memory_kib", Integer, nullable=True),
    Column("passes", Integer, nullable=True),
    Column("lanes", Integer, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("user", "kind"),
    CheckConstraint("length(slot) = 16 AND length(user) = 16 AND length(salt) = 16", name="ids"),
    CheckConstraint(
        "(memory_kib IS NULL) = (passes IS NULL) AND (passes IS NULL) = (lanes IS NULL)", name="cost"
    ),
    CheckConstraint("kind <> 1 OR lanes IS NOT NULL", name="stretched"),
    sqlite_strict=True,
)

slot_list = Table(
    "slot_list",
    metadata,
    Column("user", Id, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    CheckConstraint("length(user) = 16 AND length(mac) = 32 AND generation >= 1", name="shape"),
    sqlite_strict=True,
)


class WrongSecret(ClinicError):
    """What was typed opens nothing here."""


class SlotRefused(ClinicError):
    """A stored cost is below the floor or beyond the limits, so it was not even tried."""

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


def create_identity(
    db: Connection, passphrase: str, *, cost: Cost | None = None
) -> tuple[Vault, tuple[str, ...]]:
    """Make the practice's vault, its first clinician and both ways in.

    Args:
        cost: None calibrates to about a second on this machine.

    Returns:
        The unlocked vault, and the eight groups of the recovery sheet, which are kept nowhere.

    Raises:
        identity.AlreadySetUp: a practice lies here.
        PassphraseRefused: it is not Unicode text.
    """
    vault = identity.found(db)
    replace_passphrase(db, vault, passphrase, cost=cost)
    return vault, replace_sheet(db, vault)


def exists(db: Connection) -> bool:
    """Whether a practice was set up here; see `identity.exists`."""
    return identity.exists(db)


def open_with_passphrase(db: Connection, text: str) -> Vault:
    """Unlock with the passphrase.

    Raises:
        WrongSecret: it is not the passphrase.
        SlotRefused: the stored cost is outside the limits.
    """
    row = _slot(db, PASSPHRASE)
    return open_with_user_key(db, row.user, _user_key_by_passphrase(db, row, text))


def fits(db: Connection, text: str) -> bool:
    """Whether this is the passphrase: asked once more before an act that needs it."""
    try:
        _user_key_by_passphrase(db, _slot(db, PASSPHRASE), text)
    except WrongSecret:
        return False
    return True


def open_with_sheet(db: Connection, groups: str) -> Vault:
    """Unlock with the recovery sheet. 160 random bits need no stretching, so this is instant.

    Raises:
        sheet.SheetMisread: a group is not as printed; it is named.
        WrongSecret: every group is as printed, on the sheet of another practice or an older one.
    """
    secret = sheet.read(groups)
    row = _slot(db, SHEET)
    refusal = (
        "Every group is correct, but this sheet does not open this practice. It may belong to another "
        "practice, or a newer sheet may have replaced it."
    )
    return open_with_user_key(db, row.user, _user_key(db, row, extract(row.salt, secret), refusal))


def open_with_user_key(db: Connection, user_id: UUID, user_key: bytes) -> Vault:
    """Unlock with the user key itself, and look at the list of ways in."""
    vault = identity.unlock(db, user_id, user_key)
    vault.ways_in = _found_ways(db, vault)
    return vault


def replace_passphrase(db: Connection, vault: Vault, passphrase: str, *, cost: Cost | None = None) -> None:
    """Give the user key a new passphrase, under a fresh salt; the old one opens nothing from now on.

    Raises:
        PassphraseRefused: it is not Unicode text.
    """
    chosen, salt = cost or calibrate(), secrets.token_bytes(SALT_BYTES)
    try:
        root = stretch(passphrase, salt, chosen)
    except ValueError:
        raise PassphraseRefused from None
    _replace(db, vault, PASSPHRASE, salt, chosen, root)


def raise_cost(db: Connection, vault: Vault, passphrase: str) -> bool:
    """Give the passphrase that opened this vault a slot of a higher cost, if this machine bears one.

    The cost may have been measured while the machine was busy, or on a slower one. It is never lowered.
    The new slot takes the place of the old one in the transaction of the caller: one of them always opens.

    Returns:
        Whether there is a new slot.
    """
    stored, chosen = _cost(_slot(db, PASSPHRASE)), calibrate()
    if not vault.slots_intact or not is_well_above(chosen, stored):
        return False
    replace_passphrase(db, vault, passphrase, cost=chosen)
    return True


def replace_sheet(db: Connection, vault: Vault, drawn: Sequence[str] | None = None) -> tuple[str, ...]:
    """Have this recovery sheet open the practice, or a new one; the old one opens nothing from now on."""
    groups, salt = tuple(drawn or sheet.draw()), secrets.token_bytes(SALT_BYTES)
    _replace(db, vault, SHEET, salt, None, extract(salt, sheet.read(" ".join(groups))))
    return groups


def _slot(db: Connection, kind: int) -> Row[Any]:
    row = db.execute(select(slot).where(slot.c.kind == kind)).first()
    if row is None:
        raise identity.broken(db)
    return row


def _cost(row: Row[Any]) -> Cost:
    return Cost(memory_kib=row.memory_kib, passes=row.passes, lanes=row.lanes)


def _head(vault_id: UUID, row: Row[Any]) -> bytes:
    # Every parameter is both in the derivation and in the seal: a changed header is a wrong secret.
    cost = (row.memory_kib, row.passes, row.lanes)
    return enc("slot", vault_id, SUITE, row.user, row.slot, row.kind, row.salt, *cost)


def _user_key_by_passphrase(db: Connection, row: Row[Any], text: str) -> bytes:
    refusal = "That passphrase does not open this practice."
    try:
        root = stretch(text, row.salt, _cost(row))
    except ValueError:
        raise WrongSecret(refusal) from None
    except (CostRefused, TypeError):  # the last where a cost is not there
        raise SlotRefused from None
    return _user_key(db, row, root, refusal)


def _user_key(db: Connection, row: Row[Any], root: bytes, refusal: str) -> bytes:
    try:
        head = _head(identity.head(db)[0], row)
        return open_seal(okm(root, head), row.sealed, head)
    except (NotOpened, ValueError):
        raise WrongSecret(refusal) from None


def _replace(db: Connection, vault: Vault, kind: int, salt: bytes, cost: Cost | None, root: bytes) -> None:
    id = uuid4()
    costs = (cost.memory_kib, cost.passes, cost.lanes) if cost else (None, None, None)
    head = enc("slot", vault.vault_id, SUITE, vault.user_id, id, kind, salt, *costs)
    db.execute(slot.delete().where(slot.c.user == vault.user_id, slot.c.kind == kind))
    db.execute(
        slot.insert().values(
            slot=id, user=vault.user_id, kind=kind, salt=salt, memory_kib=costs[0], passes=costs[1],
            lanes=costs[2], sealed=seal(okm(root, head), vault.user_key(), head),
        )
    )  # fmt: skip
    _vouch(db, vault, id)


def _vouch(db: Connection, vault: Vault, made: UUID) -> None:
    before = vault.ways_in
    if_rolled_back(db, lambda: setattr(vault, "ways_in", before))
    rows = db.execute(select(slot).where(slot.c.user == vault.user_id)).all()
    generation, vouched = before.generation + 1, before.vouched | {made}
    if any(row.slot not in vouched for row in rows):
        # A slot that this clinician never made is still there. Writing a new list would launder it. The
        # number goes on all the same: by it the trail tells every earlier list from the newest.
        vault.ways_in = WaysIn(generation=generation, intact=False, vouched=vouched)
        return
    mac = _mac(vault, generation, rows)
    db.execute(slot_list.delete().where(slot_list.c.user == vault.user_id))
    db.execute(slot_list.insert().values(user=vault.user_id, generation=generation, mac=mac))
    vault.ways_in = WaysIn(generation=generation, intact=True, vouched=vouched)


def _found_ways(db: Connection, vault: Vault) -> WaysIn:
    rows = db.execute(select(slot).where(slot.c.user == vault.user_id)).all()
    listed = db.execute(select(slot_list).where(slot_list.c.user == vault.user_id)).first()
    try:
        mac = _mac(vault, listed.generation, rows) if listed else b""
    except ValueError:  # a number that no list and no slot is written with
        mac = b""
    if listed is None or not secrets.compare_digest(listed.mac, mac):
        return WaysIn(generation=0, intact=False, vouched=frozenset())
    return WaysIn(generation=listed.generation, intact=True, vouched=frozenset(row.slot for row in rows))


def _mac(vault: Vault, generation: int, rows: Sequence[Row[Any]]) -> bytes:
    prints = sorted(sha256(_head(vault.vault_id, row) + row.sealed).digest() for row in rows)
    return expand(vault.user_key(), enc("slot-list", vault.vault_id, vault.user_id, generation, *prints))
