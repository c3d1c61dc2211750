"""The anchor: one small file that remembers, after every commit, how far the audit chain had come.

A single flipped bit in a write-ahead log makes SQLite drop the saves behind it without a word. The
anchor notices. It needs no key; it proves accident, not attack, and it reports without repairing.
"""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from clinic_toolkit.store.anchor_file import Anchor
from clinic_toolkit.store.anchor_slot import Line
from clinic_toolkit.store.verdict import Verdict

OPTION = "clinic_anchor"
_LINES, _SEEN = "anchor lines", "losses seen"


class Named(Protocol):
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


def of(engine: Engine) -> Anchor | None:
    """The anchor that travels with this engine; None for a store that is only being made."""
    found: Anchor | None = engine.get_execution_options().get(OPTION)
    return found


def verdict(engine: Engine) -> Verdict:
    """What a person has not seen yet."""
    anchor = of(engine)
    return anchor.verdict if anchor else Verdict()


def failed(engine: Engine) -> bool:
    """Whether the last save stands without its check-mark."""
    anchor = of(engine)
    return anchor is not None and anchor.failed


def is_frozen(engine: Engine) -> bool:
    """Whether this store is only looked at, because it is not the one that was written last."""
    anchor = of(engine)
    return anchor is not None and anchor.frozen


def frozen(db: Connection) -> bool:
    """Whether the store of this connection is only looked at."""
    return is_frozen(db.engine)


def expect(db: Connection) -> None:
    """A transaction begins: nothing of an earlier one on this connection counts."""
    db.info[_LINES], db.info[_SEEN] = [], False


def pend(
    db: Connection, *, incarnation: UUID, seq: int, head: bytes, at: int, entries: Iterable[Named] = ()
) -> None:
    """A line was added to the chain; the anchor takes it in once its transaction is committed.

    Args:
        entries: the records that were saved with it; none for what was only looked at.
    """
    records = tuple((entry.table, entry.ring, entry.record) for entry in entries)
    line = Line(incarnation=incarnation, seq=seq, head=head, at=at, records=records)
    db.info.setdefault(_LINES, []).append(line)


def begin_again(db: Connection) -> None:
    """What was missing has been shown, and a line of the audit trail in this transaction says so."""
    db.info[_SEEN] = True


def committed(engine: Engine, info: dict[Any, Any]) -> None:
    """The transaction of the connection with this `info` is on the disk."""
    anchor = of(engine)
    if anchor is None:
        return
    if info[_LINES]:
        anchor.keep(info[_LINES])
    if info[_SEEN]:
        anchor.forget()
