"""Crockford's Base32 alphabet (no I, L, O or U), for every code that people copy by hand."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTER_VALUES = {character: value for value, character in enumerate(ALPHABET)}

# Spaces, and every dash that a phone's keyboard or a word processor may put in the place of "-".
_SEPARATORS = re.compile("[\\s\\-\u2010-\u2015\u2212_.]+")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def normalize_code(text: str) -> str:
    """Normalize a typed code: upper case, no spaces or dashes, and O, I and L read as digits."""
    return _SEPARATORS.sub("", text).upper().translate(_LOOK_ALIKES)


def split_groups(text: str) -> list[str]:
    """Split a typed text at spaces and dashes."""
    return [group for group in _SEPARATORS.split(text) if group]
