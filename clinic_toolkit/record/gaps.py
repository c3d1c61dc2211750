"""Gaps in the audit trail: which lines are not there between two that are."""

from collections.abc import Sequence

# So many missing lines are named one by one.
_MOST = 100_000


def absent(first: int, after: int) -> Sequence[int]:
    """The numbers of the lines that are missing from this one to before that one.

    Of very many, the first and the last: a number may be made up, and whoever made it up must not keep
    anybody waiting.
    """
    numbers = range(first, after)
    return numbers if after - first <= _MOST else (first, after - 1)
