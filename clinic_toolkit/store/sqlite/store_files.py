"""What belongs to one open store in SQLite: its file and engine, its anchor, and the guard of its file."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from clinic_toolkit.store.sqlite.anchor import Anchor
from clinic_toolkit.store.sqlite.file_guard import FileGuard
from clinic_toolkit.store.verdict import Verdict


@dataclass(eq=False)
class StoreFiles:
    """The parts of an open store.

    `anchor` and `guard` are None while a new store is being created; a salvaged store has no guard, since it
    is in memory. `last_write_at` is the time of the last commit that is still in the log only, on the
    monotonic clock; None if there is none.
    """

    file: Path
    engine: Engine
    anchor: Anchor | None = None
    guard: FileGuard | None = None
    last_write_at: float | None = None
    # Nothing may be saved: another store is being built from this one, or has taken its place.
    is_paused: bool = False
    # Reads the file for a backup; see `held_store`.
    copy_handle: int | None = None

    @property
    def verdict(self) -> Verdict:
        """The findings about this store that nobody has acknowledged yet."""
        return self.anchor.verdict if self.anchor else Verdict()

    @property
    def is_read_only(self) -> bool:
        """Whether this store failed the comparison with its anchor or schema."""
        return self.anchor is not None and self.anchor.read_only

    @property
    def anchor_failed(self) -> bool:
        """Whether the anchor could not be written after the last commit."""
        return self.anchor is not None and self.anchor.write_failed

    @property
    def is_replaced(self) -> bool:
        """Whether the files are already known to be replaced; does not check again."""
        return self.guard is not None and self.guard.replaced

    @property
    def needs_rescue(self) -> bool:
        """Whether the file was replaced and no rescue copy exists yet."""
        return self.guard is not None and self.guard.replaced and self.guard.rescue_copy is None
