"""`clinic-toolkit verify`: whole, hurt, unreadable; with and without a key; and it changes nothing."""

import errno
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from clinic_toolkit.cli import main
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.journal import audit_log, key_slot_events
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.storage_errors import StorageReadOnly
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault import header_backup, key_slot_changes, unlock_attempts
from tests.fixtures import cheap_derivations, practices
from tests.fixtures.practices import NOW, giving
from tests.fixtures.running import Running

WORDS = "glacier mandolin unwrapped spoken dentist walnut"
# Another byte than the one that is there, whichever that is.
OTHER = "CASE substr(sealed, 61, 1) WHEN x'00' THEN x'01' ELSE x'00' END"
FLIP = f"CAST(substr(sealed, 1, 60) || {OTHER} || substr(sealed, 62) AS BLOB)"


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        cheap_derivations.use(patched)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with a client and a questionnaire; its passphrase is `WORDS`, its sheet lies beside it."""
    place = tmp_path_factory.mktemp("whole")
    work = practices.at_work(place)
    work.answer(work.begun(work.client(), giving()), [3, None])
    with writing(work.engine) as db:
        key_slot_changes.replace_passphrase(db, work.vault, WORDS, cost=MIN_COST)
        header_backup.write_before_commit(db, work.vault)
        audit_log.append_entry(
            db,
            work.vault,
            key_slot_events.with_slot_generation("practice.passphrase_changed", work.vault),
            now=NOW,
        )
    work.engine.dispose()
    (place / "sheet").write_text(" ".join(work.groups))
    return place / "data"


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy that may be hurt."""
    place = tmp_path / "data"
    place.mkdir()
    for file in whole.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    return place


def verify(place: Path, *options: str, typed: str = WORDS) -> Result:
    return CliRunner().invoke(main, ["verify", "--data", str(place), *options], input=f"{typed}\n")


def prints(place: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in place.iterdir()}


def hurt(place: Path, statement: str) -> None:
    """What someone with the file can do. The triggers are put back, as whoever hides it would."""
    engine = open_store(place)
    with writing(engine) as db:
        triggers = db.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        db.exec_driver_sql(statement)
        for _, sql in triggers:
            db.exec_driver_sql(sql)
    engine.dispose()


def test_a_whole_practice_is_whole(whole: Path) -> None:
    said = verify(whole)
    assert said.exit_code == 0, said.output
    assert "Everything that was checked is unchanged." in said.stdout
    assert "Checked" in said.stderr
    assert "Checked" not in said.stdout


def test_the_sheet_opens_it_and_a_wrong_one_is_not_counted(whole: Path, copy: Path) -> None:
    sheet = (whole.parent / "sheet").read_text()
    unlock_attempts.record_unnamed_failure(copy)
    wrong = verify(copy, "--sheet", typed=f"{sheet[6:11]} {sheet[6:]}")
    assert wrong.exit_code == 2 and "The first group is not as it is printed" in wrong.stderr
    assert unlock_attempts.count_most_failures(copy) == 1
    said = verify(copy, "--sheet", typed=sheet)
    assert said.exit_code == 0 and "Everything that was checked is unchanged." in said.stdout, said.output
    assert unlock_attempts.count_most_failures(copy) == 0


def test_nothing_typed_is_not_tried(copy: Path) -> None:
    said = verify(copy, typed="")
    assert said.exit_code == 2 and "With --sheet, the recovery sheet opens it" in said.stderr
    assert unlock_attempts.count_most_failures(copy) == 0
    verify(copy, typed="a wrong one")
    assert unlock_attempts.count_most_failures(copy) == 1, "the control"


def test_the_sheet_does_not_go_with_no_passphrase(whole: Path) -> None:
    said = verify(whole, "--sheet", "--without-passphrase")
    assert said.exit_code == 2 and "does not go with --sheet" in said.stderr


