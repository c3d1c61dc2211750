"""A one-time "saved" message on the page after a save.

It is held in the session and not in the URL, which would show it again on every visit.
"""

from flask import Response, request

from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

_SAVED = "saved on"


def redirect_saved(path: str) -> Response:
    """Redirect to `path`, whose page then says once that it was saved."""
    context.put_in_login(_SAVED, path.partition("?")[0])
    return responses.redirect_to(path)


def was_saved() -> bool:
    """Whether this page is the first one after `redirect_saved` led to it; the message is then used up."""
    return bool(context.pop_from_login(_SAVED) == request.path)
