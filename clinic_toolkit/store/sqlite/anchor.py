"""The anchor: a small file that records, after every commit, how far the audit log had come.

A single flipped bit in a write-ahead log makes SQLite silently drop the commits after it; the anchor detects
that. It has no key, so it detects accidents and not attacks. It reports a loss and repairs nothing.
"""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.store.chain import ChainEntry
from clinic_toolkit.store.sqlite.anchor_file import Anchor
from clinic_toolkit.store.verdict import Verdict

ENGINE_OPTION = "clinic_anchor"
_QUEUED_ENTRIES, _ACKNOWLEDGED = "anchor lines", "losses seen"


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


def find_anchor(engine: Engine) -> Anchor | None:
    """The anchor of this engine; None while a new store is being created."""
    anchor: Anchor | None = engine.get_execution_options().get(ENGINE_OPTION)
    return anchor


def verdict(engine: Engine) -> Verdict:
    """The findings about this store that nobody has acknowledged yet."""
    anchor = find_anchor(engine)
    return anchor.verdict if anchor else Verdict()


def has_write_failed(engine: Engine) -> bool:
    """Whether the anchor could not be written after the last commit."""
    anchor = find_anchor(engine)
    return anchor is not None and anchor.write_failed


def is_read_only(engine: Engine) -> bool:
    """Whether this store must not be written, because it failed the comparison with its anchor or schema."""
    anchor = find_anchor(engine)
    return anchor is not None and anchor.read_only


def is_connection_read_only(db: Connection) -> bool:
    """Whether the store of this connection must not be written; see `is_read_only`."""
    return is_read_only(db.engine)


def reset_queue(db: Connection) -> None:
    """Drop what an earlier transaction on this connection queued; called when a transaction begins."""
    db.info[_QUEUED_ENTRIES], db.info[_ACKNOWLEDGED] = [], False


def queue_entry(
    db: Connection,
    *,
    incarnation: UUID,
    seq: int,
    entry_hash: bytes,
    at: int,
    references: Iterable[RecordReference] = (),
) -> None:
    """Queue an audit entry for the anchor, which is written after the transaction commits.

    Args:
        incarnation: the current incarnation of the vault.
        seq: number of the entry.
        entry_hash: hash of the entry, 32 bytes.
        at: when it was written, in microseconds since 1970.
        references: the records that were saved with it; none for an entry about reading.
    """
    records = tuple((reference.table, reference.ring, reference.record) for reference in references)
    entry = ChainEntry(incarnation=incarnation, seq=seq, entry_hash=entry_hash, at=at, records=records)
    db.info.setdefault(_QUEUED_ENTRIES, []).append(entry)


def acknowledge_loss(db: Connection) -> None:
    """Mark the losses as acknowledged when this transaction commits; it must write an audit entry too."""
    db.info[_ACKNOWLEDGED] = True


def write_committed(engine: Engine, info: dict[Any, Any]) -> None:
    """Write the queued entries to the anchor; called after the connection with this `info` committed."""
    anchor = find_anchor(engine)
    if anchor is None:
        return
    if info[_QUEUED_ENTRIES]:
        anchor.write_entries(info[_QUEUED_ENTRIES])
    if info[_ACKNOWLEDGED]:
        anchor.clear_acknowledged()
