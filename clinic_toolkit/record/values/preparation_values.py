"""The values that the page before an hour is printed from."""

from datetime import date

from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class PreparationPart(Struct, frozen=True, kw_only=True):
    """One heading and the lines below it, each a paragraph of its own."""

    heading: str
    lines: tuple[str, ...]


class PreparationPage(Struct, frozen=True, kw_only=True):
    """The sheet before one hour, for the clinician. `title` is its time and whom it is with."""

    letterhead: Letterhead
    title: str
    day: date
    tag: str
    parts: tuple[PreparationPart, ...]
