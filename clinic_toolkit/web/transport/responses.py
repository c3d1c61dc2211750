"""Responses that are not a plain page: redirects, PDFs, JSON for scripts."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from flask import Response, json

from clinic_toolkit.dates import format_time
from clinic_toolkit.web.transport import security_headers

ViewResult: TypeAlias = str | tuple[str, int] | Response

# Seconds until a page reloads itself. Sent as a header, so that it needs no script.
REFRESH_SECONDS = 3


def redirect_to(path: str) -> Response:
    """Redirect to this path with status 303, as every successful POST does."""
    return Response(status=303, headers={"Location": path})


def refreshing_page(page: str, *, seconds: int = REFRESH_SECONDS) -> Response:
    """A page that reloads itself after a few seconds."""
    return Response(page, mimetype="text/html", headers={"Refresh": str(seconds)})


def no_content() -> Response:
    """Status 204: the browser stays on its page, with everything that was typed there.

    This is how a locked program answers a form. It did not read the form, so it cannot show it again; after
    a redirect to the lock page the browser would come back to empty fields.
    """
    return Response(status=204)


def framed_pdf(pdf: bytes, name: str) -> Response:
    """A PDF to be shown in a frame of one of our pages."""
    return _pdf_response(pdf, "inline", name, security_headers.FRAMED_PDF_POLICY)


def pdf_download(pdf: bytes, name: str) -> Response:
    """A PDF as a download.

    Args:
        name: a neutral file name such as "note-2026-11-29-093015.pdf": it ends up in lists of downloads.
    """
    return _pdf_response(pdf, "attachment", name, security_headers.DOWNLOAD_POLICY)


def printout_page(page: str) -> Response:
    """A page with a frame for a PDF."""
    return Response(
        page, mimetype="text/html", headers={"Content-Security-Policy": security_headers.PRINTOUT_PAGE_POLICY}
    )


def file_download(data: bytes, name: str, content_type: str) -> Response:
    """A file of another kind as a download; `name` as for `pdf_download`."""
    response = Response(data, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = security_headers.DOWNLOAD_POLICY
    return response


def _pdf_response(pdf: bytes, disposition: str, name: str, policy: str) -> Response:
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Content-Security-Policy"] = policy
    return response


def autosave_saved(at: datetime, *, version: int | str | None = None) -> Response:
    """The response to a successful autosave: the local time, and the version that the page now shows."""
    payload: dict[str, object] = {"saved": format_time(at.astimezone())}
    if version is not None:
        payload["version"] = version
    return json_response(payload, 200)


def draft_saved(at: datetime, *, version: int, suggestion: str = "") -> Response:
    """The response when a draft was saved; `version` is the draft's own.

    Args:
        suggestion: a hint about what is typed so far, which the page shows beside the form.
    """
    payload = {"saved": format_time(at.astimezone()), "draft": version, "proposed": suggestion}
    return json_response(payload, 200)


def autosave_failed(sentence: str, status: int) -> Response:
    """The response to a failed autosave. It has no link: the typed text exists only on the open page."""
    return json_response({"message": sentence}, status)


def json_response(payload: Mapping[str, object], status: int) -> Response:
    """A JSON response to a page's script."""
    return Response(json.dumps(payload), status=status, mimetype="application/json")
