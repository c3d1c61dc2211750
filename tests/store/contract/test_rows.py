"""The rows of sealed tables: the newest, the versions, inserting, replacing, and what is final."""

from uuid import UUID, uuid4

import pytest

from clinic_toolkit.store.base import RowOperation
from clinic_toolkit.store.protocol import Store, Transaction
from clinic_toolkit.store.rows import RowTaken, to_sealed_row
from tests.store.contract.engines import SAMPLE, EngineUnderTest
from tests.store.contract.saving import RING, in_threads, only, values

OTHER_RING = UUID("77d2f4f2-0b52-4b8e-9d0e-6f0f9a2b3c44")


def insert(
    store: Store[Transaction], record: UUID, *versions: int, ring: UUID = RING, final: int = 0
) -> None:
    """Insert these versions, each with a seal of its own."""
    with store.writing() as transaction:
        for version in versions:
            sealed = f"seal of version {version}".encode()
            transaction.insert_row(SAMPLE, values(record, version, ring=ring, final=final, sealed=sealed))


def versions_of(store: Store[Transaction], record: UUID) -> list[tuple[int, bytes]]:
    """The versions of a record and their seals."""
    with store.reading() as transaction:
        return [(row.version, row.sealed) for row in transaction.list_versions(SAMPLE, record)]


def test_the_newest_version_of_a_record(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 2, 10, 9)
    insert(store, uuid4(), 11)
    with store.reading() as transaction:
        newest = transaction.find_newest_row(SAMPLE, record)
        assert newest is not None
        assert newest[1:] == (record, 10, RING, bytes(16), 0, b"seal of version 10")
        assert transaction.find_newest_row(SAMPLE, uuid4()) is None


def test_the_newest_version_of_every_record(engine: EngineUnderTest) -> None:
    store, (one, two, three) = engine.open(), (uuid4() for _ in range(3))
    insert(store, one, 1, 3, 2)
    insert(store, two, 1)
    insert(store, three, 4, 5, ring=OTHER_RING)
    with store.reading() as transaction:

        def newest(ring: UUID | None, prefix_bytes: int | None = None) -> dict[UUID, tuple[int, bytes]]:
            found = [
                to_sealed_row(row)
                for row in transaction.iter_newest_rows(SAMPLE, ring, prefix_bytes=prefix_bytes)
            ]
            assert len({row.record for row in found}) == len(found)
            return {row.record: (row.version, row.sealed) for row in found}

        in_ring = {one: (3, b"seal of version 3"), two: (1, b"seal of version 1")}
        assert newest(RING) == in_ring
        assert newest(None) == in_ring | {three: (5, b"seal of version 5")}
        assert newest(OTHER_RING, prefix_bytes=4) == {three: (5, b"seal")}
        assert newest(uuid4()) == {}


def test_a_row_is_found_by_its_id(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 1, 2)
    with store.reading() as transaction:
        rows = transaction.list_versions(SAMPLE, record)
        assert len({row.id for row in rows}) == 2
        for row in rows:
            raw = transaction.find_row(SAMPLE, row.id)
            assert raw is not None
            assert to_sealed_row(raw) == row
        assert transaction.find_row(SAMPLE, max(row.id for row in rows) + 1) is None


def test_the_versions_are_in_order(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 3, 1, 2)
    assert [version for version, _ in versions_of(store, record)] == [1, 2, 3]
    assert versions_of(store, uuid4()) == []


def test_a_version_is_taken_once(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 1)
    with store.writing() as transaction:
        with pytest.raises(RowTaken):
            transaction.insert_row(SAMPLE, values(record, 1, ring=OTHER_RING, sealed=b"another"))
        # The transaction goes on.
        transaction.insert_row(SAMPLE, values(record, 2, sealed=b"second"))
    assert versions_of(store, record) == [(1, b"seal of version 1"), (2, b"second")]


