"""A ring of several members: who opens what, and which statements are refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, select

from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory
from clinic_toolkit.vault.key_directory import ConfirmedKey, PublicKeys
from clinic_toolkit.vault.ring_statements import RingMember, encode_members, hash_statement
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.seal_context import SealedVersion
from clinic_toolkit.vault.vault import SealBroken, Vault
from tests.fixtures import vaults
from tests.fixtures.second_identity import TwoClinicians, grant_ring, reopened, second_identity


@pytest.fixture
def two(engine: Engine, vault: Vault, ring: UUID) -> TwoClinicians:
    """A founder and a colleague who share one ring; the founder has another one alone."""
    vaults.new_owner(engine, vault)
    return second_identity(engine, vault, ring)


def sealed(vault: Vault, ring: UUID, record: UUID) -> SealedVersion:
    return vault.seal(table="sample", record=record, version=1, ring=ring, content=b"of both")


def opens(vault: Vault, ring: UUID, record: UUID, version: SealedVersion) -> bool:
    try:
        found = vault.open(
            table="sample", record=record, version=1, ring=ring, key_id=version.key_id, blob=version.blob
        )
    except SealBroken:
        return False
    return found.content == b"of both"


def test_both_open_what_the_other_sealed_in_a_shared_ring_alone(
    engine: Engine, vault: Vault, ring: UUID, two: TwoClinicians
) -> None:
    record = uuid4()
    for writer in (two.founder, two.colleague):
        version = sealed(writer, ring, record)
        assert opens(two.founder, ring, record, version) and opens(two.colleague, ring, record, version)
    before_the_grant = sealed(vault, ring, record)
    assert before_the_grant.key_id != sealed(two.founder, ring, record).key_id
    assert opens(two.colleague, ring, record, before_the_grant), "earlier keys are granted as well"
    [alone] = [
        each for each in two.founder.rings.list_owners(RingClass.RECORD) if not _owns(two.colleague, each)
    ]
    other_ring = two.founder.rings.get_ring(alone, RingClass.RECORD)
    version = sealed(two.founder, other_ring, record)
    assert opens(two.founder, other_ring, record, version), "the control"
    assert not opens(two.colleague, other_ring, record, version)
    with pytest.raises(SealBroken):
        sealed(two.colleague, other_ring, record)


def _owns(vault: Vault, owner: UUID) -> bool:
    return owner in vault.rings.list_owners(RingClass.RECORD)


def test_a_ring_that_was_never_granted_is_no_damage(engine: Engine, two: TwoClinicians) -> None:
    for vault in (two.founder, two.colleague):
        assert vault.damaged_rings == frozenset()
        assert reopened(engine, vault).damaged_rings == frozenset()
    assert two.founder.own_ring != two.colleague.own_ring
    assert not two.founder.rings.is_open(two.colleague.own_ring or uuid4())


@pytest.mark.parametrize("whose", ["founder", "colleague"])
def test_a_lost_grant_of_a_shared_ring_is_damage(
    engine: Engine, ring: UUID, two: TwoClinicians, whose: str
) -> None:
    vault: Vault = getattr(two, whose)
    with writing(engine) as db:
        db.execute(
            ring_grant_table.delete().where(
                ring_grant_table.c.ring == ring,
                ring_grant_table.c.user == vault.user_id,
                ring_grant_table.c.generation == 2,
            )
        )
    assert reopened(engine, vault).damaged_rings == {ring}
    other = two.colleague if whose == "founder" else two.founder
    assert reopened(engine, other).damaged_rings == frozenset()


def _by_nobody(db: Connection, two: TwoClinicians, ring: UUID) -> None:
    newest = (ring_table.c.ring == ring) & (ring_table.c.generation == 2)
    db.execute(ring_table.update().where(newest).values(signature=bytes(64)))


def _without_the_one_before(db: Connection, two: TwoClinicians, ring: UUID) -> None:
    db.execute(ring_table.delete().where(ring_table.c.ring == ring, ring_table.c.generation == 1))


def _of_another_past(db: Connection, two: TwoClinicians, ring: UUID) -> None:
    _resign(db, two.founder, ring, previous=bytes(32))


def _by_one_who_was_no_member(db: Connection, two: TwoClinicians, ring: UUID) -> None:
    """The colleague signs the statement that makes the colleague a member."""
    _resign(db, two.colleague, ring)


def _without_me(db: Connection, two: TwoClinicians, ring: UUID) -> None:
    fingerprint = two.colleague._user_keys.fingerprint()
    member = RingMember(two.colleague.user_id.bytes, fingerprint, bytes(32))
    _resign(db, two.founder, ring, members=encode_members(member))


def _resign(db: Connection, signer: Vault, ring: UUID, **values: bytes) -> None:
    newest = (ring_table.c.ring == ring) & (ring_table.c.generation == 2)
    row = db.execute(select(ring_table).where(newest)).one()
    found = row._asdict() | values | {"grantor": signer.user_id}
    found["signature"] = signer.sign(
        "sig/ring", signer.vault_id, ring, 2, found["key_id"], found["members"], found["previous"],
        found["grantor"],
    )  # fmt: skip
    db.execute(ring_table.update().where(newest).values(**found))


@pytest.mark.parametrize(
    "change",
    [_by_nobody, _without_the_one_before, _of_another_past, _by_one_who_was_no_member, _without_me],
)
def test_a_statement_that_no_member_signed_stops_the_ring(
    engine: Engine, ring: UUID, two: TwoClinicians, change: Callable[[Connection, TwoClinicians, UUID], None]
) -> None:
    sealed(reopened(engine, two.founder), ring, uuid4())
    with writing(engine) as db:
        change(db, two, ring)
    found = reopened(engine, two.founder)
    with pytest.raises(SealBroken):
        sealed(found, ring, uuid4())


def test_a_grantor_whose_key_is_refused_grants_nothing(
    engine: Engine, ring: UUID, two: TwoClinicians
) -> None:
    sealed(reopened(engine, two.colleague), ring, uuid4())
    third = two.colleague
    opened = reopened(engine, third)
    other = PublicKeys(user_id=two.founder.user_id, signing_key=bytes(32), fingerprint=bytes(32))
    opened.key_directory.set_confirmed_keys(
        [ConfirmedKey(key=other, name="Nora Whelan", confirmed_at=datetime(2026, 11, 19, tzinfo=UTC))]
    )
    with pytest.raises(SealBroken):
        sealed(opened, ring, uuid4())


def test_a_member_who_was_granted_a_ring_may_grant_it_on(
    engine: Engine, ring: UUID, two: TwoClinicians
) -> None:
    with writing(engine) as db:
        keys = identity.create_identity(db, two.founder.vault_id)
        key_directory.KeyDirectory(keys).publish_own_key(db)
        colleague = two.colleague._user_keys
        grant_ring(db, two.founder, two.founder.practice_ring, keys, colleague, creation_order=1)
        grant_ring(db, two.colleague, ring, keys, two.founder._user_keys, creation_order=2)
        row = db.execute(
            select(ring_table).where(ring_table.c.ring == ring, ring_table.c.generation == 2)
        ).one()
        statement_hash = hash_statement(two.founder.vault_id, row)
        newest = db.execute(
            select(ring_table).where(ring_table.c.ring == ring, ring_table.c.generation == 3)
        ).one()
    assert newest.previous == statement_hash
    with reading(engine) as db:
        third = identity.open_vault(db, keys.user_id, keys.unlocked_keys)
    record = uuid4()
    version = sealed(third, ring, record)
    assert opens(reopened(engine, two.colleague), ring, record, version)
    founder = reopened(engine, two.founder)
    assert founder.damaged_rings == frozenset() and opens(founder, ring, record, version)
    assert opens(founder, ring, record, sealed(founder, ring, record))
