"""The audit chain as every engine knows it: entries by number and hash, and not by their content."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol
from uuid import UUID

from msgspec import Struct

# Name of the table that holds the chain; see `base.chain_table`.
CHAIN_TABLE = "audit_line"
# Upper bound for entry numbers, so that the next number always fits into every format.
MAX_NUMBER = 1 << 62


class ChainRow(NamedTuple):
    """One entry as it is stored. `signature` is None for an entry that was made without a key."""

    seq: int
    body: bytes
    hash: bytes
    signature: bytes | None


class ChainTip(NamedTuple):
    """Number and hash of the last entry."""

    seq: int
    hash: bytes


class RecordReference(Protocol):
    """Identifies a record that was saved."""

    @property
    def table(self) -> str:
        """Name of its table."""

    @property
    def ring(self) -> bytes:
        """Id of its ring, 16 bytes."""

    @property
    def record(self) -> bytes:
        """Id of the record, 16 bytes."""


class ChainEntry(Struct, frozen=True, kw_only=True):
    """What an engine remembers of an entry, beside the chain, to notice later that it was lost.

    `records` are those that were saved with it, as (table, ring, record); `at` is in microseconds since 1970.
    """

    incarnation: UUID
    seq: int
    entry_hash: bytes
    at: int
    records: tuple[tuple[str, bytes, bytes], ...] = ()


def build_chain_entry(
    row: ChainRow, *, incarnation: UUID, at: int, references: Iterable[RecordReference]
) -> ChainEntry:
    """Build what is remembered of a stored entry and of the records that were saved with it."""
    records = tuple((reference.table, reference.ring, reference.record) for reference in references)
    return ChainEntry(incarnation=incarnation, seq=row.seq, entry_hash=row.hash, at=at, records=records)
