"""The findings of a start about earlier commits, from comparing the anchor with the audit log."""

from pathlib import Path
from uuid import UUID

from msgspec import Struct


class SavedRecord(Struct, frozen=True, kw_only=True):
    """An audit entry as stored in a slot, with one record that was saved with it.

    If the entry saved none, `table` is empty and `ring` and `record` are zero. `hash_prefix` is the first
    8 bytes of the entry's hash, and `at` is in microseconds since 1970.
    """

    seq: int
    at: int
    hash_prefix: bytes
    table: str
    ring: UUID
    record: UUID


class MissingEntries(Struct, frozen=True, kw_only=True):
    """The audit entries `first_seq` to `last_seq` were committed, but are missing from the file.

    `saved_records` are the records known to belong to them, oldest first; only the last 48 are known.
    `log_copy` is the copy of the write-ahead log in which they may still be found.
    """

    first_seq: int
    last_seq: int
    saved_records: tuple[SavedRecord, ...]
    log_copy: Path | None

    @property
    def unknown_count(self) -> int:
        """How many of the missing entries are known by number only."""
        return self.last_seq - self.first_seq + 1 - len({record.seq for record in self.saved_records})


class AnchorAbsent(Struct, frozen=True, kw_only=True):
    """There was no readable anchor to compare with when the audit log ended at entry `tip`."""

    tip: int
    log_copy: Path | None


class ChainMismatch(Struct, frozen=True, kw_only=True):
    """The audit log does not contain the anchor's entry: this is not the file that was written last."""

    tip: int
    anchor_seq: int
    log_copy: Path | None


class SchemaDamage(Struct, frozen=True, kw_only=True):
    """The schema of the file is not this version's, so it is only read, through a salvaged copy.

    `reason` is the message for people that says what is wrong.
    """

    reason: str


class FileReplaced(Struct, frozen=True, kw_only=True):
    """The data file was replaced while it was open; `rescue_copies` hold what was saved until then.

    `in_this_run` is True if it happened in this run, so that nothing can be saved any more.
    """

    rescue_copies: tuple[Path, ...]
    in_this_run: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """All findings that nobody has acknowledged yet.

    `write_protected`, which is no finding: nothing can be written in the data folder, so the store is only
    read.
    """

    missing_entries: tuple[MissingEntries, ...] = ()
    anchor_absences: tuple[AnchorAbsent, ...] = ()
    chain_mismatch: ChainMismatch | None = None
    file_replaced: FileReplaced | None = None
    schema_damage: SchemaDamage | None = None
    write_protected: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings."""
        return not (
            self.missing_entries
            or self.anchor_absences
            or self.chain_mismatch
            or self.file_replaced
            or self.schema_damage
        )
