"""An erased client is brought back from a backup: exactly as it was there, and named by the trail."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.journal import (
    audit_log,
    idempotency,
    inventory_snapshot,
    tombstones,
)
from clinic_toolkit.journal.idempotency import IdempotencyKeyTaken
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.returned_rings import ReturnEvent
from clinic_toolkit.journal.tombstone_record import ErasureReason, TombstoneEvent, TombstoneState
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT, Client, ClientState
from clinic_toolkit.record.retention import client_erasure, last_sessions, retentions
from clinic_toolkit.record.retention.retention_record import RetentionEvent
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import ring_erasure
from clinic_toolkit.vault.inventory import Inventory
from tests.fixtures import audit_lines, lists_from_records
from tests.fixtures.backups import LATER, erase, faults_of, make_backup
from tests.fixtures.practices import NOW, Work
from tests.fixtures.returns import (
    REASON,
    bring_back,
    clients_of,
    filled_client,
    list_absent,
    notes_of,
    plain_of,
)
from tests.fixtures.vaults import reopened
from tests.record.test_list_facts import today_from_facts

ERASED_AT = NOW + timedelta(hours=5)


@pytest.fixture
def gone(work: Work) -> RecordVersion[Client]:
    """A client with something of everything, who will be erased."""
    return filled_client(work)


@pytest.fixture
def older(work: Work, gone: RecordVersion[Client], tmp_path: Path) -> MadeBackup:
    """A backup from before."""
    return make_backup(work, tmp_path)


def test_it_comes_back_exactly_as_it_was(work: Work, gone: RecordVersion[Client], older: MadeBackup) -> None:
    before, rings = plain_of(work, gone.id), ring_erasure.list_owner_rings(work.vault, gone.id)
    assert len({table for table, _, _ in before}) >= 6 and len(before) > 8, "the control"
    with reading(work.engine) as db:
        last_seen = last_sessions.last_seen_on(db, work.vault, gone.id)
    assert list_absent(work, older.file) == ()
    erase(work, gone, now=ERASED_AT)
    [person] = list_absent(work, older.file)
    assert (person.name, person.is_erased, person.entry_ids) == ("Bo Lindqvist", True, (gone.id,))
    assert bring_back(work, older.file, gone.id) == gone.id
    assert list_absent(work, older.file) == ()
    for vault in (work.vault, reopened(work.engine, work.vault)):
        after = plain_of(work, gone.id, vault)
        assert {place: after[place] for place in before} == before
        assert {table for table, _, _ in after.keys() - before.keys()} == {"retention"}
        assert not rings & ring_erasure.list_owner_rings(vault, gone.id)
        checked = Work(engine=work.engine, vault=vault, groups=work.groups)
        assert faults_of(checked) == () and not vault.integrity_failures
        with reading(work.engine) as db:
            assert clients.load_client(db, vault, gone.id).payload.phone == "2"
            assert last_sessions.last_seen_on(db, vault, gone.id) == last_seen
            kept = retentions.load_retention(db, vault, gone.id)
            assert kept and kept.payload.brought_back and kept.payload.brought_back.reason == REASON
            noted = [note.final for note in notes_of(vault, work, gone.id)]
        assert sorted(noted) == [False, True]


def test_a_draft_goes_on_and_the_trail_names_all_of_it(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    bring_back(work, older.file, gone.id)
    [draft] = [note for note in notes_of(work.vault, work, gone.id) if not note.final]
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="And a walk.")
        notes.revise_note(db, work.vault, draft, (part,), expected_version=draft.version, now=LATER)
    work.session(clients_of(work)["Bo Lindqvist"])
    assert faults_of(work) == ()
    assert faults_of(Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=())) == ()


def test_the_trail_says_it_with_the_backup_and_without_a_name(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    with reading(work.engine) as db:
        last = audit_log.last_position(db)[0]
    bring_back(work, older.file, gone.id)
    with reading(work.engine) as db:
        lines = [line for line in audit_lines.lines(db, work.vault) if line.seq > last]
    events = [line.event for line in lines]
    assert f"{ReturnEvent.BROUGHT_BACK} {older.file.name}" in events
    assert {TombstoneEvent.LIFTED, RetentionEvent.BROUGHT_BACK} <= set(events)
    assert not any("Lindqvist" in event for event in events)
    with reading(work.engine) as db:
        noted = tombstones.open_tombstones(work.vault, tombstones.list_tombstone_rows(db))
    assert [note.state for note in noted] == [TombstoneState.ERASED, TombstoneState.LIFTED]
    new_rings = {ring.bytes for ring in ring_erasure.list_owner_rings(work.vault, gone.id)}
    assert noted[1].payload.successors == new_rings
    inventory = reopened_inventory(work)
    assert set(noted[0].payload.rings) == inventory.erased_rings
    assert not new_rings & inventory.erased_records


def reopened_inventory(work: Work) -> Inventory:
    with reading(work.engine) as db:
        return inventory_snapshot.load_inventory(db, reopened(work.engine, work.vault))


def test_what_was_asked_for_on_that_day_is_taken_back(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    with writing(work.engine) as db:
        client_erasure.ask_erasure(
            db,
            work.vault,
            gone.id,
            reason=ErasureReason.ASKED_FOR,
            words="So she wished",
            couples=(),
            now=NOW,
        )
    leaving = make_backup(work, tmp_path)
    erase(work, gone)
    bring_back(work, leaving.file, gone.id)
    assert clients_of(work)["Bo Lindqvist"].state == ClientState.ACTIVE
    with reading(work.engine) as db:
        kept = retentions.load_retention(db, work.vault, gone.id)
    assert kept and kept.payload.erasure is None and kept.payload.brought_back


def test_a_form_that_was_sent_before_finds_what_came_back(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)

    def find() -> RecordVersion[Client] | None:
        with reading(work.engine) as db:
            return idempotency.find_created_with(db, work.vault, CLIENT, gone.id, ring=None)

    with pytest.raises(IdempotencyKeyTaken):
        find()
    bring_back(work, older.file, gone.id)
    found = find()
    assert found and found.id == gone.id


def test_erased_again_it_is_gone_and_can_be_brought_back_again(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    before = plain_of(work, gone.id)
    for _ in range(2):
        erase(work, gone)
        assert "Bo Lindqvist" not in clients_of(work) and faults_of(work) == ()
        bring_back(work, older.file, gone.id)
        assert before.items() <= plain_of(work, gone.id).items() and faults_of(work) == ()


def test_another_of_the_same_name_stays_beside(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    other = work.client("Bo Lindqvist")
    bring_back(work, older.file, gone.id)
    with reading(work.engine) as db:
        names = sorted(client.payload.name for client in clients.list_clients(db, work.vault))
        assert clients.load_client_joins(db, work.vault) == {}
        assert {clients.load_client(db, work.vault, id).id for id in (gone.id, other.id)} == {
            gone.id,
            other.id,
        }
    assert names == ["Ana Reyes", "Bo Lindqvist", "Bo Lindqvist"]


def test_joined_entries_come_together(work: Work, gone: RecordVersion[Client], tmp_path: Path) -> None:
    second = work.client("Bo L.")
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, second, gone.id, now=NOW)
    joined = make_backup(work, tmp_path)
    for client in (gone, second):
        erase(work, client)
    [person] = list_absent(work, joined.file)
    assert person.entry_ids == (gone.id, second.id)
    bring_back(work, joined.file, second.id)
    with reading(work.engine) as db:
        assert clients.load_client_joins(db, work.vault) == {second.id: gone.id}
    assert faults_of(work) == ()


def test_an_entry_whose_other_entry_is_here_stands_by_itself(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    second = work.client("Bo L.")
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, second, gone.id, now=NOW)
    joined = make_backup(work, tmp_path)
    erase(work, second)
    bring_back(work, joined.file, second.id)
    with reading(work.engine) as db:
        assert clients.load_client_joins(db, work.vault) == {}
    assert clients_of(work)["Bo L."].state == ClientState.ACTIVE and faults_of(work) == ()


def test_who_was_never_entered_here_comes_from_a_copy(work: Work, tmp_path: Path) -> None:
    """A backup of a copy that went on by itself, after this record was restored from an older one."""
    shutil.copytree(tmp_path / "data", tmp_path / "copy" / "data")
    copy = Work(engine=open_store(tmp_path / "copy" / "data"), vault=work.vault, groups=work.groups)
    copy.vault = reopened(copy.engine, work.vault)
    alone = filled_client(copy, "Edda Moen")
    before, made = plain_of(copy, alone.id), make_backup(copy, tmp_path / "copy")
    work.client("Faruk Demir")
    [person] = list_absent(work, made.file)
    assert (person.name, person.is_erased) == ("Edda Moen", False)
    bring_back(work, made.file, alone.id)
    assert before.items() <= plain_of(work, alone.id).items() and faults_of(work) == ()


def test_lists_are_those_that_all_records_give(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    with reading(work.engine) as db:
        before = today_from_facts(db, work.vault, now=NOW)
    assert before["earlier"] or before["unfinished"] or before["open"], "the control"
    erase(work, gone)
    with reading(work.engine) as db:
        assert today_from_facts(db, work.vault, now=NOW) != before
    bring_back(work, older.file, gone.id)
    for vault in (work.vault, reopened(work.engine, work.vault)):
        with reading(work.engine) as db:
            found = today_from_facts(db, vault, now=NOW)
            assert found == lists_from_records.today_from_records(db, vault, now=NOW) == before


def test_what_was_open_all_along_knows_how_old_each_record_is(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    """Which line named a record first decides which key its signature may have, and the order in lists."""
    erase(work, gone)
    beside = reopened(work.engine, work.vault)
    with reading(work.engine) as db:
        erased = inventory_snapshot.refresh_inventory(db, beside)
        assert erased.find_newest(gone.id.bytes) is None, "the control"
    bring_back(work, older.file, gone.id)
    ages = []
    for vault in (work.vault, beside, reopened(work.engine, work.vault)):
        with reading(work.engine) as db:
            inventory = inventory_snapshot.refresh_inventory(db, vault)
            ages.append({record: known.first_seq for record, known in inventory.items()})
            assert inventory.first_seq(gone.id.bytes) < older.manifest.last_line
    assert ages[0] == ages[1] == ages[2]
