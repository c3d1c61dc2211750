"""Security headers of every response: only our own files run, nothing is cached, only printouts framed."""

from werkzeug.wrappers import Response

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


def add_security_headers(response: Response) -> None:
    """Add the headers to a response; a content security policy or cache rule that it has is kept."""
    # A gate refusal that was made inside the app has them already.
    if "Permissions-Policy" not in response.headers:
        response.headers.extend(FIXED_HEADERS)
        if response.headers.get("Content-Security-Policy") == FRAMED_PDF_POLICY:
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("Cache-Control", "no-store")
