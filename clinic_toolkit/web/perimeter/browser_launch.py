"""Admit a browser: once with the token of a launch file, from then on with the launch cookie.

A link in a local file counts as a request from a foreign site. So this one address has its own rule, which
accepts exactly the headers that browsers send in that case.
"""

import hmac
from functools import lru_cache
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

# A page, not a redirect: the request after a redirect still counts as cross-site, so the browser would not
# send a `SameSite=Strict` cookie with it.
_WELCOME_PAGE = (
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">'
    '<title>Opening</title></head><body>\n<p><a href="/">Open the practice</a></p>\n</body></html>\n'
)


def is_launch_request(environ: "WSGIEnvironment", settings: Settings) -> bool:
    """Whether this request follows a launch file, or a person typed its address."""
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
    """Whether the launch token is valid; it is used up by this call."""
    try:
        tokens = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=1, strict_parsing=True).get(
            "key", []
        )
    except ValueError:
        return False
    return launch_file.redeem_token(settings.data_folder, settings.host, tokens[0] if tokens else "")


def welcome_response(settings: Settings, cookie_key: bytes) -> Response:
    """Set the launch cookie in this browser and send it on to the first page."""
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
    """Whether the launch cookie of this browser was set by this run of the program."""
    cookie = _sent_launch_cookie(environ.get("HTTP_COOKIE", ""))
    expected = _expected_launch_cookie(settings.host, cookie_key)
    return cookie is not None and hmac.compare_digest(cookie, expected)


# A browser sends the same header with every request, and parsing it takes longer than the rest of the gate.
@lru_cache(4)
def _sent_launch_cookie(header: str) -> bytes | None:
    try:
        cookie = SimpleCookie(header).get(COOKIE_NAME)
    except CookieError:
        return None
    return None if cookie is None else cookie.value.encode()


def launch_cookie_value(settings: Settings, cookie_key: bytes) -> str:
    """The value of the launch cookie: an HMAC of host and port, valid until the program ends."""
    return _expected_launch_cookie(settings.host, cookie_key).decode()


@lru_cache(4)
def _expected_launch_cookie(host: str, cookie_key: bytes) -> bytes:
    return hmac.digest(cookie_key, _COOKIE_LABEL + host.encode(), "sha256").hex().encode()
