"""Marks that combine with the letter before them, and how many of them a letter may carry.

Putting text into one form (NFC) sorts the marks of each letter, at a cost that grows with the square of how
many there are: a field full of marks alone would keep a process busy for minutes. No language puts more
than a few on a letter; Unicode's own bound for such text is thirty (UAX #15, Stream-Safe Text Format).
"""

from unicodedata import combining

MOST = 30
# COMBINING GRAPHEME JOINER: nothing is seen of it, and nothing is sorted across it.
JOINER = "\u034f"


def too_many(text: str) -> bool:
    """Whether a letter carries more marks than any writing has."""
    return not text.isascii() and parted(text) != text


def parted(text: str) -> str:
    """The text with a joiner after every thirty marks in a row. Every character of it stays."""
    if text.isascii():
        return text
    made, run = [], 0
    for char in text:
        run = run + 1 if combining(char) else 0
        if run > MOST:
            made.append(JOINER)
            run = 1
        made.append(char)
    return "".join(made)
