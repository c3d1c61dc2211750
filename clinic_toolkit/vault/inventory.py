"""The inventory: the newest version of every record, according to the audit log.

A seal proves that a row is genuine, but not that no row is missing or that it is the newest version: whoever
can write to the file could delete a row or restore an older one. Whatever was read from the store is compared
with the inventory before it is shown. It holds ids, versions and hashes, never content.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from threading import Lock
from typing import Any, NamedTuple

from msgspec import structs

from clinic_toolkit.vault.known_versions import KnownVersion, ReferencedVersion
from clinic_toolkit.vault.record_places import Place, RecordPlaces

GENESIS_HASH = bytes(32)
# In microseconds. Concurrent requests may write their entries in another order than their timestamps.
_CLOCK_SLACK = 60_000_000


class KeptFacts(NamedTuple):
    """What lists need of the records of one subject, such as a client; see `journal/list_facts.py`.

    `rings` are those that the records lie in, `seq` is the last audit entry that named one of them.
    `failures` are the records that could not be read. `is_checked` says that this process computed the facts
    from the records; if not, they come from a snapshot.
    """

    seq: int
    rings: tuple[bytes, ...]
    facts: Any
    failures: frozenset[bytes] = frozenset()
    is_checked: bool = True


class UnreadableEntry(NamedTuple):
    """An audit entry that cannot be read, and when it may have been written, in microseconds since 1970."""

    seq: int
    not_before: int
    not_after: int


class Inventory:
    """The newest version of every record, by record id, as of audit entry `seq` with the hash `tip_hash`.

    It covers the rings of one clinician. `known_rings` are those that the clinician's own entries, or the
    sealed snapshot, say that the clinician holds. `gaps` are entries that could not be read, so it is unknown
    which records they refer to. Those that may refer to a record at all are in `unreadable_entries` as well.
    `slot_generation` is the highest generation of the slot list that any entry of the clinician names.
    `erased_rings` and `erased_records` are gone for good, as believed tombstones say; `noted_tombstones` is
    how many were looked at.
    `kept_facts` are the facts for lists, by kind and subject, `kept_lists` those of all subjects, by kind.
    They end with this inventory: one that is rebuilt may trust other entries.
    """

    def __init__(self) -> None:
        self.seq, self.tip_hash = 0, GENESIS_HASH
        self.gaps: list[int] = []
        self.unreadable_entries: list[UnreadableEntry] = []
        self.slot_generation, self.checked_seq = 0, 0
        self.known_rings: set[bytes] = set()
        self.erased_rings: set[bytes] = set()
        self.erased_records: set[bytes] = set()
        self.noted_tombstones = 0
        self._expected_seq = 0
        self.kept_facts: dict[tuple[str, bytes], KeptFacts] = {}
        self.kept_lists: dict[str, KeptFacts] = {}
        # How many facts were kept that no snapshot holds yet.
        self.unsaved_facts = 0
        self._newest: dict[bytes, KnownVersion] = {}
        self._places = RecordPlaces()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._newest)

    def set_version(self, record: bytes, newest: KnownVersion) -> None:
        """Set the newest version of one record."""
        previous, place = self._newest.get(record), (newest.table, newest.ring)
        if previous is not None and (previous.table, previous.ring) != place:
            self._places.discard(record, (previous.table, previous.ring))
            self._places.note_change((previous.table, previous.ring), newest.seq)
            # A snapshot of the inventory does not say that something was moved away, so no facts may stay.
            self.kept_facts.clear()
            self.kept_lists.clear()
            previous = None
        self._newest[record] = newest
        if previous is None:
            self._places.add(record, place, newest.seq)
        else:
            self._places.note_change(place, newest.seq)

    def set_versions(self, place: Place, newest_by_record: Mapping[bytes, KnownVersion]) -> None:
        """Set the newest versions of records of one table and ring, none of which is known yet."""
        self._newest.update(newest_by_record)
        last_change = max(newest.seq for newest in newest_by_record.values())
        self._places.add_all(newest_by_record, place, last_change)

    def last_change(self, tables: Iterable[str], rings: Iterable[bytes] | None = None) -> int:
        """The last entry that named a record of these tables in these rings, or in any; 0 if none did."""
        return self._places.last_change(tables, rings)

    def keep_facts(self, place: tuple[str, bytes], kept: KeptFacts) -> None:
        """Keep the facts of one subject, by kind and subject."""
        self.kept_facts[place] = kept
        self.unsaved_facts += 1

    def list_rings(self, table: str) -> list[bytes]:
        """Every ring that holds a record of this table."""
        return self._places.list_rings(table)

    @property
    def is_behind(self) -> bool:
        """Whether an entry was written that is not applied yet."""
        return self.seq < self._expected_seq

    def expect_entry(self, seq: int) -> Callable[[], None]:
        """Note that this entry was written; returns a function that undoes it if the transaction fails."""
        previous, self._expected_seq = self._expected_seq, max(seq, self._expected_seq)
        return lambda: setattr(self, "_expected_seq", previous)

    def apply_next_entry(
        self,
        seq: int,
        entry_hash: bytes,
        references: Iterable[ReferencedVersion],
        slot_generation: int = 0,
        *,
        is_written_by_us: bool = True,
    ) -> Callable[[], None] | None:
        """Apply an entry as `apply_entry` does, but only if it is the next one; else return None.

        Another thread may have applied it in the meantime.
        """
        with self._lock:
            if seq != self.seq + 1:
                return None
            return self._apply_entry(seq, entry_hash, references, slot_generation, is_written_by_us)

    def apply_entry(
        self,
        seq: int,
        entry_hash: bytes,
        references: Iterable[ReferencedVersion],
        slot_generation: int = 0,
        *,
        is_written_by_us: bool = True,
    ) -> Callable[[], None]:
        """Apply one audit entry; returns a function that undoes it if the transaction fails.

        Args:
            is_written_by_us: whether the clinician of the vault wrote it. A record stays in the table and
                ring of the first entry that names it: else a colleague could name another table and then
                delete the row, and nothing would be missing. Only our own entry may move a record that a
                colleague named first.
        """
        with self._lock:
            return self._apply_entry(seq, entry_hash, references, slot_generation, is_written_by_us)

    def _apply_entry(
        self,
        seq: int,
        entry_hash: bytes,
        references: Iterable[ReferencedVersion],
        slot_generation: int,
        is_written_by_us: bool,
    ) -> Callable[[], None]:
        previous_seq, previous_tip_hash, previous_generation = self.seq, self.tip_hash, self.slot_generation
        previous_versions, previous_changes = [], []
        for reference in references:
            previous, place = self._newest.get(reference.record), (reference.table, reference.ring)
            is_moved = previous and (previous.table, previous.ring) != place
            if is_moved and not is_written_by_us:
                continue
            previous_versions.append((reference.record, previous))
            previous_changes.append(self._places.save_changes(place))
            if previous and is_moved:
                previous_changes.append(self._places.save_changes((previous.table, previous.ring)))
            if previous is None or is_moved or reference.version >= previous.version:
                # What we moved ourselves, out of a ring that was erased, stays as old as it is.
                keeps_age = previous and (not is_moved or previous.is_written_by_us)
                first_seq = previous.first_seq if previous and keeps_age else seq
                written = reference.table, reference.ring, reference.version, reference.content_id
                # Only its author knows a content id before an entry names it, so the first entry is theirs.
                is_named_again = previous and written == (*place, previous.version, previous.content_id)
                is_ours = is_written_by_us
                if previous and is_named_again and not is_moved:
                    is_ours = previous.is_written_by_us
                self.set_version(reference.record, KnownVersion(*written, seq, first_seq, is_ours))
        self.seq, self.tip_hash, self.slot_generation = (
            seq,
            entry_hash,
            max(self.slot_generation, slot_generation),
        )

        def take_out() -> None:
            with self._lock:
                for record, previous in reversed(previous_versions):
                    self._restore_version(record, previous)
                for saved in reversed(previous_changes):
                    self._places.restore_changes(saved)
                self.seq, self.tip_hash, self.slot_generation = (
                    previous_seq,
                    previous_tip_hash,
                    previous_generation,
                )

        return take_out

    def _restore_version(self, record: bytes, previous: KnownVersion | None) -> None:
        if previous is not None:
            self.set_version(record, previous)
            return
        removed = self._newest.pop(record)
        self._places.discard(record, (removed.table, removed.ring))

    def erase_rings(self, rings: Set[bytes], records: Iterable[bytes], *, seq: int) -> None:
        """Take every record of these rings out, because entry `seq` says that they were erased."""
        with self._lock:
            self.erased_rings |= rings
            self.erased_records.update(records)
            self.known_rings -= rings
            gone = [(record, known) for record, known in self._newest.items() if known.ring in rings]
            for record, known in gone:
                del self._newest[record]
                self._places.discard(record, (known.table, known.ring))
                self._places.note_change((known.table, known.ring), seq)
            if gone:
                self.kept_facts.clear()
                self.kept_lists.clear()

    def note_first_entries(self, first_by_record: Mapping[bytes, int]) -> None:
        """Note which entry named these records first; that was forgotten when they were erased."""
        with self._lock:
            for record, first_seq in first_by_record.items():
                if newest := self._newest.get(record):
                    first = min(first_seq, newest.first_seq)
                    self._newest[record] = structs.replace(newest, first_seq=first)
            self.kept_facts.clear()
            self.kept_lists.clear()

    def find_newest(self, record: bytes) -> KnownVersion | None:
        """The newest version of a record, or None if no entry names it."""
        return self._newest.get(record)

    def may_be_in_unreadable_entry(self, sealed_at: int, *, after_seq: int, unnamed_count: int) -> bool:
        """Whether unreadable entries may account for a version that no readable entry names.

        Each entry names at most one version, and was written when that version was sealed.

        Args:
            sealed_at: when the version was sealed, in microseconds since 1970.
            after_seq: the entry that names the previous version, 0 if none does.
            unnamed_count: how many versions of the record no entry names.
        """
        later_entries = [entry for entry in self.unreadable_entries if entry.seq > after_seq]
        return len(later_entries) >= unnamed_count and any(
            entry.not_before - _CLOCK_SLACK <= sealed_at <= entry.not_after + _CLOCK_SLACK
            for entry in later_entries
        )

    def first_seq(self, record: bytes) -> int:
        """The entry that first named a record, for sorting by creation; unknown records sort last."""
        newest = self._newest.get(record)
        return newest.first_seq if newest else self.seq + 1

    def record_ids(self, table: str, rings: Iterable[bytes] | None) -> set[bytes]:
        """Ids of every record of a table, in these rings; None means in all rings."""
        return self._places.list_record_ids(table, rings)

    def ring_ids(self) -> set[bytes]:
        """Ids of every ring that holds a record."""
        return self._places.list_ring_ids()

    def items(self) -> list[tuple[bytes, KnownVersion]]:
        """Every record id with its newest version."""
        return list(self._newest.items())

    def iter_places(self) -> Iterator[tuple[Place, list[tuple[bytes, KnownVersion]]]]:
        """Each table and ring with its record ids, and the newest version of each."""
        for place, records in self._places.list_places():
            yield place, [(record, newest) for record in records if (newest := self._newest.get(record))]
