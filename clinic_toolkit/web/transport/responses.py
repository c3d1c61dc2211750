"""Answers that are not a plain page."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from flask import Response, json

from clinic_toolkit.web.transport import security_headers

ViewResult: TypeAlias = str | tuple[str, int] | Response

# Seconds until a page asks again, by a header: without script, and not in the words of the page.
REFRESH_SECONDS = "3"


def redirect_to(path: str) -> Response:
    """Go on to this page; the way out of every POST."""
    return Response(status=303, headers={"Location": path})


def refreshing_page(page: str) -> Response:
    """This page, which asks for itself again after a few seconds."""
    return Response(page, mimetype="text/html", headers={"Refresh": REFRESH_SECONDS})


def no_content() -> Response:
    """No page: the browser stays where it is, with everything that was typed there.

    The answer of a locked program to a form. It has not read the form, so it cannot show it again, and
    a browser that went on to the lock would come back to empty fields.
    """
    return Response(status=204)


def framed_pdf(pdf: bytes, name: str) -> Response:
    """A PDF for the frame of a page of ours."""
    return _pdf_response(pdf, "inline", name, security_headers.FRAMED_PDF_POLICY)


def pdf_download(pdf: bytes, name: str) -> Response:
    """A PDF that leaves as a file.

    Args:
        name: a neutral file name such as "note-2026-11-29-093015.pdf": it ends up in lists of downloads.
    """
    return _pdf_response(pdf, "attachment", name, security_headers.DOWNLOAD_POLICY)


def printout_page(page: str) -> Response:
    """A page of ours with a frame for a PDF."""
    return Response(
        page, mimetype="text/html", headers={"Content-Security-Policy": security_headers.PRINTOUT_PAGE_POLICY}
    )


def _pdf_response(pdf: bytes, disposition: str, name: str, policy: str) -> Response:
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response.headers["Content-Security-Policy"] = policy
    return response


def autosave_saved(at: datetime, *, version: int | str | None = None) -> Response:
    """What an autosave is told: the local time, and the version that the page now shows."""
    told: dict[str, object] = {"saved": f"{at.astimezone():%H:%M}"}
    if version is not None:
        told["version"] = version
    return json_response(told, 200)


def draft_saved(at: datetime, *, version: int, suggestion: str = "") -> Response:
    """What is told when words that are not recorded were kept; the version is the draft's own.

    Args:
        suggestion: what the page says beside the form, of what is typed so far.
    """
    told = {"saved": f"{at.astimezone():%H:%M}", "draft": version, "proposed": suggestion}
    return json_response(told, 200)


def autosave_failed(sentence: str, status: int) -> Response:
    """What an autosave is told when it failed. No link leads away: what was typed is on that page alone."""
    return json_response({"message": sentence}, status)


def json_response(payload: Mapping[str, object], status: int) -> Response:
    """A small answer to the page's own script."""
    return Response(json.dumps(payload), status=status, mimetype="application/json")
