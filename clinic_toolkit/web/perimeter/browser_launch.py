"""How a browser comes in at all: once with the token of a launch file, from then on with a cookie.

Following a file leads a browser here as from a foreign site, so this one address is judged apart
from all others, and lets in exactly what browsers send then.
"""

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from werkzeug.wrappers import Response

from clinic_toolkit.settings import Settings
from clinic_toolkit.store import launch_file
from clinic_toolkit.web.transport import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

COOKIE_NAME = "__Host-open"
_COOKIE_LABEL = b"clinic launch cookie 1 "

# A page and no redirect: what a redirect leads to still counts as asked by the foreign site, and a
# strict cookie is not sent with it.
_WELCOME_PAGE = (
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">'
    '<title>Opening</title></head><body>\n<p><a href="/">Open the practice</a></p>\n</body></html>\n'
)


def is_launch_request(environ: "WSGIEnvironment", settings: Settings) -> bool:
    """Whether a browser was led here by a launch file, or a person typed its address."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.get("PATH_INFO") == launch_file.LAUNCH_PATH
        and environ.get("HTTP_HOST") == settings.host
        and environ.get("HTTP_ORIGIN") is None
        and environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "none")
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )


def redeem_launch_token(environ: "WSGIEnvironment", settings: Settings) -> bool:
    """Whether the token is good. It is not any more afterwards."""
    try:
        keys = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=1, strict_parsing=True).get("key", [])
    except ValueError:
        return False
    return launch_file.redeem_token(settings.data_folder, settings.host, keys[0] if keys else "")


def welcome_response(settings: Settings, cookie_key: bytes) -> Response:
    """Give this browser the cookie and lead it to the first page."""
    response = Response(_WELCOME_PAGE, mimetype="text/html")
    response.set_cookie(
        COOKIE_NAME,
        launch_cookie_value(settings, cookie_key),
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    security_headers.add_security_headers(response)
    return response


def has_launch_cookie(environ: "WSGIEnvironment", settings: Settings, cookie_key: bytes) -> bool:
    """Whether this browser came in by a launch file while this program has been running."""
    try:
        sent = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE_NAME)
    except CookieError:
        return False
    right = launch_cookie_value(settings, cookie_key)
    return sent is not None and hmac.compare_digest(sent.value.encode(), right.encode())


def launch_cookie_value(settings: Settings, cookie_key: bytes) -> str:
    """What the cookie says: good at this address, until the program ends."""
    return hmac.digest(cookie_key, _COOKIE_LABEL + settings.host.encode(), "sha256").hex()
