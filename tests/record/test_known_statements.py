"""What is known of rings by signed lines: an older statement, and a grant that was never seen, are missed."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    inspection,
    inventory_snapshot,
    ring_references,
)
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, practice_access
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.seal_broken import RingReadOnly
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work
from tests.fixtures.second_identity import (
    add_line,
    grant_ring,
    reopened,
)


def unlocked(work: Work) -> Vault:
    with writing(work.engine) as db:
        return practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=NOW)


def events(work: Work, vault: Vault) -> list[str]:
    with reading(work.engine) as db:
        return [line.event for line in audit_lines.lines(db, vault, newest=100)]


def inspected(work: Work, vault: Vault) -> list[str]:
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def take_back(db: Connection, ring: UUID, generation: int) -> None:
    """Delete a generation of a ring and every grant of it, as whoever can write to the file is able to."""
    for table in (ring_table, ring_grant_table):
        db.execute(table.delete().where(table.c.ring == ring, table.c.generation == generation))


def revise(work: Work, vault: Vault, client: RecordVersion[Client], phone: str) -> None:
    with writing(work.engine) as db:
        found = clients.load_client(db, vault, client.id)
        clients.revise_client(db, vault, found, Client(name="Ana Reyes", phone=phone), now=NOW)


@pytest.fixture
def revoked(both: tuple[Work, Work], shared: RecordVersion[Client]) -> UUID:
    """A ring from which the founder has taken the colleague out."""
    founder, _ = both
    with writing(founder.engine) as db:
        grant_ring(db, founder.vault, shared.ring)
    return shared.ring


@pytest.mark.parametrize("known_by", ["line", "snapshot", "nothing"])
def test_a_revocation_that_was_seen_cannot_be_taken_back(
    both: tuple[Work, Work],
    shared: RecordVersion[Client],
    revoked: UUID,
    known_by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    founder, _ = both
    if known_by == "snapshot":
        monkeypatch.setattr(inventory_snapshot, "SNAPSHOT_INTERVAL", 1)
    if known_by != "nothing":
        revise(founder, unlocked(founder), shared, "111")
        revise(founder, unlocked(founder), shared, "222")
    with writing(founder.engine) as db:
        take_back(db, revoked, 3)
    if known_by == "snapshot":
        # Nothing reads the lines that the snapshot covers.
        monkeypatch.setattr(ring_references, "row_reference", lambda *_: pytest.fail("the line is not asked"))
    vault = unlocked(founder)
    if known_by == "nothing":
        # The control: who has never seen the newer statement cannot know of it.
        assert vault.damaged_rings == frozenset()
        revise(founder, vault, shared, "444")
        return
    assert vault.outdated_rings == {revoked} and vault.damaged_rings == {revoked}
    with pytest.raises(RingReadOnly, match="can only be read"), writing(founder.engine) as db:
        vault.seal(table="client", record=uuid4(), version=1, ring=revoked, content=b"for two alone")
    [sentence] = [line for line in inspected(founder, vault) if "who shares" in line]
    assert revoked.hex[:8] in sentence


def test_a_statement_is_named_once_and_by_nobody_alone(
    both: tuple[Work, Work], work: Work, shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    before = events(founder, founder.vault).count("rings.seen")
    vaults = [unlocked(founder), unlocked(founder), unlocked(colleague)]
    seen = events(founder, vaults[0]).count("rings.seen")
    assert (before, seen) == (0, 1), "what one of them has noted the other knows by that line"
    own_alone = work.client("Ben Hale")
    assert own_alone.ring not in vaults[1].rings.list_shared_statements({})
    assert events(founder, unlocked(founder)).count("rings.seen") == 1


def test_who_works_alone_writes_no_such_line(work: Work) -> None:
    work.client("Ana Reyes")
    assert "rings.seen" not in events(work, unlocked(work))


def test_another_statement_of_the_same_number_is_missed(
    both: tuple[Work, Work], shared: RecordVersion[Client], revoked: UUID
) -> None:
    """The founder's key signed it, so it verifies; but it is not the one that was seen."""
    founder, colleague = both
    unlocked(founder)
    with writing(founder.engine) as db:
        take_back(db, revoked, 3)
        grant_ring(db, founder.vault, revoked, colleague.vault._user_keys)
    assert unlocked(founder).outdated_rings == {revoked}


def test_the_ring_of_the_practice_goes_on_although_its_newest_statement_is_gone(
    both: tuple[Work, Work],
) -> None:
    """Without it nothing could be noted, and nobody could unlock; it is named all the same."""
    founder, _ = both
    ring = founder.vault.practice_ring
    vault = reopened(founder.engine, founder.vault)
    with writing(founder.engine) as db:
        references = [
            ring_references.statement_reference(ring, statement._replace(generation=3))
            for id, statement in vault.rings.list_shared_statements({}).items()
            if id == ring
        ]
        audit_log.append_entry(db, vault, ring_references.RingEvent.SEEN, references, now=NOW)
    assert len(references) == 1
    vault = unlocked(founder)
    assert vault.outdated_rings == {ring} and "practice.unlocked_with_sheet" in " ".join(
        events(founder, vault)
    )


@pytest.fixture
def in_session(both: tuple[Work, Work]) -> tuple[Work, Work]:
    """Both have looked, and go on without another unlock."""
    for work in both:
        with reading(work.engine) as db:
            clients.list_clients(db, work.vault)
    return both


