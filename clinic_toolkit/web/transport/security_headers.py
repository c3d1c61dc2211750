"""Security headers of every response: only our own files run, nothing is cached, only printouts framed."""

from typing import TYPE_CHECKING, Any, TypeAlias

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

WSGIHeaders: TypeAlias = list[tuple[str, str]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'"
)
# A downloaded file may load and run nothing, wherever it is opened.
DOWNLOAD_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# One of our pages with a printout in a frame.
PRINTOUT_PAGE_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
# The printout: the only response that may be framed, and only by our own pages. No `sandbox`, which would
# stop the browser's PDF viewer. The viewers of Chromium and Firefox work with this policy.
FRAMED_PDF_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

_DENIED_FEATURES = (
    "accelerometer autoplay browsing-topics camera display-capture "
    "encrypted-media fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection "
    "local-fonts magnetometer microphone midi payment picture-in-picture publickey-credentials-create "
    "publickey-credentials-get screen-wake-lock serial storage-access usb "
    "window-management xr-spatial-tracking"
)
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _DENIED_FEATURES.split()),
}


_DEFAULT_HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-store"}
# A printout may be framed by our own pages.
_FRAMED_HEADERS = FIXED_HEADERS | {"X-Frame-Options": "SAMEORIGIN"}


def add_security_headers(response: Response) -> None:
    """Add the headers to a response; a content security policy or cache rule that it has is kept."""
    response.headers = Headers(_complete(response.headers.to_wsgi_list()))


def secured(start_response: "StartResponse") -> "StartResponse":
    """Wrap the start of a response, so that it has the headers whatever the app answers."""

    def start(status: str, headers: WSGIHeaders, exc_info: Any = None, /) -> Any:
        return start_response(status, _complete(headers), exc_info)

    return start


def _complete(headers: WSGIHeaders) -> WSGIHeaders:
    given = dict(headers)
    # A gate refusal that was made inside the app has them already.
    if "Permissions-Policy" in given:
        return headers
    is_framed = given.get("Content-Security-Policy") == FRAMED_PDF_POLICY
    missing = [pair for pair in _DEFAULT_HEADERS.items() if pair[0] not in given]
    return [*headers, *(_FRAMED_HEADERS if is_framed else FIXED_HEADERS).items(), *missing]
