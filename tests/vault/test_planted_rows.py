"""Rows that somebody without a key put in: they are named, and everything opens as before."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, select, text

from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory, key_slot_tables, key_slots
from clinic_toolkit.vault.ring_statements import RingMember, encode_members, hash_statement
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.user_keys import UnlockedKeys, UserKeys, user_sealing_key
from clinic_toolkit.vault.vault import SealBroken, Vault
from tests.fixtures import vaults
from tests.fixtures.second_identity import TwoClinicians, grant_ring, reopened, second_identity


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A record of somebody's ring, which must open whatever stands beside it."""

    ring: UUID
    record: UUID


@pytest.fixture
def sealed(engine: Engine, vault: Vault, ring: UUID) -> Sealed:
    return Sealed(ring=ring, record=vaults.write_sample(engine, vault, ring, b"of before"))


def opens(engine: Engine, vault: Vault, sealed: Sealed) -> bool:
    with reading(engine) as db:
        row = db.execute(select(vaults.sample).where(vaults.sample.c.record == sealed.record)).one()
    try:
        [found] = vault.open_rows("sample", [row])
    except SealBroken:
        return False
    return found is not None and found.content == b"of before"


def plant(db: Connection, ring: UUID, generation: int, **values: Any) -> None:
    row = {
        "key_id": secrets.token_bytes(16), "members": secrets.token_bytes(81), "previous": None,
        "grantor": uuid4(), "signature": secrets.token_bytes(64),
    }  # fmt: skip
    db.execute(ring_table.insert().values(ring=ring, generation=generation, **(row | values)))


def _of_nobody(db: Connection, vault: Vault, ring: UUID) -> None:
    plant(db, ring, 2)


def _far_away(db: Connection, vault: Vault, ring: UUID) -> None:
    plant(db, ring, 2**40)


def _before_the_first(db: Connection, vault: Vault, ring: UUID) -> None:
    db.execute(text("PRAGMA ignore_check_constraints = ON"))
    plant(db, ring, -3)


def _with_a_grant(db: Connection, vault: Vault, ring: UUID) -> None:
    plant(db, ring, 2)
    junk = secrets.token_bytes(131)
    db.execute(ring_grant_table.insert().values(ring=ring, generation=2, user=vault.user_id, sealed=junk))


def _that_lists_me(db: Connection, vault: Vault, ring: UUID) -> None:
    member = RingMember(vault.user_id.bytes, vault._user_keys.fingerprint(), secrets.token_bytes(32))
    plant(db, ring, 2, members=encode_members(member), grantor=vault.user_id, previous=_hash(db, vault, ring))


def _by_a_stranger_of_the_directory(db: Connection, vault: Vault, ring: UUID) -> None:
    """The strongest: a key that its owner signed, and a statement that is right but for who may make it."""
    key, user_key = SigningKey(secrets.token_bytes(32)), secrets.token_bytes(32)
    stranger = UserKeys(
        vault_id=vault.vault_id, user_id=uuid4(),
        unlocked_keys=UnlockedKeys(user_key=user_key, signing_seal_key=bytes(32)),
        sealing_key=user_sealing_key(user_key), public_key=key.public_key, signer=key,
    )  # fmt: skip
    key_directory.KeyDirectory(stranger).publish_own_key(db)
    fields: dict[str, Any] = {
        "key_id": secrets.token_bytes(16),
        "members": encode_members(
            RingMember(stranger.user_id.bytes, stranger.fingerprint(), secrets.token_bytes(32))
        ),
        "previous": _hash(db, vault, ring),
        "grantor": stranger.user_id,
    }
    signature = key.sign("sig/ring", vault.vault_id, ring, 2, *fields.values())
    plant(db, ring, 2, **fields, signature=signature)


def _hash(db: Connection, vault: Vault, ring: UUID) -> bytes:
    return hash_statement(
        vault.vault_id, db.execute(select(ring_table).where(ring_table.c.ring == ring)).one()
    )


PLANTED = [
    _of_nobody,
    _far_away,
    _before_the_first,
    _with_a_grant,
    _that_lists_me,
    _by_a_stranger_of_the_directory,
]


@pytest.mark.parametrize("whose", ["practice", "own", "client"])
@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_statement_stops_no_ring_and_is_named(
    engine: Engine,
    vault: Vault,
    sealed: Sealed,
    planted: Callable[[Connection, Vault, UUID], None],
    whose: str,
) -> None:
    ring = {"practice": vault.practice_ring, "own": vault.own_ring, "client": sealed.ring}[whose]
    assert ring is not None and reopened(engine, vault).damaged_rings == frozenset(), "the control"
    with writing(engine) as db:
        planted(db, vault, ring)
    found = reopened(engine, vault)
    assert found.damaged_rings == {ring} and opens(engine, found, sealed)
    assert (found.practice_ring, found.own_ring) == (vault.practice_ring, vault.own_ring)
    assert found.is_founder and not found.rings.is_shared(ring)
    newer = vaults.write_sample(engine, found, ring, b"of before")
    assert opens(engine, vault, Sealed(ring=ring, record=newer)), "what is written is read as ever"
    with reading(engine) as db:
        found.load_new_rings(db, [uuid4().bytes])
    assert found.damaged_rings == {ring}, "still named after another session made a ring"


