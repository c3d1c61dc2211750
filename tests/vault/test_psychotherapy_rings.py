"""Rings for psychotherapy notes: under a key of their own, closed at an ordinary unlock and never damage."""

import secrets
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_grants import PsychotherapyClosed, open_grant, pack_grant
from clinic_toolkit.vault.ring_tables import ring_grant_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.seal_broken import SealBroken
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import vaults
from tests.fixtures.second_identity import second_identity

KEY, OTHER_KEY = b"\x05" * 32, b"\x06" * 32
WORDS = b"what was thought, and not said"


@pytest.fixture
def notes(engine: Engine, vault: Vault) -> dict[str, Any]:
    """A record of psychotherapy notes, and its place."""
    with reading(engine) as db:
        vault.open_psychotherapy_notes(db, KEY)
    _, ring = vaults.new_owner(engine, vault, RingClass.PSYCHOTHERAPY)
    record = vaults.write_sample(engine, vault, ring, WORDS)
    with reading(engine) as db:
        row = db.execute(select(vaults.sample).where(vaults.sample.c.record == record)).one()
    return {
        "table": "sample", "record": record, "version": 1, "ring": ring,
        "key_id": row.key_id, "blob": row.sealed,
    }  # fmt: skip


def test_an_ordinary_unlock_leaves_them_closed_and_misses_nothing(
    engine: Engine, vault: Vault, notes: dict[str, Any]
) -> None:
    found = vaults.reopened(engine, vault)
    ring = notes["ring"]
    assert found.is_closed(ring) and not found.rings.is_open(ring) and not found.is_foreign(ring)
    assert found.damaged_rings == frozenset()
    assert found.rings.find_owner(ring) == vault.rings.find_owner(ring)
    with reading(engine) as db:
        found.rings.note_known_rings(db, [ring.bytes], {})
    assert found.damaged_rings == frozenset()
    with pytest.raises(SealBroken):
        found.open(**notes)
    with pytest.raises(UnknownRing):
        found.rings.get_ring(found.rings.find_owner(ring) or ring, RingClass.PSYCHOTHERAPY)


def test_their_key_opens_them_and_another_does_not(
    engine: Engine, vault: Vault, notes: dict[str, Any]
) -> None:
    found = vaults.reopened(engine, vault)
    with reading(engine) as db:
        found.open_psychotherapy_notes(db, KEY)
    assert found.open(**notes).content == WORDS
    assert not found.is_closed(notes["ring"])
    other = vaults.reopened(engine, vault)
    with reading(engine) as db:
        other.open_psychotherapy_notes(db, OTHER_KEY)
    assert other.damaged_rings == {notes["ring"]}
    with pytest.raises(SealBroken):
        other.open(**notes)


def test_the_user_key_alone_never_gives_their_secret(
    engine: Engine, vault: Vault, notes: dict[str, Any]
) -> None:
    keys = vaults.reopened(engine, vault)._user_keys
    with reading(engine) as db:
        sealed = db.scalar(select(ring_grant_table.c.sealed).where(ring_grant_table.c.ring == notes["ring"]))
    assert sealed
    inside = keys.open_with_user_key(sealed, "grant", notes["ring"], 1)
    secret = vault.rings.get_key(notes["ring"]).key._root
    assert secret not in inside
    one_of_a_record = vault.rings.get_key(vault.practice_ring).key._root
    with reading(engine) as db:
        query = select(ring_grant_table.c.sealed).where(ring_grant_table.c.ring == vault.practice_ring)
        plain = keys.open_with_user_key(db.execute(query).scalar_one(), "grant", vault.practice_ring, 1)
    assert one_of_a_record in plain, "the control"
    assert len(inside) == len(plain), "a copy does not show which rings these are"


def test_none_is_made_while_they_are_closed(engine: Engine, vault: Vault, notes: dict[str, Any]) -> None:
    found = vaults.reopened(engine, vault)
    with pytest.raises(PsychotherapyClosed), writing(engine) as db:
        found.rings.create_ring(db, owner=uuid4(), ring_class=RingClass.PSYCHOTHERAPY)


def test_a_hurt_grant_is_damage_in_either_state(engine: Engine, vault: Vault, notes: dict[str, Any]) -> None:
    with writing(engine) as db:
        db.execute(
            ring_grant_table.update()
            .where(ring_grant_table.c.ring == notes["ring"])
            .values(sealed=secrets.token_bytes(236))
        )
    assert vaults.reopened(engine, vault).damaged_rings == {notes["ring"]}


def test_nobody_can_grant_them_to_anybody(engine: Engine, vault: Vault, notes: dict[str, Any]) -> None:
    colleague = second_identity(engine, vault).colleague._user_keys
    key = vault.rings.get_key(notes["ring"])
    packed = pack_grant(key.owner, RingClass.PSYCHOTHERAPY, 1, key.creator, bytes(105))
    sealed = colleague.seal_under_user_key(packed, "grant", key.ring, 1)
    with pytest.raises(DecryptionError):
        open_grant(colleague, key.ring, 1, sealed)
