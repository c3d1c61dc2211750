"""What a lost save looks like: named until someone has seen it; another store is only read."""

import pytest

from clinic_toolkit.store.protocol import Store, Transaction
from clinic_toolkit.store.storage_errors import StorageMismatch
from tests.store.contract.engines import EngineUnderTest
from tests.store.contract.saving import append, lose_saves, only, records_of, save, tip_of


class Trouble(Exception):
    """Something that goes wrong in the middle."""


def acknowledge(store: Store[Transaction]) -> None:
    """Say that the losses were seen, with an entry."""
    with store.writing() as transaction:
        append(transaction)
        transaction.acknowledge_losses()


def test_nothing_is_lost_by_closing(engine: EngineUnderTest) -> None:
    store = engine.open()
    for _ in range(3):
        save(store)
    store.close()
    again = engine.open()
    assert again.verdict.is_clean
    assert not again.is_read_only


def test_lost_saves_are_named(engine: EngineUnderTest) -> None:
    lost = lose_saves(engine, count=2)
    store = engine.open()
    missing = only(store.verdict.missing_entries)
    assert (missing.first_seq, missing.last_seq, missing.unknown_count) == (2, 3, 0)
    assert [(saved.seq, saved.record) for saved in missing.saved_records] == [(2, lost[0]), (3, lost[1])]
    assert tip_of(store) == 1
    assert not store.is_read_only, "the record goes on without them"


def test_a_loss_is_named_until_it_was_seen(engine: EngineUnderTest) -> None:
    lose_saves(engine, count=2)
    store = engine.open()
    save(store)
    store.close()
    store = engine.open()
    assert store.verdict.missing_entries
    with pytest.raises(Trouble), store.writing() as transaction:
        append(transaction)
        transaction.acknowledge_losses()
        raise Trouble
    assert store.verdict.missing_entries, "what was taken back was not seen"
    acknowledge(store)
    assert store.verdict.is_clean
    store.close()
    assert engine.open().verdict.is_clean


def test_without_the_mark_it_is_said_that_nothing_can_be_compared(engine: EngineUnderTest) -> None:
    store = engine.open()
    save(store)
    store.close()
    engine.put_mark(None)
    store = engine.open()
    assert [absence.tip for absence in store.verdict.anchor_absences] == [1]
    acknowledge(store)
    assert store.verdict.is_clean


def another_store(engine: EngineUnderTest) -> Store[Transaction]:
    """The store under the mark of another one, which parted from it after its first save."""
    store = engine.open()
    save(store)
    store.close()
    data, mark = engine.take_data(), engine.take_mark()
    store = engine.open()
    save(store, body=b"one way")
    store.close()
    one_way = engine.take_data()
    engine.put_data(data)
    engine.put_mark(mark)
    store = engine.open()
    assert store.verdict.is_clean, "the control"
    save(store, body=b"another way")
    store.close()
    engine.put_data(one_way)
    return engine.open()


def test_another_store_is_only_read(engine: EngineUnderTest) -> None:
    store = another_store(engine)
    assert store.is_read_only
    mismatch = store.verdict.chain_mismatch
    assert mismatch is not None
    assert (mismatch.tip, mismatch.anchor_seq) == (2, 2)
    with pytest.raises(StorageMismatch):
        save(store)
    assert len(records_of(store)) == 2


def test_another_store_may_be_accepted(engine: EngineUnderTest) -> None:
    store = another_store(engine)
    undo = store.accept_older_files()
    undo()
    with pytest.raises(StorageMismatch):
        save(store)
    store.accept_older_files()
    save(store)
    assert not store.is_read_only
    store.close()
    again = engine.open()
    assert again.verdict.is_clean
    assert tip_of(again) == 3
