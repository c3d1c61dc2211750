"""The values of the audit chain that every engine knows: its entries by number and hash, not by content."""

from uuid import UUID

from msgspec import Struct

# Name of the table that holds the chain; see `base.chain_table`.
CHAIN_TABLE = "audit_line"
# Upper bound for entry numbers, so that the next number always fits into every format.
MAX_NUMBER = 1 << 62


class ChainEntry(Struct, frozen=True, kw_only=True):
    """One audit entry as the anchor needs it, with the records it refers to as (table, ring, record)."""

    incarnation: UUID
    seq: int
    entry_hash: bytes
    at: int
    records: tuple[tuple[str, bytes, bytes], ...] = ()
