"""Limits the number of combining marks on one letter.

NFC normalization sorts the marks of each letter in quadratic time, so a field full of marks would keep a
process busy for minutes. No language puts more than a few marks on a letter; Unicode's own limit for such
text is thirty (UAX #15, Stream-Safe Text Format).
"""

from unicodedata import combining

MAX_MARKS_PER_LETTER = 30
# COMBINING GRAPHEME JOINER: it is invisible, and normalization never reorders marks across it.
GRAPHEME_JOINER = "\u034f"


def has_too_many_marks(text: str) -> bool:
    """Whether any letter has more than `MAX_MARKS_PER_LETTER` combining marks."""
    return not text.isascii() and to_stream_safe(text) != text


def to_stream_safe(text: str) -> str:
    """Insert a grapheme joiner after every thirty combining marks in a row; no character is removed."""
    if text.isascii():
        return text
    chars, mark_count = [], 0
    for char in text:
        mark_count = mark_count + 1 if combining(char) else 0
        if mark_count > MAX_MARKS_PER_LETTER:
            chars.append(GRAPHEME_JOINER)
            mark_count = 1
        chars.append(char)
    return "".join(chars)
