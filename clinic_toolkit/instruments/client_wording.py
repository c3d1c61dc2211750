"""Replaces "this person" with the client's own word, in what a clinician says about one relationship.

Questions are not changed: all clients are asked in the same words. Texts that only the clinician reads keep
"this person" too, so that no name appears beside fear or harm on a screen that others may see.
"""

import re
from collections.abc import Iterable

# Brackets mark places in a script where the clinician must say a name.
_PERSON = re.compile(r"\[this person\]|\bthis person\b")
_GAP = re.compile(r"\[([^\]]+)\]")
# With the full stop behind it, which after three dots would read as a fourth.
_GAP_AT_END = re.compile(r"\[[^\]]+\]\.?")
_QUOTATION = re.compile(r"“[^”]*”")
_LEADING_MY = re.compile(r"^my\s+", re.IGNORECASE)


def with_client_word(text: str, word: str) -> str:
    """Replace "this person" in a text said to the client; their word "my mum" becomes "your mum".

    Args:
        word: the client's own word; if "", because no one person is meant, the text is unchanged.
    """
    if "this person" not in text:
        return text
    replacement = _LEADING_MY.sub("your ", word) or "this person"
    return _PERSON.sub(lambda _: replacement, text)


def with_client_word_in_quotes(text: str, word: str) -> str:
    """Replace "this person" only in quotation marks: in a text for the clinician, that is what is said."""
    return _QUOTATION.sub(lambda said: with_client_word(said[0], word), text)


def with_gaps(text: str) -> str:
    """Replace each place in brackets by "…": the client looks on, and the clinician says it in own words."""
    return _GAP_AT_END.sub("…", text)


def gaps_of(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """What the clinician says at each gap of these paragraphs, as the script puts it in brackets."""
    return tuple(inner for text in paragraphs for inner in _GAP.findall(_PERSON.sub("", text)))
