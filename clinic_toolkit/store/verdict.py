"""What a start found out about the saves before it, by comparing the anchor with the audit chain."""

from pathlib import Path

from msgspec import Struct

from clinic_toolkit.store.anchor_slot import Saved


class Missing(Struct, frozen=True, kw_only=True):
    """The lines `first` to `last` of the chain were confirmed, and are not in the file.

    `entries` are what is known of them, oldest first; of more than 48 the oldest are not known.
    `aside` is the copy of the write-ahead log in which they may still be found.
    """

    first: int
    last: int
    entries: tuple[Saved, ...]
    aside: Path | None

    @property
    def unknown(self) -> int:
        """Of how many lines nothing is known but that they were there."""
        return self.last - self.first + 1 - len({entry.seq for entry in self.entries})


class Absent(Struct, frozen=True, kw_only=True):
    """There was no anchor to compare with, or none that could be read, when the chain stood at `tip`."""

    tip: int
    aside: Path | None


class Other(Struct, frozen=True, kw_only=True):
    """The chain took another way than the anchor says: this is not the file that was written last."""

    tip: int
    seq: int
    aside: Path | None


class Built(Struct, frozen=True, kw_only=True):
    """The file is not built as this version builds it, so it is only read, through our own list of tables.

    `refusal` is the sentence with which it would not be opened otherwise.
    """

    refusal: str


class Exchanged(Struct, frozen=True, kw_only=True):
    """The data file was exchanged while it was open; `copies` hold what was saved until then.

    `now` says that it was in this very run, so that nothing can be saved any more.
    """

    copies: tuple[Path, ...]
    now: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """Everything that a person has not seen yet."""

    missing: tuple[Missing, ...] = ()
    absent: tuple[Absent, ...] = ()
    other: Other | None = None
    exchanged: Exchanged | None = None
    built: Built | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be wrong."""
        return not (self.missing or self.absent or self.other or self.exchanged or self.built)
