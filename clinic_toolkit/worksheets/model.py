"""The model of a worksheet: a title that is safe if others find it, a few steps, and blocks to write in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen

from clinic_toolkit.worksheets.block_model import MAX_TEXT, Line, SheetBlock, Text, block_texts

Slug = Annotated[str, MinLen(1), MaxLen(40)]
# At most so many steps, blocks, and questions for looking back.
MAX_PARTS = 8


class SheetSide(StrEnum):
    """What a sheet is for; the catalogue holds as many for giving as for receiving and for boundaries."""

    GIVING = "giving"
    RECEIVING = "receiving"
    BOUNDARIES = "boundaries"
    FLOWS = "flows"
    CARERS = "carers"
    ANY = "any"


class PathStep(StrEnum):
    """The step from noticing over telling to doing that a sheet belongs to; steps may be skipped."""

    NOTICE = "notice"
    TELL = "tell"
    DO = "do"


@dataclass(frozen=True, kw_only=True, slots=True)
class Worksheet:
    """One sheet. `title`, `why`, `try_this`, `example`, `if_it_gets_hard`, `bring_back` and the blocks are
    printed for the client; `aim`, `when_not_to_use`, `review_prompts` and `evidence` are for the clinician.

    `example` shows how somebody else filled in a part of it, in other words than the client's.
    `needs_fear_asked`: given about somebody only after fear of that person was asked about in private,
    because it asks the client to act towards that person, which can be dangerous (`docs/safety.md`).
    `is_room_only`: worked with in the session and kept there, whoever it is about.
    `frames`: the kinds of relationship it fits; empty is every kind.
    `total_minutes`: the time it takes altogether in a week, for searching; `minutes` says the same in words.
    `own`: written, copied or taken in by the practice; then `example` may be empty, and `fear_reason` says
    why the sheet need not wait until fear was asked about. Without a reason it waits.
    """

    slug: Slug
    number: Annotated[int, Ge(1), Le(99)]
    version: Slug
    language: Slug
    title: Line
    side: SheetSide
    path_step: PathStep
    facets: tuple[Slug, ...]
    minutes: Line
    total_minutes: Annotated[int, Ge(1), Le(600)]
    why: Text
    try_this: Annotated[tuple[Text, ...], MinLen(1), MaxLen(MAX_PARTS)]
    example: Annotated[str, MaxLen(MAX_TEXT)]
    blocks: Annotated[tuple[SheetBlock, ...], MinLen(1), MaxLen(MAX_PARTS)]
    if_it_gets_hard: Text
    bring_back: Text
    aim: Text
    when_not_to_use: Text
    review_prompts: Annotated[tuple[Text, ...], MinLen(1), MaxLen(MAX_PARTS)]
    evidence: Text
    needs_fear_asked: bool = False
    is_room_only: bool = False
    frames: tuple[Slug, ...] = ()
    own: bool = False
    fear_reason: Annotated[str, MaxLen(500)] = ""
    digest: str = ""

    def client_texts(self) -> tuple[str, ...]:
        """Every text that is printed for the client, in reading order."""
        return (
            self.title,
            self.why,
            *self.try_this,
            *([self.example] if self.example else []),
            *(text for block in self.blocks for text in block_texts(block)),
            self.if_it_gets_hard,
            self.bring_back,
        )
