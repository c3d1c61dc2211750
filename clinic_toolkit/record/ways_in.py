"""How the audit trail names the list of ways in, so that a list of another time is told from the newest."""

from clinic_toolkit.vault.vault import Vault

_MARK = " slots-"


def naming(event: str, vault: Vault) -> str:
    """The event with the number of the list of ways in."""
    return f"{event}{_MARK}{vault.slot_generation}"


def named(event: str) -> int:
    """The number of the list of ways in that an event names; 0 if it names none."""
    number = event.rpartition(_MARK)[2]
    # Read from lines that may be forged: Python refuses a number of some thousand digits with an error.
    return int(number) if number.isdecimal() and len(number) < 20 and _MARK in event else 0
