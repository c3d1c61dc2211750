"""Which records lie in each table and ring, and which audit entry last named one of them."""

from collections.abc import Iterable

Place = tuple[str, bytes]


class RecordPlaces:
    """The records of each table and ring, by record id, as the audit log names them."""

    def __init__(self) -> None:
        # Lists, which take a fifth of the memory of sets: no record is added twice, and few are taken out.
        self._records: dict[str, dict[bytes, list[bytes]]] = {}
        # The ring None stands for any ring of the table.
        self._last_change: dict[tuple[str, bytes | None], int] = {}

    def add(self, record: bytes, place: Place, seq: int) -> None:
        """Add a record to a table and ring that it is not in yet; entry `seq` names it there."""
        self.add_all((record,), place, seq)

    def add_all(self, records: Iterable[bytes], place: Place, seq: int) -> None:
        """Add records to a table and ring that they are not in yet; entry `seq` is the last to name one."""
        table, ring = place
        self._records.setdefault(table, {}).setdefault(ring, []).extend(records)
        self.note_change(place, seq)

    def discard(self, record: bytes, place: Place) -> None:
        """Take a record out of a table and ring."""
        self._records[place[0]][place[1]].remove(record)

    def note_change(self, place: Place, seq: int) -> None:
        """Note that entry `seq` changed something in this table and ring."""
        for key in (place, (place[0], None)):
            self._last_change[key] = max(seq, self._last_change.get(key, 0))

    def last_change(self, tables: Iterable[str], rings: Iterable[bytes] | None = None) -> int:
        """Return the last entry that changed something in these tables and rings; 0 if none did.

        Args:
            rings: None for any ring.
        """
        last_change = self._last_change.get
        if rings is None:
            return max((last_change((table, None), 0) for table in tables), default=0)
        return max((last_change((table, ring), 0) for table in tables for ring in rings), default=0)

    def save_changes(self, place: Place) -> dict[tuple[str, bytes | None], int | None]:
        """Return what `restore_changes` needs to forget later changes of this table and ring."""
        return {key: self._last_change.get(key) for key in (place, (place[0], None))}

    def restore_changes(self, saved: dict[tuple[str, bytes | None], int | None]) -> None:
        """Forget the changes that were noted since `save_changes`."""
        for key, seq in saved.items():
            if seq is None:
                self._last_change.pop(key, None)
            else:
                self._last_change[key] = seq

    def list_rings(self, table: str) -> list[bytes]:
        """Return the rings that hold a record of this table."""
        return [ring for ring, records in list(self._records.get(table, {}).items()) if records]

    def list_places(self) -> list[tuple[Place, list[bytes]]]:
        """Return each table and ring that holds a record, with the ids of its records."""
        return [
            ((table, ring), list(records))
            for table, by_ring in list(self._records.items())
            for ring, records in list(by_ring.items())
            if records
        ]

    def list_ring_ids(self) -> set[bytes]:
        """Return every ring that holds a record of any table."""
        return {ring for table in list(self._records) for ring in self.list_rings(table)}

    def list_record_ids(self, table: str, rings: Iterable[bytes] | None) -> set[bytes]:
        """Return the ids of every record of a table, in these rings; None means in all rings."""
        by_ring = self._records.get(table, {})
        if rings is None:
            return set().union(*list(by_ring.values()))
        return set().union(*(by_ring.get(ring, ()) for ring in rings))
