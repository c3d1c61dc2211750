"""What a search found, ready to show."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.names.text_query import TextPiece


class SearchPart(StrEnum):
    """The parts of a record in which a search looks, in the order in which they are shown."""

    NOTES = "notes"
    AGREED = "agreed"
    FORMS = "forms"
    SHEETS = "sheets"
    PLANS = "plans"
    CONSENTS = "consents"
    RISK_ENTRIES = "risk_entries"


class SearchHit(Struct, frozen=True, kw_only=True):
    """One record that was found.

    `who` are the client's initials; of a couple, those of both. `target_kind` and `target_id` name the record
    whose page is to be opened. Each of `excerpts` are the pieces of one text.
    """

    part: SearchPart
    who: str
    on: date
    target_kind: str
    target_id: UUID
    excerpts: tuple[tuple[TextPiece, ...], ...]
    is_draft: bool = False


class PartFound(Struct, frozen=True, kw_only=True):
    """What was found in one part, the newest first; `total` counts those that are not shown too."""

    part: SearchPart
    hits: tuple[SearchHit, ...]
    total: int


class SearchResult(Struct, frozen=True, kw_only=True):
    """What a search found so far.

    `searched` of `to_search` are the rings that were gone through: each client has one, and each couple.
    `unreadable_count` counts the records there that cannot be read.
    """

    parts: tuple[PartFound, ...]
    searched: int
    to_search: int
    unreadable_count: int

    @property
    def is_complete(self) -> bool:
        """Whether everything was gone through."""
        return self.searched == self.to_search

    @property
    def total(self) -> int:
        """How many records were found."""
        return sum(part.total for part in self.parts)

    def in_part(self, name: str) -> PartFound | None:
        """What was found in the part of this name, or None."""
        return next((part for part in self.parts if part.part == name), None)
