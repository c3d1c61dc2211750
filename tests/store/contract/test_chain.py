"""The audit chain: numbers without a gap, read from any of them, only added to."""

import pytest

from clinic_toolkit.store.base import RowOperation
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.rows import RowTaken
from tests.store.contract.engines import CHAIN, EngineUnderTest
from tests.store.contract.saving import INCARNATION, append, chained, in_threads, tip_of

EACH = 25


def test_an_empty_chain_has_no_end(engine: EngineUnderTest) -> None:
    with engine.open().reading() as transaction:
        assert transaction.find_chain_tip(CHAIN) is None
        assert list(transaction.iter_entries(CHAIN, 1)) == []


def test_entries_are_read_from_any_number(engine: EngineUnderTest) -> None:
    store = engine.open()
    with store.writing() as transaction:
        for body in (b"one", b"two", b"three", b"four"):
            append(transaction, body=body)
        # A writer sees what it has written.
        tip = transaction.find_chain_tip(CHAIN)
        assert tip is not None
        assert tip.seq == 4
    with store.reading() as transaction:
        entries = list(transaction.iter_entries(CHAIN, 1))
        assert [(entry.seq, entry.body) for entry in entries] == [
            (1, b"one"),
            (2, b"two"),
            (3, b"three"),
            (4, b"four"),
        ]
        assert list(transaction.iter_entries(CHAIN, 3)) == entries[2:]
        assert list(transaction.iter_entries(CHAIN, 2, 3)) == entries[1:3]
        assert transaction.find_chain_tip(CHAIN) == (4, entries[3].hash)


def test_a_signature_is_kept_and_so_is_its_absence(engine: EngineUnderTest) -> None:
    store = engine.open()
    rows = [ChainRow(1, b"signed", bytes(32), b"s" * 64), ChainRow(2, b"keyless", bytes(32), None)]
    with store.writing() as transaction:
        for row in rows:
            transaction.append_entry(CHAIN, row, incarnation=INCARNATION, at=0)
    with store.reading() as transaction:
        assert list(transaction.iter_entries(CHAIN, 1)) == rows


def test_a_transaction_knows_what_it_appended(engine: EngineUnderTest) -> None:
    """What the layers above work out from entries that may still be rolled back must not outlive them."""
    store = engine.open()
    with store.writing() as transaction:
        append(transaction, body=b"one")
        assert [entry.seq for entry in transaction.new_entries] == [1]
    with store.reading() as transaction:
        assert list(transaction.new_entries) == []
    with store.writing() as transaction:
        assert list(transaction.new_entries) == []
        append(transaction, body=b"two")
        append(transaction, body=b"three")
        assert [entry.seq for entry in transaction.new_entries] == [2, 3]


def test_a_number_is_taken_once(engine: EngineUnderTest) -> None:
    store = engine.open()
    with store.writing() as transaction:
        append(transaction, body=b"first")
    with store.writing() as transaction, pytest.raises(RowTaken):
        row = ChainRow(1, b"another", bytes(32), None)
        transaction.append_entry(CHAIN, row, incarnation=INCARNATION, at=0)
    with store.reading() as transaction:
        assert [entry.body for entry in transaction.iter_entries(CHAIN, 1)] == [b"first"]


def test_two_who_append_leave_no_gap(engine: EngineUnderTest) -> None:
    store = engine.open()

    def append_many() -> None:
        for _ in range(EACH):
            with store.writing() as transaction:
                append(transaction)

    in_threads(append_many, append_many)
    with store.reading() as transaction:
        entries = list(transaction.iter_entries(CHAIN, 1))
    assert [entry.seq for entry in entries] == list(range(1, 2 * EACH + 1))
    previous = bytes(32)
    for entry in entries:
        assert entry.hash == chained(previous, entry.seq, entry.body)
        previous = entry.hash


@pytest.mark.parametrize("operation", RowOperation)
def test_the_chain_is_only_added_to(engine: EngineUnderTest, operation: RowOperation) -> None:
    store = engine.open()
    with store.writing() as transaction:
        append(transaction, body=b"as it was")
    with pytest.raises(engine.refusal), store.writing() as transaction:
        engine.change_all(transaction, CHAIN, operation)
    assert tip_of(store) == 1