def test_of_two_who_save_the_same_version_one_is_told_so(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    told: list[bytes] = []

    def insert_as(author: bytes) -> None:
        with store.writing() as transaction:
            try:
                transaction.insert_row(SAMPLE, values(record, sealed=author))
            except RowTaken:
                told.append(author)

    in_threads(lambda: insert_as(b"Ada"), lambda: insert_as(b"Bo"))
    _, kept = only(versions_of(store, record))
    assert sorted([*told, kept]) == [b"Ada", b"Bo"]


def test_a_draft_is_replaced_by_its_next_version(engine: EngineUnderTest) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 1)
    with store.writing() as transaction:
        before = transaction.find_newest_row(SAMPLE, record)
        assert transaction.replace_row(
            SAMPLE, values(record, 2, final=1, sealed=b"second"), record=record, expected_version=1
        )
        after = transaction.find_newest_row(SAMPLE, record)
        assert before is not None and after is not None
        assert after.id == before.id
        assert after[1:] == (record, 2, RING, bytes(16), 1, b"second")
    assert versions_of(store, record) == [(2, b"second")]


@pytest.mark.parametrize("case", ["another version", "another ring", "final", "unknown"])
def test_what_is_not_expected_is_not_replaced(engine: EngineUnderTest, case: str) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 2, final=int(case == "final"))
    expected_version = 1 if case == "another version" else 2
    ring = OTHER_RING if case == "another ring" else RING
    named = uuid4() if case == "unknown" else record
    with store.writing() as transaction:
        assert not transaction.replace_row(
            SAMPLE,
            values(named, 3, ring=ring, sealed=b"third"),
            record=named,
            expected_version=expected_version,
        )
    assert versions_of(store, record) == [(2, b"seal of version 2")]


@pytest.mark.parametrize("operation", RowOperation)
def test_a_final_row_stays_as_it_is(engine: EngineUnderTest, operation: RowOperation) -> None:
    store, record = engine.open(), uuid4()
    insert(store, record, 1, final=1)
    with pytest.raises(engine.refusal), store.writing() as transaction:
        engine.change_all(transaction, SAMPLE, operation)
    assert versions_of(store, record) == [(1, b"seal of version 1")]


@pytest.mark.parametrize("operation", RowOperation)
def test_a_draft_may_be_changed_and_deleted(engine: EngineUnderTest, operation: RowOperation) -> None:
    """The control: what is refused for a final row is not refused for every row."""
    store, record = engine.open(), uuid4()
    insert(store, record, 1)
    with store.writing() as transaction:
        engine.change_all(transaction, SAMPLE, operation)
    assert versions_of(store, record) != [(1, b"seal of version 1")]


def test_a_ring_is_erased_and_every_other_row_stays(engine: EngineUnderTest) -> None:
    store, (draft, final, other) = engine.open(), (uuid4() for _ in range(3))
    insert(store, draft, 1)
    insert(store, final, 1, 2, final=1)
    insert(store, other, 1, ring=OTHER_RING, final=1)
    with pytest.raises(ZeroDivisionError), store.writing() as transaction:
        transaction.erase_rows(SAMPLE, RING)
        raise ZeroDivisionError
    assert len(versions_of(store, final)) == 2
    with store.writing() as transaction:
        transaction.erase_rows(SAMPLE, RING)
    assert versions_of(store, draft) == versions_of(store, final) == []
    assert versions_of(store, other) == [(1, b"seal of version 1")]
    insert(store, draft, 1)
    with store.reading() as transaction:
        ids = [row[0] for row in transaction.iter_newest_rows(SAMPLE, None, prefix_bytes=0)]
    assert len(set(ids)) == len(ids) == 2


def test_the_other_final_rows_stay_as_they_are_after_it(engine: EngineUnderTest) -> None:
    store = engine.open()
    insert(store, uuid4(), 1, final=1)
    insert(store, uuid4(), 1, ring=OTHER_RING, final=1)
    with store.writing() as transaction:
        transaction.erase_rows(SAMPLE, RING)
    for operation in RowOperation:
        with pytest.raises(engine.refusal), store.writing() as transaction:
            engine.change_all(transaction, SAMPLE, operation)
