"""How the audit trail names the list of ways in, so that a list of another time is told from the newest."""

from clinic_toolkit.vault.vault import Vault

_SUFFIX = " slots-"


def with_slot_generation(event: str, vault: Vault) -> str:
    """The event with the number of the list of ways in."""
    return f"{event}{_SUFFIX}{vault.slot_generation}"


def slot_generation_of(event: str) -> int:
    """The number of the list of ways in that an event names; 0 if it names none."""
    number = event.rpartition(_SUFFIX)[2]
    # Read from lines that may be forged: Python refuses a number of some thousand digits with an error.
    return int(number) if number.isdecimal() and len(number) < 20 and _SUFFIX in event else 0
