"""Addresses that stand on every page or in every row of a list.

Asking Flask for each of them costs more than drawing the row; they stay the same as long as the program runs.
"""

from functools import cache
from uuid import UUID

from flask import url_for

_ANY_ID = UUID("00000000-0000-4000-8000-000000000000")


@cache
def place_of(endpoint: str) -> str:
    """The address of a rule without values; `endpoint` is named with its blueprint."""
    return url_for(endpoint)


def page_of(endpoint: str, id: UUID) -> str:
    """The address of the page of this record.

    Args:
        endpoint: of a rule whose one value is `id`, with its blueprint, such as "clients.show".
    """
    before, after = _around_id(endpoint)
    return f"{before}{id}{after}"


@cache
def _around_id(endpoint: str) -> tuple[str, str]:
    before, _, after = url_for(endpoint, id=_ANY_ID).partition(str(_ANY_ID))
    return before, after
