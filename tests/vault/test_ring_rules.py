"""Who may change a shared ring, and what its first statement and its grants are bound to."""

from collections.abc import Callable
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory
from clinic_toolkit.vault.ring_grants import pack_grant
from clinic_toolkit.vault.ring_keys import build_ring_key
from clinic_toolkit.vault.ring_statements import (
    MemberRole,
    RingMember,
    encode_members,
    hash_statement,
    parse_members,
)
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.user_keys import UserKeys
from clinic_toolkit.vault.vault import SealBroken, Vault
from tests.fixtures import vaults
from tests.fixtures.second_identity import (
    grant_ring,
    list_statements,
    reopened,
    second_identity,
    sign_statement,
)


class Three:
    """A ring of three: who made it, a manager, and a member."""

    def __init__(self, engine: Engine, founder: Vault, ring: UUID) -> None:
        two = second_identity(engine, founder)
        self.engine, self.ring, self.manager = engine, ring, two.colleague
        with writing(engine) as db:
            keys = identity.create_identity(db, founder.vault_id)
            key_directory.KeyDirectory(keys).publish_own_key(db)
            manager = self.manager._user_keys
            grant_ring(db, two.founder, founder.practice_ring, keys, manager, creation_order=1)
            roles = {manager.user_id: MemberRole.MANAGER}
            grant_ring(db, two.founder, ring, keys, manager, roles=roles)
        with reading(engine) as db:
            self.member = identity.open_vault(db, keys.user_id, keys.unlocked_keys)
        self.founder, self.manager = reopened(engine, two.founder), reopened(engine, self.manager)

    def sign(self, db: Connection, signer: Vault, *members: RingMember) -> None:
        """A next statement of the ring in which all but the members is as it should be."""
        newest = list_statements(db, self.ring)[-1]
        key = signer._rings.get_key(self.ring)
        generation = newest.generation + 1
        key_id = build_ring_key(
            self.ring, key.owner, key.ring_class, 1, key.creator, bytes(32), generation=generation
        ).key_id
        previous = hash_statement(signer.vault_id, newest)
        encoded = encode_members(*members)
        sign_statement(db, signer, self.ring, generation, key_id=key_id, members=encoded, previous=previous)

    def members(self, db: Connection) -> dict[UUID, RingMember]:
        """The members that the newest statement lists."""
        listed = parse_members(list_statements(db, self.ring)[-1].members)
        return {UUID(bytes=user): member for user, member in listed.items()}


@pytest.fixture
def three(engine: Engine, vault: Vault, ring: UUID) -> Three:
    return Three(engine, vault, ring)


# Who signs, and what becomes of the members.
Change = Callable[[Three, dict[UUID, RingMember]], tuple[Vault, dict[UUID, RingMember]]]


def without(members: dict[UUID, RingMember], left_out: Vault) -> dict[UUID, RingMember]:
    return {user: member for user, member in members.items() if user != left_out.user_id}


def with_role(members: dict[UUID, RingMember], who: Vault, role: MemberRole) -> dict[UUID, RingMember]:
    return members | {who.user_id: members[who.user_id]._replace(role=role)}


def with_other_key(members: dict[UUID, RingMember], who: Vault) -> dict[UUID, RingMember]:
    return members | {who.user_id: members[who.user_id]._replace(fingerprint=b"\x07" * 32)}


def added(members: dict[UUID, RingMember], role: MemberRole) -> dict[UUID, RingMember]:
    somebody = uuid4()
    return members | {somebody: RingMember(somebody.bytes, bytes(32), bytes(32), role)}


MANAGER, MEMBER = MemberRole.MANAGER, MemberRole.MEMBER
ALLOWED: dict[str, Change] = {
    "the creator leaves out a member": lambda three, found: (three.founder, without(found, three.member)),
    "the creator leaves out a manager": lambda three, found: (three.founder, without(found, three.manager)),
    "a manager leaves out a member": lambda three, found: (three.manager, without(found, three.member)),
    "a member adds somebody": lambda three, found: (three.member, added(found, MEMBER)),
    "the creator makes a manager": lambda three, found: (
        three.founder,
        with_role(found, three.member, MANAGER),
    ),
    "the creator takes the role back": lambda three, found: (
        three.founder,
        with_role(found, three.manager, MEMBER),
    ),
    "a manager takes another key of a member": lambda three, found: (
        three.manager,
        with_other_key(found, three.member),
    ),
}
REFUSED: dict[str, Change] = {
    "a member leaves out the creator": lambda three, found: (three.member, without(found, three.founder)),
    "a manager leaves out the creator": lambda three, found: (three.manager, without(found, three.founder)),
    "the creator leaves themselves out": lambda three, found: (three.founder, without(found, three.founder)),
    "a member leaves out another": lambda three, found: (three.member, without(found, three.manager)),
    "a member puts another key in the creator's place": lambda three, found: (
        three.member,
        with_other_key(found, three.founder),
    ),
    "a member puts another key in a manager's place": lambda three, found: (
        three.member,
        with_other_key(found, three.manager),
    ),
    "a member makes a manager of themselves": lambda three, found: (
        three.member,
        with_role(found, three.member, MANAGER),
    ),
    "a manager makes a manager": lambda three, found: (
        three.manager,
        with_role(found, three.member, MANAGER),
    ),
    "a manager adds a manager": lambda three, found: (three.manager, added(found, MANAGER)),
    "a manager keeps the role for another key": lambda three, found: (
        three.manager,
        with_other_key(found, three.manager),
    ),
}


