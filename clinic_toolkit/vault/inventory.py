"""What this vault is known to hold: the newest version of every record, told by the audit trail.

A seal proves that a row is genuine, not that it is still there, nor that it is the newest: whoever
can write to the file could remove one, or put an older one back. Pages compare what they found with
this list before they show anything.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import NamedTuple, Protocol

FIRST = bytes(32)
# Lines of requests that waited for one another may stand in another order than their times.
_SLACK = 60_000_000


class Entry(Protocol):
    """One version of one record, as an audit line names it."""

    @property
    def table(self) -> str:
        """Its table."""

    @property
    def ring(self) -> bytes:
        """Its ring, 16 bytes."""

    @property
    def record(self) -> bytes:
        """Its id, 16 bytes."""

    @property
    def version(self) -> int:
        """From 1."""

    @property
    def content_id(self) -> bytes:
        """What was sealed."""


class Known(NamedTuple):
    """The newest version of a record; `seq` is the line that names it, `begun` the line of its first."""

    table: str
    ring: bytes
    version: int
    content_id: bytes
    seq: int
    begun: int


class Span(NamedTuple):
    """A line that cannot be read, and between which times it was written; microseconds since 1970."""

    seq: int
    after: int
    before: int


class Inventory:
    """Every record by its id, as of audit line `seq` with the hash `head`.

    `gaps` are lines that could not be read: what they named is not known. Those of them that may have
    named something are in `spans` as well. `ways_in` is the highest number that any line gives for the
    list of ways in.
    """

    def __init__(self) -> None:
        self.seq, self.head = 0, FIRST
        self.gaps: list[int] = []
        self.spans: list[Span] = []
        self.ways_in = 0
        self._known: dict[bytes, Known] = {}
        self._places: dict[tuple[str, bytes], set[bytes]] = {}
        self._turn = Lock()

    def copy(self) -> "Inventory":
        """The same once more, to go on from while another thread adds to this one."""
        other = Inventory()
        with self._turn:
            other.seq, other.head, other.ways_in = self.seq, self.head, self.ways_in
            other.gaps, other.spans = list(self.gaps), list(self.spans)
            other._known = dict(self._known)
            other._places = {place: set(records) for place, records in self._places.items()}
        return other

    def __len__(self) -> int:
        return len(self._known)

    def put(self, record: bytes, known: Known) -> None:
        """List one record."""
        before = self._known.get(record)
        if before is not None:
            self._places[before.table, before.ring].discard(record)
        self._known[record] = known
        self._places.setdefault((known.table, known.ring), set()).add(record)

    def add(self, seq: int, head: bytes, entries: Iterable[Entry], ways_in: int = 0) -> Callable[[], None]:
        """Take in one audit line; returns what takes it out again, if its transaction fails."""
        with self._turn:
            return self._add(seq, head, entries, ways_in)

    def _add(self, seq: int, head: bytes, entries: Iterable[Entry], ways_in: int) -> Callable[[], None]:
        was_seq, was_head, was_ways_in = self.seq, self.head, self.ways_in
        before = []
        for entry in entries:
            known = self._known.get(entry.record)
            before.append((entry.record, known))
            if known is None or entry.version >= known.version:
                begun = known.begun if known else seq
                place = Known(entry.table, entry.ring, entry.version, entry.content_id, seq, begun)
                self.put(entry.record, place)
        self.seq, self.head, self.ways_in = seq, head, max(self.ways_in, ways_in)

        def take_out() -> None:
            with self._turn:
                for record, known in reversed(before):
                    self._take_out(record, known)
                self.seq, self.head, self.ways_in = was_seq, was_head, was_ways_in

        return take_out

    def _take_out(self, record: bytes, known: Known | None) -> None:
        if known is not None:
            self.put(record, known)
            return
        now = self._known.pop(record)
        self._places[now.table, now.ring].discard(record)

    def known(self, record: bytes) -> Known | None:
        """The newest version of a record, or None if no line names it."""
        return self._known.get(record)

    def may_have_named(self, at: int, *, since: int, versions: int) -> bool:
        """Whether lines that cannot be read may have named what was sealed at this time.

        Each line names one version at the most, and was written when that version was sealed.

        Args:
            at: when it was sealed, in microseconds since 1970.
            since: the line that names the version before it, 0 if none does.
            versions: so many versions are not named.
        """
        later = [span for span in self.spans if span.seq > since]
        return len(later) >= versions and any(
            span.after - _SLACK <= at <= span.before + _SLACK for span in later
        )

    def begun(self, record: bytes) -> int:
        """The line that first named a record: in this order they were begun. Unknown ones come last."""
        known = self._known.get(record)
        return known.begun if known else self.seq + 1

    def records(self, table: str, rings: Iterable[bytes] | None) -> set[bytes]:
        """Every record of a table, in these rings or in any."""
        if rings is None:
            places = [held for (name, _), held in list(self._places.items()) if name == table]
        else:
            places = [self._places.get((table, ring), set()) for ring in rings]
        return set().union(*places)

    def rings(self) -> set[bytes]:
        """Every ring that holds something."""
        return {ring for (_, ring), held in list(self._places.items()) if held}

    def everything(self) -> list[tuple[bytes, Known]]:
        """Every record."""
        return list(self._known.items())
