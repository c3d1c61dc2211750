"""A case sheet for supervision: what happened, without who it was."""

from msgspec import Struct


class CaseSheetFinding(Struct, frozen=True, kw_only=True):
    """Something in a text that tells who the client is: what it is, and the words."""

    what: str
    words: str


class CaseSheet(Struct, frozen=True, kw_only=True):
    """A case sheet: the question for supervision, and the text."""

    question: str
    text: str
