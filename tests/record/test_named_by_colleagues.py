"""What a colleague's signed line can say: of records in rings of which that colleague is a member."""

from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.crypto.signature import SigningKey
from clinic_toolkit.journal import condition, inspection, inventory_snapshot
from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, clinician, confirmed_colleagues
from clinic_toolkit.record.people.client_record import Client, client_table
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.key_directory import AuthorState, PublicKeyFault, public_key_table
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault
from tests.fixtures.practices import CLINICIAN, NOW, Work
from tests.fixtures.second_identity import (
    add_line,
    at_work_together,
    drop_triggers,
    grant_ring,
    reopened,
)


@pytest.fixture
def private(work: Work) -> RecordVersion[Client]:
    """A client of the founder alone."""
    return work.client("Ben Hale")


@pytest.fixture
def both(work: Work, shared: RecordVersion[Client], private: RecordVersion[Client]) -> tuple[Work, Work]:
    """The founder and a colleague, who share the first client."""
    return at_work_together(work, shared)


def name(colleague: Work, table: str, ring: UUID, record: UUID, version: int = 99) -> None:
    """A line of the colleague, validly signed, that names this."""
    reference = VersionReference(table, ring.bytes, record.bytes, version, bytes(32))
    with writing(colleague.engine) as db:
        key = colleague.vault._user_keys.signing_key
        add_line(db, colleague.vault, colleague.vault.user_id, key, reference)


def seen_by(work: Work, *, in_session: bool) -> Vault:
    """The vault that looks: the one that has looked before, or that of the next unlock."""
    return work.vault if in_session else reopened(work.engine, work.vault)


def names_seen(work: Work, vault: Vault) -> list[str]:
    with reading(work.engine) as db:
        return sorted(client.payload.name for client in clients.list_clients(db, vault))


def inspected(work: Work, vault: Vault) -> list[str]:
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


@pytest.mark.parametrize("in_session", [True, False])
@pytest.mark.parametrize("named", ["practice", "shared", "its own", None])
def test_a_record_that_a_colleague_names_elsewhere_and_deletes_is_missed(
    both: tuple[Work, Work],
    shared: RecordVersion[Client],
    private: RecordVersion[Client],
    in_session: bool,
    named: str | None,
) -> None:
    founder, colleague = both
    assert names_seen(founder, founder.vault) == ["Ana Reyes", "Ben Hale"]
    vault = seen_by(founder, in_session=in_session)
    rings = {"practice": founder.vault.practice_ring, "shared": shared.ring, "its own": private.ring}
    if named:
        name(colleague, "zzz", rings[named], private.id)
    assert names_seen(founder, vault) == ["Ana Reyes", "Ben Hale"], "the control"
    assert condition.is_sound(founder.engine, vault) and inspected(founder, vault) == []
    with writing(founder.engine) as db:
        drop_triggers(db)
        db.execute(client_table.delete().where(client_table.c.record == private.id))
    assert "Ben Hale" not in names_seen(founder, vault)
    assert vault.integrity_failures[private.id.bytes].reason == IntegrityReason.MISSING
    assert not condition.is_sound(founder.engine, vault)
    [sentence] = inspected(founder, vault)
    assert f"({private.id.hex[:8]}, version 1): it is not in the file" in sentence


@pytest.mark.parametrize("in_session", [True, False])
def test_what_a_colleague_says_of_a_client_whom_they_do_not_hold_counts_for_nothing(
    both: tuple[Work, Work], shared: RecordVersion[Client], private: RecordVersion[Client], in_session: bool
) -> None:
    founder, colleague = both
    names_seen(founder, founder.vault)
    vault = seen_by(founder, in_session=in_session)
    name(colleague, "client", private.ring, private.id)
    assert names_seen(founder, vault) == ["Ana Reyes", "Ben Hale"]
    assert condition.is_sound(founder.engine, vault) and inspected(founder, vault) == []
    # The control: of a client whom they hold, it counts, and the row in the file is then an old one.
    name(colleague, "client", shared.ring, shared.id)
    assert "Ana Reyes" not in names_seen(founder, vault)
    assert vault.integrity_failures[shared.id.bytes].reason == IntegrityReason.OLDER


