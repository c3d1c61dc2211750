"""Searching worksheets by words, time, part, kind of relationship, side and step; nothing of a client."""

import re
from collections.abc import Iterable

from msgspec import Struct

from clinic_toolkit.worksheets.model import PathStep, SheetSide, Worksheet

_WORD = re.compile(r"\w+")
TIME_LIMITS = (10, 15, 20, 30)


class SheetSearch(Struct, frozen=True, kw_only=True):
    """What is looked for; each field that is empty finds every sheet.

    Each of `words` must begin a word of what the sheet says of itself; one of two letters must be one.
    `most_minutes` is the longest time altogether in a week. `part` is a part of a questionnaire, such as
    "OG1"; `frame` is a kind of relationship.
    """

    words: str = ""
    most_minutes: int | None = None
    part: str = ""
    frame: str = ""
    side: SheetSide | None = None
    step: PathStep | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for, so that every sheet is found."""
        return self == SheetSearch()


def search_worksheets(sheets: Iterable[Worksheet], search: SheetSearch) -> list[Worksheet]:
    """Return the sheets that fit every field of the search, in the order given."""
    return [sheet for sheet in sheets if _fits(sheet, search)]


def _fits(sheet: Worksheet, search: SheetSearch) -> bool:
    said = _split_words(" ".join((sheet.title, sheet.aim, sheet.why, *sheet.try_this)))
    return (
        all(_is_said(word, said) for word in _split_words(search.words))
        and (search.most_minutes is None or sheet.total_minutes <= search.most_minutes)
        and (not search.part or search.part in sheet.facets)
        and (not search.frame or not sheet.frames or search.frame in sheet.frames)
        and search.side in (None, sheet.side)
        and search.step in (None, sheet.path_step)
    )


def _split_words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _is_said(word: str, said: set[str]) -> bool:
    # "no" would begin half of all sheets, which notice something.
    return word in said or (len(word) > 2 and any(each.startswith(word) for each in said))
