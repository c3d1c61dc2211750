"""Signatures of a colleague: checked by the colleague's key, and marked until that key was confirmed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from clinic_toolkit.crypto.signature import SigningKey, verify_signature
from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    audit_reader,
    inspection,
    inventory_snapshot,
    record_versions,
    records,
    version_history,
)
from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.journal.audit_reader import EntryFault
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import authors, clients, confirmed_colleagues, practice_access
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.writing import note_rendering, notes
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.key_directory import public_key_table
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work, signed
from tests.fixtures.second_identity import add_line, at_work_together, drop_triggers, reopened


def faults(work: Work) -> dict[int, EntryFault]:
    with reading(work.engine) as db:
        lines = audit_reader.iter_checked_entries(db, work.vault)
        return {line.seq: line.fault for line in lines if line.fault}


def confirm(work: Work, colleague: Work) -> None:
    with writing(work.engine) as db:
        user_id = colleague.vault.user_id
        words = confirmed_colleagues.words_of_key(work.vault, user_id)
        confirmed_colleagues.confirm_colleague(
            db, work.vault, user_id, words=words, name="Ivo Marin", now=NOW
        )


def revise(work: Work, client: RecordVersion[Client], phone: str) -> RecordVersion[Client]:
    with writing(work.engine) as db:
        found = clients.load_client(db, work.vault, client.id)
        return clients.revise_client(db, work.vault, found, Client(name="Ana Reyes", phone=phone), now=NOW)


def test_both_verify_every_line_and_read_what_the_other_wrote(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    revise(colleague, shared, "111")
    revise(founder, shared, "222")
    for work in both:
        with reading(work.engine) as db:
            assert clients.load_client(db, work.vault, shared.id).payload.phone == "222"
            actors = {line.actor_id for line in audit_reader.iter_checked_entries(db, work.vault)}
            assert actors == {founder.vault.user_id, colleague.vault.user_id}
            assert audit_lines.check(db, work.vault) == audit_reader.last_entry_number(db)
        assert work.vault.inventory is not None and work.vault.inventory.gaps == []


def _in_my_name(db: Connection, founder: Work, colleague: Work) -> int:
    key = colleague.vault._user_keys.signing_key
    return add_line(db, colleague.vault, founder.vault.user_id, key)


def _of_nobody_known(db: Connection, founder: Work, colleague: Work) -> int:
    return add_line(db, colleague.vault, UUID(int=7), SigningKey(b"\x07" * 32))


def _with_another_key(db: Connection, founder: Work, colleague: Work) -> int:
    return add_line(db, colleague.vault, colleague.vault.user_id, SigningKey(b"\x07" * 32))


@pytest.mark.parametrize("forge", [_in_my_name, _of_nobody_known, _with_another_key])
def test_a_line_that_its_author_did_not_sign_is_as_untrusted_as_a_damaged_one(
    both: tuple[Work, Work], shared: RecordVersion[Client], forge: Callable[[Connection, Work, Work], int]
) -> None:
    founder, colleague = both
    with writing(founder.engine) as db:
        genuine = add_line(
            db, colleague.vault, colleague.vault.user_id, colleague.vault._user_keys.signing_key
        )
    assert genuine not in faults(founder), "the control"
    with writing(founder.engine) as db:
        forged = forge(db, founder, colleague)
    revise(colleague, shared, "333")
    for work in both:
        assert faults(work) == {forged: EntryFault.SIGNATURE}
        vault = reopened(work.engine, work.vault)
        with reading(work.engine) as db:
            assert inventory_snapshot.load_inventory(db, vault).gaps == [forged]
            assert clients.load_client(db, vault, shared.id).payload.phone == "333"


def test_a_forged_last_line_is_refused_at_the_next_unlock(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    with writing(founder.engine) as db:
        forged = _in_my_name(db, founder, colleague)
    with writing(founder.engine) as db:
        opened = practice_access.unlock_with_recovery_sheet(db, " ".join(founder.groups), now=NOW)
        events = [line.event for line in audit_lines.lines(db, founder.vault, newest=3)]
    assert events[2] == f"audit.not_adopted {forged}" and opened.refused_entry == forged


def test_what_a_forged_line_names_is_not_shown(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    """A colleague who writes a version in my name cannot have it confirmed by a line in my name."""
    founder, colleague = both
    revise(founder, shared, "222")
    with writing(founder.engine) as db:
        reference = VersionReference("client", shared.ring.bytes, shared.id.bytes, 9, bytes(32))
        key = colleague.vault._user_keys.signing_key
        add_line(db, colleague.vault, founder.vault.user_id, key, reference)
    vault = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        assert clients.load_client(db, vault, shared.id).payload.phone == "222"


def take_back_sharing(founder: Work) -> None:
    """Put back the practice's ring as it was before the colleague became a member."""
    ring = founder.vault.practice_ring
    with writing(founder.engine) as db:
        for table in (ring_table, ring_grant_table):
            db.execute(table.delete().where(table.c.ring == ring, table.c.generation > 1))
        db.execute(ring_grant_table.delete().where(ring_grant_table.c.user != founder.vault.user_id))


