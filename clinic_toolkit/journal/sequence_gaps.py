"""Gaps in the audit trail: which lines are not there between two that are."""

from collections.abc import Sequence

# So many missing lines are named one by one.
_MAX_LISTED = 100_000


def missing_numbers(first: int, next_present: int) -> Sequence[int]:
    """The numbers of the lines that are missing from this one to before that one.

    Of very many, the first and the last: a number may be made up, and whoever made it up must not keep
    anybody waiting.
    """
    numbers = range(first, next_present)
    return numbers if next_present - first <= _MAX_LISTED else (first, next_present - 1)
