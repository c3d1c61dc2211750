"""Transactions: all or nothing, one snapshot for a reader, one writer at a time."""

from threading import Event
from uuid import uuid4

import pytest

from clinic_toolkit.store.protocol import Store, Transaction
from clinic_toolkit.store.storage_errors import StorageError
from tests.store.contract.engines import SAMPLE, EngineUnderTest
from tests.store.contract.saving import append, in_threads, records_in, records_of, save, tip_of, values

EACH = 25


class Trouble(Exception):
    """Something that goes wrong in the middle."""


def save_and_fail(store: Store[Transaction], undone: list[str]) -> None:
    """Save, and fail before the commit."""
    with store.writing() as transaction:
        for name in ("first", "second", "third"):
            transaction.on_rollback(lambda name=name: undone.append(name))  # type: ignore[misc]
        transaction.insert_row(SAMPLE, values(uuid4()))
        append(transaction)
        raise Trouble


def test_what_fails_leaves_nothing(engine: EngineUnderTest) -> None:
    store = engine.open()
    kept = save(store)
    with pytest.raises(Trouble):
        save_and_fail(store, [])
    assert records_of(store) == {kept}
    assert tip_of(store) == 1
    save(store)
    assert tip_of(store) == 2


def test_what_was_changed_in_memory_is_taken_back_last_first(engine: EngineUnderTest) -> None:
    store, undone = engine.open(), list[str]()
    with pytest.raises(Trouble):
        save_and_fail(store, undone)
    assert undone == ["third", "second", "first"]


def test_nothing_is_taken_back_of_what_was_saved(engine: EngineUnderTest) -> None:
    store, undone = engine.open(), list[str]()
    with store.writing() as transaction:
        transaction.on_rollback(lambda: undone.append("saved"))
        append(transaction)
    with store.reading() as transaction:
        transaction.on_rollback(lambda: undone.append("read"))
    with pytest.raises(Trouble):
        save_and_fail(store, [])
    assert undone == []


def test_what_comes_before_the_commit_is_committed_with_it(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    with store.writing() as transaction:
        transaction.before_commit(lambda: transaction.insert_row(SAMPLE, values(record)))
    assert records_of(store) == {record}


def test_what_fails_before_the_commit_takes_it_back(engine: EngineUnderTest) -> None:
    store, undone = engine.open(), list[str]()

    def fail() -> None:
        raise Trouble

    with pytest.raises(Trouble), store.writing() as transaction:
        transaction.on_rollback(lambda: undone.append("undone"))
        transaction.before_commit(fail)
        append(transaction)
    assert (tip_of(store), undone) == (0, ["undone"])


def test_what_was_saved_is_there_when_the_store_is_opened_again(engine: EngineUnderTest) -> None:
    store = engine.open()
    record = save(store)
    store.close()
    again = engine.open()
    assert records_of(again) == {record}
    assert tip_of(again) == 1


def test_a_reader_keeps_its_snapshot_while_a_writer_commits(engine: EngineUnderTest) -> None:
    store = engine.open()
    before = save(store)
    with store.reading() as reader:
        assert records_in(reader) == {before}
        in_threads(lambda: save(store))
        assert records_in(reader) == {before}
    assert len(records_of(store)) == 2


def test_nobody_reads_what_is_not_committed(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    before = save(store)
    with store.writing() as transaction:
        transaction.insert_row(SAMPLE, values(record))
        seen: list[object] = []
        in_threads(lambda: seen.append(records_of(store)))
        assert seen == [{before}]
    assert records_of(store) == {before, record}


def test_through_reading_nothing_is_written(engine: EngineUnderTest) -> None:
    store = engine.open()
    with pytest.raises(StorageError), store.reading() as transaction:
        transaction.insert_row(SAMPLE, values(uuid4()))
    with pytest.raises(StorageError), store.reading() as transaction:
        append(transaction)
    assert (records_of(store), tip_of(store)) == (set(), 0)


def test_a_transaction_says_whether_it_writes(engine: EngineUnderTest) -> None:
    store = engine.open()
    with store.reading() as transaction:
        assert not transaction.is_writing
    with store.writing() as transaction:
        assert transaction.is_writing
        assert not transaction.is_store_read_only


def test_a_writer_waits_before_it_reads(engine: EngineUnderTest) -> None:
    """What it has read is still true when it writes, so no expected version is ever stale."""
    store, record = engine.open(), uuid4()
    with store.writing() as transaction:
        transaction.insert_row(SAMPLE, values(record))

    def count_up() -> None:
        for _ in range(EACH):
            with store.writing() as transaction:
                row = transaction.find_newest_row(SAMPLE, record)
                assert row is not None
                assert transaction.replace_row(
                    SAMPLE,
                    values(record, row.version + 1),
                    record=record,
                    expected_version=row.version,
                )

    in_threads(count_up, count_up)
    with store.reading() as transaction:
        row = transaction.find_newest_row(SAMPLE, record)
    assert row is not None
    assert row.version == 1 + 2 * EACH


def test_a_writer_does_not_wait_for_readers(engine: EngineUnderTest) -> None:
    store, is_saved = engine.open(), Event()

    def save_and_say() -> None:
        save(store)
        is_saved.set()

    with store.reading() as transaction:
        assert records_in(transaction) == set()
        in_threads(save_and_say)
        assert is_saved.is_set()