def change(three: Three, rule: Change) -> None:
    with writing(three.engine) as db:
        signer, members = rule(three, three.members(db))
        three.sign(db, signer, *members.values())


@pytest.mark.parametrize("rule", ALLOWED.values(), ids=ALLOWED)
def test_what_a_member_may_change_counts(three: Three, rule: Change) -> None:
    """Nobody has the key of the new generation, so everyone whom it still lists lost a grant."""
    change(three, rule)
    with reading(three.engine) as db:
        listed = set(three.members(db))
    for each in (three.founder, three.manager, three.member):
        found = reopened(three.engine, each)
        assert found.damaged_rings == ({three.ring} if each.user_id in listed else frozenset())
        assert found.rings.is_open(three.ring) == (each.user_id not in listed)


@pytest.mark.parametrize("rule", REFUSED.values(), ids=REFUSED)
def test_what_a_member_may_not_change_is_named_and_takes_the_ring_from_nobody(
    three: Three, rule: Change
) -> None:
    change(three, rule)
    for each in (three.founder, three.manager, three.member):
        found = reopened(three.engine, each)
        assert found.damaged_rings == {three.ring}
        vaults.write_sample(three.engine, found, three.ring, b"goes on as before")


def test_a_role_that_there_is_not_is_refused(three: Three) -> None:
    with reading(three.engine) as db:
        encoded = list_statements(db, three.ring)[-1].members
    assert len(parse_members(encoded)) == 3, "the control"
    for changed in (encoded[:-1] + b"\x02", encoded[:-1], encoded + b"\x00"):
        with pytest.raises(Exception, match=r"^$") as caught:
            parse_members(changed)
        assert type(caught.value).__name__ == "DecryptionError"


def seals(engine: Engine, vault: Vault, ring: UUID) -> bool:
    try:
        vaults.write_sample(engine, vault, ring, b"some text")
    except SealBroken:
        return False
    return True


@pytest.mark.parametrize("creator", ["founder", "colleague"])
def test_a_member_cannot_become_the_creator_by_a_first_statement_of_their_own(
    engine: Engine, vault: Vault, ring: UUID, creator: str
) -> None:
    """The colleague holds the first key, and signs a first statement that lists both with right hashes."""
    two = second_identity(engine, vault, ring)
    assert seals(engine, reopened(engine, two.founder), ring), "the control"
    key, signers = two.founder._rings.get_key(ring), {"founder": two.founder, "colleague": two.colleague}
    with writing(engine) as db:
        for table in (ring_table, ring_grant_table):
            db.execute(table.delete().where(table.c.ring == ring, table.c.generation > 1))
        rows = db.execute(ring_grant_table.select().where(ring_grant_table.c.ring == ring)).all()
        hashes = {row.user: sha256(row.sealed).digest() for row in rows}
        members = encode_members(
            *(
                RingMember(
                    each.user_id.bytes, each._user_keys.fingerprint(), hashes.get(each.user_id, bytes(32))
                )
                for each in signers.values()
            )
        )
        first = list_statements(db, ring)[0]
        key_id = first.key_id
        if creator == "colleague":
            # With the key that both know, the id is right for a ring that the colleague had made.
            earlier = two.colleague._rings.get_key(ring, key_id)
            key_id = build_ring_key(
                ring, key.owner, key.ring_class, 1, two.colleague._user_keys.fingerprint(), earlier.key._root
            ).key_id
        sign_statement(db, two.colleague, ring, 1, key_id=key_id, members=members, previous=None)
    assert not seals(engine, reopened(engine, two.founder), ring)


