"""The sheets on which a client reads what is asked and signs, ready to render."""

from msgspec import Struct

from clinic_toolkit.record.values.page_values import Letterhead


class SheetSection(Struct, frozen=True, kw_only=True):
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


class ConsentSheet(Struct, frozen=True, kw_only=True):
    """A blank sheet: it names no client. `wording` says which text it is, so that a consent can name it.

    `choices` are questions with yes and no to tick; `signers` is how many people sign.
    """

    letterhead: Letterhead
    title: str
    wording: str
    sections: tuple[SheetSection, ...]
    choices: tuple[str, ...] = ()
    signers: int = 1
