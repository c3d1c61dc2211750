"""A colleague whose key was compared in person is known without the directory, and by one name."""

from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import audit_reader, condition, inspection, inventory_snapshot
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, confirmed_colleagues, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import identity, key_directory
from clinic_toolkit.vault.confirmed_keys import known_key_table
from clinic_toolkit.vault.key_directory import PublicKeyFault, public_key_table
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.user_keys import UserKeys
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines, findings, vaults
from tests.fixtures.practices import NOW, Work, signed
from tests.fixtures.second_identity import add_line, grant_ring, reopened

NAME = "Ivo Marin"


def confirm(work: Work, colleague: Work, name: str = NAME) -> None:
    user_id = colleague.vault.user_id
    with writing(work.engine) as db:
        words = confirmed_colleagues.words_of_key(work.vault, user_id)
        confirmed_colleagues.confirm_colleague(db, work.vault, user_id, words=words, name=name, now=NOW)


def unlocked(work: Work) -> Vault:
    with writing(work.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)


def revise(work: Work, client: RecordVersion[Client], phone: str) -> None:
    with writing(work.engine) as db:
        found = clients.load_client(db, work.vault, client.id)
        clients.revise_client(db, work.vault, found, Client(name="Ana Reyes", phone=phone), now=NOW)


def phone_of(work: Work, vault: Vault, client: RecordVersion[Client]) -> str:
    with reading(work.engine) as db:
        return clients.load_client(db, vault, client.id).payload.phone


STRANGER = SigningKey(b"\x07" * 32)


def _taken_out(db: Connection, colleague: Vault) -> None:
    db.execute(public_key_table.delete().where(public_key_table.c.user == colleague.user_id))


def _replaced(db: Connection, colleague: Vault) -> None:
    signed_fields = (colleague.vault_id, colleague.user_id, STRANGER.public_key, None)
    signature = STRANGER.sign("sig/directory", *signed_fields)
    row = public_key_table.c.user == colleague.user_id
    db.execute(
        public_key_table.update().where(row).values(signing_key=STRANGER.public_key, signature=signature)
    )


def _damaged(db: Connection, colleague: Vault) -> None:
    row = public_key_table.c.user == colleague.user_id
    db.execute(public_key_table.update().where(row).values(signature=bytes(64)))


ROWS: dict[PublicKeyFault, Callable[[Connection, Vault], None]] = {
    PublicKeyFault.MISSING: _taken_out,
    PublicKeyFault.OTHER_KEY: _replaced,
    PublicKeyFault.NOT_SIGNED: _damaged,
}


@pytest.mark.parametrize("fault", ROWS)
def test_lines_of_a_confirmed_colleague_hold_whatever_becomes_of_the_row(
    both: tuple[Work, Work], shared: RecordVersion[Client], fault: PublicKeyFault
) -> None:
    """The last line is the colleague's: it is what an unlock checks first."""
    founder, colleague = both
    confirm(founder, colleague)
    revise(colleague, shared, "111")
    with writing(founder.engine) as db:
        ROWS[fault](db, colleague.vault)
    vault = unlocked(founder)
    with reading(founder.engine) as db:
        events = [line.event for line in audit_lines.lines(db, vault, newest=3)]
        report = inspection.inspect_all(db, vault, lambda done, total: None)
        assert not [line for line in audit_reader.iter_checked_entries(db, vault) if line.fault]
        titles = [finding.title for finding in findings.list_findings(db, vault)]
    assert "audit.opened" in events and not [event for event in events if "not_adopted" in event]
    assert vault.key_directory.faults == {colleague.vault.user_id: fault}
    assert phone_of(founder, vault, shared) == "111"
    assert vault.inventory is not None and vault.inventory.gaps == []
    [sentence] = [finding.sentence for finding in report.findings]
    assert f"The public key of the clinician {colleague.vault.user_id.hex[:8]}" in sentence
    assert titles == ["A public key of the practice cannot be trusted"]
    assert not condition.is_sound(founder.engine, vault)