def put_grant(db: Connection, keys: UserKeys, ring: UUID, plaintext: bytes) -> None:
    sealed = keys.seal_under_user_key(plaintext, "grant", ring, 1)
    place = (ring_grant_table.c.ring == ring) & (ring_grant_table.c.generation == 1)
    db.execute(
        ring_grant_table.update().where(place, ring_grant_table.c.user == keys.user_id).values(sealed=sealed)
    )


@pytest.mark.parametrize("wrong", ["nothing", "owner", "class", "creator"])
def test_an_earlier_key_that_is_granted_as_another_ring_is_refused(
    engine: Engine, vault: Vault, ring: UUID, wrong: str
) -> None:
    """The first statement does not list the colleague, so nothing but the signed key id binds the grant."""
    two = second_identity(engine, vault, ring)
    first = two.founder._rings.get_key(ring, list_key_ids(engine, ring)[0])
    keys, creator = two.colleague._user_keys, two.founder._user_keys.fingerprint()
    granted = pack_grant(
        uuid4() if wrong == "owner" else first.owner,
        RingClass.DEMOGRAPHICS if wrong == "class" else first.ring_class,
        100,
        keys.fingerprint() if wrong == "creator" else creator,
        first.key._root,
    )
    with writing(engine) as db:
        put_grant(db, keys, ring, granted)
    found = reopened(engine, two.colleague)
    assert found.damaged_rings == (frozenset() if wrong == "nothing" else {ring})
    assert found.rings.is_open(ring) == (wrong == "nothing")


def list_key_ids(engine: Engine, ring: UUID) -> list[bytes]:
    with reading(engine) as db:
        return [row.key_id for row in list_statements(db, ring)]


def test_a_colleagues_ring_for_my_client_does_not_replace_mine(engine: Engine, vault: Vault) -> None:
    """Also if its grant says that it came first."""
    two = second_identity(engine, vault)
    owner, mine = vaults.new_owner(engine, two.founder)
    with writing(engine) as db:
        theirs = two.colleague.rings.create_ring(db, owner=owner, ring_class=RingClass.RECORD)
        grant_ring(db, two.colleague, theirs, two.founder._user_keys, creation_order=0)
    found = reopened(engine, two.founder)
    assert found.rings.get_ring(owner, RingClass.RECORD) == mine
    assert found.damaged_rings == {theirs}


def test_a_ring_that_a_colleague_grants_as_my_own_is_refused(engine: Engine, vault: Vault) -> None:
    two = second_identity(engine, vault)
    _, theirs = vaults.new_owner(engine, two.colleague)
    keys = two.founder._user_keys
    with writing(engine) as db:
        grant_ring(db, two.colleague, theirs, keys, creation_order=0)
    assert reopened(engine, two.founder).rings.is_open(theirs), "the control"
    own = two.founder.own_ring
    for creator in (keys.fingerprint(), two.colleague._user_keys.fingerprint()):
        with writing(engine) as db:
            for generation in (1, 2):
                grant = pack_grant(keys.user_id, RingClass.OWN, 0, creator, bytes(32))
                place = (ring_grant_table.c.ring == theirs) & (ring_grant_table.c.generation == generation)
                db.execute(
                    ring_grant_table.update()
                    .where(place, ring_grant_table.c.user == keys.user_id)
                    .values(sealed=keys.seal_under_user_key(grant, "grant", theirs, generation))
                )
        found = reopened(engine, two.founder)
        assert found.own_ring == own
        assert theirs in found.damaged_rings


@pytest.mark.parametrize("is_mine", [True, False])
def test_a_grant_that_its_receiver_sealed_anew_opens(
    engine: Engine, vault: Vault, ring: UUID, is_mine: bool
) -> None:
    """Its bytes are others than the statement names; who made the grant keeps it as it was made."""
    two = second_identity(engine, vault, ring)
    receiver = two.founder if is_mine else two.colleague
    keys = receiver._user_keys
    with writing(engine) as db:
        for row in db.execute(
            ring_grant_table.select().where(
                ring_grant_table.c.ring == ring, ring_grant_table.c.user == keys.user_id
            )
        ).all():
            plaintext = keys.open_with_user_key(row.sealed, "grant", ring, row.generation)
            place = (ring_grant_table.c.ring == ring) & (ring_grant_table.c.generation == row.generation)
            sealed = keys.seal_under_user_key(plaintext, "grant", ring, row.generation)
            assert sealed != row.sealed
            db.execute(
                ring_grant_table.update()
                .where(place, ring_grant_table.c.user == keys.user_id)
                .values(sealed=sealed)
            )
    assert seals(engine, reopened(engine, receiver), ring) is not is_mine
