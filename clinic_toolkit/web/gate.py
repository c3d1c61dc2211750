"""The gate: what may come in at all, decided before any address is looked at.

Cookies do not keep other ports of this machine out: a page served by another program here is the
same *site*, and the browser sends our cookie along. So only the exact origin may ask, and every
refusal is the same bytes, whatever its cause: a stranger learns nothing from it.
"""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from clinic_toolkit.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

METHODS = frozenset({"GET", "HEAD", "POST"})

_REFUSED = (
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8"><title>Not answered</title></head><body>\n'
    "<h1>Not answered</h1>\n"
    "<p>This request did not come from a page of this program, or its page is too old. Open the address "
    "that the program printed when it started, and do it again there.</p>\n"
    "</body></html>\n"
)


def refusal() -> Response:
    """The one answer to everything that is refused."""
    from clinic_toolkit.web import headers

    response = Response(_REFUSED, status=403, mimetype="text/html")
    headers.add(response)
    return response


def lets_in(environ: "WSGIEnvironment", settings: Settings) -> bool:
    """Whether a request may go on to be routed."""
    method = environ["REQUEST_METHOD"]
    if method not in METHODS or environ.get("HTTP_HOST") != settings.host:
        return False
    # `Referrer-Policy: no-referrer` makes browsers send "null" with our own forms. It is believed
    # only beside Sec-Fetch-Site, which no page can forge.
    origin = environ.get("HTTP_ORIGIN")
    exact = origin == f"http://{settings.host}"
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is None:
        return exact or (origin is None and method != "POST")
    if site == "same-origin":
        return exact or origin in (None, "null")
    return site == "none" and origin is None and _typed_address(environ, method)


def _typed_address(environ: "WSGIEnvironment", method: str) -> bool:
    return (
        method == "GET"
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )
