"""A colleague's key is confirmed by its words, and another key in its place is refused."""

import logging

import pytest
from sqlalchemy import Connection

from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.journal import condition, inspection
from clinic_toolkit.record.people import confirmed_colleagues, practice_access
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory, key_slots
from clinic_toolkit.vault.confirmed_keys import KnownKey, known_key_table
from clinic_toolkit.vault.key_directory import AuthorState, PublicKeyFault, public_key_table
from clinic_toolkit.vault.user_keys import UserKeys
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines, findings
from tests.fixtures.practices import NOW, Work
from tests.fixtures.second_identity import drop_triggers


@pytest.fixture
def colleague(work: Work) -> UserKeys:
    with writing(work.engine) as db:
        keys = identity.create_identity(db, work.vault.vault_id)
        key_directory.KeyDirectory(keys).publish_own_key(db)
        work.vault.key_directory.load_rows(db)
    return keys


def unlocked(work: Work) -> Vault:
    """The practice as the next unlock finds it."""
    with writing(work.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)


def confirmed(db: Connection, work: Work, colleague: UserKeys) -> None:
    words = confirmed_colleagues.words_of_key(work.vault, colleague.user_id)
    confirmed_colleagues.confirm_colleague(
        db, work.vault, colleague.user_id, words=words, name=" Ivo Marin", now=NOW
    )


def replace_key(work: Work, colleague: UserKeys) -> None:
    stranger = SigningKey(b"\x07" * 32)
    signed_fields = (colleague.vault_id, colleague.user_id, stranger.public_key, None)
    with writing(work.engine) as db:
        db.execute(
            public_key_table.update()
            .where(public_key_table.c.user == colleague.user_id)
            .values(signing_key=stranger.public_key, signature=stranger.sign("sig/directory", *signed_fields))
        )


def test_a_key_is_confirmed_by_its_words_and_stays_so(work: Work, colleague: UserKeys) -> None:
    assert unlocked(work).key_directory.author_state(colleague.user_id) == AuthorState.UNCONFIRMED
    with writing(work.engine) as db:
        confirmed(db, work, colleague)
        confirmed(db, work, colleague)
        assert [line.event for line in audit_lines.lines(db, work.vault, newest=1)] == ["contact.confirmed"]
        [colleague_record] = confirmed_colleagues.list_known_keys(db, work.vault)
    assert colleague_record.ring == work.vault.own_ring
    key = colleague.signing_key.public_key
    assert colleague_record.payload == KnownKey(
        user=colleague.user_id.bytes, signing_key=key, receiving_key=None, name="Ivo Marin", confirmed_at=NOW
    )
    confirmed_key = colleague_record.payload.confirmed_key(work.vault.vault_id).key
    assert confirmed_key.fingerprint == colleague.fingerprint()
    for vault in (work.vault, unlocked(work)):
        assert vault.key_directory.author_state(colleague.user_id) == AuthorState.CONFIRMED
        assert condition.is_sound(work.engine, vault)


def test_a_confirmation_that_is_not_committed_confirms_nothing(work: Work, colleague: UserKeys) -> None:
    with pytest.raises(RuntimeError), writing(work.engine) as db:
        confirmed(db, work, colleague)
        raise RuntimeError("a mistake right before the commit")
    assert work.vault.key_directory.author_state(colleague.user_id) == AuthorState.UNCONFIRMED


def test_other_words_confirm_nothing(work: Work, colleague: UserKeys) -> None:
    words = confirmed_colleagues.words_of_key(work.vault, colleague.user_id)
    assert words == key_directory.fingerprint_words(colleague.fingerprint())
    with writing(work.engine) as db:
        with pytest.raises(confirmed_colleagues.OtherWords):
            confirmed_colleagues.confirm_colleague(
                db, work.vault, colleague.user_id, words=words[::-1], name="Ivo Marin", now=NOW
            )
        with pytest.raises(confirmed_colleagues.KeyNotFound):
            confirmed_colleagues.confirm_colleague(
                db, work.vault, work.vault.user_id, words=words, name="Ivo", now=NOW
            )
        with pytest.raises(confirmed_colleagues.NameMissing):
            confirmed_colleagues.confirm_colleague(
                db, work.vault, colleague.user_id, words=words, name=" ", now=NOW
            )
        with pytest.raises(confirmed_colleagues.KeyNotFound):
            confirmed_colleagues.words_of_key(work.vault, work.vault.vault_id)
        assert confirmed_colleagues.list_known_keys(db, work.vault) == []