def test_without_the_confirmation_the_lines_are_not_believed(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    """The control of the test above: what makes the difference is the confirmation."""
    founder, colleague = both
    revise(colleague, shared, "111")
    with writing(founder.engine) as db:
        _taken_out(db, colleague.vault)
    vault = unlocked(founder)
    assert vault.inventory is not None and vault.inventory.gaps


def test_what_the_key_in_the_row_signed_is_not_believed(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    confirm(founder, colleague)
    with writing(founder.engine) as db:
        _replaced(db, colleague.vault)
        theirs = colleague.vault._user_keys.signing_key
        genuine = add_line(db, colleague.vault, colleague.vault.user_id, theirs)
        forged = add_line(db, colleague.vault, colleague.vault.user_id, STRANGER)
        add_line(db, founder.vault, founder.vault.user_id, founder.vault._user_keys.signing_key)
    vault = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        assert inventory_snapshot.load_inventory(db, vault).gaps == [forged]
    assert genuine == forged - 1, "the control"


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_ring_that_a_confirmed_colleague_granted_opens_without_the_row(
    both: tuple[Work, Work], is_confirmed: bool
) -> None:
    """Also the ring of the practice, without which nothing opens: the colleague added a third clinician."""
    founder, colleague = both
    if is_confirmed:
        confirm(founder, colleague)
    with writing(founder.engine) as db:
        keys = identity.create_identity(db, founder.vault.vault_id)
        key_directory.KeyDirectory(keys).publish_own_key(db)
        practice_ring = founder.vault.practice_ring
        members = (keys, founder.vault._user_keys)
        grant_ring(db, colleague.vault, practice_ring, *members, creation_order=1)
    assert reopened(founder.engine, founder.vault).practice_ring == practice_ring, "the control"
    with writing(founder.engine) as db:
        _taken_out(db, colleague.vault)
    if not is_confirmed:
        with pytest.raises(DamagedFile):
            reopened(founder.engine, founder.vault)
        return
    vault = reopened(founder.engine, founder.vault)
    assert vault.damaged_rings == frozenset()
    with reading(founder.engine) as db:
        assert vault.rings.is_member(db, practice_ring, keys.user_id)


def test_a_confirmed_colleagues_own_rings_are_no_damage_without_the_row(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    _, theirs = vaults.new_owner(colleague.engine, colleague.vault)
    with writing(founder.engine) as db:
        _taken_out(db, colleague.vault)
    assert theirs in reopened(founder.engine, founder.vault).damaged_rings, "the control"
    with writing(founder.engine) as db:
        colleague.vault.key_directory.publish_own_key(db)
        founder.vault.key_directory.load_rows(db)
    confirm(founder, colleague)
    with writing(founder.engine) as db:
        _taken_out(db, colleague.vault)
    assert reopened(founder.engine, founder.vault).damaged_rings == frozenset()


def test_an_earlier_ring_key_stays_when_a_confirmation_changes_a_key(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    founder, _ = both
    before = founder.vault.rings.list_open_rings()
    with reading(founder.engine) as db:
        founder.vault.rings.reload_grants(db)
    assert founder.vault.rings.list_open_rings() == before
    assert phone_of(founder, founder.vault, shared) == ""


def test_what_is_sealed_for_another_place_confirms_nobody(both: tuple[Work, Work]) -> None:
    """A confirmation of another clinician, and one with damaged bytes, beside one that counts."""
    founder, colleague = both
    confirm(founder, colleague)
    assert reopened(founder.engine, founder.vault).key_directory.list_confirmed(), "the control"
    with writing(founder.engine) as db:
        row = db.execute(known_key_table.select()).one()
        values = {**row._mapping, "id": None}
        db.execute(known_key_table.insert().values({**values, "record": UUID(int=5)}))
        db.execute(known_key_table.insert().values({**values, "record": UUID(int=6), "sealed": bytes(400)}))
        db.execute(known_key_table.insert().values({**values, "record": UUID(int=7), "ring": UUID(int=8)}))
    [found] = reopened(founder.engine, founder.vault).key_directory.list_confirmed()
    assert (found.key.user_id, found.name) == (colleague.vault.user_id, NAME)
    assert reopened(founder.engine, colleague.vault).key_directory.list_confirmed() == []


def note_by(work: Work, client: RecordVersion[Client], name: str) -> RecordVersion[ClinicalNote]:
    """A note that somebody signs under this name."""
    session = work.session(client)
    part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
    with writing(work.engine) as db:
        draft = notes.create_note(db, work.vault, session, [part], now=NOW)
        note = signed(db, work.vault, session, draft)
    assert note.payload.facts is not None
    facts = replace(note.payload.facts, clinician_name=name)
    return replace(note, payload=replace(note.payload, facts=facts))


@pytest.mark.parametrize(
    ("signed_as", "expected"),
    [
        ("Ivo Marin", "Ivo Marin"),
        ("Ivo  Marin ", "Ivo  Marin "),
        ("Nora Whelan", "Nora Whelan (signed with the key of Ivo Marin)"),
        ("", " (signed with the key of Ivo Marin)"),
    ],
)
def test_a_confirmed_colleague_signs_under_no_other_name_unseen(
    both: tuple[Work, Work], shared: RecordVersion[Client], signed_as: str, expected: str
) -> None:
    founder, colleague = both
    note = note_by(colleague, shared, signed_as)
    assert notes.signer_label(founder.vault, note) == f"{signed_as} (author not confirmed)", "the control"
    confirm(founder, colleague)
    assert notes.signer_label(founder.vault, note) == expected
    assert notes.signer_label(colleague.vault, note) == signed_as


def test_rings_of_strangers_stay_damage(both: tuple[Work, Work]) -> None:
    """That a colleague is confirmed says nothing of anybody else."""
    founder, colleague = both
    confirm(founder, colleague)
    with writing(founder.engine) as db:
        stranger: UserKeys = identity.create_identity(db, founder.vault.vault_id)
        row = {
            "ring": UUID(int=9), "generation": 1, "key_id": bytes(16), "members": bytes(81), "previous": None,
            "grantor": stranger.user_id, "signature": bytes(64),
        }  # fmt: skip
        db.execute(ring_table.insert().values(row))
    assert reopened(founder.engine, founder.vault).damaged_rings == {UUID(int=9)}
