"""The three keys of a slot: each by itself, all of them vouched for, and none lost by a change."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, text

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import (
    executor_halves,
    key_slot_changes,
    key_slot_contents,
    key_slot_list_store,
    key_slots,
)
from clinic_toolkit.vault.key_slot_changes import PsychotherapyKeyMissing
from clinic_toolkit.vault.key_slot_contents import SlotPartDamaged
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_list_table, slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.recovery_sheet import InvalidRecoverySheet, SheetKind
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.user_keys import SigningKeyNotOpen, UnlockedKeys
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import vaults

KEY = b"\x05" * 32


@pytest.fixture
def sheet(engine: Engine, vault: Vault) -> str:
    """The groups of a sheet that holds all three keys; there is no passphrase, which takes long to open."""
    with writing(engine) as db:
        return " ".join(key_slot_changes.replace_recovery_sheet(db, vault, psychotherapy_key=KEY))


Halves = tuple[tuple[str, ...], tuple[str, ...]]


def give_halves(engine: Engine, vault: Vault, *, psychotherapy_key: bytes | None = None) -> Halves:
    first, second = executor_halves.generate_halves()
    slot = key_slot_changes.prepare_executor_halves(vault, first, second, psychotherapy_key=psychotherapy_key)
    with writing(engine) as db:
        key_slot_changes.store_slot(db, vault, slot)
    return first, second


def unlock_with(engine: Engine, first: tuple[str, ...], second: tuple[str, ...]) -> Vault:
    with reading(engine) as db:
        return key_slots.unlock_with_executor_halves(db, " ".join(first), " ".join(second))[0]


def slots_of(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as db:
        return [dict(row._mapping) for row in db.execute(select(slot_table).order_by(slot_table.c.kind))]


def test_a_slot_holds_three_keys_and_each_is_sealed_by_itself(
    engine: Engine, vault: Vault, sheet: str
) -> None:
    with reading(engine) as db:
        held = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, sheet)
    assert held.unlocked_keys == vault.unlocked_keys()
    assert held.psychotherapy_key == KEY
    [row] = slots_of(engine)
    parts = {row["sealed"], row["sealed_signing"], row["sealed_psychotherapy"]}
    assert {len(part) for part in parts} == {80} and len(parts) == 3
    assert repr(KEY) not in f"{held!r} {held.unlocked_keys!r}"


@pytest.mark.parametrize(
    "columns", [("sealed", "sealed_signing"), ("sealed_signing", "sealed_psychotherapy")]
)
def test_no_key_opens_in_the_place_of_another(
    engine: Engine, vault: Vault, sheet: str, columns: tuple[str, str]
) -> None:
    [row] = slots_of(engine)
    one, other = columns
    with writing(engine) as db:
        db.execute(slot_table.update().values({one: row[other], other: row[one]}))
    with reading(engine) as db, pytest.raises((WrongSecret, SlotPartDamaged)):
        key_slots.open_keys_with_recovery_sheet(db, vault.user_id, sheet)


@pytest.mark.parametrize("column", ["sealed", "sealed_signing", "sealed_psychotherapy"])
def test_the_list_vouches_for_every_sealed_key(engine: Engine, vault: Vault, sheet: str, column: str) -> None:
    assert vaults.reopened(engine, vault).slots_intact, "the control"
    [row] = slots_of(engine)
    changed = row[column][:-1] + bytes([row[column][-1] ^ 1])
    with writing(engine) as db:
        db.execute(slot_table.update().values({column: changed}))
    assert not vaults.reopened(engine, vault).slots_intact


def test_a_key_for_psychotherapy_notes_that_was_taken_out_is_noticed(
    engine: Engine, vault: Vault, sheet: str
) -> None:
    with writing(engine) as db:
        db.execute(slot_table.update().values(sealed_psychotherapy=None))
    with reading(engine) as db:
        found = key_slots.unlock_with_recovery_sheet(db, sheet)
    assert not found.slots_intact


def test_a_damaged_key_of_signing_is_not_taken_for_an_executor(
    engine: Engine, vault: Vault, sheet: str
) -> None:
    for damage in ("zeroblob(80)", "NULL"):
        with writing(engine) as db:
            db.execute(text("PRAGMA ignore_check_constraints = 1"))
            db.execute(text(f"UPDATE slot SET sealed_signing = {damage}"))
        with reading(engine) as db, pytest.raises(SlotPartDamaged):
            key_slots.unlock_with_recovery_sheet(db, sheet)


def test_no_change_loses_the_key_for_psychotherapy_notes(engine: Engine, vault: Vault, sheet: str) -> None:
    def change_passphrase(key: bytes | None) -> None:
        with writing(engine) as db:
            key_slot_changes.replace_passphrase(
                db, vault, vaults.PASSPHRASE, psychotherapy_key=key, cost=MIN_COST
            )

    def change_sheet(key: bytes | None) -> None:
        with writing(engine) as db:
            key_slot_changes.replace_recovery_sheet(db, vault, psychotherapy_key=key)

    changes: tuple[Callable[[bytes | None], None], ...] = (change_passphrase, change_sheet)
    for change in changes:
        before = slots_of(engine)
        with pytest.raises(PsychotherapyKeyMissing):
            change(None)
        assert slots_of(engine) == before
        change(KEY)
    assert [bool(row["sealed_psychotherapy"]) for row in slots_of(engine)] == [True, True]
    with reading(engine) as db:
        held = key_slots.open_keys_with_passphrase(db, vault.user_id, vaults.PASSPHRASE)
    assert held.psychotherapy_key == KEY


def test_both_halves_open_a_vault_that_reads_and_cannot_sign(
    engine: Engine, vault: Vault, sheet: str
) -> None:
    first, second = give_halves(engine, vault)
    owner, ring = vaults.new_owner(engine, vault)
    vaults.write_sample(engine, vault, ring, b"words")
    found = unlock_with(engine, first, second)
    assert found.slots_intact and found.public_key == vault.public_key
    assert not found.can_sign and found._user_keys.signer is None
    assert found.unlocked_keys().signing_seal_key is None
    assert found.rings.find_owner(ring) == owner
    with pytest.raises(SigningKeyNotOpen):
        found.sign("sig/note", 1)
    with writing(engine) as db:
        for change in (
            lambda: key_slot_changes.replace_recovery_sheet(db, found),
            lambda: key_slot_changes.replace_passphrase(db, found, "walnut", cost=MIN_COST),
            lambda: key_slot_changes.remove_executor_slot(db, found),
            lambda: found.rings.create_ring(db, owner=owner, ring_class=RingClass.DEMOGRAPHICS),
        ):
            with pytest.raises(SigningKeyNotOpen):
                change()
    with reading(engine) as db:
        opened = key_slots.unlock_with_recovery_sheet(db, sheet)
    assert opened.can_sign, "the control"


@pytest.mark.parametrize("opted_in", [False, True])
def test_halves_hold_the_key_for_psychotherapy_notes_only_on_wish(
    engine: Engine, vault: Vault, sheet: str, opted_in: bool
) -> None:
    first, second = give_halves(engine, vault, psychotherapy_key=KEY if opted_in else None)
    with reading(engine) as db:
        _, keys = key_slots.unlock_with_executor_halves(db, " ".join(first), " ".join(second))
    assert keys.psychotherapy_key == (KEY if opted_in else None)


def test_halves_that_do_not_belong_together_open_nothing(
    engine: Engine, vault: Vault, sheet: str, tmp_path: Any
) -> None:
    first, second = give_halves(engine, vault)
    elsewhere = vaults.new_store(tmp_path / "elsewhere")
    other_vault, _ = vaults.cheap_vault(elsewhere)
    other_first, other_second = give_halves(elsewhere, other_vault)
    unlock_with(engine, first, second)
    unlock_with(elsewhere, other_first, other_second)
    for one, other in ((first, other_second), (other_first, second), (other_first, other_second)):
        with pytest.raises(WrongSecret, match="two sheets"):
            unlock_with(engine, one, other)
    elsewhere.dispose()
    for one, other, wrong in (
        (first, first, SheetKind.SECOND_HALF),
        (second, second, SheetKind.FIRST_HALF),
        (second, first, SheetKind.FIRST_HALF),
        (tuple(sheet.split()), second, SheetKind.FIRST_HALF),
        (first, tuple(sheet.split()), SheetKind.SECOND_HALF),
    ):
        with pytest.raises(InvalidRecoverySheet) as refused:
            unlock_with(engine, one, other)
        assert (refused.value.group, refused.value.kind) == (1, wrong)
    with reading(engine) as db, pytest.raises(InvalidRecoverySheet):
        key_slots.unlock_with_recovery_sheet(db, " ".join(first))


def test_one_wrong_character_of_a_half_is_named_with_its_group(engine: Engine, vault: Vault) -> None:
    first, second = give_halves(engine, vault)
    mistyped = (*second[:4], ("1" if second[4][0] != "1" else "2") + second[4][1:], *second[5:])
    with pytest.raises(InvalidRecoverySheet, match=r"fifth group .* second sheet of the executor"):
        unlock_with(engine, first, mistyped)


def test_replaced_and_revoked_halves_open_nothing(engine: Engine, vault: Vault, sheet: str) -> None:
    first, second = give_halves(engine, vault)
    newer = give_halves(engine, vault)
    for one, other in ((first, second), (first, newer[1]), (newer[0], second)):
        with pytest.raises(WrongSecret):
            unlock_with(engine, one, other)
    unlock_with(engine, *newer)
    generation = vault.slot_generation
    with writing(engine) as db:
        key_slot_changes.remove_executor_slot(db, vault)
    assert vault.slot_generation == generation + 1 and vault.slots_intact
    assert vaults.reopened(engine, vault).slots_intact
    with pytest.raises(WrongSecret):
        unlock_with(engine, *newer)


def test_planted_slots_do_not_keep_the_halves_from_being_tried(engine: Engine, vault: Vault) -> None:
    first, second = give_halves(engine, vault)
    row = slots_of(engine)[-1]
    planted = [row | {"user": uuid4(), "slot": UUID(int=number)} for number in range(1000)]
    with writing(engine) as db:
        db.execute(slot_table.delete())
        db.execute(slot_table.insert(), [*planted, row])
    assert unlock_with(engine, first, second).user_id == vault.user_id


def test_a_withdrawn_executor_cannot_put_the_slot_back_unnoticed(
    engine: Engine, vault: Vault, sheet: str
) -> None:
    halves = give_halves(engine, vault)
    executor = unlock_with(engine, *halves)
    withdrawn = slots_of(engine)[-1]
    with writing(engine) as db:
        key_slot_changes.remove_executor_slot(db, vault)
    with writing(engine) as db:
        db.execute(slot_table.insert().values(withdrawn))
        rows = db.execute(select(slot_table)).all()
        with pytest.raises(SigningKeyNotOpen):
            key_slot_list_store._slot_list_mac(executor, vault.slot_generation, rows)
        user_key = executor.unlocked_keys().user_key
        held = UnlockedKeys(user_key=user_key, signing_seal_key=user_key)
        with patch.object(Vault, "unlocked_keys", lambda _: held):
            forged = key_slot_list_store._slot_list_mac(executor, vault.slot_generation, rows)
        db.execute(slot_list_table.update().values(mac=forged))
    with reading(engine) as db:
        assert not key_slots.unlock_with_recovery_sheet(db, sheet).slots_intact
    with writing(engine) as db:
        real = key_slot_list_store._slot_list_mac(vault, vault.slot_generation, rows)
        db.execute(slot_list_table.update().values(mac=real))
    with reading(engine) as db:
        assert key_slots.unlock_with_recovery_sheet(db, sheet).slots_intact, "the control"


@pytest.mark.parametrize("kind", [KeySlotKind.RECOVERY_SHEET, KeySlotKind.EXECUTOR])
def test_a_slot_under_the_name_of_another_kind_opens_nothing(
    engine: Engine, vault: Vault, sheet: str, kind: KeySlotKind
) -> None:
    first, second = give_halves(engine, vault, psychotherapy_key=KEY)
    by_kind = {row["kind"]: row for row in slots_of(engine)}
    renamed = by_kind[
        KeySlotKind.EXECUTOR if kind == KeySlotKind.RECOVERY_SHEET else KeySlotKind.RECOVERY_SHEET
    ]
    with writing(engine) as db:
        db.execute(text("PRAGMA ignore_check_constraints = 1"))
        db.execute(slot_table.delete())
        db.execute(slot_table.insert().values(renamed | {"kind": kind}))
    secret = executor_halves.join_halves(" ".join(first), " ".join(second))
    with reading(engine) as db:
        row = db.execute(select(slot_table)).one()
        with pytest.raises(WrongSecret):
            key_slots._open_with_secret(db, row, secret, "no", key_slot_contents.open_whole_slot)
        if kind == KeySlotKind.EXECUTOR:
            with pytest.raises(WrongSecret):
                key_slots.unlock_with_executor_halves(db, " ".join(first), " ".join(second))
        else:
            with pytest.raises(WrongSecret):
                key_slots.unlock_with_recovery_sheet(db, sheet)


def test_a_prepared_slot_shows_no_key(vault: Vault) -> None:
    first, second = executor_halves.generate_halves()
    slot = key_slot_changes.prepare_executor_halves(vault, first, second, psychotherapy_key=KEY)
    held = b"".join(value for value in slot.values().values() if isinstance(value, bytes))
    assert KEY not in held and vault.unlocked_keys().user_key not in held
