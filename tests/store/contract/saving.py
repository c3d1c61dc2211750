"""What the tests of the contract save: rows of one table, and entries of a chain that is bound by hashes."""

import hashlib
from collections.abc import Callable, Sequence
from threading import Thread
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid4

from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.protocol import Store, Transaction
from clinic_toolkit.store.rows import RowValues
from tests.store.contract.engines import CHAIN, SAMPLE, EngineUnderTest

T = TypeVar("T")

INCARNATION = UUID("5b0e1c1e-2f70-4f5f-8a35-5a1b5a3c9d02")
RING = UUID("0d1c6a52-97f6-4a3c-b4f6-0f6a1c7f2e11")


class Reference(NamedTuple):
    """What an entry names."""

    table: str
    ring: bytes
    record: bytes


def values(
    record: UUID, version: int = 1, *, ring: UUID = RING, final: int = 0, sealed: bytes = b"sealed"
) -> RowValues:
    """The values of a row."""
    return {
        "record": record,
        "version": version,
        "ring": ring,
        "key_id": bytes(16),
        "final": final,
        "sealed": sealed,
    }


def append(transaction: Transaction, *records: UUID, body: bytes = b"") -> int:
    """Append the next entry, bound to the one before it; returns its number."""
    tip = transaction.find_chain_tip(CHAIN)
    seq, previous = (tip.seq + 1, tip.hash) if tip else (1, bytes(32))
    row = ChainRow(seq, body, chained(previous, seq, body), None)
    references = [Reference("sample", RING.bytes, record.bytes) for record in records]
    transaction.append_entry(CHAIN, row, incarnation=INCARNATION, at=seq, references=references)
    return seq


def chained(previous: bytes, seq: int, body: bytes) -> bytes:
    """The hash of an entry after this one."""
    return hashlib.sha256(previous + seq.to_bytes(8) + body).digest()


def save(store: Store[Transaction], *, body: bytes = b"") -> UUID:
    """Save a new record with its entry, in a transaction of its own."""
    record = uuid4()
    with store.writing() as transaction:
        transaction.insert_row(SAMPLE, values(record))
        append(transaction, record, body=body)
    return record


def lose_saves(engine: EngineUnderTest, *, count: int) -> list[UUID]:
    """Save once and then `count` times more, and put back the files from in between.

    Returns:
        The records that are lost.
    """
    store = engine.open()
    save(store)
    store.close()
    data = engine.take_data()
    store = engine.open()
    lost = [save(store) for _ in range(count)]
    store.close()
    engine.put_data(data)
    return lost


def records_in(transaction: Transaction) -> set[UUID]:
    """Every record of the table."""
    rows = transaction.iter_newest_rows(SAMPLE, None, prefix_bytes=0)
    return {UUID(bytes=row[1]) for row in rows}


def records_of(store: Store[Transaction]) -> set[UUID]:
    """The same, as a new reader sees them."""
    with store.reading() as transaction:
        return records_in(transaction)


def only(values: Sequence[T]) -> T:
    """The one value that there must be."""
    assert len(values) == 1
    return values[0]


def tip_of(store: Store[Transaction]) -> int:
    """The number of the last entry."""
    with store.reading() as transaction:
        tip = transaction.find_chain_tip(CHAIN)
        return tip.seq if tip else 0


def in_threads(*acts: Callable[[], object]) -> None:
    """Run these beside one another until all have ended; the first error of one is raised."""
    errors: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