def test_another_key_for_a_confirmed_colleague_is_not_used_but_named_and_logged(
    work: Work, colleague: UserKeys, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(work.engine) as db:
        confirmed(db, work, colleague)
    assert unlocked(work).key_directory.faults == {}, "the control"
    replace_key(work, colleague)
    with caplog.at_level(logging.WARNING, logger="clinic"):
        vault = unlocked(work)
    assert vault.key_directory.faults == {colleague.user_id: PublicKeyFault.OTHER_KEY}
    key = vault.key_directory.find_key(colleague.user_id)
    assert key is not None and key.fingerprint == colleague.fingerprint()
    assert [record.message for record in caplog.records] == ["directory.key_refused"]
    assert not condition.is_sound(work.engine, vault)
    with reading(work.engine) as db:
        [finding] = findings.list_findings(db, vault)
    assert finding.title == "A public key of the practice cannot be trusted"
    assert finding.details == (
        f"The public key of the clinician {colleague.user_id.hex[:8]} is not the one that is known to you.",
    )


def test_ones_own_row_is_put_back_and_the_loss_is_named(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    with writing(work.engine) as db:
        db.execute(public_key_table.delete())
    with caplog.at_level(logging.WARNING, logger="clinic"):
        vault = unlocked(work)
    assert vault.key_directory.faults == {vault.user_id: PublicKeyFault.OWN_MISSING}
    assert [record.message for record in caplog.records] == [
        "directory.key_refused",
        "directory.own_key_put_back",
    ]
    assert unlocked(work).key_directory.faults == {}


def test_a_store_that_is_only_read_opens_without_a_row_of_ones_own(work: Work) -> None:
    with writing(work.engine) as db:
        db.execute(public_key_table.delete())
    with reading(work.engine) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        confirmed_colleagues.recheck_confirmed_keys(db, vault)
    assert vault.key_directory.faults == {vault.user_id: PublicKeyFault.OWN_MISSING}


@pytest.mark.parametrize("is_hidden", [False, True])
@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_confirmation_that_cannot_be_read_is_named(
    work: Work,
    colleague: UserKeys,
    caplog: pytest.LogCaptureFixture,
    is_deleted: bool,
    is_hidden: bool,
) -> None:
    """Also where nothing else in the file tells of a colleague any more."""
    with writing(work.engine) as db:
        confirmed(db, work, colleague)
        [colleague_record] = confirmed_colleagues.list_known_keys(db, work.vault)
    with caplog.at_level(logging.WARNING, logger="clinic"), reading(work.engine) as db:
        confirmed_colleagues.recheck_confirmed_keys(db, work.vault)
        assert findings.list_findings(db, work.vault) == () and caplog.records == [], "the control"
    with writing(work.engine) as db:
        drop_triggers(db)
        table, of_colleague = known_key_table, public_key_table.c.user == colleague.user_id
        db.execute(table.delete() if is_deleted else table.update().values(sealed=b"\x01" * 400))
        if is_hidden:
            db.execute(public_key_table.delete().where(of_colleague))
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="clinic"):
        vault = unlocked(work)
    assert "directory.contact_unreadable" in [record.message for record in caplog.records]
    sentence = f"Which key you confirmed for one colleague cannot be read ({colleague_record.id.hex[:8]})."
    with reading(work.engine) as db:
        titles = {finding.title: finding.details for finding in findings.list_findings(db, vault)}
        report = inspection.inspect_all(db, vault, lambda done, total: None)
    assert titles["A key that you confirmed is not known any more"] == (sentence,)
    assert sentence in [finding.sentence for finding in report.findings]
    assert not condition.is_sound(work.engine, vault)


def test_a_confirmed_key_that_is_gone_is_named_although_nothing_else_tells_of_a_colleague(
    work: Work, colleague: UserKeys
) -> None:
    with writing(work.engine) as db:
        confirmed(db, work, colleague)
        db.execute(public_key_table.delete().where(public_key_table.c.user == colleague.user_id))
    vault = unlocked(work)
    assert not vault.rings.is_shared(vault.practice_ring)
    assert vault.key_directory.faults == {colleague.user_id: PublicKeyFault.MISSING}
