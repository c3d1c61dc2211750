"""Words in a passphrase that others know: the names of the practice and of the people in it.

A strength meter adds a lot for every further word, even where it knows the word. So a row of names looks
strong to it, and is the first thing that somebody who knows the practice would try.
"""

from collections.abc import Iterable, Sequence

from clinic_toolkit.names import folding

# Shorter parts are taken for a name only where they stand alone: "art" is no name in "cartwheel".
_MIN_EMBEDDED_LENGTH = 4
_PROGRAM_NAME = "Clinic toolkit"
_LEETSPEAK = str.maketrans("013457@$!", "oieastasi")


def guessable_parts(names: Iterable[str]) -> tuple[str, ...]:
    """Every name and every word of it, in small letters without accents, also backwards; longest first."""
    parts: set[str] = set()
    for name in (*names, _PROGRAM_NAME):
        words = "".join(each if each.isalnum() else " " for each in _fold_text(name)).split()
        parts.update(words, ("".join(words),))
    backwards = {part[::-1] for part in parts if len(part) >= _MIN_EMBEDDED_LENGTH}
    return tuple(sorted(parts | backwards, key=lambda part: (-len(part), part)))


def remove_guessable_parts(text: str, parts: Sequence[str]) -> str | None:
    """What is left of a text without these parts, however they are spelled; None if it has none of them.

    Args:
        parts: as `guessable_parts` gives them.
    """
    folded, place = _fold_with_offsets(text)
    covered: set[int] = set()
    for part in parts:
        at = folded.find(part) if part else -1
        while at >= 0:
            if len(part) >= _MIN_EMBEDDED_LENGTH or _stands_alone(folded, at, len(part)):
                covered.update(place[at : at + len(part)])
            at = folded.find(part, at + 1)
    if not covered:
        return None
    return " ".join("".join(" " if at in covered else each for at, each in enumerate(text)).split())


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the place in the text that it came from."""
    pieces = [_fold_text(each) for each in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


def _stands_alone(folded: str, at: int, length: int) -> bool:
    around = folded[at - 1 : at] + folded[at + length : at + length + 1]
    return not any(each.isalnum() for each in around)


def _fold_text(text: str) -> str:
    """Small letters without accents; a digit or sign that is often written for a letter becomes it."""
    return folding.fold_letters(text).translate(_LEETSPEAK)
