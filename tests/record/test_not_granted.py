"""What was never granted is no ghost and no damage; what was held and is gone is damage, and named."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    condition,
    idempotency,
    inspection,
    inventory_snapshot,
    records,
)
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, clients, display_names, practice, ring_owners
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web.content import audit_texts
from tests.fixtures import findings
from tests.fixtures.practices import NOW, Work
from tests.fixtures.second_identity import at_work_together, grant_ring, reopened

TODAY = date(2026, 11, 19)


@pytest.fixture
def private(work: Work) -> RecordVersion[Client]:
    """A client of the founder alone, with a session today."""
    client = work.client("Ben Hale")
    work.session(client, on=TODAY)
    return client


@pytest.fixture
def both(work: Work, shared: RecordVersion[Client], private: RecordVersion[Client]) -> tuple[Work, Work]:
    """The founder and a colleague, who share the first client."""
    founder, colleague = at_work_together(work, shared)
    work.session(private, on=TODAY)
    return founder, colleague


def rings_of(vault: Vault, client: RecordVersion[Client]) -> list[UUID]:
    return [vault.rings.get_ring(client.id, name) for name in (RingClass.DEMOGRAPHICS, RingClass.RECORD)]


def inspected(work: Work, vault: Vault) -> inspection.Report:
    with reading(work.engine) as db:
        return inspection.inspect_all(db, vault, lambda done, total: None)


def test_nothing_of_a_client_who_was_never_granted_is_shown_counted_or_called_damaged(
    both: tuple[Work, Work], private: RecordVersion[Client]
) -> None:
    founder, colleague = both
    names: dict[str, list[str]] = {}
    for who, work in (("founder", founder), ("colleague", colleague)):
        vault = work.vault
        with reading(work.engine) as db:
            names[who] = sorted(client.payload.name for client in clients.list_clients(db, vault))
            overview = daily_overview.build_daily_overview(db, vault, now=NOW)
            sessions = records.list_all_records(db, vault, THERAPY_SESSION)
            display_names.load_display_names(db, vault)
            owners = ring_owners.load_ring_owners(db, vault)
            assert findings.list_findings(db, vault) == ()
        assert len(owners.clients) == len(names[who])
        assert (len(sessions), len(overview.shown_sessions)) == ((2, 2) if who == "founder" else (0, 0))
        assert vault.integrity_failures == {} and vault.damaged_rings == frozenset()
        assert condition.is_sound(work.engine, vault)
        assert inspected(work, vault).findings == ()
    assert names == {"founder": ["Ana Reyes", "Ben Hale"], "colleague": ["Ana Reyes"]}
    with reading(colleague.engine) as db:
        assert records.list_all_records(db, colleague.vault, THERAPY_SESSION) == []
        with pytest.raises(records.RecordNotFound):
            clients.load_client(db, colleague.vault, private.id)
        found = idempotency.find_created_with(db, colleague.vault, CLIENT, private.id, ring=uuid4())
        assert found is None
    theirs, mine = inspected(founder, founder.vault), inspected(colleague, colleague.vault)
    assert theirs.entries_checked == mine.entries_checked
    # A client, a case and two hours: what the colleague's check neither opens nor counts.
    assert theirs.rows_checked - mine.rows_checked == 4


def test_with_a_grant_the_client_is_there(
    both: tuple[Work, Work], private: RecordVersion[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a snapshot was made before the grant, which passed over what had been written."""
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    founder, colleague = both
    with writing(founder.engine) as db:
        inventory_snapshot.save_snapshot(db, colleague.vault)
        for order, ring in enumerate(rings_of(founder.vault, private), 10):
            grant_ring(db, founder.vault, ring, colleague.vault._user_keys, creation_order=order)
    granted = reopened(colleague.engine, colleague.vault)
    with reading(colleague.engine) as db:
        assert clients.load_client(db, granted, private.id).payload.name == "Ben Hale"
        assert len(records.list_all_records(db, granted, THERAPY_SESSION)) == 2
        assert cases.load_single_case(db, granted, private.id).payload.client_ids == (private.id,)
    assert granted.integrity_failures == {} and inspected(colleague, granted).findings == ()