def test_without_a_passphrase_it_says_what_was_not_checked(whole: Path) -> None:
    said = verify(whole, "--without-passphrase", typed="")
    assert said.exit_code == 0
    assert "Without the passphrase, only the outside was checked" in said.stdout


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (f"UPDATE client SET sealed = {FLIP}", "A client’s details ("),
        ("DELETE FROM administration", "A questionnaire ("),
        ("UPDATE audit_line SET signature = zeroblob(64) WHERE seq = 3", "The signature under line 3"),
        ("DELETE FROM audit_line WHERE seq = 3", "Line 3 of the audit trail is missing."),
        ("UPDATE slot_list SET generation = 9", "The list of ways to unlock is not the one"),
    ],
    ids=["a seal", "a record", "a signature", "a line", "the ways in"],
)
def test_what_is_hurt_is_a_plain_sentence(copy: Path, statement: str, sentence: str) -> None:
    assert verify(copy).exit_code == 0
    hurt(copy, statement)
    said = verify(copy)
    assert said.exit_code == 1, said.output
    assert sentence in said.stdout
    assert "This check repaired nothing" in said.stdout
    assert "Traceback" not in said.output


def test_a_change_of_the_chain_is_found_without_a_passphrase(copy: Path) -> None:
    hurt(copy, "DELETE FROM audit_line WHERE seq = 3")
    said = verify(copy, "--without-passphrase")
    assert said.exit_code == 1
    assert "Line 3 of the audit trail is missing." in said.stdout


def test_saves_that_the_anchor_remembers_are_missed(copy: Path) -> None:
    engine = open_store(copy)
    with writing(engine) as db:
        db.exec_driver_sql("DROP TRIGGER no_delete_audit_line")
        db.exec_driver_sql("DELETE FROM audit_line WHERE seq > 6")
    engine.dispose()
    said = verify(copy, "--without-passphrase")
    assert said.exit_code == 1
    assert "Saves that were confirmed are missing: lines 7 to " in said.stdout


def test_a_planted_trigger_is_named(copy: Path) -> None:
    engine = open_store(copy)
    with writing(engine) as db:
        db.exec_driver_sql("CREATE TRIGGER planted AFTER INSERT ON client BEGIN DELETE FROM handout; END")
    engine.dispose()
    said = verify(copy, "--without-passphrase")
    assert said.exit_code == 1
    assert "trigger planted" in said.stdout


@pytest.mark.parametrize("table", ["handout", "audit_line"])
def test_a_table_that_was_taken_out_is_named(copy: Path, table: str) -> None:
    hurt_quietly = sqlite3.connect(copy / "clinic.db")
    hurt_quietly.execute(f"DROP TABLE {table}")
    hurt_quietly.commit()
    hurt_quietly.close()
    said = verify(copy)
    assert said.exit_code in (1, 2)
    assert table in said.output
    assert "Traceback" not in said.output


@pytest.mark.parametrize(
    ("was", "now", "named"),
    [
        (b"CREATE TABLE client", b"CREATF TABLE client", "list of tables"),
        (b"CREATE TABLE client", b"CREATE TABLE cl\xe9ent", "list of tables"),
        (b"CREATE INDEX", b"CREATE ILDEX", "list of tables"),
        (b"BEFORE UPDATE", b"BEFORE UPDATA", "list of tables"),
        (b"tableclientclient", b"tableclienuclient", "list of tables"),
        (b"RAISE(ABORT", b"RAISE(ABOR\xd4", "list of tables"),
        (b"key_id BLOB", b"key_ie BLOB", "does not fit this version of the program"),
    ],
)
def test_a_hurt_list_of_tables_is_named_and_the_rest_is_checked(
    copy: Path, was: bytes, now: bytes, named: str
) -> None:
    whole = verify(copy).stdout.rpartition(" lines of the audit trail and ")[2].partition(" ")[0]
    assert int(whole) == 6
    file = copy / "clinic.db"
    assert was in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(was, now, 1))
    before = prints(copy)
    said = verify(copy)
    assert said.exit_code == 1, said.output
    assert named in said.stdout and "One thing was found damaged" in said.stdout
    assert f" lines of the audit trail and {whole} sealed entries were checked" in said.stdout
    assert prints(copy) == before


def test_a_hurt_record_is_found_behind_a_hurt_list(copy: Path) -> None:
    hurt(copy, f"UPDATE client SET sealed = {FLIP}")
    file = copy / "clinic.db"
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE client", b"CREATF TABLE client", 1))
    said = verify(copy)
    assert said.exit_code == 1
    for words in ("list of tables", "A client’s details (", "2 things were found damaged"):
        assert words in said.stdout


