"""Two clinicians in one store: each has slots, a list of slots and a return code of their own."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST, KdfCost, check_cost, derive_key
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slot_changes, key_slots, return_code
from clinic_toolkit.vault.identity import identity_table
from clinic_toolkit.vault.key_slot_tables import KeySlotKind, slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import cheap_derivations
from tests.fixtures.second_identity import TwoClinicians, second_identity

FIRST, SECOND = "glacier mandolin unwrapped", "walnut dentist spoken"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_derivations.use(monkeypatch)


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[KdfCost]:
    """The cost of each derivation from now on; all but those of the least cost are only counted."""
    costs: list[KdfCost] = []

    def counted(typed: str, salt: bytes, cost: KdfCost) -> bytes:
        check_cost(cost)
        costs.append(cost)
        return derive_key(typed, salt, cost) if cost == MIN_COST and salt != bytes(16) else bytes(32)

    monkeypatch.setattr(key_slots, "derive_key", counted)
    monkeypatch.setattr(key_slot_changes, "derive_key", counted)
    return costs


def plant(engine: Engine, kind: int, cost: KdfCost | None = None, *, count: int, identity: bool) -> None:
    """Slots whose ids and users come before all others."""
    costs = {"memory_kib": cost.memory_kib, "passes": cost.passes, "lanes": cost.lanes} if cost else {}
    with writing(engine) as db:
        for number in range(count):
            user = UUID(int=number + (1 << 20 if cost else 0))
            db.execute(
                slot_table.insert().values(
                    slot=UUID(int=number + kind * 1000), user=user, kind=kind, salt=bytes(16),
                    sealed=bytes(80), sealed_signing=bytes(80), **costs,
                )
            )  # fmt: skip
            if identity:
                db.execute(
                    identity_table.insert().values(user=user, sealed=bytes(106), sealed_signing=bytes(106))
                )


@pytest.fixture
def two(engine: Engine, vault: Vault) -> TwoClinicians:
    found = second_identity(engine, vault)
    with writing(engine) as db:
        key_slot_changes.replace_passphrase(db, found.founder, FIRST, cost=MIN_COST)
        key_slot_changes.replace_passphrase(db, found.colleague, SECOND, cost=MIN_COST)
    return found


def test_each_secret_opens_the_vault_of_its_owner(
    engine: Engine, two: TwoClinicians, groups: tuple[str, ...]
) -> None:
    founder, colleague = two.founder.user_id, two.colleague.user_id
    with reading(engine) as db:
        assert key_slots.unlock_with_passphrase(db, FIRST).user_id == founder
        assert key_slots.unlock_with_passphrase(db, SECOND).user_id == colleague
        assert key_slots.unlock_with_recovery_sheet(db, " ".join(groups)).user_id == founder
        assert key_slots.unlock_with_recovery_sheet(db, " ".join(two.groups)).user_id == colleague
        assert key_slots.unlock_with_passphrase(db, SECOND, user_id=colleague).slots_intact
        with pytest.raises(WrongSecret):
            key_slots.unlock_with_passphrase(db, SECOND, user_id=founder)
        with pytest.raises(WrongSecret):
            key_slots.unlock_with_recovery_sheet(db, " ".join(two.groups), user_id=founder)
        with pytest.raises(WrongSecret):
            key_slots.unlock_with_passphrase(db, "spoken dentist walnut")
        assert key_slots.is_passphrase(db, colleague, SECOND)
        assert not key_slots.is_passphrase(db, founder, SECOND), "a colleague's passphrase steps up nothing"


def test_a_changed_slot_of_one_puts_the_list_of_the_other_in_no_doubt(
    engine: Engine, two: TwoClinicians
) -> None:
    with writing(engine) as db:
        db.execute(
            text("UPDATE slot SET sealed = zeroblob(80) WHERE user = :user AND kind = 2"),
            {"user": two.colleague.user_id.bytes},
        )
    with reading(engine) as db:
        assert key_slots.unlock_with_passphrase(db, FIRST).slots_intact
        assert not key_slots.unlock_with_passphrase(db, SECOND).slots_intact


def test_a_return_code_opens_the_vault_of_its_owner(engine: Engine, two: TwoClinicians) -> None:
    with reading(engine) as db:
        for vault in (two.founder, two.colleague):
            blob = return_code.wrap_unlocked_keys(vault, "4H7K2M")
            assert return_code.user_of_blob(blob) == vault.user_id
            assert return_code.unlock_with_return_code(db, blob, "4H7K2M").user_id == vault.user_id


DEAREST = KdfCost(memory_kib=1 << 20, passes=10, lanes=4)
OUT_OF_RANGE = KdfCost(memory_kib=8, passes=1, lanes=1)


@pytest.mark.parametrize("cost", [MIN_COST, DEAREST, OUT_OF_RANGE])
def test_planted_slots_make_no_right_passphrase_wrong(
    engine: Engine, two: TwoClinicians, derived: list[KdfCost], cost: KdfCost
) -> None:
    with reading(engine) as db:
        assert key_slots.unlock_with_passphrase(db, SECOND).user_id == two.colleague.user_id, "the control"
    plant(engine, KeySlotKind.PASSPHRASE, cost, count=20, identity=False)
    derived.clear()
    with reading(engine) as db:
        for typed, owner in ((FIRST, two.founder), (SECOND, two.colleague)):
            assert key_slots.unlock_with_passphrase(db, typed).user_id == owner.user_id
    assert len(derived) <= 4, "those of the clinicians come first"


@pytest.mark.parametrize("cost", [DEAREST, OUT_OF_RANGE])
def test_planted_slots_with_an_identity_come_after_the_cheaper_ones(
    engine: Engine, two: TwoClinicians, derived: list[KdfCost], cost: KdfCost
) -> None:
    plant(engine, KeySlotKind.PASSPHRASE, cost, count=20, identity=True)
    with reading(engine) as db:
        for typed in (FIRST, SECOND):
            assert key_slots.unlock_with_passphrase(db, typed).slots_intact


@pytest.mark.parametrize("cost", [MIN_COST, DEAREST, OUT_OF_RANGE])
def test_a_wrong_passphrase_costs_no_more_than_a_limit(
    engine: Engine, two: TwoClinicians, derived: list[KdfCost], cost: KdfCost
) -> None:
    plant(engine, KeySlotKind.PASSPHRASE, cost, count=100, identity=True)
    with reading(engine) as db, pytest.raises(WrongSecret):
        key_slots.unlock_with_passphrase(db, "spoken dentist walnut")
    assert len(derived) >= 2
    assert sum(one.work for one in derived) <= 2 * DEAREST.work


def test_one_slot_is_tried_whatever_it_costs(engine: Engine, vault: Vault, derived: list[KdfCost]) -> None:
    with writing(engine) as db:
        key_slot_changes.replace_passphrase(db, vault, FIRST, cost=DEAREST)
    derived.clear()
    with reading(engine) as db:
        assert key_slots.unlock_with_passphrase(db, FIRST).slots_intact
    assert derived == [DEAREST]


def test_planted_slots_make_no_right_sheet_wrong(
    engine: Engine, two: TwoClinicians, groups: tuple[str, ...]
) -> None:
    plant(engine, KeySlotKind.RECOVERY_SHEET, count=40, identity=True)
    with reading(engine) as db:
        for sheet, owner in ((groups, two.founder), (two.groups, two.colleague)):
            assert key_slots.unlock_with_recovery_sheet(db, " ".join(sheet)).user_id == owner.user_id
