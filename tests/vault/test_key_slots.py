"""The ways in: the right secret opens, every other way is refused, and a changed list is noticed."""

import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, text

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_slot_changes, key_slot_tables, key_slots, return_code
from clinic_toolkit.vault.key_slot_changes import PassphraseRefused
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.key_slots import SlotCostRefused, WrongSecret
from clinic_toolkit.vault.recovery_sheet import InvalidRecoverySheet
from clinic_toolkit.vault.user_keys import UnlockedKeys
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import vaults


def test_the_whole_way_with_the_real_derivation(engine: Engine) -> None:
    with reading(engine) as db:
        assert not identity.has_practice(db)
    with writing(engine) as db:
        vault, groups = key_slot_changes.create_vault_with_slots(db, vaults.PASSPHRASE, cost=MIN_COST)
    with reading(engine) as db:
        assert identity.has_practice(db)
        assert key_slots.is_passphrase(db, vault.user_id, vaults.PASSPHRASE)
        again = key_slots.unlock_with_passphrase(db, vaults.PASSPHRASE)
        assert (again.unlocked_keys().user_key, again.public_key) == (
            vault.unlocked_keys().user_key,
            vault.public_key,
        )
        assert again.slots_intact
        with pytest.raises(WrongSecret):
            key_slots.unlock_with_passphrase(db, vaults.PASSPHRASE + "s")
        assert (
            key_slots.unlock_with_recovery_sheet(db, "-".join(groups).lower()).unlocked_keys().user_key
            == vault.unlocked_keys().user_key
        )
    with writing(engine) as db:
        keys = key_slots.open_keys_with_passphrase(db, vault.user_id, vaults.PASSPHRASE)
        key_slot_changes.replace_passphrase(
            db, again, "another phrase altogether", psychotherapy_key=keys.psychotherapy_key, cost=MIN_COST
        )
    with reading(engine) as db:
        assert not key_slots.is_passphrase(db, vault.user_id, vaults.PASSPHRASE)
        last = key_slots.unlock_with_passphrase(db, "another phrase altogether")
        assert last.slots_intact
        assert last.slot_generation == vault.slot_generation + 1
    assert repr(last) == "<Vault>"


def test_a_second_practice_is_never_laid_over_the_first(engine: Engine, vault: Vault) -> None:
    with writing(engine) as db, pytest.raises(identity.AlreadySetUp):
        identity.create_vault(db)


def test_a_vault_without_its_head_is_damage(engine: Engine, vault: Vault) -> None:
    with writing(engine) as db:
        db.execute(text("DELETE FROM vault"))
    with reading(engine) as db, pytest.raises(DamagedFile, match=r"clinic\.db"):
        identity.has_practice(db)


def test_another_suite_is_refused(engine: Engine, vault: Vault, groups: tuple[str, ...]) -> None:
    for suite in (0, 2):
        with writing(engine) as db:
            db.execute(text(f"UPDATE vault SET suite = {suite}"))
        with reading(engine) as db, pytest.raises(identity.UnsupportedSuite):
            key_slots.unlock_with_recovery_sheet(db, " ".join(groups))


def test_an_older_sheet_opens_nothing(engine: Engine, vault: Vault, groups: tuple[str, ...]) -> None:
    with writing(engine) as db:
        newer = key_slot_changes.replace_recovery_sheet(db, vault)
    with reading(engine) as db:
        with pytest.raises(WrongSecret, match="newer sheet"):
            key_slots.unlock_with_recovery_sheet(db, " ".join(groups))
        assert key_slots.unlock_with_recovery_sheet(db, " ".join(newer)).slots_intact


def test_a_misread_group_is_named(engine: Engine, vault: Vault, groups: tuple[str, ...]) -> None:
    typed = [*groups]
    typed[4] = ("1" if typed[4][0] != "1" else "2") + typed[4][1:]
    with reading(engine) as db, pytest.raises(InvalidRecoverySheet, match="fifth") as raised:
        key_slots.unlock_with_recovery_sheet(db, " ".join(typed))
    assert raised.value.group == 5


@pytest.mark.parametrize("column", ["slot", "user", "kind", "salt", "sealed"])
def test_every_part_of_a_slot_is_bound(
    engine: Engine, vault: Vault, groups: tuple[str, ...], column: str
) -> None:
    with writing(engine) as db:
        row = db.execute(select(slot_table)).one()
        value = getattr(row, column)
        if column == "sealed":
            changed: object = value[:-1] + bytes([value[-1] ^ 1])
        elif column == "salt":
            changed = bytes([value[0] ^ 1]) + value[1:]
        else:
            changed = 4 if column == "kind" else uuid4()
        db.execute(slot_table.update().values({column: changed}))
    with reading(engine) as db, pytest.raises((WrongSecret, DamagedFile)):
        key_slots.unlock_with_recovery_sheet(db, " ".join(groups))


@pytest.mark.parametrize(
    "cost",
    [(65535, 3, 4), (65536, 2, 4), (65536, 3, 3), (1 << 40, 3, 4), (65536, 1 << 30, 4), (65536, 3, 1 << 30)],
)
def test_a_planted_cost_is_refused_at_once(engine: Engine, vault: Vault, cost: tuple[int, int, int]) -> None:
    plant(engine, vault, b"x" * 80, cost)
    started = time.process_time()
    with reading(engine) as db, pytest.raises(SlotCostRefused):
        key_slots.unlock_with_passphrase(db, vaults.PASSPHRASE)
    assert time.process_time() - started < 0.1


