"""The request class, kept in memory, and questions about who or what sent a request."""

import re
import sys
from io import BytesIO
from typing import IO, TYPE_CHECKING

from flask import Request, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MIB = 2**20
# The only addresses that take more than text: a filled worksheet, and a calendar. It stays below what the
# server would begin to write to a temporary file (`cli/worker.py:WAITRESS_OPTIONS`).
_FILE_LIMIT = 3 * MIB
_FILE_ADDRESS = re.compile(r"/handouts/[0-9a-f-]{36}/filled|/calendar")

# The value that a pulse sends if something was typed since the pulse before, so a person is active.
TYPED_SINCE_LAST = "typed"


def body_limit(path: str) -> int:
    """The longest body that may be sent to this address, in bytes."""
    return _FILE_LIMIT if _FILE_ADDRESS.fullmatch(path) else MIB


class ClinicRequest(Request):
    """A request that is held in memory; Werkzeug would write a larger one to a temporary file."""

    max_content_length = MIB
    max_form_memory_size = MIB
    max_form_parts = 1000

    def __init__(
        self, environ: "WSGIEnvironment", populate_request: bool = True, shallow: bool = False
    ) -> None:
        super().__init__(environ, populate_request, shallow)
        self.max_content_length = body_limit(self.path)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def is_from_script() -> bool:
    """Whether a page's script sent this request: an autosave or a pulse."""
    return "X-Autosave" in request.headers or is_pulse()


def wants_inline_answer() -> bool:
    """Whether a page's script sent this request and will insert the response into the page."""
    return "X-Unfold" in request.headers


def is_pulse() -> bool:
    """Whether an open page's script only asks if it is still unlocked; that is no activity of a person."""
    return "X-Pulse" in request.headers


def is_page_navigation() -> bool:
    """Whether the browser will show the response as a page of its own."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def is_automatic() -> bool:
    """Whether no person caused this request: a pulse, a retried save, or the page on a shared screen."""
    if request.blueprint == "shared":
        return True
    if is_pulse():
        return request.headers["X-Pulse"] != TYPED_SINCE_LAST
    return request.headers.get("X-Autosave") == "again"


def list_limit(default: int) -> int:
    """The number of list entries to show: `default`, or no limit if the URL has the parameter `all`."""
    return sys.maxsize if "all" in request.args else default
