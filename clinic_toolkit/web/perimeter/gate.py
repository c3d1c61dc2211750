"""The gate: refuse foreign requests before any route is matched.

Cookies do not separate ports: a page served by another program on this machine is the same *site*, and the
browser sends our cookie with its requests. So only our exact origin is accepted. Every refusal has the same
bytes, whatever its cause, so that nobody can learn anything from it.
"""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.perimeter import browser_launch
from clinic_toolkit.web.transport import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ALLOWED_METHODS = frozenset({"GET", "HEAD", "POST"})

_REFUSAL_PAGE = (
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8"><title>Not answered</title></head><body>\n'
    "<h1>Not answered</h1>\n"
    "<p>This browser was not let in, or the request did not come from a page of this program. Nothing was "
    "changed. Start the program again, in the way you always do: it opens its page here, even if it is "
    "already running. Then try again there.</p>\n"
    "</body></html>\n"
)


def refusal_response() -> Response:
    """The response to every refused request."""
    response = Response(_REFUSAL_PAGE, status=403, mimetype="text/html")
    security_headers.add_security_headers(response)
    return response


def intercept_request(environ: "WSGIEnvironment", settings: Settings, cookie_key: bytes) -> Response | None:
    """The response that replaces the app's: the launch page or a refusal. None if the app may answer."""
    if browser_launch.is_launch_request(environ, settings):
        return (
            browser_launch.welcome_response(settings, cookie_key)
            if browser_launch.redeem_launch_token(environ, settings)
            else refusal_response()
        )
    if comes_from_own_page(environ, settings) and is_known_browser(environ, settings, cookie_key):
        return None
    return refusal_response()


def is_known_browser(environ: "WSGIEnvironment", settings: Settings, cookie_key: bytes) -> bool:
    """Whether the launch cookie of this browser was set by this run of the program."""
    return browser_launch.has_launch_cookie(environ, settings, cookie_key)


def comes_from_own_page(environ: "WSGIEnvironment", settings: Settings) -> bool:
    """Whether a request comes from one of our pages, or from an address that a person typed.

    Its method and its host count too.

    A request without these headers is refused. Every browser that accepts our cookie sends them; in one that
    does not, any page could make requests to us.
    """
    method = environ["REQUEST_METHOD"]
    if method not in ALLOWED_METHODS or environ.get("HTTP_HOST") != settings.host:
        return False
    # `Referrer-Policy: no-referrer` makes browsers send "null" as the origin of our own forms. It is accepted
    # only together with Sec-Fetch-Site, which no page can forge.
    origin = environ.get("HTTP_ORIGIN")
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site == "same-origin":
        return origin in (None, "null", f"http://{settings.host}")
    return site == "none" and origin is None and _is_typed_navigation(environ, method)


def _is_typed_navigation(environ: "WSGIEnvironment", method: str) -> bool:
    return (
        method == "GET"
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )
