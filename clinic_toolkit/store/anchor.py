"""The anchor: one small file that remembers, after every commit, how far the audit chain had come.

A single flipped bit in a write-ahead log makes SQLite drop the saves behind it without a word. The
anchor notices. It needs no key; it proves accident, not attack, and it reports without repairing.
"""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.anchor_slot import ChainEntry
from clinic_toolkit.store.verdict import Verdict

ENGINE_OPTION = "clinic_anchor"
_QUEUED_ENTRIES, _ACKNOWLEDGED = "anchor lines", "losses seen"


class RecordReference(Protocol):
    """A record that was saved."""

    @property
    def table(self) -> str:
        """Its table."""

    @property
    def ring(self) -> bytes:
        """Its ring, 16 bytes."""

    @property
    def record(self) -> bytes:
        """Its id, 16 bytes."""


def find_anchor(engine: Engine) -> Anchor | None:
    """The anchor that travels with this engine; None for a store that is only being made."""
    found: Anchor | None = engine.get_execution_options().get(ENGINE_OPTION)
    return found


def verdict(engine: Engine) -> Verdict:
    """What a person has not seen yet."""
    anchor = find_anchor(engine)
    return anchor.verdict if anchor else Verdict()


def has_write_failed(engine: Engine) -> bool:
    """Whether the last save stands without its check-mark."""
    anchor = find_anchor(engine)
    return anchor is not None and anchor.write_failed


def is_read_only(engine: Engine) -> bool:
    """Whether this store is only looked at, because it is not the one that was written last."""
    anchor = find_anchor(engine)
    return anchor is not None and anchor.read_only


def is_connection_read_only(db: Connection) -> bool:
    """Whether the store of this connection is only looked at."""
    return is_read_only(db.engine)


def reset_queue(db: Connection) -> None:
    """A transaction begins: nothing of an earlier one on this connection counts."""
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
    """A line was added to the chain; the anchor takes it in once its transaction is committed.

    Args:
        references: the records that were saved with it; none for what was only looked at.
    """
    records = tuple((entry.table, entry.ring, entry.record) for entry in references)
    line = ChainEntry(incarnation=incarnation, seq=seq, entry_hash=entry_hash, at=at, records=records)
    db.info.setdefault(_QUEUED_ENTRIES, []).append(line)


def acknowledge_loss(db: Connection) -> None:
    """What was missing has been shown, and a line of the audit trail in this transaction says so."""
    db.info[_ACKNOWLEDGED] = True


def write_committed(engine: Engine, info: dict[Any, Any]) -> None:
    """The transaction of the connection with this `info` is on the disk."""
    anchor = find_anchor(engine)
    if anchor is None:
        return
    if info[_QUEUED_ENTRIES]:
        anchor.write_entries(info[_QUEUED_ENTRIES])
    if info[_ACKNOWLEDGED]:
        anchor.clear_acknowledged()
