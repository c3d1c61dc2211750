"""What can be wrong with the vault header or with its backup."""

from enum import StrEnum


class HeaderFault(StrEnum):
    """The backup is missing, is outdated, or had to be used."""

    MISSING = "missing"
    OUTDATED = "old"
    USED = "used"
