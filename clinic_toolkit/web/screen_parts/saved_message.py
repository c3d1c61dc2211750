"""A one-time message on the page after a save: "Saved.", or what was done.

It is held in the session and not in the URL, which would show it again on every visit.
"""

from typing import cast

from flask import Response, request

from clinic_toolkit.web import context
from clinic_toolkit.web.transport import responses

_SAVED = "saved on"


def redirect_saved(path: str) -> Response:
    """Redirect to `path`, whose page then says once that it was saved."""
    note_saved(path, "Saved.")
    return responses.redirect_to(path)


def note_saved(path: str, message: str) -> None:
    """Have the page at `path` show this message once, if it is the next page with the frame of the record."""
    context.put_in_login(_SAVED, (path.partition("?")[0], message))


def take_message() -> str:
    """The message for this page, which is then used up; "" if there is none."""
    path, message = cast("tuple[str, str]", context.pop_from_login(_SAVED) or ("", ""))
    return message if path == request.path else ""
