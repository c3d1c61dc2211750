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
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.practices import Work, at_work
from tests.fixtures.returns import (
    carry_out,
    filled_client,
    open_backup,
    prepare,
)
from tests.reliability.test_erasure import before_each_statement


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
    left_by_kill: list[dict[str, bytes]] = []
    statement_count = 0

    def note_files() -> None:
        nonlocal statement_count
        statement_count += 1
        files = read_files(tmp_path / "data")
        # Most statements change nothing on the disk yet.
        if not left_by_kill or files != left_by_kill[-1]:
            left_by_kill.append(files)

    with before_each_statement(work, note_files):
        with writing(work.engine) as db:
            carry_out(db, work.vault, prepared, file)
        assert store_of(work.engine).checkpoint()
    note_files()
    states = []
    for number, files in enumerate(left_by_kill):
        place = tmp_path / f"killed-{number}"
        place.mkdir(mode=0o700)
        for name, content in files.items():
            (place / name).write_bytes(content)
        states.append(state_of(place, work, client.id))
    assert statement_count > 40 and len(states) >= 3
    first_there = states.index("there")
    assert first_there > 0 and set(states[:first_there]) == {"gone"}
    assert set(states[first_there:]) == {"there"}


def read_files(place: Path) -> dict[str, bytes]:
    paths = [path for path in place.iterdir() if path.is_file() and not path.name.endswith("-shm")]
    return {path.name: path.read_bytes() for path in paths}


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
