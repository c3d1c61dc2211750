"""What a start found out about the saves before it, by comparing the anchor with the audit chain."""

from pathlib import Path

from msgspec import Struct

from clinic_toolkit.store.anchor_slot import SavedRecord


class MissingEntries(Struct, frozen=True, kw_only=True):
    """The lines `first_seq` to `last_seq` of the chain were confirmed, and are not in the file.

    `saved_records` are what is known of them, oldest first; of more than 48 the oldest are not known.
    `log_copy` is the copy of the write-ahead log in which they may still be found.
    """

    first_seq: int
    last_seq: int
    saved_records: tuple[SavedRecord, ...]
    log_copy: Path | None

    @property
    def unknown_count(self) -> int:
        """Of how many lines nothing is known but that they were there."""
        return self.last_seq - self.first_seq + 1 - len({entry.seq for entry in self.saved_records})


class AnchorAbsent(Struct, frozen=True, kw_only=True):
    """There was no anchor to compare with, or none that could be read, when the chain stood at `tip`."""

    tip: int
    log_copy: Path | None


class ChainMismatch(Struct, frozen=True, kw_only=True):
    """The chain took another way than the anchor says: this is not the file that was written last."""

    tip: int
    anchor_seq: int
    log_copy: Path | None


class SchemaDamage(Struct, frozen=True, kw_only=True):
    """The file is not built as this version builds it, so it is only read, through our own list of tables.

    `reason` is the sentence with which it would not be opened otherwise.
    """

    reason: str


class FileReplaced(Struct, frozen=True, kw_only=True):
    """The data file was exchanged while it was open; `rescue_copies` hold what was saved until then.

    `in_this_run` says that it was in this very run, so that nothing can be saved any more.
    """

    rescue_copies: tuple[Path, ...]
    in_this_run: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """Everything that a person has not seen yet."""

    missing_entries: tuple[MissingEntries, ...] = ()
    anchor_absences: tuple[AnchorAbsent, ...] = ()
    chain_mismatch: ChainMismatch | None = None
    file_replaced: FileReplaced | None = None
    schema_damage: SchemaDamage | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is known to be wrong."""
        return not (
            self.missing_entries
            or self.anchor_absences
            or self.chain_mismatch
            or self.file_replaced
            or self.schema_damage
        )
