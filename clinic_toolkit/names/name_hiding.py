"""Putting initials in place of a name in a text, however the name is spelt there."""

import re
import unicodedata
from collections.abc import Iterable

from clinic_toolkit.names.text_folding import find_spans, fold_words

_MIN_LETTERS = 2  # of a part of a name; a single letter stands for anybody
# Names that are other words too, if they are written with a small letter.
_ALSO_OTHER_WORDS = frozenset(
    "angel art august autumn bill black brown carol chance dawn dean drew faith frank gay glen grace grant "
    "gray green hope ivy jack joy june lane may mark pat penny rich rob rose ruby sky sue summer violet "
    "white will young".split()
)
_BETWEEN_PARTS = " -‐‑.’'"


def hide_name(text: str, name: str, initials: str) -> str:
    """Return a text with these initials wherever a part of the name stands as a word of its own.

    Parts that follow one another are replaced together, so that "Ana Reyes" becomes one pair of initials.
    """
    return replace_words(text, split_name(name), initials)


def replace_words(text: str, words: Iterable[str], replacement: str) -> str:
    """Return a text with this in place of these words; several that follow one another become one."""
    composed = unicodedata.normalize("NFC", text)
    for start, end in reversed(_join_neighbours(composed, find_whole_words(composed, words))):
        composed = f"{composed[:start]}{replacement}{composed[end:]}"
    return composed


def initials_pattern(initials: str) -> re.Pattern[str] | None:
    """What finds initials however they are spaced and dotted: "A. R.", "A.R." and "AR" for "A. R.".

    Capitals alone, or "a.m." would be somebody. None if they are a single letter, or no initials.
    """
    letters = [char for char in initials if char.isalnum()]
    if len(letters) < _MIN_LETTERS or not all(char.isupper() or char.isdigit() for char in letters):
        return None
    return re.compile(r"(?<!\w)" + r"\.?[ -]?".join(map(re.escape, letters)) + r"(?!\w)\.?")


def split_name(name: str) -> list[str]:
    """The parts of a name that are long enough to stand for a person."""
    return [part for part in name.split() if sum(map(str.isalpha, part)) >= _MIN_LETTERS]


def find_whole_words(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where these words stand whole in a composed text, in any spelling, in order.

    An ending with an apostrophe is another word: "Ana’s" has "Ana".
    """
    wanted = [spelling for word in words for spelling in fold_words(word)]
    return [
        (start, end)
        for start, end in find_spans(text, wanted)
        if _ends_there(text, end) and not (text[start].islower() and text[start:end] in _ALSO_OTHER_WORDS)
    ]


def _ends_there(text: str, end: int) -> bool:
    return end >= len(text) or unicodedata.category(text[end])[0] not in "LNM"


def _join_neighbours(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip(_BETWEEN_PARTS):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
