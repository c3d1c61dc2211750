"""Putting initials in place of a name in a text, however the name is spelt there."""

import unicodedata
from collections.abc import Iterable

from clinic_toolkit.names.text_folding import find_spans, fold_words

_MIN_LETTERS = 2  # of a part of a name; a single letter stands for anybody
_BETWEEN_PARTS = " -‐‑.’'"


def hide_name(text: str, name: str, initials: str) -> str:
    """Return a text with these initials wherever a part of the name stands as a word of its own.

    Parts that follow one another are replaced together, so that "Ana Reyes" becomes one pair of initials.
    """
    composed = unicodedata.normalize("NFC", text)
    spans = _join_neighbours(composed, find_whole_words(composed, split_name(name)))
    for start, end in reversed(spans):
        composed = f"{composed[:start]}{initials}{composed[end:]}"
    return composed


def split_name(name: str) -> list[str]:
    """The parts of a name that are long enough to stand for a person."""
    return [part for part in name.split() if sum(map(str.isalpha, part)) >= _MIN_LETTERS]


def find_whole_words(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where these words stand whole in a composed text, in any spelling, in order.

    An ending with an apostrophe is another word: "Ana’s" has "Ana".
    """
    wanted = [spelling for word in words for spelling in fold_words(word)]
    return [span for span in find_spans(text, wanted) if _ends_there(text, span[1])]


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
