"""Opening a store, looking into one, and deleting one."""

from uuid import UUID

import pytest
from sqlalchemy import select

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import opening
from tests.store.contract.engines import CHAIN, SAMPLE, EngineUnderTest
from tests.store.contract.saving import lose_saves, only, records_in, records_of, save, values

RECORD = UUID("6f0d4a1e-5a7b-4c1d-9f21-2b6c8e4f7a90")


def test_a_look_shows_what_was_saved_and_changes_nothing(engine: EngineUnderTest) -> None:
    store = engine.open()
    kept = {save(store), save(store)}
    store.close()
    data = engine.take_data()
    with engine.look() as view:
        tip = view.transaction.find_chain_tip(CHAIN)
        assert records_in(view.transaction) == kept and tip is not None and tip.seq == 2
        assert view.verdict.is_clean
        with pytest.raises(Exception):  # noqa: B017  # each engine has an error of its own
            view.transaction.insert_row(SAMPLE, values(kept.pop(), 2))
    assert engine.take_data() == data
    store = engine.open()
    assert len(records_of(store)) == 2 and store.verdict.is_clean


def test_a_look_tells_of_a_loss_and_forgets_it_for_nobody(engine: EngineUnderTest) -> None:
    lose_saves(engine, count=1)
    for _ in range(2):
        with engine.look() as view:
            missing = only(view.verdict.missing_entries)
            assert (missing.first_seq, missing.last_seq) == (2, 2)
    assert only(engine.open().verdict.missing_entries).last_seq == 2


def test_there_is_nothing_to_look_into_where_there_is_no_store(engine: EngineUnderTest) -> None:
    with pytest.raises(DamagedFile), engine.look():
        pass
    store = engine.open()
    save(store)
    store.close()
    with engine.look() as view:
        assert len(records_in(view.transaction)) == 1, "the control"


def test_a_store_that_lost_everything_is_no_new_one(engine: EngineUnderTest) -> None:
    store = engine.open()
    empty = engine.take_data()
    store.close()
    store = engine.open()
    save(store)
    store.close()
    assert len(records_of(engine.open())) == 1, "the control"
    engine.open().close()
    engine.put_data(type(empty)())
    with pytest.raises(DamagedFile):
        engine.open()


def test_a_deleted_store_leaves_nothing(engine: EngineUnderTest) -> None:
    store = engine.open()
    with store.writing() as transaction:
        transaction.insert_row(SAMPLE, values(RECORD, sealed=b"what must not be left"))
    save(store)
    store.close()
    assert engine.holds(b"what must not be left"), "the control"
    engine.delete()
    assert not engine.holds(b"what must not be left")
    with pytest.raises(DamagedFile), engine.look():
        pass


def test_a_temporary_store_has_these_tables_and_ends_with_its_block() -> None:
    """What it is kept in is for `store/opening.py` alone to say, so there is one of it."""
    query = select(SAMPLE.c.record)
    with opening.open_temporary_store([SAMPLE]) as db, opening.open_temporary_store([SAMPLE]) as other:
        db.execute(SAMPLE.insert().values(values(RECORD)))
        assert db.scalars(query).all() == [RECORD] and other.scalars(query).all() == []
        with pytest.raises(Exception, match="no such table"):
            db.execute(select(CHAIN.c.seq))
    with opening.open_temporary_store([SAMPLE]) as db:
        assert db.scalars(query).all() == []
