"""After a save: the next page says once that it was saved.

It is no part of the address, which would say it again at every visit.
"""

from flask import Response, request

from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

_SAVED = "saved on"


def saved(path: str) -> Response:
    """Go on to the page of what was saved; it says so."""
    context.put_in_session(_SAVED, path)
    return responses.redirect_to(path)


def was_saved() -> bool:
    """Whether this page is the first one after a save that led to it."""
    return bool(context.pop_from_session(_SAVED) == request.path)