def test_nothing_is_changed_whole_or_hurt(copy: Path) -> None:
    before = prints(copy)
    assert verify(copy).exit_code == 0
    hurt(copy, f"UPDATE client SET sealed = {FLIP}")
    after_hurting = prints(copy)
    assert verify(copy).exit_code == 1
    assert prints(copy) == after_hurting | {"running": hashlib.sha256(b"").hexdigest()}
    # The control: the comparison sees what was done in between.
    assert after_hurting["clinic.db"] != before["clinic.db"]


def test_a_wrong_passphrase_reads_nothing_and_is_counted(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = verify(copy, typed="another one")
    assert said.exit_code == 2
    assert "That passphrase does not open this practice." in said.stderr
    assert unlock_attempts.count_most_failures(copy) == 1
    slept: list[float] = []
    monkeypatch.setattr("clinic_toolkit.vault.secret_attempt.sleep", slept.append)
    assert verify(copy).exit_code == 0
    assert [round(seconds) for seconds in slept] == [1]
    assert unlock_attempts.count_most_failures(copy) == 0


@pytest.mark.parametrize(
    ("trouble", "said"), [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "cannot be written")]
)
def test_a_try_that_cannot_be_counted_is_not_made(
    copy: Path, monkeypatch: pytest.MonkeyPatch, trouble: int, said: str
) -> None:
    def refuse(folder: Path) -> NoReturn:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(unlock_attempts, "record_unnamed_failure", refuse)
    for typed in (WORDS, "another one"):
        answer = verify(copy, typed=typed)
        assert answer.exit_code == 2 and said in answer.stderr
        assert "does not open" not in answer.stderr, "it was not tried"


def test_on_a_disk_where_nothing_can_be_written_it_waits_and_checks(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise StorageReadOnly

    for _ in range(3):
        unlock_attempts.record_unnamed_failure(copy)
    before = prints(copy)
    slept: list[float] = []
    monkeypatch.setattr("clinic_toolkit.vault.secret_attempt.sleep", slept.append)
    monkeypatch.setattr("clinic_toolkit.cli.verify.acquire_folder_lock", refuse)
    for name in ("record_failure", "record_unnamed_failure", "clear_failures"):
        monkeypatch.setattr(unlock_attempts, name, refuse)
    assert verify(copy).exit_code == 0
    assert verify(copy, typed="another one").exit_code == 2
    assert [round(seconds) for seconds in slept] == [4, 4]
    assert prints(copy) == before


def test_what_cannot_be_read_is_said_with_its_name(copy: Path, tmp_path: Path) -> None:
    nowhere = verify(tmp_path / "nothing")
    assert nowhere.exit_code == 2
    assert "There is no practice in" in nowhere.stderr
    assert not (tmp_path / "nothing").exists()
    for content in (b"not a database, however long it is " * 200, b""):
        (copy / "clinic.db").write_bytes(content)
        said = verify(copy)
        assert said.exit_code == 2
        assert "clinic.db" in said.stderr
        assert "Traceback" not in said.output
        assert (copy / "clinic.db").read_bytes() == content


@pytest.mark.processes
def test_it_refuses_while_the_program_runs(tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        said = subprocess.run(
            [sys.executable, "-m", "clinic_toolkit", "verify", "--data", str(running.data)],
            input=WORDS,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ,
        )
    assert said.returncode == 2
    assert "Quit the program and try again" in said.stderr


def test_the_second_copy_of_the_head_is_checked_and_used(copy: Path) -> None:
    head = copy / "clinic.head"
    whole = head.read_bytes()
    head.unlink()
    for options in ((), ("--without-passphrase",)):
        said = verify(copy, *options)
        assert said.exit_code == 1 and "clinic.head, is missing" in said.stdout
    assert not head.exists(), "it changes nothing"
    head.write_bytes(whole)
    engine = open_store(copy)
    with writing(engine) as db:
        db.execute(text("UPDATE identity SET sealed = zeroblob(106)"))
    engine.dispose()
    before = prints(copy)
    said = verify(copy)
    assert said.exit_code == 1 and "they were opened with their second copy" in said.stdout
    assert {**prints(copy), unlock_attempts.ATTEMPTS_FILE: ""} == {
        **before,
        unlock_attempts.ATTEMPTS_FILE: "",
    }
    head.unlink()
    assert verify(copy).exit_code == 2, "the control"