def plant(engine: Engine, vault: Vault, sealed: bytes, cost: tuple[int, int, int] = (65536, 3, 4)) -> None:
    with writing(engine) as db:
        db.execute(
            slot_table.insert().values(
                slot=uuid4(), user=vault.user_id, kind=KeySlotKind.PASSPHRASE, salt=bytes(16),
                memory_kib=cost[0], passes=cost[1], lanes=cost[2], sealed=sealed,
                sealed_signing=sealed,
            )
        )  # fmt: skip


def test_a_slot_nobody_vouched_for_is_noticed_and_not_laundered(engine: Engine, vault: Vault) -> None:
    plant(engine, vault, b"x" * 80)
    found = vaults.reopened(engine, vault)
    assert not found.slots_intact
    with writing(engine) as db:
        key_slot_changes.replace_recovery_sheet(db, found)
    assert not found.slots_intact
    assert not vaults.reopened(engine, vault).slots_intact


def test_an_older_slot_put_back_is_noticed(engine: Engine, vault: Vault) -> None:
    with reading(engine) as db:
        older = db.execute(select(slot_table)).one()._asdict()
        older_list = db.execute(select(key_slot_tables.slot_list_table)).one()._asdict()
    with writing(engine) as db:
        key_slot_changes.replace_recovery_sheet(db, vault)
    newest = vault.slot_generation
    with writing(engine) as db:
        db.execute(slot_table.delete())
        db.execute(slot_table.insert().values(**older))
    assert not vaults.reopened(engine, vault).slots_intact
    # With its own list put back as well, the lower number is what the audit trail gives away.
    with writing(engine) as db:
        db.execute(key_slot_tables.slot_list_table.update().values(**older_list))
    found = vaults.reopened(engine, vault)
    assert found.slots_intact
    assert found.slot_generation < newest


def test_a_missing_list_is_noticed(engine: Engine, vault: Vault) -> None:
    with writing(engine) as db:
        db.execute(key_slot_tables.slot_list_table.delete())
    assert not vaults.reopened(engine, vault).slots_intact


def test_a_change_that_was_not_saved_is_forgotten(engine: Engine, vault: Vault) -> None:
    before = vault.key_slots
    with pytest.raises(ZeroDivisionError), writing(engine) as db:
        key_slot_changes.replace_recovery_sheet(db, vault)
        _ = 1 // 0
    assert vault.key_slots == before
    with reading(engine) as db:
        assert db.scalar(select(func.count()).select_from(slot_table)) == 1


def test_a_passphrase_that_is_no_text_is_refused(engine: Engine, vault: Vault) -> None:
    with writing(engine) as db, pytest.raises(PassphraseRefused):
        key_slot_changes.replace_passphrase(db, vault, "lone \ud800 surrogate, long enough", cost=MIN_COST)
    plant(engine, vault, b"x" * 80)
    with reading(engine) as db, pytest.raises(WrongSecret):
        key_slots.unlock_with_passphrase(db, "lone \ud800 surrogate")


def test_coming_back_with_the_code(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    blob = return_code.wrap_unlocked_keys(vault, "7K-m2 qo")
    with reading(engine) as db:
        assert (
            return_code.unlock_with_return_code(db, blob, "7km2q0").unlocked_keys().user_key
            == vault.unlocked_keys().user_key
        )
        with pytest.raises(WrongSecret):
            return_code.unlock_with_return_code(db, blob, "7KM2QP")
        with pytest.raises(WrongSecret):
            return_code.unlock_with_return_code(db, blob[:-1] + bytes([blob[-1] ^ 1]), "7KM2Q0")
    elsewhere = vaults.new_store(tmp_path / "elsewhere")
    vaults.cheap_vault(elsewhere)
    with reading(elsewhere) as db, pytest.raises(WrongSecret, match="another practice"):
        return_code.unlock_with_return_code(db, blob, "7KM2Q0")
    elsewhere.dispose()


def test_a_way_in_without_its_cost_is_refused(engine: Engine, vault: Vault) -> None:
    with writing(engine) as db:
        key_slot_changes.replace_passphrase(db, vault, vaults.PASSPHRASE, cost=MIN_COST)
        db.execute(text("PRAGMA ignore_check_constraints = 1"))
        db.execute(text("UPDATE slot SET memory_kib = NULL, passes = NULL, lanes = NULL WHERE kind = 1"))
        with pytest.raises(SlotCostRefused):
            key_slots.unlock_with_passphrase(db, vaults.PASSPHRASE)


def test_the_identity_is_bound_to_its_user_key(engine: Engine, vault: Vault) -> None:
    with reading(engine) as db:
        right = vault.unlocked_keys()
        other_user_key = UnlockedKeys(user_key=bytes(32), signing_seal_key=right.signing_seal_key)
        other_seal_key = UnlockedKeys(user_key=right.user_key, signing_seal_key=bytes(32))
        for user, keys in (
            (vault.user_id, other_user_key),
            (vault.user_id, other_seal_key),
            (UUID(int=1), right),
        ):
            with pytest.raises(DamagedFile):
                key_slots.unlock_with_keys(db, user, keys)
