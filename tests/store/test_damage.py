"""A file that is not what it should be: one sentence, exit, and not a byte changed."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, MetaData, text

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import base
from clinic_toolkit.store.folder import README_FILE, FolderRefused
from clinic_toolkit.store.format_number import FORMAT_VERSION
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import read_only_view, salvage
from clinic_toolkit.store.sqlite.migrations import MIGRATIONS
from clinic_toolkit.store.storage_errors import (
    OtherFormat,
    StorageMismatch,
    StorageReadOnly,
    damaged_file_error,
)
from clinic_toolkit.store.transactions import reading, store_of, writing

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    engine = open_store(made, METADATA)
    with writing(engine) as db:
        for number in range(60):
            db.execute(
                SAMPLE.insert().values(
                    record=uuid4(), version=1,
                    ring=uuid4(), key_id=bytes(16), final=number % 2, sealed=os.urandom(700),
                )
            )  # fmt: skip
    engine.dispose()
    return made


def prints(folder: Path) -> dict[str, bytes]:
    return {file.name: sha256(file.read_bytes()).digest() for file in folder.iterdir()}


def refused(folder: Path) -> str:
    """Try to open; the database must be left as it is, and the sentence must name it."""
    before = prints(folder)
    with pytest.raises(DamagedFile) as raised:
        open_store(folder, METADATA)
    after = prints(folder)
    assert {name: after.get(name) for name in before} == before
    assert "clinic.db" in raised.value.sentence
    return raised.value.sentence


def zero(file: Path) -> None:
    file.write_bytes(b"")


def noise(file: Path) -> None:
    file.write_bytes(os.urandom(20_000))


def text_file(file: Path) -> None:
    file.write_text("not a database\n" * 500)


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def inner_page(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[4096 * 4 : 4096 * 5] = os.urandom(4096)
    file.write_bytes(raw)


def missing(file: Path) -> None:
    file.unlink()


def another_programs(file: Path) -> None:
    file.unlink()
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE notes (text)")
    other.commit()
    other.close()


@pytest.mark.parametrize("spoil", [zero, noise, text_file, half, inner_page, missing, another_programs])
def test_damage_is_told_and_left_alone(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder / "clinic.db")
    refused(folder)


@pytest.mark.parametrize(
    "trace", [README_FILE, "clinic.db-wal", "unlock-attempts", "clinic.anchor", "backups"]
)
def test_a_missing_store_beside_other_files_is_never_a_first_run(tmp_path: Path, trace: str) -> None:
    (tmp_path / trace).write_text("something")
    refused(tmp_path)
    assert not (tmp_path / "clinic.db").exists()


def test_a_start_that_was_killed_half_way_is_a_first_run_again(tmp_path: Path) -> None:
    (tmp_path / "clinic.db.new").write_bytes(os.urandom(5000))
    (tmp_path / "clinic.db.new-wal").write_bytes(os.urandom(5000))
    engine = open_store(tmp_path, METADATA)
    with reading(engine):
        pass
    engine.dispose()
    assert sorted(file.name for file in tmp_path.iterdir()) == [README_FILE, "clinic.db"]


PLANTED = {
    "trigger": "CREATE TRIGGER helpful AFTER INSERT ON sample BEGIN DELETE FROM sample; END",
    "view": "CREATE VIEW helpful AS SELECT * FROM sample",
    "index": "CREATE INDEX helpful ON sample (key_id)",
    "table": "CREATE TABLE helpful (sealed)",
    "gone": "DROP TRIGGER no_delete_sample",
    "changed": "DROP INDEX ix_sample_ring",
}


def only_read(folder: Path) -> Engine:
    """Open for reading what is built otherwise; the files must be left as they are, and no row be lost."""
    before = prints(folder)
    engine = open_store(folder, METADATA)
    built = store_of(engine).verdict.schema_damage
    assert built and "clinic.db" in built.reason
    with pytest.raises(StorageMismatch), writing(engine):
        pass
    with reading(engine) as db:
        assert len(db.execute(SAMPLE.select()).all()) == 60
    with pytest.raises(StorageReadOnly), reading(engine) as db:
        db.execute(SAMPLE.delete())
    assert not store_of(engine).checkpoint() and not store_of(engine).try_upkeep()
    after = prints(folder)
    assert {name: after.get(name) for name in before} == before
    return engine


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_what_was_planted_or_taken_away_is_noticed(folder: Path, planted: str) -> None:
    other = sqlite3.connect(folder / "clinic.db")
    other.execute(planted)
    other.commit()
    other.close()
    engine = only_read(folder)
    built = store_of(engine).verdict.schema_damage
    assert built and "does not fit this version of the program" in built.reason
    with reading(engine) as db:
        assert not db.execute(text("SELECT name FROM sqlite_schema WHERE name = 'helpful'")).all()
    engine.dispose()


def test_what_was_planted_stays_where_a_crash_left_it(folder: Path, tmp_path: Path) -> None:
    """Planted in the log alone, beside a save that is only there as well: it is read, log and all."""
    engine = open_store(folder, METADATA)
    with writing(engine) as db:
        db.execute(SAMPLE.update().where(SAMPLE.c.id == 1).values(key_id=b"k" * 16))
        db.execute(text(PLANTED["trigger"]))
    shutil.copytree(folder, tmp_path / "left", ignore=shutil.ignore_patterns("*-shm"))
    engine.dispose()
    hurt = only_read(tmp_path / "left")
    with reading(hurt) as db:
        assert db.scalar(SAMPLE.select().where(SAMPLE.c.key_id == b"k" * 16)) is not None
    hurt.dispose()


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"CREATE TABLE sample", b"CREATF TABLE sample"),
        (b"CREATE TABLE sample", b"CREATE TABLE s\xe1mple"),
        (b"key_id BLOB", b"key_ie BLOB"),
        (b"CREATE INDEX", b"CREATE ILDEX"),
        (b"BEFORE UPDATE", b"BEFORE UPDATA"),
        (b"RAISE(ABORT", b"RAISE(ABOR\xd4"),
        (b"tablesample", b"tablesamplf"),
        (b"STRICT", b"STRIGT"),
    ],
)
def test_a_bit_in_the_list_of_tables_takes_no_row_away(folder: Path, was: bytes, now: bytes) -> None:
    file = folder / "clinic.db"
    assert was in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(was, now, 1))
    only_read(folder).dispose()


def test_the_control_without_our_own_list_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> salvage.SalvagedStore:
        raise damaged_file_error(folder / "clinic.db")

    monkeypatch.setattr(salvage, "salvage_store", nothing)
    file = folder / "clinic.db"
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE sample", b"CREATF TABLE sample", 1))
    refused(folder)


def test_a_table_whose_rows_are_hurt_is_not_read(folder: Path) -> None:
    """Its rows could be gone without a word, so the sentence is as before."""
    file = folder / "clinic.db"
    raw = bytearray(file.read_bytes().replace(b"CREATE TABLE sample", b"CREATF TABLE sample", 1))
    raw[4096 + 3 : 4096 + 5] = b"\x7f\xff"
    file.write_bytes(raw)
    refused(folder)


@pytest.mark.parametrize("column", ["record", "ring", "key_id"])
def test_an_id_that_is_none_is_noticed(folder: Path, column: str) -> None:
    other = sqlite3.connect(folder / "clinic.db")
    other.execute("PRAGMA ignore_check_constraints = 1")
    other.execute(f"UPDATE sample SET {column} = x'0001' WHERE id = 1")
    other.commit()
    other.close()
    # Why SQLite's own check is not enough: it passes over the rules of a table where it may only read.
    looking = sqlite3.connect(f"{(folder / 'clinic.db').as_uri()}?mode=ro", uri=True)
    assert looking.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    looking.close()
    assert "is damaged. It was not changed." in refused(folder)


def test_the_control_opens(folder: Path) -> None:
    engine = open_store(folder, METADATA)
    with reading(engine) as db:
        assert len(db.execute(SAMPLE.select()).all()) == 60
    engine.dispose()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("text")
    with pytest.raises(FolderRefused):
        open_store(place, METADATA)


def test_damage_found_after_a_crash_leaves_the_log_beside_the_file(folder: Path, tmp_path: Path) -> None:
    engine = open_store(folder, METADATA)
    with writing(engine) as db:
        db.execute(SAMPLE.update().where(SAMPLE.c.id == 1).values(key_id=b"k" * 16))
    # What a kill leaves: a save that lies in the write-ahead log alone.
    sound, hurt = tmp_path / "sound", tmp_path / "hurt"
    for left in (sound, hurt):
        shutil.copytree(folder, left, ignore=shutil.ignore_patterns("*-shm"))
        assert (left / "clinic.db-wal").stat().st_size > 0
    engine.dispose()
    with (hurt / "clinic.db").open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 300)
    refused(hurt)
    with reading(open_store(sound, METADATA)) as db:
        assert db.scalar(SAMPLE.select().where(SAMPLE.c.key_id == b"k" * 16)) is not None


@pytest.mark.parametrize("draft", range(1, FORMAT_VERSION - len(MIGRATIONS)))
def test_an_earlier_draft_is_refused_by_name_and_never_called_damaged(folder: Path, draft: int) -> None:
    with sqlite3.connect(folder / "clinic.db") as db:
        db.execute(f"PRAGMA user_version = {draft}")
        # Its tables were others, too.
        db.execute("CREATE TABLE of_the_draft (id)")
    db.close()
    before = (folder / "clinic.db").read_bytes()
    sentence = refused(folder)
    assert f"an earlier draft of this program, in format {draft}" in sentence and "damage" not in sentence
    with (
        pytest.raises(OtherFormat, match=f"in format {draft}"),
        read_only_view.open_read_only(folder, METADATA),
    ):
        pass
    assert (folder / "clinic.db").read_bytes() == before


def test_a_folder_in_place_of_the_database_is_damage(folder: Path) -> None:
    (folder / "clinic.db").unlink()
    (folder / "clinic.db").mkdir()
    with pytest.raises(DamagedFile, match="damaged"):
        open_store(folder, METADATA)
