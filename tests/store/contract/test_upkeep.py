"""Upkeep: it loses nothing, waits for nobody, and leaves nothing of what was replaced."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from clinic_toolkit.store.storage_errors import StorageError
from tests.store.contract.engines import SAMPLE, EngineUnderTest, KeptStore
from tests.store.contract.saving import append, only, records_in, records_of, save, tip_of, values

ACTS: dict[str, Callable[[KeptStore], object]] = {
    "checkpoint": lambda store: store.checkpoint(),
    "schedule": lambda store: store.schedule_purge(),
    "purge": lambda store: store.purge_copies(),
    "try": lambda store: store.try_upkeep(),
    "idle": lambda store: store.checkpoint_when_idle(after_seconds=0),
    "rescue": lambda store: store.rescue_if_replaced(),
    "last rescue": lambda store: store.rescue_if_replaced(ending=True),
}


def test_a_new_store_needs_none(engine: EngineUnderTest) -> None:
    store = engine.open()
    save(store)
    for ending in (False, True):
        store.rescue_if_replaced(ending=ending)
    assert not (store.anchor_failed or store.is_replaced or store.needs_rescue)
    assert not list(engine.folder.rglob("*.rescued.*"))


@pytest.mark.parametrize("act", ACTS)
def test_it_loses_nothing(engine: EngineUnderTest, act: str) -> None:
    store = engine.open()
    kept = {save(store), save(store)}
    ACTS[act](store)
    assert records_of(store) == kept and store.verdict.is_clean
    kept.add(save(store))
    ACTS[act](store)
    store.close()
    again = engine.open()
    assert (records_of(again), tip_of(again)) == (kept, 3) and again.verdict.is_clean


@pytest.mark.parametrize("act", ["purge", "checkpoint"])
def test_nothing_is_left_of_what_was_replaced(engine: EngineUnderTest, act: str) -> None:
    store, record = engine.open(), uuid4()
    first, second = b"what was there first", b"what stands there now"
    with store.writing() as transaction:
        transaction.insert_row(SAMPLE, values(record, sealed=first))
        append(transaction, record)
    assert engine.holds(first), "the control"
    with store.writing() as transaction:
        replaced = values(record, 2, sealed=second)
        assert transaction.replace_row(SAMPLE, replaced, record=record, expected_version=1)
        append(transaction, record)
    assert ACTS[act](store) is True
    assert engine.holds(second) and not engine.holds(first)


def test_it_waits_for_nobody(engine: EngineUnderTest) -> None:
    store = engine.open()
    kept = save(store)
    with store.reading() as reader:
        assert records_in(reader) == {kept}
        later = save(store)
        store.try_upkeep()
        store.checkpoint_when_idle(after_seconds=0)
        assert records_in(reader) == {kept}, "a reader keeps its snapshot"
    with store.writing() as writer:
        last = uuid4()
        writer.insert_row(SAMPLE, values(last))
        store.try_upkeep()
        store.checkpoint_when_idle(after_seconds=0)
        append(writer, last)
    assert records_of(store) == {kept, later, last}
    assert store.try_upkeep() is True


def test_the_checkpoint_for_quiet_times_runs_in_none_other(engine: EngineUnderTest) -> None:
    store = engine.open()
    save(store)
    assert not store.checkpoint_when_idle(after_seconds=3600)


def test_of_a_store_whose_files_were_replaced_a_copy_is_made(engine: EngineUnderTest) -> None:
    if not engine.keeps_files:
        pytest.skip("nothing can be replaced under this engine")
    store = engine.open()
    save(store)
    assert store.checkpoint()
    elsewhere = engine.take_data()
    kept = save(store)
    assert not store.is_replaced, "the control"
    engine.put_data(elsewhere)
    store.rescue_if_replaced()
    assert store.is_replaced and not store.needs_rescue
    assert kept.bytes in only(list(engine.folder.rglob("*.rescued.1"))).read_bytes()
    with pytest.raises(StorageError):
        save(store)
