"""What the audit log says was written, collected entry by entry for the inspection."""

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

    def add_reference(self, entry: audit_log.VersionReference, writer_id: UUID | None) -> None:
        """Add a version that an entry of this clinician names."""
        self.references[entry.record, entry.version] = entry
        self.writers[entry.record, entry.version] = writer_id
        self.versions.setdefault(entry.record, []).append(entry.version)
        newest = self.newest_references.get(entry.record)
        if newest is None or entry.version >= newest.version:
            self.newest_references[entry.record] = entry
