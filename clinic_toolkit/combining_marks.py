"""Marks that combine with the letter before them, and how many of them a letter may carry.

Putting text into one form (NFC) sorts the marks of each letter, at a cost that grows with the square of how
many there are: a field full of marks alone would keep a process busy for minutes. No language puts more
than a few on a letter; Unicode's own bound for such text is thirty (UAX #15, Stream-Safe Text Format).
"""

from unicodedata import combining

MAX_MARKS_PER_LETTER = 30
# COMBINING GRAPHEME JOINER: nothing is seen of it, and nothing is sorted across it.
GRAPHEME_JOINER = "\u034f"


def has_too_many_marks(text: str) -> bool:
    """Whether a letter carries more marks than any writing has."""
    return not text.isascii() and to_stream_safe(text) != text


def to_stream_safe(text: str) -> str:
    """The text with a joiner after every thirty marks in a row. Every character of it stays."""
    if text.isascii():
        return text
    made, run = [], 0
    for char in text:
        run = run + 1 if combining(char) else 0
        if run > MAX_MARKS_PER_LETTER:
            made.append(GRAPHEME_JOINER)
            run = 1
        made.append(char)
    return "".join(made)
