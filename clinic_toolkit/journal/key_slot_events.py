"""Slot generations in audit events, by which an outdated key slot list is recognised."""

from clinic_toolkit.vault.vault import Vault

_SUFFIX = " slots-"


def with_slot_generation(event: str, vault: Vault) -> str:
    """Return the event with the vault's slot generation appended."""
    return f"{event}{_SUFFIX}{vault.slot_generation}"


def slot_generation_of(event: str) -> int:
    """Return the slot generation that an event names; 0 if it names none."""
    digits = event.rpartition(_SUFFIX)[2]
    # The entry may be forged, and `int` raises an error for a number of several thousand digits.
    return int(digits) if digits.isdecimal() and len(digits) < 20 and _SUFFIX in event else 0