def test_a_newer_statement_counts_at_once_where_a_line_names_it(
    in_session: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    """The colleague, who is taken out, writes nothing more; another window of the founder has the new key."""
    founder, colleague = in_session
    window = reopened(founder.engine, founder.vault)
    with reading(founder.engine) as db:
        clients.list_clients(db, window)
    assert not colleague.vault.outdated_rings
    with writing(founder.engine) as db:
        row = grant_ring(db, founder.vault, shared.ring)
        reference = ring_references.row_reference(founder.vault, row)
        audit_log.append_entry(db, founder.vault, ring_references.RingEvent.SEEN, [reference], now=NOW)
    with pytest.raises(RingReadOnly):
        revise(colleague, colleague.vault, shared, "333")
    assert colleague.vault.damaged_rings == frozenset()
    revise(founder, window, shared, "444")
    sealed = window.seal(table="client", record=uuid4(), version=1, ring=shared.ring, content=b"some text")
    assert sealed.key_id == row.key_id and window.damaged_rings == frozenset()


def grant_private(
    founder: Work, colleague: Work, client: RecordVersion[Client], *, named: bool
) -> list[UUID]:
    """The founder grants a client to the colleague, and may name that in a signed line."""
    rings = [
        founder.vault.rings.get_ring(client.id, name) for name in (RingClass.DEMOGRAPHICS, RingClass.RECORD)
    ]
    with writing(founder.engine) as db:
        references = []
        for order, ring in enumerate(rings, 50):
            row = grant_ring(db, founder.vault, ring, colleague.vault._user_keys, creation_order=order)
            references.append(ring_references.row_reference(founder.vault, row))
            references.append(
                ring_references.grant_reference(ring, row.generation, colleague.vault.user_id, b"sealed")
            )
        if named:
            audit_log.append_entry(db, founder.vault, "rings.granted", references, now=NOW)
    return rings


def forget_grants(work: Work, receiver: Vault, rings: list[UUID]) -> None:
    with writing(work.engine) as db:
        for ring in rings:
            db.execute(
                ring_grant_table.delete().where(
                    ring_grant_table.c.ring == ring, ring_grant_table.c.user == receiver.user_id
                )
            )
            db.execute(ring_table.delete().where(ring_table.c.ring == ring))


@pytest.mark.parametrize("looks_again", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_a_grant_that_a_line_names_and_that_was_never_seen_is_missed(
    both: tuple[Work, Work], named: bool, looks_again: bool
) -> None:
    """Grant and statements were taken out of the file before the colleague's first look."""
    founder, colleague = both
    client = founder.client("Ben Hale")
    if looks_again:
        with reading(colleague.engine) as db:
            clients.list_clients(db, colleague.vault)
    rings = grant_private(founder, colleague, client, named=named)
    forget_grants(founder, colleague.vault, rings)
    vault = colleague.vault if looks_again else reopened(colleague.engine, colleague.vault)
    with reading(colleague.engine) as db:
        inventory_snapshot.refresh_inventory(db, vault)
    assert vault.damaged_rings == (set(rings) if named else frozenset())
    findings = inspected(colleague, vault)
    assert len([line for line in findings if "is missing or damaged" in line]) == (2 if named else 0)


def test_a_grant_to_somebody_else_concerns_nobody_else(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    ring = uuid4()

    def named_to(receiver_id: UUID) -> frozenset[UUID]:
        with writing(founder.engine) as db:
            reference = ring_references.grant_reference(ring, 2, receiver_id, b"sealed")
            audit_log.append_entry(db, founder.vault, "rings.granted", [reference], now=NOW)
        vault = reopened(colleague.engine, colleague.vault)
        with reading(colleague.engine) as db:
            inventory = inventory_snapshot.load_inventory(db, vault)
        assert not inventory.record_ids("ring_grant", None), "a grant is no version of a record"
        return vault.damaged_rings

    assert named_to(uuid4()) == frozenset()
    assert named_to(colleague.vault.user_id) == {ring}, "the control"


@pytest.mark.parametrize("named", [True, False])
def test_the_first_lines_in_a_just_granted_ring_come_in_at_once(
    in_session: tuple[Work, Work], named: bool
) -> None:
    founder, colleague = in_session
    client = founder.client("Ben Hale")
    with reading(colleague.engine) as db:
        assert [one.payload.name for one in clients.list_clients(db, colleague.vault)] == ["Ana Reyes"]
    grant_private(founder, colleague, client, named=named)
    revise_named(founder, client, "555")
    with reading(colleague.engine) as db:
        found = {one.payload.name: one.payload.phone for one in clients.list_clients(db, colleague.vault)}
    assert found == {"Ana Reyes": "", "Ben Hale": "555"}
    assert colleague.vault.integrity_failures == {} and colleague.vault.damaged_rings == frozenset()


def revise_named(work: Work, client: RecordVersion[Client], phone: str) -> None:
    vault = reopened(work.engine, work.vault)
    with writing(work.engine) as db:
        found = clients.load_client(db, vault, client.id)
        clients.revise_client(db, vault, found, Client(name="Ben Hale", phone=phone), now=NOW)


def test_the_directory_is_read_once_for_lines_of_somebody_unknown(
    both: tuple[Work, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    founder, colleague = both
    with writing(founder.engine) as db:
        for _ in range(5):
            add_line(db, colleague.vault, UUID(int=7), colleague.vault._user_keys.signing_key)
    loads: list[int] = []
    load = KeyDirectory.load_rows

    def counting(self: KeyDirectory, db: Connection) -> None:
        loads.append(1)
        load(self, db)

    vault = reopened(founder.engine, founder.vault)
    monkeypatch.setattr(KeyDirectory, "load_rows", counting)
    with reading(founder.engine) as db:
        results = list(audit_entries.iter_entries_after(db, vault, 0))
    assert sum(result.entry is None for result in results) == 5, "the control"
    assert len(loads) == 1
