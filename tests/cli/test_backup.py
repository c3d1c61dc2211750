"""`clinic-toolkit backup | restore | check | verify FILE`: plain sentences, exit codes, and nothing half."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from clinic_toolkit import start_commands
from clinic_toolkit.backup import backup_state
from clinic_toolkit.cli import main
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.practice_record import AccessEvent
from clinic_toolkit.settings import load_settings
from clinic_toolkit.store.folder_lock import acquire_folder_lock
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import header_backup, key_slot_changes
from tests.fixtures import practices
from tests.fixtures.backups import contents, erase, make_backup, unlocked
from tests.fixtures.practices import NOW, Work
from tests.fixtures.waiting import wait_for

WORDS = "harvest lantern unpaved mitten orchard velvet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    """A practice, its passphrase `WORDS`, and the groups of its sheet."""
    place = tmp_path_factory.mktemp("made")
    work = practices.at_work(place)
    work.client()
    with writing(work.engine) as db:
        key_slot_changes.replace_passphrase(db, work.vault, WORDS, cost=MIN_COST)
        header_backup.write_before_commit(db, work.vault)
        event = key_slot_events.with_slot_generation(AccessEvent.PHRASE_CHANGED, work.vault)
        audit_log.append_entry(db, work.vault, event, now=NOW)
    work.engine.dispose()
    return place / "data", work.groups


@pytest.fixture
def data(made: tuple[Path, tuple[str, ...]], tmp_path: Path) -> Path:
    """A copy that may be changed, and a folder for backups beside it."""
    (tmp_path / "stick").mkdir()
    return shutil.copytree(made[0], tmp_path / "data")


@pytest.fixture(autouse=True)
def _no_practice_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_DATA", str(tmp_path / "usual"))


def run(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=f"{typed}\n")


def backup_of(data: Path) -> Path:
    """A backup of it, made by the command."""
    said = run("backup", "--to", data.parent / "stick", "--data", data)
    assert said.exit_code == 0, said.output
    assert "read back" in said.stdout and "not signed" in said.stdout and "%" in said.stderr
    (file,) = (data.parent / "stick").iterdir()
    return file


def test_made_verified_proved_and_restored(
    data: Path, made: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    file = backup_of(data)
    said = run("verify", file)
    assert said.exit_code == 0 and "only the outside" in said.stdout, said.output
    for options, typed in (((), WORDS), (("--sheet",), " ".join(made[1]))):
        said = run("check", file, "--data", tmp_path / "none", *options, typed=typed)
        assert said.exit_code == 0 and "The restore is proved" in said.stdout, said.output
    said = run("restore", file, "--data", tmp_path / "new")
    assert said.exit_code == 0, said.output
    left = contents(tmp_path / "new")
    assert left["client"] == contents(data)["client"]
    said = run("verify", "--data", tmp_path / "new", typed=WORDS)
    assert said.exit_code == 0, said.output


def test_a_backup_is_verified_as_a_whole_with_the_sheet(
    data: Path, made: tuple[Path, tuple[str, ...]]
) -> None:
    file, sheet = backup_of(data), " ".join(made[1])
    said = run("verify", file, "--sheet", typed=sheet)
    assert said.exit_code == 0 and "only the outside" not in said.stdout, said.output
    assert "Everything that was checked is unchanged" in said.stdout
    wrong = run("verify", file, "--sheet", typed=f"{made[1][1]} {sheet[6:]}")
    assert wrong.exit_code == 2 and "The first group is not as it is printed" in wrong.stderr
    assert made[1][1] not in wrong.output


def test_without_a_secret_the_check_names_the_sheet(data: Path, made: tuple[Path, tuple[str, ...]]) -> None:
    file = backup_of(data)
    said = run("check", file)
    assert said.exit_code == 2 and "With --sheet, the recovery sheet opens it instead." in said.stderr
    said = run("check", file, "--sheet")
    assert said.exit_code == 2 and "The groups of the recovery sheet are needed." in said.stderr


def test_a_restore_says_which_newer_deletions_it_found_and_what_to_do_without(
    data: Path, made: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    older = backup_of(data)
    (tmp_path / "alone").mkdir()
    said = run("restore", shutil.copy(older, tmp_path / "alone"), "--data", tmp_path / "alone" / "data")
    assert said.exit_code == 0 and "No deletion newer than this backup was found" in said.stdout
    assert "may be here again" in said.stdout and "erase the client again" in said.stdout
    work = unlocked(data, made[1])
    with reading(work.engine) as db:
        [client] = clients.list_clients(db, work.vault)
    erase(work, client)
    work.engine.dispose()
    (older.parent / f"clinic-backup-2020-01-01-000000Z-{older.stem[-8:]}.tar").write_bytes(b"")
    said = run("restore", older, "--data", data, "--replace")
    assert said.exit_code == 0, said.output
    assert f"1 deletion is newer than this backup, found in {data}." in said.stdout
    assert "Deletions in it are not known" in said.stdout and "No deletion newer" not in said.stdout
    again = unlocked(data, made[1])
    with reading(again.engine) as db:
        assert clients.list_clients(db, again.vault) == []


def test_the_place_is_taken_from_the_program_and_the_rest_is_noted(data: Path) -> None:
    said = run("backup", "--data", data)
    assert said.exit_code == 2 and "--to" in said.stderr
    backup_state.change_state(data, lambda state: backup_state.BackupState(place=str(data.parent / "stick")))
    assert run("backup", "--data", data).exit_code == 0
    last = backup_state.load_state(data).last_made
    assert last and (data.parent / "stick" / last.name).exists() and last.line_after == last.last_line + 1
    said = run("check", "--data", data, typed=WORDS)
    assert said.exit_code == 0, said.output
    proved = backup_state.load_state(data).last_proved
    assert proved and proved.name == last.name


def test_only_what_was_checked_is_called_signed(tmp_path: Path) -> None:
    """And a restore says whose secrets open it from now on."""
    work = practices.at_work(tmp_path)
    file = make_backup(work, tmp_path).file
    said = run("verify", file)
    assert said.exit_code == 0 and "it names a signer" in said.stdout, said.output
    assert ", signed," not in said.stdout
    said = run("restore", file, "--data", tmp_path / "new")
    assert said.exit_code == 0 and "of the day of the backup" in said.stdout and "withdrawn" in said.stdout
    said = run("check", file, "--data", tmp_path / "none", "--sheet", typed=" ".join(work.groups))
    assert said.exit_code == 0 and ", signed," in said.stdout, said.output


def test_the_proof_of_another_practice_is_not_noted(data: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    other: Work = practices.founded(tmp_path / "there")
    theirs = make_backup(other, tmp_path / "there")
    ours = backup_of(data)
    backup_state.change_state(data, lambda state: replace(state, place=str(data.parent / "stick")))
    said = run("check", theirs.file, "--data", data, "--sheet", typed=" ".join(other.groups))
    assert said.exit_code == 0 and "not noted" in said.stdout, said.output
    assert backup_state.load_state(data).last_proved is None
    assert run("check", ours, "--data", data, typed=WORDS).exit_code == 0
    assert backup_state.load_state(data).last_proved, "the control"


def test_a_folder_that_stands_beside_the_data_is_not_removed(data: Path) -> None:
    file = backup_of(data)
    other = data.parent / f"clinic-check-{os.getpid()}"
    other.mkdir()
    (other / "letter.odt").write_bytes(b"mine")
    before = sorted(path.name for path in data.parent.iterdir())
    said = run("verify", file, "--data", data)
    assert said.exit_code == 0, said.output
    assert (other / "letter.odt").read_bytes() == b"mine"
    assert sorted(path.name for path in data.parent.iterdir()) == before, "and nothing is left"


def test_while_the_program_runs_it_refuses(data: Path) -> None:
    lock = acquire_folder_lock(data)
    said = run("backup", "--to", data.parent / "stick", "--data", data)
    lock.release()
    assert said.exit_code == 2 and "page “Backups”" in said.stderr
    assert list((data.parent / "stick").iterdir()) == []


def test_what_cannot_be_done_is_one_sentence(data: Path, tmp_path: Path) -> None:
    file = backup_of(data)
    (tmp_path / "half.tar").write_bytes(file.read_bytes()[:9999])
    refused = {
        ("restore", file, "--data", data): "--replace",
        ("restore", tmp_path / "half.tar", "--data", tmp_path / "new"): "not complete",
        ("restore", tmp_path, "--data", tmp_path / "new"): "is a folder",
        ("restore", tmp_path / "gone.tar", "--data", tmp_path / "new"): "no file",
        ("verify", tmp_path / "half.tar"): "not complete",
        ("check", tmp_path / "half.tar"): "not complete",
        ("backup", "--to", tmp_path / "gone", "--data", data): "no folder",
        ("backup", "--to", data, "--data", data): "folder of the record itself",
        ("backup", "--to", tmp_path / "stick", "--data", tmp_path / "none"): "no practice",
    }
    for words, sentence in refused.items():
        said = run(*words)
        assert said.exit_code == 2 and sentence in said.stderr, (words, said.output)
        assert said.stdout == "" and len(said.stderr.strip().splitlines()) == 1, said.output
    assert not (tmp_path / "new").exists() and not (tmp_path / "none").exists()


def test_a_wrong_secret_proves_nothing(data: Path) -> None:
    file = backup_of(data)
    said = run("check", file, "--data", data, typed="another one")
    assert said.exit_code == 2 and "proved" not in said.stdout
    assert backup_state.load_state(data).last_proved is None


def test_replacing_says_what_was_newer_and_where_it_is(data: Path) -> None:
    file = backup_of(data)
    backup_of_later = run("backup", "--to", data.parent / "stick", "--data", data)
    assert backup_of_later.exit_code == 0
    said = run("restore", file, "--data", data, "--replace")
    assert said.exit_code == 0 and "before-restore-1" in said.stdout and "That was newer" in said.stdout
    assert "sign" not in said.stdout and " line " not in said.stdout, "in words of the clinic alone"


def test_a_restore_names_the_next_command_and_a_refused_one_the_command_that_replaces(
    data: Path, tmp_path: Path
) -> None:
    file = backup_of(data)
    said = run("restore", file, "--data", tmp_path / "new place")
    assert start_commands.write_command("--data", tmp_path / "new place") in said.stdout
    assert "It holds everything up to" in said.stdout
    said = run("restore", file, "--data", tmp_path / "new place")
    words = ("restore", file, "--data", tmp_path / "new place", "--replace")
    assert said.stderr.strip().partition(":  ")[2] == start_commands.write_command(*words)
    assert run("restore", file, "--data", tmp_path / "new place", "--replace").exit_code == 0, "it is right"


def test_where_only_the_program_was_started_there_is_no_practice(data: Path, tmp_path: Path) -> None:
    file = backup_of(data)
    place = tmp_path / "started"
    open_store(place).dispose()
    load_settings(place, environ={})
    kept = (place / "settings.toml").read_bytes()
    said = run("restore", file, "--data", place)
    assert said.exit_code == 0, said.output
    assert contents(place)["client"] == contents(data)["client"]
    assert not list(place.glob("before-restore-*")) and (place / "settings.toml").read_bytes() == kept


@pytest.mark.parametrize("left", ["clinic.head", "clinic.missing", "unlock-attempts", "clinic.db.rescued.1"])
def test_what_may_be_left_of_a_practice_is_not_taken_for_nothing(
    left: str, data: Path, tmp_path: Path
) -> None:
    file = backup_of(data)
    place = tmp_path / "started"
    open_store(place).dispose()
    (place / left).write_bytes(b"of a practice")
    said = run("restore", file, "--data", place)
    assert said.exit_code == 2 and "There is a practice in" in said.stderr
    assert (place / left).read_bytes() == b"of a practice"


def test_a_restore_waits_for_no_program_in_a_folder_without_a_practice(data: Path, tmp_path: Path) -> None:
    file = backup_of(data)
    open_store(tmp_path / "started").dispose()
    lock = acquire_folder_lock(tmp_path / "started")
    said = run("restore", file, "--data", tmp_path / "started")
    lock.release()
    assert said.exit_code == 2 and "Quit the program first" in said.stderr
    assert run("restore", file, "--data", tmp_path / "started").exit_code == 0, "the control"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_backup_and_a_restored_folder_open_where_nothing_can_be_written(data: Path, tmp_path: Path) -> None:
    file = backup_of(data)
    file.parent.chmod(0o500)
    try:
        assert run("verify", file).exit_code == 0
        assert run("check", file, "--data", tmp_path / "none", typed=WORDS).exit_code == 0
        assert run("restore", file, "--data", tmp_path / "new").exit_code == 0
    finally:
        file.parent.chmod(0o700)
    new = tmp_path / "new"
    before = {path.name: path.read_bytes() for path in new.iterdir()}
    for path in new.iterdir():
        path.chmod(0o400)
    new.chmod(0o500)
    try:
        said = run("verify", "--data", new, typed=WORDS)
    finally:
        new.chmod(0o700)
    assert said.exit_code == 0, said.output
    assert {path.name: path.read_bytes() for path in new.iterdir()} == before


@pytest.mark.processes
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_leaves_nothing_half(data: Path, tmp_path: Path) -> None:
    """The command is held in the middle by a place that answers slowly: a named pipe instead of a disk."""
    program = (
        "import signal, sys, time\n"
        # A shell that starts a run in the background lets its programs ignore Ctrl+C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from clinic_toolkit.backup import archive\n"
        "written = archive.write_part\n"
        "def slowly(*args):\n"
        "    for chunk in written(*args):\n"
        "        yield chunk\n"
        "        print('in the middle', flush=True)\n"
        "        time.sleep(60)\n"
        "archive.write_part = slowly\n"
        "from clinic_toolkit.cli import main\n"
        "main()\n"
    )
    words = ["backup", "--to", str(tmp_path / "stick"), "--data", str(data)]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "in the middle\n"
    assert [path.suffix for path in (tmp_path / "stick").iterdir()] == [".new"], "the control"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    wait_for(lambda: process.returncode is not None)
    assert process.returncode == 2 and "This was stopped. Nothing was changed." in said
    assert list((tmp_path / "stick").iterdir()) == []
    assert not (data / "clinic.backup.new").exists()


def test_another_clinician_s_practice_is_no_place_for_a_restore(data: Path, tmp_path: Path) -> None:
    file = backup_of(data)
    other: Work = practices.founded(tmp_path / "other")
    other.engine.dispose()
    said = run("restore", file, "--data", tmp_path / "other" / "data", "--replace")
    assert said.exit_code == 2 and "another practice" in said.stderr
