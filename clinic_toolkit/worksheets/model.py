"""The model of a worksheet: a title that is safe if others find it, a few steps, and blocks to write in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen

Text = Annotated[str, MinLen(1), MaxLen(2_000)]
Line = Annotated[str, MinLen(1), MaxLen(200)]
Slug = Annotated[str, MinLen(1), MaxLen(40)]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinesBlock:
    """Writing lines, 8 mm or more apart, numbered or not."""

    kind: Literal["lines"]
    label: Line
    count: Annotated[int, Ge(1), Le(20)]
    numbered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TableBlock:
    """Empty rows under headings."""

    kind: Literal["table"]
    label: Line
    columns: Annotated[tuple[Line, ...], MinLen(2), MaxLen(6)]
    rows: Annotated[int, Ge(1), Le(14)]
    numbered: bool = False
    tick_columns: tuple[Annotated[int, Ge(0)], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleBlock:
    """A line with words at both ends, to be marked by hand."""

    kind: Literal["scale"]
    label: Line
    left: Line
    right: Line
    steps: Annotated[int, Ge(2), Le(11)] = 11


@dataclass(frozen=True, kw_only=True, slots=True)
class CirclesBlock:
    """Two circles that touch in the middle, each with a name on top."""

    kind: Literal["circles"]
    label: Line
    left: Line
    right: Line
    middle: Line


SheetBlock = LinesBlock | TableBlock | ScaleBlock | CirclesBlock
SHEET_BLOCK_TYPES: Mapping[str, type[SheetBlock]] = {
    get_args(kind.__annotations__["kind"])[0]: kind for kind in get_args(SheetBlock)
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Worksheet:
    """One sheet. `title`, `why`, `try_this`, `if_it_gets_hard`, `bring_back` are printed for the
    client; `aim`, `when_not_to_use`, `review_prompts` and `evidence` are for the clinician.

    `needs_fear_asked`: given about somebody only after fear of that person was asked about in private,
    because it asks the client to act towards that person, which can be dangerous (`docs/safety.md`).
    """

    slug: Slug
    number: Annotated[int, Ge(1), Le(99)]
    version: Slug
    language: Slug
    title: Line
    side: Literal["giving", "receiving", "boundaries", "flows", "carers"]
    facets: tuple[Slug, ...]
    minutes: Line
    why: Text
    try_this: Annotated[tuple[Text, ...], MinLen(1), MaxLen(8)]
    blocks: Annotated[tuple[SheetBlock, ...], MinLen(1), MaxLen(8)]
    if_it_gets_hard: Text
    bring_back: Text
    aim: Text
    when_not_to_use: Text
    review_prompts: Annotated[tuple[Text, ...], MinLen(1), MaxLen(8)]
    evidence: Text
    needs_fear_asked: bool = False
    digest: str = ""