def test_what_a_member_wrote_counts_also_if_they_became_one_after_the_unlock(
    both: tuple[Work, Work], private: RecordVersion[Client]
) -> None:
    founder, colleague = both
    names_seen(founder, founder.vault)
    with writing(founder.engine) as db:
        for ring_class in (RingClass.DEMOGRAPHICS, RingClass.RECORD):
            ring = founder.vault.rings.get_ring(private.id, ring_class)
            grant_ring(db, founder.vault, ring, colleague.vault._user_keys)
    granted = reopened(colleague.engine, colleague.vault)
    with writing(colleague.engine) as db:
        found = clients.load_client(db, granted, private.id)
        clients.revise_client(db, granted, found, Client(name="Ben Hale", phone="111"), now=NOW)
    with reading(founder.engine) as db:
        known = inventory_snapshot.refresh_inventory(db, founder.vault).find_newest(private.id.bytes)
        assert known is not None and known.version == 2
        vault = reopened(founder.engine, founder.vault)
        assert clients.load_client(db, vault, private.id).payload.phone == "111"
    assert condition.is_sound(founder.engine, vault) and inspected(founder, vault) == []


def test_a_statement_that_no_member_signed_makes_nobody_a_member(
    both: tuple[Work, Work], private: RecordVersion[Client], shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    user_id = colleague.vault.user_id
    with writing(founder.engine) as db:
        assert founder.vault.rings.is_member(db, shared.ring, user_id), "the control"
        assert not founder.vault.rings.is_member(db, private.ring, user_id)
        row = db.execute(select(ring_table).where(ring_table.c.ring == private.ring)).one()
        members = db.scalar(
            select(ring_table.c.members).where(ring_table.c.ring == shared.ring, ring_table.c.generation == 2)
        )
        planted = {**row._mapping, "generation": 2, "members": members, "key_id": b"\x01" * 16}
        db.execute(ring_table.insert().values(planted))
        assert not founder.vault.rings.is_member(db, private.ring, user_id)
        assert founder.vault.rings.is_member(db, private.ring, founder.vault.user_id)
        # The own ring has no other member, whatever its statements say.
        own_ring = founder.vault.own_ring
        assert own_ring and not founder.vault.rings.is_member(db, own_ring, user_id)
        assert not founder.vault.rings.is_member(db, UUID(int=5), user_id)


@pytest.mark.parametrize("in_session", [True, False])
def test_a_colleague_hides_neither_my_name_nor_whose_key_i_confirmed(
    both: tuple[Work, Work], in_session: bool
) -> None:
    founder, colleague = both
    colleague_id = colleague.vault.user_id
    with writing(founder.engine) as db:
        words = confirmed_colleagues.words_of_key(founder.vault, colleague_id)
        colleague_record = confirmed_colleagues.confirm_colleague(
            db, founder.vault, colleague_id, words=words, name="Ivo Marin", now=NOW
        )
    vault = seen_by(founder, in_session=in_session)
    own_ring = founder.vault.own_ring
    assert own_ring
    for table, record in (("clinician", founder.vault.user_id), ("contact", colleague_record.id)):
        name(colleague, table, own_ring, record)
        name(colleague, table, founder.vault.practice_ring, record)
    with reading(founder.engine) as db:
        confirmed_colleagues.recheck_confirmed_keys(db, vault)
        assert clinician.load_clinician(db, vault).payload == CLINICIAN
    assert vault.key_directory.author_state(colleague_id) == AuthorState.CONFIRMED, "the control"
    assert condition.is_sound(founder.engine, vault)
    stranger = SigningKey(b"\x07" * 32)
    signed_fields = (vault.vault_id, colleague_id, stranger.public_key, None)
    with writing(founder.engine) as db:
        db.execute(
            public_key_table.update()
            .where(public_key_table.c.user == colleague_id)
            .values(signing_key=stranger.public_key, signature=stranger.sign("sig/directory", *signed_fields))
        )
    vault = reopened(founder.engine, vault)
    with reading(founder.engine) as db:
        confirmed_colleagues.recheck_confirmed_keys(db, vault)
    assert vault.key_directory.faults == {colleague_id: PublicKeyFault.OTHER_KEY}


def test_a_colleague_who_names_my_record_before_i_make_it_does_not_hide_it(
    both: tuple[Work, Work],
) -> None:
    founder, colleague = both
    record = UUID(int=9)
    name(colleague, "client", founder.vault.practice_ring, record)
    own_ring = founder.vault.own_ring
    assert own_ring
    reference = VersionReference("client", own_ring.bytes, record.bytes, 1, bytes(32))
    with writing(founder.engine) as db:
        key = founder.vault._user_keys.signing_key
        seq = add_line(db, founder.vault, founder.vault.user_id, key, reference)
    name(colleague, "client", founder.vault.practice_ring, record)
    vault = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        known = inventory_snapshot.load_inventory(db, vault).find_newest(record.bytes)
    assert known is not None
    assert (known.ring, known.version, known.first_seq) == (own_ring.bytes, 1, seq)
    [sentence] = inspected(founder, vault)
    assert f"({record.hex[:8]}, version 1): it is not in the file" in sentence
