"""The thirty-two characters of everything that is copied by hand: no I, L, O or U."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTER_VALUES = {character: value for value, character in enumerate(ALPHABET)}

# Spaces and all the dashes that a phone's keyboard or a word processor makes of "-".
_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212_.]+")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def normalize_code(text: str) -> str:
    """What was meant: case, spaces and dashes do not count, and look-alikes are read as digits."""
    return _SEPARATORS.sub("", text).upper().translate(_LOOK_ALIKES)


def split_groups(text: str) -> list[str]:
    """What stands between spaces and dashes."""
    return [piece for piece in _SEPARATORS.split(text) if piece]
