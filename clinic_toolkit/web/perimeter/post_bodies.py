"""Decide whether a POST body is read, and end a process without keys that read one in vain.

A passphrase typed on an old page must not stay in the memory of a locked process, and Python cannot wipe
memory. So the connection (`cli/http_channel.py`) asks here, with the headers alone, before it receives a
body. If a body was read and did not unlock anything, the process ends.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.perimeter import gate
from clinic_toolkit.web.perimeter.end_reason import EndReason
from clinic_toolkit.web.transport.request_info import body_limit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# The WSGI environ key that marks a request whose body was not read.
UNREAD_KEY = "clinic.unread"


class LockableProcess(Protocol):
    """What `RejectedPosts` needs of the process."""

    @property
    def is_locked_and_serving(self) -> bool:
        """Whether nobody is logged in and the process is not ending yet."""

    def end_worker(self, reason: EndReason) -> None:
        """End the process after its pending responses."""


def may_accept_body(environ: "WSGIEnvironment", settings: Settings, cookie_key: bytes) -> bool:
    """Whether the gate and the size limit allow reading a body; only a POST has one."""
    length = environ.get("CONTENT_LENGTH", "0")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and length.isdecimal()
        and int(length) <= body_limit(environ.get("PATH_INFO", ""))
        and gate.comes_from_own_page(environ, settings)
        and gate.is_known_browser(environ, settings, cookie_key)
    )


def post_endpoint(environ: "WSGIEnvironment", addresses: Map) -> str | None:
    """The endpoint of a POST, or None if there is none; its body is then not read."""
    try:
        endpoint, _ = addresses.bind_to_environ(environ).match(method="POST")
    except HTTPException:
        return None
    return str(endpoint)


def is_body_unread() -> bool:
    """Whether this request has a body that was not read."""
    return UNREAD_KEY in request.environ


def was_body_read() -> bool:
    """Whether this request is a POST whose body is in this process's memory."""
    return request.method == "POST" and not is_body_unread()


class RejectedPosts:
    """Ends a process without keys after it read and rejected a POST body.

    It waits until no such request is pending: when *Unlock* is pressed twice, the second press is rejected
    while the first one may still succeed.
    """

    def __init__(self, process: LockableProcess) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._in_flight = 0
        self._has_rejected = False

    def record_rejected(self) -> None:
        """Note that the body of this request was rejected."""
        self._has_rejected = True

    @contextmanager
    def track_request(self) -> Iterator[None]:
        """Count a request with a body as pending, from its first byte to its response."""
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                must_end = self._in_flight == 0 and self._has_rejected
                self._has_rejected = self._has_rejected and not must_end
            if must_end and self._process.is_locked_and_serving:
                self._process.end_worker(EndReason.POSTED_IN_VAIN)
