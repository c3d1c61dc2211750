"""The recovery sheet as text: 160 random bits in eight groups of five characters.

Each group is four data characters and one check character over the group's number and its data, in
the field of thirty-two elements. Every weight differs, so one wrong character, two neighbours in the
wrong order and a group in the wrong place are always noticed, and the group can be named.
"""

import secrets

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault.alphabet import CHARACTERS, VALUES, pieces, tidy

GROUPS = 8
SECRET_BYTES = 20
_DATA = 4
_SIZE = _DATA + 1
_POLYNOMIAL = 0b100101
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class SheetMisread(ClinicError):
    """A group was not typed as it is printed. `group` is its number, or None if the count is wrong."""

    def __init__(self, group: int | None) -> None:
        which = f"The {_ORDINALS[group - 1]} group" if group else "The number of groups"
        super().__init__(f"{which} is not as it is printed on the sheet. Please check it and type it again.")
        self.group = group


def new_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def draw() -> tuple[str, ...]:
    """The eight groups of a sheet that opens nothing yet."""
    return write(new_secret())


def write(secret: bytes) -> tuple[str, ...]:
    """The eight groups as they are printed."""
    number = int.from_bytes(secret)
    digits = [number >> 5 * place & 31 for place in reversed(range(GROUPS * _DATA))]
    chunks = [digits[at : at + _DATA] for at in range(0, len(digits), _DATA)]
    return tuple(
        "".join(CHARACTERS[value] for value in (*data, _check_value(place, data)))
        for place, data in enumerate(chunks, start=1)
    )


def read(text: str) -> bytes:
    """The secret from all eight groups, however they are separated.

    Raises:
        SheetMisread: naming the first group that is not as printed.
    """
    groups = pieces(text)
    if len(groups) != GROUPS:
        whole = tidy(text)
        groups = [whole[at : at + _SIZE] for at in range(0, len(whole), _SIZE)]
    missing = [""] * (GROUPS - len(groups))
    tidied = [check_group(place, group) for place, group in enumerate(groups[:GROUPS] + missing, start=1)]
    if len(groups) > GROUPS:
        raise SheetMisread(None)
    number = 0
    for group in tidied:
        for character in group[:_DATA]:
            number = number << 5 | VALUES[character]
    return number.to_bytes(SECRET_BYTES)


def check_group(place: int, typed: str) -> str:
    """One group as printed, from how it was typed; `place` counts from 1.

    Raises:
        SheetMisread: it cannot be this group of any sheet.
    """
    group = tidy(typed)
    if len(group) != _SIZE or any(character not in VALUES for character in group):
        raise SheetMisread(place)
    *data, check = (VALUES[character] for character in group)
    if check != _check_value(place, data):
        raise SheetMisread(place)
    return group


def same_group(printed: str, typed: str) -> bool:
    """Whether a group typed back is the printed one."""
    return secrets.compare_digest(tidy(printed).encode(), tidy(typed).encode("utf-8", "replace"))


def _check_value(place: int, data: list[int]) -> int:
    total = 0
    for power, value in enumerate((*data, place), start=1):
        total ^= _times(value, power)
    return total


def _times(value: int, power: int) -> int:
    """The product of a value and x^power in GF(32)."""
    for _ in range(power):
        value <<= 1
        if value & 32:
            value ^= _POLYNOMIAL
    return value
