"""Bringing a client back: a kill at any statement leaves all of it or nothing, and nothing in clear."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from clinic_toolkit.journal import inspection
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store import folder
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from tests.fixtures import file_steps
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.practices import Work, at_work
from tests.fixtures.returns import (
    carry_out,
    filled_client,
    open_backup,
    prepare,
)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return at_work(tmp_path)


@pytest.fixture
def gone(work: Work, tmp_path: Path) -> tuple[RecordVersion[Client], Path]:
    """A client who was erased, and a backup from before."""
    work.client("Ana Reyes")
    client = filled_client(work)
    made = make_backup(work, tmp_path)
    erase(work, client)
    return client, made.file


def state_of(place: Path, work: Work, client_id: UUID) -> str:
    """Whether the client is there, whole, or gone, as the next unlock finds it; nothing else may be."""
    engine = open_store(place)
    try:
        with reading(engine) as db:
            vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
            report = inspection.inspect_all(db, vault, lambda done, total: None)
            found = {client.id for client in clients.list_clients(db, vault)}
        verdict = store_of(engine).verdict
    finally:
        engine.dispose()
    assert [finding.sentence for finding in report.findings] == [] and not verdict.missing_entries
    assert len(found) == 1 + (client_id in found)
    return "there" if client_id in found else "gone"


def test_a_kill_at_any_statement_leaves_all_or_nothing(
    work: Work, gone: tuple[RecordVersion[Client], Path], tmp_path: Path
) -> None:
    client, file = gone
    prepared = prepare(work, file, client.id)

    def bring_back() -> None:
        with writing(work.engine) as db:
            carry_out(db, work.vault, prepared, file)
        assert store_of(work.engine).checkpoint()

    folders = file_steps.folders_before_each_statement(work.engine, bring_back, tmp_path)
    states = [state_of(place, work, client.id) for place in folders]
    first_there = states.index("there")
    assert first_there > 0 and set(states[:first_there]) == {"gone"}
    assert set(states[first_there:]) == {"there"}


def test_what_a_kill_leaves_of_the_unpacked_backup_the_next_start_removes(
    work: Work, gone: tuple[RecordVersion[Client], Path], tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    with open_backup(work, gone[1]):
        unpacked = (tmp_path / "data" / folder.UNPACKED_FOLDER).rglob("*")
        assert not [path for path in unpacked if path.is_file() and b"Lindqvist" in path.read_bytes()]
        shutil.copytree(tmp_path / "data", killed)
    assert (killed / folder.UNPACKED_FOLDER / "clinic.db").exists(), "the control"
    assert folder.remove_interrupted_copies(killed)
    assert not (killed / folder.UNPACKED_FOLDER).exists()
