"""The key for psychotherapy notes is made once; a second one would hide what the first one opens."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs
from sqlalchemy import Engine, select

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import executor_halves, key_slot_changes, key_slots
from clinic_toolkit.vault.key_slot_changes import KeysInDoubt, PsychotherapyKeyExists
from clinic_toolkit.vault.key_slot_tables import slot_table
from clinic_toolkit.vault.key_slots import WrongSecret
from clinic_toolkit.vault.recovery_sheet import InvalidRecoverySheet
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import vaults

KEY = b"\x05" * 32


def slots_of(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as db:
        return [dict(row._mapping) for row in db.execute(select(slot_table).order_by(slot_table.c.kind))]


def test_an_older_practice_gets_the_key_with_both_secrets(engine: Engine, vault: Vault) -> None:
    """A store whose slots hold none; no program of this format makes one."""
    with writing(engine) as db:
        groups = " ".join(key_slot_changes.replace_recovery_sheet(db, vault))
        key_slot_changes.replace_passphrase(db, vault, vaults.PASSPHRASE, cost=MIN_COST)
        assert not key_slot_changes.holds_psychotherapy_key(db, vault)
    other = " ".join(executor_halves.generate_halves()[0])
    for passphrase, typed, error in (
        ("not the passphrase", groups, WrongSecret),
        (vaults.PASSPHRASE, other, InvalidRecoverySheet),
    ):
        before = slots_of(engine)
        with writing(engine) as db, pytest.raises(error):
            key_slot_changes.add_psychotherapy_key(db, vault, passphrase, typed, cost=MIN_COST)
        assert slots_of(engine) == before
    with writing(engine) as db:
        key_slot_changes.add_psychotherapy_key(
            db, vault, vaults.PASSPHRASE, groups.lower().replace(" ", "-"), cost=MIN_COST
        )
    with reading(engine) as db:
        by_phrase = key_slots.open_keys_with_passphrase(db, vault.user_id, vaults.PASSPHRASE)
        by_sheet = key_slots.open_keys_with_recovery_sheet(db, vault.user_id, groups)
        assert key_slots.unlock_with_recovery_sheet(db, groups).slots_intact
    assert by_phrase.psychotherapy_key == by_sheet.psychotherapy_key is not None
    with writing(engine) as db, pytest.raises(PsychotherapyKeyExists):
        key_slot_changes.add_psychotherapy_key(db, vault, vaults.PASSPHRASE, groups, cost=MIN_COST)


@pytest.mark.parametrize("has_notes", [False, True])
def test_no_second_key_is_made_where_the_first_was_taken_out(
    engine: Engine, vault: Vault, has_notes: bool
) -> None:
    with writing(engine) as db:
        groups = " ".join(key_slot_changes.replace_recovery_sheet(db, vault, psychotherapy_key=KEY))
        key_slot_changes.replace_passphrase(
            db, vault, vaults.PASSPHRASE, psychotherapy_key=KEY, cost=MIN_COST
        )
        if has_notes:
            vault.open_psychotherapy_notes(db, KEY)
            vault.rings.create_ring(db, owner=uuid4(), ring_class=RingClass.PSYCHOTHERAPY)
    with writing(engine) as db:
        db.execute(slot_table.update().values(sealed_psychotherapy=None))
    with writing(engine) as db:
        found = key_slots.unlock_with_recovery_sheet(db, groups)
        with pytest.raises(PsychotherapyKeyExists if has_notes else KeysInDoubt):
            key_slot_changes.add_psychotherapy_key(db, found, vaults.PASSPHRASE, groups, cost=MIN_COST)
        assert not key_slot_changes.holds_psychotherapy_key(db, found)
        if has_notes:
            # Not even with a list that vouches for the slots, such as one a changed passphrase leaves.
            found.key_slots = structs.replace(found.key_slots, intact=True)
            with pytest.raises(PsychotherapyKeyExists):
                key_slot_changes.add_psychotherapy_key(db, found, vaults.PASSPHRASE, groups, cost=MIN_COST)
