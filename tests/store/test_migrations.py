"""A release changes the tables of an older store in one transaction, or not at all."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store.opening import open_read_only, open_store
from clinic_toolkit.store.sqlite import migrations, schema, store_migration
from clinic_toolkit.store.sqlite.connections import create_reader_engine, writer_engine
from clinic_toolkit.store.sqlite.store_migration import NotAsLeft
from clinic_toolkit.store.storage_errors import OlderFormat, OtherFormat
from clinic_toolkit.store.transactions import reading, store_of
from tests.fixtures import next_release
from tests.fixtures.next_release import ADDED_COLUMN, ADDED_TABLE, PRESENT

from .chains import METADATA, SAMPLE, as_killed, opened, refusing_nothing, save, shortened

LATER = next_release.tables_of_next_release(METADATA, "sample")
STEP = next_release.migration_to(METADATA, LATER, "sample")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A store of this release as a kill leaves it, with three saves, the last two in the log alone."""
    engine = opened(tmp_path / "written")
    save(engine)
    assert store_of(engine).checkpoint()
    for _ in range(2):
        save(engine)
    place = as_killed(tmp_path / "written", tmp_path / "data")
    engine.dispose()
    return place


@pytest.fixture
def next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is the next release."""
    next_release.install(monkeypatch, STEP)


def number_of(place: Path) -> int:
    return store_migration.read_format(place / "clinic.db")


def rows_of(place: Path) -> list[tuple[object, ...]]:
    columns = ", ".join(column.name for column in SAMPLE.columns)
    with closing(sqlite3.connect(place / "clinic.db")) as db:
        return db.execute(f"SELECT {columns} FROM sample ORDER BY id").fetchall()


def files_of(place: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(place.iterdir()) if file.name[-4:] != "-shm"}


def test_every_row_is_there_afterwards_in_tables_of_the_next_release(older: Path, next_one: None) -> None:
    before = rows_of(older)
    store_migration.migrate_store(older, LATER)
    assert number_of(older) == PRESENT + 1 and rows_of(older) == before and len(before) == 3
    engine = open_store(older, LATER)
    with reading(engine) as db:
        assert schema.read_schema(db) == schema.expected_schema(LATER)
        assert {row[-1] for row in db.execute(select(LATER.tables["sample"]))} == {None}
        assert db.execute(select(LATER.tables[ADDED_TABLE])).all() == []
    assert store_of(engine).verdict.is_clean
    engine.dispose()
    store_migration.migrate_store(older, LATER)
    assert rows_of(older) == before, "a second time does nothing"


def test_a_kill_at_any_statement_leaves_one_format_or_the_other(
    older: Path, next_one: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Path] = []
    before = rows_of(older)

    def copy(*_: object) -> None:
        copies.append(as_killed(older, older.with_name(f"killed-{len(copies)}")))

    def copying(file: Path, creator: Callable[[], sqlite3.Connection]) -> Engine:
        engine = create_reader_engine(file, creator=creator)
        event.listen(writer_engine(engine), "after_cursor_execute", copy)
        return engine

    with monkeypatch.context() as patched:
        patched.setattr(store_migration, "create_reader_engine", copying)
        store_migration.migrate_store(older, LATER)
    copy()
    numbers = [number_of(place) for place in copies]
    assert len(copies) > len(STEP.statements) and numbers[-1] == PRESENT + 1
    assert set(numbers[:-2]) == {PRESENT}, "before the commit"
    for place in copies:
        assert rows_of(place) == before
        store_migration.migrate_store(place, LATER)
        engine = open_store(place, LATER)
        assert store_of(engine).verdict.is_clean
        engine.dispose()
        assert rows_of(place) == before


def test_what_only_reads_reads_a_copy_and_changes_nothing(older: Path, next_one: None) -> None:
    before = files_of(older)
    with open_read_only(older, LATER) as view:
        found = view.db.execute(select(LATER.tables["sample"])).all()
        assert (view.problems, view.verdict.is_clean, view.format_number) == ((), True, PRESENT)
        assert dict(view.counts or ()) == {"audit_line": 3, "sample": 3}
        assert getattr(found[0], ADDED_COLUMN) is None and len(found) == 3
    assert files_of(older) == before
    with pytest.raises(OlderFormat, match="Start the program once"):
        open_store(older, LATER)
    assert number_of(older) == PRESENT


def test_a_trigger_that_was_built_in_never_runs(older: Path, next_one: None) -> None:
    with closing(sqlite3.connect(older / "clinic.db")) as db, db:
        db.execute("CREATE TRIGGER planted AFTER INSERT ON sample BEGIN DELETE FROM sample; END")
    for attempt in (
        lambda: store_migration.migrate_store(older, LATER),
        lambda: open_read_only(older, LATER).__enter__(),
    ):
        with pytest.raises(DamagedFile, match="its tables are not those of format"):
            attempt()
    assert number_of(older) == PRESENT and len(rows_of(older)) == 3


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (STEP.statements[:-1], DamagedFile),
        ((*STEP.statements, "CREATE VIEW more AS SELECT 1"), DamagedFile),
        ((*STEP.statements, "INSERT INTO sample (record) VALUES (1)"), Exception),
    ],
    ids=["too little", "too much", "refused"],
)
def test_a_wrong_migration_changes_nothing(
    older: Path, statements: tuple[str, ...], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    next_release.install(monkeypatch, replace(STEP, statements=statements))
    before = rows_of(older)
    with pytest.raises(error):
        store_migration.migrate_store(older, LATER)
    assert number_of(older) == PRESENT and rows_of(older) == before
    monkeypatch.undo()
    engine = opened(older)
    assert store_of(engine).verdict.is_clean
    engine.dispose()


def test_what_is_missing_is_still_named_afterwards(older: Path, next_one: None) -> None:
    """As at every start: it is noted before anything is written, with the copy of the log it may be in."""
    shortened(older, 2)
    (older / "clinic.db-wal").write_bytes(b"a log that SQLite does not take")
    store_migration.migrate_store(older, LATER)
    engine = open_store(older, LATER)
    [missing] = store_of(engine).verdict.missing_entries
    assert (missing.first_seq, missing.last_seq) == (3, 3)
    assert missing.log_copy and missing.log_copy.read_bytes() == b"a log that SQLite does not take"
    engine.dispose()


def test_another_file_than_the_last_one_is_left_to_the_version_that_wrote_it(
    older: Path, next_one: None
) -> None:
    with closing(sqlite3.connect(older / "clinic.db")) as db, db, refusing_nothing(db):
        db.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 3")
    with pytest.raises(NotAsLeft, match="not the one that was written last"):
        store_migration.migrate_store(older, LATER)
    assert number_of(older) == PRESENT


def test_two_steps_are_one_transaction(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = migrations.Migration(
        from_format=PRESENT + 1,
        schema_digest=schema.digest_schema(schema.expected_schema(LATER)),
        statements=("INSERT INTO made_up (said) VALUES (x'01')",),
    )
    next_release.install(monkeypatch, STEP, second)
    store_migration.migrate_store(older, LATER)
    assert number_of(older) == PRESENT + 2
    next_release.install(monkeypatch, replace(STEP, from_format=PRESENT - 1), second)
    assert migrations.find_path(PRESENT) == (), "a gap is no way"
    assert migrations.find_path(-(2**31)) == migrations.find_path(2**31 - 1) == ()


def test_a_newer_store_is_refused_kindly_by_everything(older: Path) -> None:
    number = PRESENT + 1
    with closing(sqlite3.connect(older / "clinic.db")) as db, db, refusing_nothing(db):
        db.execute(f"PRAGMA user_version = {number}")
        # Its tables are others, too.
        db.execute("CREATE TABLE of_the_newer_version (id)")
    before = files_of(older)
    for attempt in (
        lambda: open_store(older, METADATA),
        lambda: open_read_only(older, METADATA).__enter__(),
        lambda: store_migration.migrate_store(older, METADATA),
    ):
        with pytest.raises(OtherFormat, match=f"newer version of this program, in format {number}") as told:
            attempt()
        assert "damage" not in told.value.sentence
    assert {name: raw for name, raw in files_of(older).items() if name in before} == before


def test_this_release_has_a_way_from_every_release_before() -> None:
    """Each format from the first that was released has a migration, and its frozen store to try it on."""
    assert [step.from_format for step in migrations.MIGRATIONS] == list(
        range(PRESENT - len(migrations.MIGRATIONS), PRESENT)
    )
