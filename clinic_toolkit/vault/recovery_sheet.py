"""The recovery sheet as text: 160 random bits in eight groups of five characters.

Each group has four data characters and one check character over its data and its number, computed in
GF(32) with a different weight for each. So one wrong character, two swapped neighbours and a group in the
wrong place are always detected, and the error can name the group.
"""

import secrets
from enum import IntEnum

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.vault.crockford_base32 import ALPHABET, CHARACTER_VALUES, normalize_code, split_groups

GROUPS = 8
SECRET_BYTES = 20
_DATA_CHARACTERS = 4
_GROUP_CHARACTERS = _DATA_CHARACTERS + 1
_POLYNOMIAL = 0b100101
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class SheetKind(IntEnum):
    """Which paper the groups stand on: its number goes into every check character.

    So no group of one is taken for one of another. The two halves are an executor's.
    """

    RECOVERY = 0
    FIRST_HALF = 1
    SECOND_HALF = 2


_SHEET_NAMES = {
    SheetKind.RECOVERY: "the sheet",
    SheetKind.FIRST_HALF: "the first sheet of the executor",
    SheetKind.SECOND_HALF: "the second sheet of the executor",
}


class InvalidRecoverySheet(ClinicError):
    """A group was mistyped. `group` is its number from 1, or None if the number of groups is wrong."""

    def __init__(self, group: int | None, kind: SheetKind = SheetKind.RECOVERY) -> None:
        subject = f"The {_ORDINALS[group - 1]} group" if group else "The number of groups"
        super().__init__(
            f"{subject} is not as it is printed on {_SHEET_NAMES[kind]}. Please check it and type it again."
        )
        self.group, self.kind = group, kind


def generate_secret() -> bytes:
    """Draw 20 random bytes (160 bits)."""
    return secrets.token_bytes(SECRET_BYTES)


def generate_groups(kind: SheetKind = SheetKind.RECOVERY) -> tuple[str, ...]:
    """Generate the eight groups of a new sheet, which opens nothing until a key slot is made for it."""
    return encode_groups(generate_secret(), kind)


def encode_groups(secret: bytes, kind: SheetKind = SheetKind.RECOVERY) -> tuple[str, ...]:
    """Encode a secret of 20 bytes as the eight groups that are printed."""
    number = int.from_bytes(secret)
    digits = [number >> 5 * position & 31 for position in reversed(range(GROUPS * _DATA_CHARACTERS))]
    chunks = [digits[start : start + _DATA_CHARACTERS] for start in range(0, len(digits), _DATA_CHARACTERS)]
    return tuple(
        "".join(ALPHABET[value] for value in (*data, _check_digit(kind, position, data)))
        for position, data in enumerate(chunks, start=1)
    )


def decode_groups(text: str, kind: SheetKind = SheetKind.RECOVERY) -> bytes:
    """Decode the secret, 20 bytes, from all eight groups, however they are separated.

    Raises:
        InvalidRecoverySheet: a group is mistyped; the error names the first one.
    """
    number = 0
    for group in normalize_groups(text, kind):
        for character in group[:_DATA_CHARACTERS]:
            number = number << 5 | CHARACTER_VALUES[character]
    return number.to_bytes(SECRET_BYTES)


def normalize_groups(text: str, kind: SheetKind = SheetKind.RECOVERY) -> tuple[str, ...]:
    """Return the eight groups as they are printed, however they were typed.

    Raises:
        InvalidRecoverySheet: a group is mistyped; the error names the first one.
    """
    groups = split_groups(text)
    if len(groups) != GROUPS:
        code = normalize_code(text)
        groups = [code[start : start + _GROUP_CHARACTERS] for start in range(0, len(code), _GROUP_CHARACTERS)]
    missing = [""] * (GROUPS - len(groups))
    normalized_groups = tuple(
        check_group(position, group, kind)
        for position, group in enumerate(groups[:GROUPS] + missing, start=1)
    )
    if len(groups) > GROUPS:
        raise InvalidRecoverySheet(None, kind)
    return normalized_groups


def check_group(position: int, typed: str, kind: SheetKind = SheetKind.RECOVERY) -> str:
    """Check one typed group and return it normalized; `position` counts from 1.

    Raises:
        InvalidRecoverySheet: no sheet has this group at this position.
    """
    group = normalize_code(typed)
    if len(group) != _GROUP_CHARACTERS or any(character not in CHARACTER_VALUES for character in group):
        raise InvalidRecoverySheet(position, kind)
    *data, check = (CHARACTER_VALUES[character] for character in group)
    if check != _check_digit(kind, position, data):
        raise InvalidRecoverySheet(position, kind)
    return group


def is_group_length(typed: str) -> bool:
    """Whether this has as many characters as a group; spaces and dashes do not count."""
    return len(normalize_code(typed)) == _GROUP_CHARACTERS


def split_whole_sheet(typed: str) -> tuple[str, ...] | None:
    """Split all forty characters of a sheet into its eight groups, unchecked; None if they are not forty."""
    code = normalize_code(typed)
    if len(code) != GROUPS * _GROUP_CHARACTERS:
        return None
    return tuple(code[start : start + _GROUP_CHARACTERS] for start in range(0, len(code), _GROUP_CHARACTERS))


def is_same_group(printed: str, typed: str) -> bool:
    """Whether a typed group equals the printed one; compared in constant time."""
    return secrets.compare_digest(
        normalize_code(printed).encode(), normalize_code(typed).encode("utf-8", "replace")
    )


def _check_digit(kind: SheetKind, position: int, data: list[int]) -> int:
    # The groups of all kinds of sheets are numbered through, so that no two have the same number.
    total = 0
    for power, value in enumerate((*data, GROUPS * kind + position), start=1):
        total ^= _multiply_by_power(value, power)
    return total


def _multiply_by_power(value: int, power: int) -> int:
    """The product of a value and x^power in GF(32)."""
    for _ in range(power):
        value <<= 1
        if value & 32:
            value ^= _POLYNOMIAL
    return value
