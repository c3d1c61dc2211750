"""The request as this program reads it: small, and never on disk."""

import sys
from io import BytesIO
from typing import IO

from flask import Request, request

MIB = 2**20

# What a pulse says when something was typed since the one before it: a person is there.
TYPED_SINCE_LAST = "typed"


class ClinicRequest(Request):
    """A request whose parts stay in memory. Werkzeug would spool a larger one to a temporary file."""

    max_content_length = MIB
    max_form_memory_size = MIB
    max_form_parts = 1000

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def is_from_script() -> bool:
    """Whether the page's own script sent this request, to save without leaving the page."""
    return "X-Autosave" in request.headers or is_pulse()


def wants_inline_answer() -> bool:
    """Whether the page's own script asked, to show the answer in its place on that page."""
    return "X-Unfold" in request.headers


def is_pulse() -> bool:
    """Whether an open page only asks if it is still unlocked: not a sign of a person."""
    return "X-Pulse" in request.headers


def is_page_navigation() -> bool:
    """Whether the browser would show the answer in the place of the page that asked."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def is_automatic() -> bool:
    """Whether the page asked without a person: a pulse, a save tried once more, a page on a shared screen."""
    if request.blueprint == "shared":
        return True
    if is_pulse():
        return request.headers["X-Pulse"] != TYPED_SINCE_LAST
    return request.headers.get("X-Autosave") == "again"


def list_limit(default: int) -> int:
    """How many entries of a list are shown: as many as usual, or all of them on asking."""
    return sys.maxsize if "all" in request.args else default