@pytest.mark.parametrize("in_session", [True, False])
def test_a_line_in_my_name_is_refused_although_the_ring_seems_to_be_mine_alone(
    work: Work, shared: RecordVersion[Client], in_session: bool
) -> None:
    """A colleague keeps the key from before the ring was shared, and puts the statements of then back."""
    last_line = count_lines(work)
    founder, colleague = at_work_together(work, shared)
    with writing(founder.engine) as db:
        drop_triggers(db)
        db.execute(audit_log.audit_log_table.delete().where(audit_log.audit_log_table.c.seq > last_line))
        key = colleague.vault._rings._earlier_keys
        [earlier] = [one for (ring, _), one in key.items() if ring == founder.vault.practice_ring]
    take_back_sharing(founder)
    vault = reopened(founder.engine, founder.vault)
    assert not vault.rings.is_shared(vault.practice_ring) and vault.practice_ring == earlier.ring
    if in_session:
        with reading(founder.engine) as db:
            inventory_snapshot.load_inventory(db, vault)
    colleague.vault._rings._rings[earlier.ring] = earlier
    colleague.vault._rings._statements.pop(earlier.ring)
    reference = VersionReference("client", shared.ring.bytes, shared.id.bytes, 9, bytes(32))
    with writing(founder.engine) as db:
        mine = add_line(db, vault, vault.user_id, vault._user_keys.signing_key)
        signing_key = colleague.vault._user_keys.signing_key
        forged = add_line(db, colleague.vault, vault.user_id, signing_key, reference)
    with reading(founder.engine) as db:
        inventory = inventory_snapshot.refresh_inventory(db, vault)
        assert clients.load_client(db, vault, shared.id).payload.name == "Ana Reyes"
    assert (inventory.gaps, inventory.seq) == ([forged], forged), "my own line is the control"
    assert forged == mine + 1


