"""The directory of public keys: what is accepted, what is refused, and what is called confirmed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory, passphrases
from clinic_toolkit.vault.key_directory import (
    AuthorState,
    ConfirmedKey,
    PublicKeyFault,
    PublicKeys,
    public_key_table,
)
from clinic_toolkit.vault.user_keys import UnlockedKeys, UserKeys, key_fingerprint, user_sealing_key
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.vaults import reopened

Change = Callable[[UserKeys], dict[str, object]]


@pytest.fixture
def colleague(engine: Engine, vault: Vault) -> UserKeys:
    """The keys of a second clinician of the same vault, in the directory."""
    with writing(engine) as db:
        keys = identity.create_identity(db, vault.vault_id)
        key_directory.KeyDirectory(keys).publish_own_key(db)
    return keys


def confirmed(keys: UserKeys, *, name: str = "Ivo Marin") -> ConfirmedKey:
    """The key of this clinician, as it was compared in person."""
    signing_key = keys.signing_key.public_key
    key = PublicKeys(user_id=keys.user_id, signing_key=signing_key, fingerprint=keys.fingerprint())
    return ConfirmedKey(key=key, name=name, confirmed_at=datetime(2026, 11, 19, 10, tzinfo=UTC))


def change_row(engine: Engine, user_id: UUID, **values: object) -> None:
    with writing(engine) as db:
        db.execute(public_key_table.update().where(public_key_table.c.user == user_id).values(**values))


def other_key(colleague: UserKeys) -> dict[str, object]:
    """A row that somebody else made for this user, properly signed with a key of their own."""
    stranger = SigningKey(b"\x07" * 32)
    signature = stranger.sign(
        "sig/directory", colleague.vault_id, colleague.user_id, stranger.public_key, None
    )
    return {"signing_key": stranger.public_key, "signature": signature}


def signed_elsewhere(colleague: UserKeys) -> dict[str, object]:
    key = colleague.signing_key
    return {"signature": key.sign("sig/directory", uuid4(), colleague.user_id, key.public_key, None)}


def signed_for_another_purpose(colleague: UserKeys) -> dict[str, object]:
    key = colleague.signing_key
    return {"signature": key.sign("sig/ring", colleague.vault_id, colleague.user_id, key.public_key, None)}


def key_of_a_stranger(colleague: UserKeys) -> dict[str, object]:
    return {"signing_key": SigningKey(b"\x07" * 32).public_key}


def with_a_second_key(colleague: UserKeys) -> dict[str, object]:
    return {"receiving_key": b"\x07" * 32}


def test_the_first_clinician_is_in_it_from_the_beginning(engine: Engine, vault: Vault) -> None:
    for opened in (vault, reopened(engine, vault)):
        assert opened.key_directory.faults == {} and opened.key_directory.list_users() == {vault.user_id}
        assert opened.key_directory.author_state(vault.user_id) == AuthorState.OWN
        assert opened.key_directory.author_state(uuid4()) == AuthorState.UNKNOWN


def test_a_colleague_is_known_and_confirmed_only_by_what_was_compared(
    engine: Engine, vault: Vault, colleague: UserKeys
) -> None:
    opened = reopened(engine, vault).key_directory
    key = opened.find_key(colleague.user_id)
    assert key is not None and key.signing_key == colleague.signing_key.public_key
    assert key.fingerprint == colleague.fingerprint()
    assert opened.author_state(colleague.user_id) == AuthorState.UNCONFIRMED
    opened.set_confirmed_keys([confirmed(colleague)])
    assert opened.author_state(colleague.user_id) == AuthorState.CONFIRMED and opened.faults == {}


@pytest.mark.parametrize(
    "change", [signed_elsewhere, signed_for_another_purpose, key_of_a_stranger, with_a_second_key]
)
def test_a_key_that_its_owner_did_not_sign_is_refused_and_named(
    engine: Engine, vault: Vault, colleague: UserKeys, change: Change
) -> None:
    assert reopened(engine, vault).key_directory.find_key(colleague.user_id), "the control"
    change_row(engine, colleague.user_id, **change(colleague))
    opened = reopened(engine, vault).key_directory
    assert opened.faults == {colleague.user_id: PublicKeyFault.NOT_SIGNED}
    assert opened.find_key(colleague.user_id) is None
    assert opened.author_state(colleague.user_id) == AuthorState.UNKNOWN


def test_another_key_for_a_confirmed_user_is_named_and_the_confirmed_one_is_used(
    engine: Engine, vault: Vault, colleague: UserKeys
) -> None:
    change_row(engine, colleague.user_id, **other_key(colleague))
    opened = reopened(engine, vault).key_directory
    assert opened.author_state(colleague.user_id) == AuthorState.UNCONFIRMED, "the control"
    opened.set_confirmed_keys([confirmed(colleague)])
    assert opened.faults == {colleague.user_id: PublicKeyFault.OTHER_KEY}
    assert opened.find_key(colleague.user_id) == confirmed(colleague).key
    assert opened.find_confirmed_name(colleague.user_id) == "Ivo Marin"
    assert colleague.user_id in opened.list_users()


def test_a_confirmed_key_that_is_gone_is_named(engine: Engine, vault: Vault, colleague: UserKeys) -> None:
    with writing(engine) as db:
        db.execute(public_key_table.delete().where(public_key_table.c.user == colleague.user_id))
    opened = reopened(engine, vault).key_directory
    assert opened.faults == {}
    opened.set_confirmed_keys([confirmed(colleague)])
    assert opened.faults == {colleague.user_id: PublicKeyFault.MISSING}
    assert opened.author_state(colleague.user_id) == AuthorState.CONFIRMED
    assert opened.find_key(colleague.user_id) == confirmed(colleague).key


def test_of_two_comparisons_the_later_counts(engine: Engine, vault: Vault, colleague: UserKeys) -> None:
    opened = reopened(engine, vault).key_directory
    first, earlier = confirmed(colleague), datetime(2026, 11, 18, tzinfo=UTC)
    other_name = confirmed(colleague, name="I. Marin")
    second = ConfirmedKey(key=other_name.key, name=other_name.name, confirmed_at=earlier)
    for order in ([first, second], [second, first]):
        assert not opened.set_confirmed_keys(order), "no key is another one than that of the row"
        assert opened.find_confirmed_name(colleague.user_id) == "Ivo Marin"


def test_ones_own_key_never_comes_from_the_directory(engine: Engine, vault: Vault) -> None:
    stranger = UserKeys(
        vault_id=vault.vault_id,
        user_id=vault.user_id,
        unlocked_keys=UnlockedKeys(user_key=bytes(32), signing_seal_key=bytes(32)),
        sealing_key=user_sealing_key(bytes(32)),
        public_key=SigningKey(b"\x07" * 32).public_key,
        signer=SigningKey(b"\x07" * 32),
    )
    with writing(engine) as db:
        key_directory.KeyDirectory(stranger).publish_own_key(db)
    opened = reopened(engine, vault).key_directory
    own = opened.find_key(vault.user_id)
    assert own is not None and own.signing_key == vault.public_key
    assert opened.faults == {vault.user_id: PublicKeyFault.OTHER_KEY}
    with writing(engine) as db:
        db.execute(public_key_table.delete())
    opened = reopened(engine, vault).key_directory
    assert opened.faults == {vault.user_id: PublicKeyFault.OWN_MISSING}
    with writing(engine) as db:
        opened.publish_own_key(db)
    assert reopened(engine, vault).key_directory.faults == {}


def test_the_six_words_of_a_key(vault: Vault, engine: Engine) -> None:
    fingerprint = bytes.fromhex("6b39f28be36b82e710997279f3b7816d013b022924c90383f59c3051dc169eea")
    words = key_directory.fingerprint_words(fingerprint)
    # The frozen key of tests/vectors/records.json.
    frozen = key_fingerprint(
        UUID("9d39cf3b1c484af3a6539aa3ad7c49f7"),
        UUID("5a22fcb59e784a4ea1735254d8a18b2b"),
        bytes.fromhex("4e746ae88074c6b1771318f97601c000fb8868589e5acc10f671fd29fe3363c9"),
    )
    assert frozen == fingerprint
    places = [passphrases.load_word_list().index(word) for word in words]
    assert sum(place * 7776**power for power, place in enumerate(places)) == int(fingerprint.hex(), 16) % (
        7776**6
    )
    assert len(words) == 6 and words != key_directory.fingerprint_words(fingerprint[:-1] + b"\xeb")
    with reading(engine):
        assert key_directory.fingerprint_words(bytes(32)) == (passphrases.load_word_list()[0],) * 6


def test_who_reads_while_it_is_loaded_sees_what_was_there_before_or_after(
    engine: Engine, vault: Vault, colleague: UserKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that verifies a line meanwhile must find no key missing, and none that is refused."""
    opened = reopened(engine, vault).key_directory
    opened.set_confirmed_keys([confirmed(colleague)])
    change_row(engine, colleague.user_id, **other_key(colleague))
    seen = []

    def looked_at(*fields: Any) -> bytes:
        found = opened.find_key(colleague.user_id)
        seen.append((found and found.fingerprint, dict(opened.faults), opened.has_colleagues()))
        return key_fingerprint(*fields)

    monkeypatch.setattr("clinic_toolkit.vault.key_directory.key_fingerprint", looked_at)
    with reading(engine) as db:
        opened.load_rows(db)
    assert seen == [(colleague.fingerprint(), {}, True)] * 2
    assert opened.faults == {colleague.user_id: PublicKeyFault.OTHER_KEY}
    assert seen[-1][1] != opened.faults, "the control: what was loaded is another view"
