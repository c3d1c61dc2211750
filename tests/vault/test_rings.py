"""Rings: whose they are stands nowhere in the open, and a planted one seals nothing."""

import struct
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, text

from clinic_toolkit.store.transactions import store_of, writing
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import SealBroken, Vault
from tests.fixtures import vaults


def test_the_directory_is_the_same_after_the_next_unlock(engine: Engine, vault: Vault) -> None:
    made = [vaults.new_owner(engine, vault, name) for name in (RingClass.DEMOGRAPHICS, RingClass.RECORD) * 3]
    found = vaults.reopened(engine, vault)
    assert (
        found.rings.list_owners(RingClass.RECORD)
        == [owner for owner, _ in made[1::2]]
        == vault.rings.list_owners(RingClass.RECORD)
    )
    assert found.rings.list_owners(RingClass.DEMOGRAPHICS) == [owner for owner, _ in made[0::2]]
    assert found.rings.list_owners(RingClass.PRACTICE) == [vault.vault_id]
    assert found.rings.get_ring(made[3][0], RingClass.RECORD) == made[3][1]
    assert found.rings.is_open(made[3][1])
    assert found.practice_ring == vault.practice_ring
    with pytest.raises(UnknownRing):
        found.rings.get_ring(made[3][0], RingClass.DEMOGRAPHICS)
    assert not found.rings.is_open(uuid4())


def test_an_owner_has_one_ring_of_a_class(engine: Engine, vault: Vault) -> None:
    owner, _ = vaults.new_owner(engine, vault)
    with writing(engine) as db:
        for name in ("record", "supervision", ""):
            with pytest.raises(ValueError, match="ring"):
                vault.rings.create_ring(db, owner=owner, ring_class=cast(RingClass, name))


def test_a_ring_that_was_not_saved_seals_nothing(engine: Engine, vault: Vault) -> None:
    owner, made = uuid4(), []
    with pytest.raises(ZeroDivisionError), writing(engine) as db:
        made.append(vault.rings.create_ring(db, owner=owner, ring_class=RingClass.RECORD))
        _ = 1 // 0
    assert not vault.rings.is_open(made[0])
    with pytest.raises(UnknownRing):
        vault.rings.get_ring(owner, RingClass.RECORD)
    with pytest.raises(SealBroken):
        seal(vault, made[0])


def test_no_column_names_an_owner_or_the_order_of_rings(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    owners = [uuid4() for _ in range(8)]
    for owner in owners:
        with writing(engine) as db:
            vault.rings.create_ring(db, owner=owner, ring_class=RingClass.DEMOGRAPHICS)
            vault.rings.create_ring(db, owner=owner, ring_class=RingClass.RECORD)
    with writing(engine) as db:
        ids = [id for (id,) in db.execute(select(ring_table.c.ring))]
        lengths = {len(sealed) for (sealed,) in db.execute(select(ring_grant_table.c.sealed))}
        for table in ("ring", "ring_grant"):
            with pytest.raises(Exception, match="rowid"):
                db.execute(text(f"SELECT rowid FROM {table}"))
    assert ids == sorted(ids)
    assert lengths == {163 + 73}
    store_of(engine).checkpoint()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
    assert not [owner for owner in owners if owner.bytes in stored or owner.hex.encode() in stored]


@pytest.mark.parametrize("column", ["key_id", "members", "previous", "grantor", "signature"])
def test_a_changed_statement_stops_the_ring(engine: Engine, vault: Vault, ring: UUID, column: str) -> None:
    change(engine, "ring", column, ring)
    found = vaults.reopened(engine, vault)
    with pytest.raises(SealBroken):
        seal(found, ring)
    seal(found, found.practice_ring)


def test_a_changed_grant_is_named_and_the_rest_is_readable(engine: Engine, vault: Vault, ring: UUID) -> None:
    change(engine, "ring_grant", "sealed", ring)
    found = vaults.reopened(engine, vault)
    assert found.damaged_rings == {ring}
    assert not found.rings.is_open(ring)
    seal(found, found.practice_ring)


@pytest.mark.parametrize("table", ["ring", "ring_grant"])
def test_a_missing_half_is_named(engine: Engine, vault: Vault, ring: UUID, table: str) -> None:
    with writing(engine) as db:
        db.execute(text(f"DELETE FROM {table} WHERE ring = :ring"), {"ring": ring.bytes})
    assert vaults.reopened(engine, vault).damaged_rings == {ring}


def test_a_grant_moved_to_another_ring_is_refused(engine: Engine, vault: Vault, ring: UUID) -> None:
    _, other = vaults.new_owner(engine, vault)
    with writing(engine) as db:
        sealed = db.scalar(select(ring_grant_table.c.sealed).where(ring_grant_table.c.ring == other))
        db.execute(ring_grant_table.update().where(ring_grant_table.c.ring == ring).values(sealed=sealed))
    assert vaults.reopened(engine, vault).damaged_rings == {ring}


def test_a_ring_planted_by_another_signer_is_refused(engine: Engine, vault: Vault, ring: UUID) -> None:
    """Even one who has the user key, but not the signing key, cannot make a ring that is used."""
    from clinic_toolkit.crypto.signature import SigningKey
    from clinic_toolkit.vault.rings import OpenRings
    from clinic_toolkit.vault.user_keys import UserKeys

    mine = vault._user_keys
    forger = UserKeys(
        vault_id=mine.vault_id, user_id=mine.user_id, unlocked_keys=mine.unlocked_keys,
        sealing_key=mine.sealing_key, public_key=mine.public_key, signer=SigningKey(bytes(32)),
    )  # fmt: skip
    with writing(engine) as db:
        planted = OpenRings(forger).create_ring(db, uuid4(), RingClass.RECORD)
    found = vaults.reopened(engine, vault)
    with pytest.raises(SealBroken):
        seal(found, planted)
    seal(found, ring)


def seal(vault: Vault, ring: UUID) -> None:
    vault.seal(table="sample", record=uuid4(), version=1, ring=ring, content=struct.pack(">I", 7))


def change(engine: Engine, table: str, column: str, ring: UUID) -> None:
    """Flip the last bit of a column of this ring's row, or fill it if it is empty."""
    with writing(engine) as db:
        place = {"ring": ring.bytes}
        value = db.scalar(text(f"SELECT {column} FROM {table} WHERE ring = :ring"), place)
        changed = bytes(32) if value is None else value[:-1] + bytes([value[-1] ^ 1])
        statement = text(f"UPDATE {table} SET {column} = :value WHERE ring = :ring")
        db.execute(statement, place | {"value": changed})
