"""A snapshot for a backup: everything of one moment, while others go on."""

from threading import Event
from uuid import UUID

import pytest

from clinic_toolkit.store.protocol import Store, Transaction
from tests.store.contract.engines import CHAIN, EngineUnderTest
from tests.store.contract.saving import in_threads, lose_saves, only, records_in, records_of, save, tip_of

SNAPSHOTS = 4


def contents(store: Store[Transaction]) -> tuple[set[UUID], int, int]:
    """The records, the number of entries, and the number of the last one, of one moment."""
    with store.reading() as transaction:
        tip = transaction.find_chain_tip(CHAIN)
        entries = list(transaction.iter_entries(CHAIN, 1))
        return records_in(transaction), len(entries), tip.seq if tip else 0


def test_a_snapshot_is_the_store(engine: EngineUnderTest) -> None:
    store = engine.open()
    for _ in range(3):
        save(store)
    store.write_snapshot(engine.folder / "copy")
    later = save(store)
    copy = engine.open_snapshot(engine.folder / "copy")
    assert copy.verdict.is_clean
    assert contents(copy)[1:] == (3, 3)
    assert records_of(store) - records_of(copy) == {later}
    # The copy is a store of its own.
    save(copy)
    assert (tip_of(copy), tip_of(store)) == (4, 4)
    assert len(records_of(store) - records_of(copy)) == 1


def test_a_snapshot_is_of_one_moment_while_others_save(engine: EngineUnderTest) -> None:
    store, is_over = engine.open(), Event()
    save(store)
    saved_before: list[set[UUID]] = []

    def save_on() -> None:
        try:
            while not is_over.is_set():
                save(store)
        finally:
            is_over.set()

    def take_snapshots() -> None:
        try:
            for number in range(SNAPSHOTS):
                saved_before.append(records_of(store))
                reached = tip_of(store)
                store.write_snapshot(engine.folder / f"copy{number}")
                # The next one is taken once somebody has saved meanwhile.
                while tip_of(store) <= reached and not is_over.is_set():
                    pass
        finally:
            is_over.set()

    in_threads(save_on, take_snapshots)
    everything = records_of(store)
    for number, before in enumerate(saved_before):
        copy = engine.open_snapshot(engine.folder / f"copy{number}")
        assert copy.verdict.is_clean
        records, entries, tip = contents(copy)
        assert before <= records <= everything, "all that was saved before it, and nothing else"
        assert len(records) == entries == tip, "each save has its row and its entry"
    assert len(saved_before) == SNAPSHOTS


def test_a_loss_that_nobody_saw_is_told_by_the_snapshot_too(engine: EngineUnderTest) -> None:
    lose_saves(engine, count=1)
    store = engine.open()
    store.write_snapshot(engine.folder / "copy")
    missing = only(engine.open_snapshot(engine.folder / "copy").verdict.missing_entries)
    assert (missing.first_seq, missing.last_seq) == (2, 2)


def test_a_snapshot_covers_nothing_up(engine: EngineUnderTest) -> None:
    store = engine.open()
    save(store)
    store.write_snapshot(engine.folder / "copy")
    with pytest.raises(FileExistsError):
        store.write_snapshot(engine.folder / "copy")
