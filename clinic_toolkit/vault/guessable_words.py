"""Finds the names of the practice and its people in a passphrase, because others can guess them.

A strength meter adds much for every further word, even for one that it was told to expect. So a passphrase
made of such names scores as strong, but is the first thing that somebody who knows the practice would try.
"""

from collections.abc import Iterable, Sequence

from clinic_toolkit.names import folding

# Shorter parts count as a name only as whole words: "art" is no name in "cartwheel".
_MIN_EMBEDDED_LENGTH = 4
_PROGRAM_NAME = "Clinic toolkit"
_LEETSPEAK = str.maketrans("013457@$!", "oieastasi")


def guessable_parts(names: Iterable[str]) -> tuple[str, ...]:
    """Return every name and each word of it, folded to lower case without accents; longest first.

    Longer parts are returned reversed as well.
    """
    parts: set[str] = set()
    for name in (*names, _PROGRAM_NAME):
        words = "".join(character if character.isalnum() else " " for character in _fold_text(name)).split()
        parts.update(words, ("".join(words),))
    backwards = {part[::-1] for part in parts if len(part) >= _MIN_EMBEDDED_LENGTH}
    return tuple(sorted(parts | backwards, key=lambda part: (-len(part), part)))


def remove_guessable_parts(text: str, parts: Sequence[str]) -> str | None:
    """Remove these parts from a text, whatever their case, accents or leetspeak; None if it contains none.

    Args:
        parts: what `guessable_parts` returned.
    """
    folded, offsets = _fold_with_offsets(text)
    covered: set[int] = set()
    for part in parts:
        start = folded.find(part) if part else -1
        while start >= 0:
            if len(part) >= _MIN_EMBEDDED_LENGTH or _stands_alone(folded, start, len(part)):
                covered.update(offsets[start : start + len(part)])
            start = folded.find(part, start + 1)
    if not covered:
        return None
    return " ".join(
        "".join(" " if index in covered else character for index, character in enumerate(text)).split()
    )


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Fold a text; returns it with the offset in the original text of each of its characters."""
    folded_characters = [_fold_text(character) for character in text]
    return "".join(folded_characters), [
        index for index, folded in enumerate(folded_characters) for _ in folded
    ]


def _stands_alone(folded: str, at: int, length: int) -> bool:
    neighbours = folded[at - 1 : at] + folded[at + length : at + length + 1]
    return not any(character.isalnum() for character in neighbours)


def _fold_text(text: str) -> str:
    """Lower case without accents, and leetspeak digits and signs turned into letters."""
    return folding.fold_letters(text).translate(_LEETSPEAK)
