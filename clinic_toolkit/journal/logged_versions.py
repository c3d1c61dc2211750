"""What the audit log says was written, collected entry by entry for the inspection."""

from collections.abc import Set
from dataclasses import dataclass, field
from uuid import UUID

from clinic_toolkit.journal import audit_log


@dataclass(kw_only=True)
class LoggedVersions:
    """What the audit log says was written: every version, and the newest version of each record."""

    references: dict[tuple[bytes, int], audit_log.VersionReference] = field(default_factory=dict)
    newest_references: dict[bytes, audit_log.VersionReference] = field(default_factory=dict)
    # The version numbers of each record; every ring that an entry names, also those of colleagues.
    versions: dict[bytes, list[int]] = field(default_factory=dict)
    ring_ids: set[bytes] = field(default_factory=set)
    is_complete: bool = True
    slot_generation: int = 0
    found_rows: set[tuple[bytes, int]] = field(default_factory=set)
    # Versions that must exist, with their ring, because a later version says that it follows a final one.
    required_final: dict[tuple[bytes, int], UUID] = field(default_factory=dict)

    # The clinician whose entry names each version.
    writers: dict[tuple[bytes, int], UUID | None] = field(default_factory=dict)

    def add_reference(
        self, entry: audit_log.VersionReference, writer_id: UUID | None, *, is_written_by_us: bool
    ) -> None:
        """Add a version that an entry names.

        As in `Inventory.apply_entry`, a colleague's entry cannot move a record to another table or ring.
        """
        known = self.newest_references.get(entry.record)
        if known is not None and (known.table, known.ring) != (entry.table, entry.ring):
            if not is_written_by_us:
                return
            self._remove_record(entry.record)
        if self.references.get((entry.record, entry.version)) != entry:
            self.writers[entry.record, entry.version] = writer_id
        self.references[entry.record, entry.version] = entry
        self.versions.setdefault(entry.record, []).append(entry.version)
        newest = self.newest_references.get(entry.record)
        if newest is None or entry.version >= newest.version:
            self.newest_references[entry.record] = entry

    def forget_rings(self, rings: Set[bytes]) -> None:
        """Forget what was named in these rings, because it was erased."""
        for record in [record for record, one in self.newest_references.items() if one.ring in rings]:
            self._remove_record(record)
        self.required_final = {
            place: ring for place, ring in self.required_final.items() if ring.bytes not in rings
        }

    def _remove_record(self, record: bytes) -> None:
        del self.newest_references[record]
        for version in self.versions.pop(record):
            self.references.pop((record, version), None)
            self.writers.pop((record, version), None)
