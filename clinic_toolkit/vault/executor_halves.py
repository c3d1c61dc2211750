"""The two halves of an executor's key: two printed sheets of random bits, of no use without each other.

The secret is the XOR of both, so one half alone tells nothing about it. The check characters tell which half
a sheet is: one half typed twice, the halves in the wrong order and a recovery sheet are refused, with the
group that is wrong.
"""

from clinic_toolkit.vault import recovery_sheet
from clinic_toolkit.vault.recovery_sheet import SheetKind

HALVES = (SheetKind.FIRST_HALF, SheetKind.SECOND_HALF)


def generate_halves() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Generate the eight groups of each half; they open nothing until a key slot is made for them."""
    first, second = (recovery_sheet.generate_groups(kind) for kind in HALVES)
    return first, second


def join_halves(first: str, second: str) -> bytes:
    """Return the secret of both halves, 20 bytes.

    Raises:
        InvalidRecoverySheet: a group was mistyped, or stands on another sheet; the error names it.
    """
    secrets = [
        recovery_sheet.decode_groups(text, kind) for text, kind in zip((first, second), HALVES, strict=True)
    ]
    return bytes(one ^ other for one, other in zip(*secrets, strict=True))
