"""What was looked for, in the memory of this session, so that *Back* and a reload find the same page again.

The words of a search are a name. They are sent by POST and stand in no address; the address of the result has
a number that was drawn for it, and means nothing after a lock.
"""

import secrets
from collections.abc import Mapping

from clinic_toolkit.web import context

# The name of the number in an address.
SEARCH_PARAM = "search"
_SESSION_KEY = "searches"
_MAX_SEARCHES = 50


def remember_search(typed: Mapping[str, str]) -> str:
    """Keep what was typed into a search; returns its number for the address."""
    kept: dict[str, Mapping[str, str]] = context.get_from_session(_SESSION_KEY) or {}
    for number, before in kept.items():
        if before == dict(typed):
            return number  # sent twice, it is one search
    number = secrets.token_hex(8)
    newest = dict(list(kept.items())[1 - _MAX_SEARCHES :])
    context.put_in_session(_SESSION_KEY, newest | {number: dict(typed)})
    return number


def find_search(number: str | None) -> Mapping[str, str] | None:
    """What was looked for under this number; None if that is not known, or not any more."""
    known: dict[str, Mapping[str, str]] = context.get_from_session(_SESSION_KEY) or {}
    return known.get(number or "")