def test_every_signature_is_checked_also_of_one_clinician_alone(
    work: Work, shared: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[int] = []
    verify = verify_signature

    def counting(*fields: Any, signature: bytes) -> bool:
        checked.append(1)
        return verify(*fields, signature=signature)

    monkeypatch.setattr(audit_entries, "verify_signature", counting)
    with reading(work.engine) as db:
        inventory_snapshot.load_inventory(db, reopened(work.engine, work.vault))
    assert len(checked) == count_lines(work)


def count_lines(work: Work) -> int:
    with reading(work.engine) as db:
        return audit_reader.last_entry_number(db)


@pytest.fixture
def note(both: tuple[Work, Work], shared: RecordVersion[Client]) -> RecordVersion[ClinicalNote]:
    """A note that the colleague signed."""
    _, colleague = both
    session = colleague.session(shared)
    with writing(colleague.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
        draft = notes.create_note(db, colleague.vault, session, [part], now=NOW)
        return signed(db, colleague.vault, session, draft)


def test_a_colleagues_note_is_genuine_and_marked_until_the_key_is_confirmed(
    both: tuple[Work, Work], shared: RecordVersion[Client], note: RecordVersion[ClinicalNote]
) -> None:
    founder, colleague = both

    def said(work: Work) -> tuple[bool, str, str]:
        with reading(work.engine) as db:
            found = notes.load_note(db, work.vault, note.id)
            session = records.load_record(db, work.vault, THERAPY_SESSION, found.payload.therapy_session_id)
            text = note_rendering.load_plain_note(db, work.vault, session, found)
        signed_line = next(line for line in text.splitlines() if line.startswith("Signed by"))
        is_genuine = notes.has_valid_signature(work.vault, found)
        return is_genuine, notes.signer_label(work.vault, found), signed_line.partition(",")[0]

    assert said(colleague) == (True, "Ivo Marin", "Signed by Ivo Marin")
    marked = "Ivo Marin (author not confirmed)"
    assert said(founder) == (True, marked, f"Signed by {marked}")
    confirm(founder, colleague)
    assert said(founder) == (True, "Ivo Marin", "Signed by Ivo Marin")
    # The colleague has confirmed nobody.
    assert authors.author_remark(colleague.vault, founder.vault.user_id) == "author not confirmed"
    assert authors.author_remark(founder.vault, founder.vault.user_id) == ""


def test_a_note_in_anothers_name_is_not_genuine(
    both: tuple[Work, Work], note: RecordVersion[ClinicalNote]
) -> None:
    founder, colleague = both
    with reading(founder.engine) as db:
        found = notes.load_note(db, founder.vault, note.id)
    assert notes.has_valid_signature(founder.vault, found), "the control"
    in_my_name = RecordVersion(
        **{name: getattr(found, name) for name in found.__struct_fields__ if name != "author_id"},
        author_id=founder.vault.user_id,
    )
    for vault in (founder.vault, colleague.vault):
        assert not notes.has_valid_signature(vault, in_my_name)
    with writing(founder.engine) as db:
        db.execute(public_key_table.delete().where(public_key_table.c.user == colleague.vault.user_id))
    with_no_key = reopened(founder.engine, founder.vault)
    assert not notes.has_valid_signature(with_no_key, found)
    assert notes.signer_label(with_no_key, found) == "Ivo Marin (author not confirmed)"


def test_a_version_in_anothers_name_is_found_by_the_check(
    both: tuple[Work, Work], shared: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sealed as another's, beside a line of one's own that names it."""
    founder, colleague = both

    def sentences() -> list[str]:
        vault = reopened(founder.engine, founder.vault)
        with reading(founder.engine) as db:
            report = inspection.inspect_all(db, vault, lambda done, total: None)
        return [finding.sentence for finding in report.findings]

    revise(colleague, shared, "444")
    assert sentences() == [], "the control"
    header = record_versions.VersionHeader

    def in_my_name(schema_version: int, author_id: bytes, *others: Any) -> record_versions.VersionHeader:
        return header(schema_version, founder.vault.user_id.bytes, *others)

    monkeypatch.setattr(record_versions, "VersionHeader", in_my_name)
    revise(colleague, shared, "555")
    monkeypatch.undo()
    [sentence] = sentences()
    assert "it names another author than the audit trail" in sentence


@pytest.mark.parametrize("in_session", [True, False])
@pytest.mark.parametrize("is_forged", [True, False])
def test_a_version_in_my_name_is_named_as_soon_as_it_is_read(
    both: tuple[Work, Work],
    shared: RecordVersion[Client],
    monkeypatch: pytest.MonkeyPatch,
    is_forged: bool,
    in_session: bool,
) -> None:
    """A colleague seals it in a ring that we share, and names it in a line of their own."""
    founder, colleague = both
    revise(colleague, shared, "444")
    revise(founder, shared, "445")
    header, my_id = record_versions.VersionHeader, founder.vault.user_id.bytes
    if is_forged:
        monkeypatch.setattr(
            record_versions, "VersionHeader", lambda schema, author, *others: header(schema, my_id, *others)
        )
    revise(colleague, shared, "446")
    monkeypatch.undo()
    vault = founder.vault if in_session else reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        listed = [client.payload.phone for client in clients.list_clients(db, vault)]
        history = [one.author_id for one in version_history.list_versions(db, vault, CLIENT, shared.id)]
    if is_forged:
        assert vault.integrity_failures[shared.id.bytes].reason == IntegrityReason.AUTHOR
        assert listed == [""] and len(history) == 3
    else:
        assert vault.integrity_failures == {} and listed == ["446"] and len(history) == 4


def test_who_names_a_version_once_more_is_not_its_author(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    revise(founder, shared, "445")
    with writing(colleague.engine) as db:
        found = clients.load_client(db, colleague.vault, shared.id)
        reference = records.version_reference(CLIENT, found)
        key = colleague.vault._user_keys.signing_key
        add_line(db, colleague.vault, colleague.vault.user_id, key, reference)
    vault = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        assert clients.load_client(db, vault, shared.id).payload.phone == "445"
        assert inspection.inspect_all(db, vault, lambda done, total: None).findings == ()
    assert vault.integrity_failures == {}
