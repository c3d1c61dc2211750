"""A whole new store takes the place of an old one: the old one counts or the new one, at every moment."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, MetaData, select

from clinic_toolkit.store import base, old_copies, opening, successor
from clinic_toolkit.store.folder import database_path
from clinic_toolkit.store.storage_errors import (
    StorageFull,
    StorageReadOnly,
    StorageReplaced,
    SuccessorReady,
    WritingPaused,
)
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from tests.fixtures.file_steps import copied_before_each_step

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)
base.chain_table(METADATA)
OLD, NEW = b"what was there before", b"what takes its place"
ID = UUID(int=7)


def save(engine: Engine, content: bytes) -> None:
    """Save one row."""
    values = {"record": ID, "version": 1, "ring": ID, "key_id": bytes(16), "final": 0, "sealed": content}
    with writing(engine) as db:
        transaction_of(db).insert_row(SAMPLE, values)


def content_of(place: Path) -> bytes:
    """The content of the store in this folder, as the next start finds it."""
    engine = opening.open_store(place, METADATA)
    try:
        with reading(engine) as db:
            return bytes(db.scalars(select(SAMPLE.c.sealed)).one())
    finally:
        engine.dispose()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a store whose last save is in the log only, beside old copies of it and of its log."""
    engine = opening.open_store(tmp_path / "data", METADATA)
    save(engine, OLD)
    for name in ("clinic.db-wal.aside.1", "clinic.db.rescued.1", "clinic.db.rescued.2"):
        (tmp_path / "data" / name).write_bytes(OLD)
    (tmp_path / "data" / "clinic.head").write_bytes(OLD)
    (tmp_path / "data" / "before-restore-1").mkdir()
    (tmp_path / "data" / "before-restore-1" / "clinic.db").write_bytes(OLD)
    engine.dispose()
    return tmp_path / "data"


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    """The old store, open."""
    engine = opening.open_store(place, METADATA)
    yield engine
    engine.dispose()


def build(place: Path) -> None:
    """Build a successor, and close it."""
    engine = opening.open_store(successor.create_draft(place), METADATA)
    save(engine, NEW)
    engine.dispose()
    (place / successor.DRAFT_FOLDER / "clinic.head").write_bytes(NEW)


def test_a_kill_at_each_step(place: Path, engine: Engine) -> None:
    with copied_before_each_step(place) as copies:
        build(place)
        with store_of(engine).pausing_writes():
            store_of(engine).install_successor()
        engine.dispose()
        successor.finish_exchange(place)
    ready = [successor.is_ready(copy) for copy in copies]
    assert ready.count(False) > 5 and ready.count(True) > 4
    first_ready = ready.index(True)
    found = [content_of(copy) for copy in copies]
    assert found == [OLD] * first_ready + [NEW] * (len(copies) - first_ready)
    assert [(copy / "clinic.head").read_bytes() for copy in copies] == found
    assert not any(list(copy.glob("clinic.successor*")) for copy in copies)
    assert content_of(place) == NEW


def test_the_old_bytes_are_nowhere_in_the_folder(place: Path, engine: Engine) -> None:
    def holders(searched: bytes) -> set[str]:
        files = (file for file in place.rglob("*") if file.is_file() and searched in file.read_bytes())
        return {file.relative_to(place).parts[0] for file in files}

    copies = {"clinic.db.rescued.1", "clinic.db.rescued.2", "before-restore-1"}
    assert {copy.name for copy in successor.list_old_copies(place)} == copies
    assert holders(OLD) >= {"clinic.db", "clinic.head", "clinic.db-wal.aside.1", "before-restore-1"}
    with place.joinpath("clinic.db").open("rb") as old_file:
        build(place)
        store_of(engine).install_successor(
            removed_copies=["clinic.db.rescued.1", "before-restore-1", "clinic.head", "../x"]
        )
        engine.dispose()
        assert content_of(place) == NEW
        # What still has the old file open finds it empty of everything.
        assert not old_file.read().strip(b"\0") or os.name == "nt"
    # What was not named stays, and so does what is no copy.
    assert holders(OLD) == {"clinic.db.rescued.2"}


def test_nothing_is_saved_while_it_is_built_and_after(place: Path, engine: Engine) -> None:
    store = store_of(engine)
    with store.pausing_writes():
        with pytest.raises(WritingPaused):
            save(engine, OLD)
        with pytest.raises(WritingPaused), store.pausing_writes():
            pass
    with writing(engine) as db:
        db.execute(SAMPLE.update().values(sealed=OLD))
    build(place)
    with store.pausing_writes():
        store.install_successor()
    with pytest.raises(WritingPaused):
        save(engine, OLD)
    with pytest.raises(SuccessorReady), opening.open_read_only(place, METADATA):
        pass
    # Another process that still has the old file open puts nothing of it back.
    shutil.move(place / "clinic.db", place / "elsewhere")
    store.rescue_if_replaced(ending=True)
    assert not store.try_upkeep() and not store.checkpoint()
    assert [copy.name for copy in old_copies.list_rescued(place / "clinic.db")] == [
        "clinic.db.rescued.1",
        "clinic.db.rescued.2",
    ]


def test_an_attempt_that_stopped_leaves_nothing(place: Path, engine: Engine) -> None:
    build(place)
    engine.dispose()
    assert content_of(place) == OLD
    assert not list(place.glob("clinic.successor*"))


def test_a_store_that_is_deleted_takes_its_successor_along(place: Path, engine: Engine) -> None:
    build(place)
    store_of(engine).install_successor()
    engine.dispose()
    opening.delete_store(place)
    assert not list(place.glob("clinic.successor*")) and not database_path(place).exists()


@pytest.mark.parametrize("number", [28, 30])
def test_a_disk_that_refuses_it(
    place: Path, engine: Engine, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "refused")

    build(place)
    monkeypatch.setattr(os, "rename", refuse)
    with (
        pytest.raises(StorageFull if number == 28 else StorageReadOnly),
        store_of(engine).pausing_writes(),
    ):
        store_of(engine).install_successor()
    monkeypatch.undo()
    with writing(engine) as db:
        db.execute(SAMPLE.update().values(sealed=OLD))
    engine.dispose()
    assert content_of(place) == OLD


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be exchanged there")
def test_a_file_that_was_exchanged_from_outside(place: Path, engine: Engine) -> None:
    build(place)
    shutil.copy(database_path(place), place / "other")
    os.replace(place / "other", database_path(place))
    with pytest.raises(StorageReplaced), store_of(engine).pausing_writes():
        store_of(engine).install_successor()
    assert not successor.is_ready(place)