def test_a_colleagues_line_about_another_ring_says_nothing(
    both: tuple[Work, Work], shared: RecordVersion[Client], private: RecordVersion[Client]
) -> None:
    founder, colleague = both
    references = [records.version_reference(CLIENT, client) for client in (shared, private)]
    with writing(founder.engine) as db:
        for named in (references, references[:1], references[1:]):
            audit_log.append_entry(db, founder.vault, audit_log.JournalEvent.RECORDS_READ, named, now=NOW)

    def said(work: Work) -> list[str]:
        with reading(work.engine) as db:
            lines = audit_reader.read_audit_page(db, work.vault, size=3).entries
        return [audit_texts.describe_event(line).text for line in reversed(lines)]

    assert said(founder) == ["Looked at 2 clients", "Looked at a client", "Looked at a client"]
    assert said(colleague) == ["Looked at a client", "Looked at a client", audit_texts.OTHERS_RECORD]
    with reading(colleague.engine) as db:
        page = audit_reader.read_audit_page(db, colleague.vault, size=200).entries
    concealed = [line for line in page if line.is_concealed]
    assert concealed and all((line.event, line.references) == ("", ()) for line in concealed)
    private_rings = {ring.bytes for ring in rings_of(founder.vault, private)}
    assert not [one for line in page for one in line.references if one.ring in private_rings]


def forget(work: Work, ring: UUID) -> None:
    """Take every trace of a ring out of the file, but the rows and the lines that name it."""
    with writing(work.engine) as db:
        db.execute(ring_grant_table.delete().where(ring_grant_table.c.ring == ring))
        db.execute(ring_table.delete().where(ring_table.c.ring == ring))


def test_a_ring_that_a_line_of_mine_names_and_whose_grant_is_gone_is_damage(
    both: tuple[Work, Work], private: RecordVersion[Client]
) -> None:
    founder, colleague = both
    ring = rings_of(founder.vault, private)[0]
    forget(founder, ring)
    vault = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        inventory_snapshot.load_inventory(db, vault)
        assert vault.damaged_rings == {ring}
        assert [client.payload.name for client in clients.list_clients(db, vault)] != [
            "Ana Reyes",
            "Ben Hale",
        ]
        assert practice.load_practice_settings(db, vault).payload.practice_name == "Harbour Practice"
    assert private.id.bytes in vault.integrity_failures
    sentences = [finding.sentence for finding in inspected(founder, vault).findings]
    assert any(f"({ring.hex[:8]}) is missing or damaged" in sentence for sentence in sentences)
    # It never was the colleague's.
    colleague_vault = reopened(colleague.engine, colleague.vault)
    with reading(colleague.engine) as db:
        inventory_snapshot.load_inventory(db, colleague_vault)
    assert colleague_vault.damaged_rings == frozenset()


@pytest.mark.parametrize("listed", [True, False])
def test_a_ring_of_the_sealed_list_whose_grant_is_gone_is_damage(
    both: tuple[Work, Work],
    shared: RecordVersion[Client],
    listed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The colleague was granted this ring and never wrote in it; the list is sealed in the own ring."""
    founder, colleague = both
    ring = rings_of(founder.vault, shared)[1]
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    if listed:
        with writing(colleague.engine) as db:
            inventory_snapshot.save_snapshot(db, colleague.vault)
    forget(founder, ring)
    vault = reopened(colleague.engine, colleague.vault)
    with reading(colleague.engine) as db:
        inventory_snapshot.load_inventory(db, vault)
    assert vault.damaged_rings == ({ring} if listed else frozenset())


def test_each_clinician_has_a_snapshot_that_the_other_cannot_open(
    both: tuple[Work, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    founder, colleague = both
    table = inventory_snapshot.inventory_snapshot_table
    for work in both:
        with writing(work.engine) as db:
            inventory_snapshot.save_snapshot(db, work.vault)
    with writing(founder.engine) as db:
        rows = {row.user: row for row in db.execute(select(table))}
        assert set(rows) == {founder.vault.user_id, colleague.vault.user_id}
        assert inventory_snapshot._load_snapshot(db, founder.vault) is not None, "the control"
        theirs = rows[colleague.vault.user_id]
        db.execute(
            table.update()
            .where(table.c.user == founder.vault.user_id)
            .values(seq=theirs.seq, key_id=theirs.key_id, sealed=theirs.sealed)
        )
        assert inventory_snapshot._load_snapshot(db, founder.vault) is None