def test_planted_rows_in_every_table_of_the_head_stop_nothing(
    engine: Engine, vault: Vault, sealed: Sealed, groups: tuple[str, ...]
) -> None:
    stray = uuid4()
    with writing(engine) as db:
        for ring in (vault.practice_ring, vault.own_ring, sealed.ring, stray):
            assert ring is not None
            plant(db, ring, 5)
            for user in (uuid4(), vault.user_id):
                db.execute(
                    ring_grant_table.insert().values(ring=ring, generation=9, user=user, sealed=b"junk")
                )
        db.execute(
            key_directory.public_key_table.insert().values(
                user=stray,
                signing_key=secrets.token_bytes(32),
                receiving_key=None,
                signature=secrets.token_bytes(64),
            )
        )
        db.execute(
            identity.identity_table.insert().values(user=stray, sealed=bytes(106), sealed_signing=bytes(106))
        )
        db.execute(
            key_slot_tables.slot_table.insert().values(
                slot=uuid4(), user=stray, kind=2, salt=bytes(16), sealed=bytes(80), sealed_signing=bytes(80)
            )
        )
        db.execute(key_slot_tables.slot_list_table.insert().values(user=stray, generation=3, mac=bytes(32)))
    with reading(engine) as db:
        found = key_slots.unlock_with_recovery_sheet(db, " ".join(groups))
    assert found.slots_intact and opens(engine, found, sealed)
    assert found.damaged_rings == {vault.practice_ring, vault.own_ring, sealed.ring, stray}
    assert set(found.key_directory.faults) == {stray}


def test_a_ring_of_nobody_is_named_and_that_of_a_colleague_is_not(engine: Engine, vault: Vault) -> None:
    two = second_identity(engine, vault)
    _, colleagues = vaults.new_owner(engine, two.colleague)
    assert reopened(engine, vault).damaged_rings == frozenset(), "the control"
    stray = uuid4()
    with writing(engine) as db:
        plant(db, stray, 1)
    found = reopened(engine, vault)
    assert found.damaged_rings == {stray}
    assert found.is_foreign(stray) and found.is_foreign(colleagues)


def test_a_planted_statement_stops_no_shared_ring_and_takes_nobody_out(
    engine: Engine, vault: Vault, ring: UUID
) -> None:
    two = second_identity(engine, vault, ring)
    with writing(engine) as db:
        plant(db, ring, 3)
    for each in (two.founder, two.colleague):
        found = reopened(engine, each)
        assert found.damaged_rings == {ring} and found.rings.is_shared(ring)
        record = vaults.write_sample(engine, found, ring, b"of before")
        assert opens(engine, two.founder, Sealed(ring=ring, record=record))


@pytest.mark.parametrize("also_planted", [False, True])
def test_a_damaged_statement_of_a_granted_generation_still_stops_the_ring(
    engine: Engine, vault: Vault, ring: UUID, also_planted: bool
) -> None:
    """Otherwise a flipped bit would make a ring go on with the key of an earlier generation."""
    two: TwoClinicians = second_identity(engine, vault, ring)
    vaults.write_sample(engine, reopened(engine, two.founder), ring, b"the control")
    newest = (ring_table.c.ring == ring) & (ring_table.c.generation == 2)
    with writing(engine) as db:
        db.execute(ring_table.update().where(newest).values(signature=bytes(64)))
        if also_planted:
            plant(db, ring, 3)
    with pytest.raises(SealBroken):
        vaults.write_sample(engine, reopened(engine, two.founder), ring, b"never")
    with writing(engine) as db:
        db.execute(ring_table.delete().where(newest))
    found = reopened(engine, two.founder)
    assert ring in found.damaged_rings and not found.rings.is_open(ring)


def test_who_was_taken_out_reads_what_was_granted_and_writes_nothing(
    engine: Engine, vault: Vault, sealed: Sealed
) -> None:
    two = second_identity(engine, vault, sealed.ring)
    with writing(engine) as db:
        grant_ring(db, two.founder, sealed.ring)
        plant(db, sealed.ring, 4)
    found = reopened(engine, two.colleague)
    assert opens(engine, found, sealed) and found.damaged_rings == {sealed.ring}
    with pytest.raises(SealBroken):
        vaults.write_sample(engine, found, sealed.ring, b"never")
