"""Two clinicians in one store: each has slots, a list of slots and a return code of their own."""

import pytest
from sqlalchemy import Engine, text

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots, return_code
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.second_identity import TwoClinicians, second_identity

FIRST, SECOND = "glacier mandolin unwrapped", "walnut dentist spoken"


@pytest.fixture
def two(engine: Engine, vault: Vault) -> TwoClinicians:
    found = second_identity(engine, vault)
    with writing(engine) as db:
        key_slots.replace_passphrase(db, found.founder, FIRST, cost=MIN_COST)
        key_slots.replace_passphrase(db, found.colleague, SECOND, cost=MIN_COST)
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
            blob = return_code.wrap_user_key(vault, "4H7K2M")
            assert return_code.user_of_blob(blob) == vault.user_id
            assert return_code.unlock_with_return_code(db, blob, "4H7K2M").user_id == vault.user_id
