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
        words = "".join(each if each.isalnum() else " " for each in _fold_text(name)).split()
        parts.update(words, ("".join(words),))
    backwards = {part[::-1] for part in parts if len(part) >= _MIN_EMBEDDED_LENGTH}
    return tuple(sorted(parts | backwards, key=lambda part: (-len(part), part)))


def remove_guessable_parts(text: str, parts: Sequence[str]) -> str | None:
    """Remove these parts from a text, whatever their case, accents or leetspeak; None if it contains none.

    Args:
        parts: what `guessable_parts` returned.
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
    """Fold a text; returns it with the offset in the original text of each of its characters."""
    pieces = [_fold_text(each) for each in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


def _stands_alone(folded: str, at: int, length: int) -> bool:
    around = folded[at - 1 : at] + folded[at + length : at + length + 1]
    return not any(each.isalnum() for each in around)


def _fold_text(text: str) -> str:
    """Lower case without accents, and leetspeak digits and signs turned into letters."""
    return folding.fold_letters(text).translate(_LEETSPEAK)
