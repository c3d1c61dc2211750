"""Gaps in the numbers of the audit log."""

from collections.abc import Sequence

# At most this many missing entries are listed one by one.
_MAX_LISTED = 100_000


def missing_numbers(first: int, next_present: int) -> Sequence[int]:
    """Return the numbers of the missing entries, from `first` up to but not including `next_present`.

    If there are very many, only the first and the last are returned: `next_present` may be forged, and a huge
    forged number must not stall the program.
    """
    numbers = range(first, next_present)
    return numbers if next_present - first <= _MAX_LISTED else (first, next_present - 1)
