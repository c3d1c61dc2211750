"""The recovery sheet as text: 160 random bits in eight groups of five characters.

Each group is four data characters and one check character over the group's number and its data, in
the field of thirty-two elements. Every weight differs, so one wrong character, two neighbours in the
wrong order and a group in the wrong place are always noticed, and the group can be named.
"""

import secrets

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault.crockford_base32 import ALPHABET, CHARACTER_VALUES, normalize_code, split_groups

GROUPS = 8
SECRET_BYTES = 20
_DATA_CHARACTERS = 4
_GROUP_CHARACTERS = _DATA_CHARACTERS + 1
_POLYNOMIAL = 0b100101
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class InvalidRecoverySheet(ClinicError):
    """A group was not typed as it is printed. `group` is its number, or None if the count is wrong."""

    def __init__(self, group: int | None) -> None:
        which = f"The {_ORDINALS[group - 1]} group" if group else "The number of groups"
        super().__init__(f"{which} is not as it is printed on the sheet. Please check it and type it again.")
        self.group = group


def generate_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def generate_groups() -> tuple[str, ...]:
    """The eight groups of a sheet that opens nothing yet."""
    return encode_groups(generate_secret())


def encode_groups(secret: bytes) -> tuple[str, ...]:
    """The eight groups as they are printed."""
    number = int.from_bytes(secret)
    digits = [number >> 5 * place & 31 for place in reversed(range(GROUPS * _DATA_CHARACTERS))]
    chunks = [digits[at : at + _DATA_CHARACTERS] for at in range(0, len(digits), _DATA_CHARACTERS)]
    return tuple(
        "".join(ALPHABET[value] for value in (*data, _check_digit(place, data)))
        for place, data in enumerate(chunks, start=1)
    )


def decode_groups(text: str) -> bytes:
    """The secret from all eight groups, however they are separated.

    Raises:
        InvalidRecoverySheet: naming the first group that is not as printed.
    """
    groups = split_groups(text)
    if len(groups) != GROUPS:
        whole = normalize_code(text)
        groups = [whole[at : at + _GROUP_CHARACTERS] for at in range(0, len(whole), _GROUP_CHARACTERS)]
    missing = [""] * (GROUPS - len(groups))
    tidied = [check_group(place, group) for place, group in enumerate(groups[:GROUPS] + missing, start=1)]
    if len(groups) > GROUPS:
        raise InvalidRecoverySheet(None)
    number = 0
    for group in tidied:
        for character in group[:_DATA_CHARACTERS]:
            number = number << 5 | CHARACTER_VALUES[character]
    return number.to_bytes(SECRET_BYTES)


def check_group(position: int, typed: str) -> str:
    """One group as printed, from how it was typed; `place` counts from 1.

    Raises:
        InvalidRecoverySheet: it cannot be this group of any sheet.
    """
    group = normalize_code(typed)
    if len(group) != _GROUP_CHARACTERS or any(character not in CHARACTER_VALUES for character in group):
        raise InvalidRecoverySheet(position)
    *data, check = (CHARACTER_VALUES[character] for character in group)
    if check != _check_digit(position, data):
        raise InvalidRecoverySheet(position)
    return group


def is_same_group(printed: str, typed: str) -> bool:
    """Whether a group typed back is the printed one."""
    return secrets.compare_digest(
        normalize_code(printed).encode(), normalize_code(typed).encode("utf-8", "replace")
    )


def _check_digit(position: int, data: list[int]) -> int:
    total = 0
    for power, value in enumerate((*data, position), start=1):
        total ^= _multiply_by_power(value, power)
    return total


def _multiply_by_power(value: int, power: int) -> int:
    """The product of a value and x^power in GF(32)."""
    for _ in range(power):
        value <<= 1
        if value & 32:
            value ^= _POLYNOMIAL
    return value
