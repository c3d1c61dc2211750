"""Searches kept in the session's memory, so that *Back* and a reload show the same results.

The search text is a client's name, so it is sent by POST and is in no URL. The URL of the results has a
random token instead, which is meaningless after a lock.
"""

import secrets
from collections.abc import Mapping

from clinic_toolkit.web import context

# The URL parameter that holds the token.
SEARCH_PARAM = "search"
_LOGIN_KEY = "searches"
_MAX_SEARCHES = 50


def remember_search(typed: Mapping[str, str]) -> str:
    """Store the fields of a search; returns its token for the URL."""
    searches: dict[str, Mapping[str, str]] = context.get_from_login(_LOGIN_KEY) or {}
    for token, fields in searches.items():
        if fields == dict(typed):
            return token  # the same search sent twice gets one token
    token = secrets.token_hex(8)
    recent = dict(list(searches.items())[1 - _MAX_SEARCHES :])
    context.put_in_login(_LOGIN_KEY, recent | {token: dict(typed)})
    return token


def find_search(number: str | None) -> Mapping[str, str] | None:
    """The fields of the search with this token, or None."""
    searches: dict[str, Mapping[str, str]] = context.get_from_login(_LOGIN_KEY) or {}
    return searches.get(number or "")
