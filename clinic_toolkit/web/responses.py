"""Answers that are not a plain page."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from flask import Response, json

from clinic_toolkit.web import headers

Answer: TypeAlias = str | tuple[str, int] | Response


def see(path: str) -> Response:
    """Go on to this page; the way out of every POST."""
    return Response(status=303, headers={"Location": path})


def stay() -> Response:
    """No page: the browser stays where it is, with everything that was typed there.

    The answer of a locked program to a form. It has not read the form, so it cannot show it again, and
    a browser that went on to the lock would come back to empty fields.
    """
    return Response(status=204)


def pdf(made: bytes, name: str, *, inline: bool = False) -> Response:
    """A PDF that was made in memory.

    Args:
        name: a neutral file name such as "worksheet.pdf": it ends up in lists of downloads.
        inline: show it in the browser instead of saving it.
    """
    return _file(made, name, "application/pdf", inline=inline)


def text(made: str, name: str) -> Response:
    """A plain text to save."""
    return _file(made.encode(), name, "text/plain; charset=utf-8", inline=False)


def _file(made: bytes, name: str, kind: str, *, inline: bool) -> Response:
    response = Response(made, content_type=kind)
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = headers.SHOWN_FILE if inline else headers.SANDBOX
    return response


def saved(at: datetime, *, version: int | str | None = None) -> Response:
    """What an autosave is told: the local time, and the version that the page now shows."""
    told: dict[str, object] = {"saved": f"{at.astimezone():%H:%M}"}
    if version is not None:
        told["version"] = version
    return told_as_json(told, 200)


def not_saved(sentence: str, status: int) -> Response:
    """What an autosave is told when it failed. No link leads away: what was typed is on that page alone."""
    return told_as_json({"message": sentence}, status)


def told_as_json(told: Mapping[str, object], status: int) -> Response:
    """A small answer to the page's own script."""
    return Response(json.dumps(told), status=status, mimetype="application/json")
