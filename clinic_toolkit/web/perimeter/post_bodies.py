"""What is posted: whether this process reads it at all, and what it leaves behind in a process without keys.

A passphrase that is typed on an old page must not stay in the memory of a locked process, and Python
cannot wipe memory. So the connection asks here, by the headers alone, before it takes a body from the
system (`cli/http_channel.py`). A body that was read and opened nothing ends the process.
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
from clinic_toolkit.web.transport.request_info import ClinicRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Stands in the environment of a request whose body was not read.
UNREAD_KEY = "clinic.unread"


class LockableProcess(Protocol):
    """What is asked of a process that read something in vain."""

    @property
    def is_locked_and_serving(self) -> bool:
        """Whether nobody is unlocked here, and it does not end already."""

    def shut_down(self, reason: str) -> None:
        """End it after its answers."""


def may_accept_body(environ: "WSGIEnvironment", settings: Settings, cookie_key: bytes) -> bool:
    """Whether a body may be read as far as gate and size decide; only what is posted has one."""
    length = environ.get("CONTENT_LENGTH", "0")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and length.isdecimal()
        and int(length) <= ClinicRequest.max_content_length
        and gate.is_allowed_origin(environ, settings)
        and gate.is_known_browser(environ, settings, cookie_key)
    )


def post_endpoint(environ: "WSGIEnvironment", addresses: Map) -> str | None:
    """The view to which something is posted, or None: it is then answered without being read."""
    try:
        endpoint, _ = addresses.bind_to_environ(environ).match(method="POST")
    except HTTPException:
        return None
    return str(endpoint)


def is_body_unread() -> bool:
    """Whether this request carries a body that was not read."""
    return UNREAD_KEY in request.environ


def was_body_read() -> bool:
    """Whether something was posted with this request, and is in this process now."""
    return request.method == "POST" and not is_body_unread()


class RejectedPosts:
    """What a process without keys has read: once the last such request is answered, it ends.

    Not earlier: of two presses of *Unlock* the second is turned away while the first one still opens.
    """

    def __init__(self, process: LockableProcess) -> None:
        self._process = process
        self._lock = threading.Lock()
        self._in_flight = 0
        self._has_rejected = False

    def record_rejected(self) -> None:
        """What this request carried was refused."""
        self._has_rejected = True

    @contextmanager
    def track_request(self) -> Iterator[None]:
        """One request that carries something, from its first byte to its answer."""
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                last = self._in_flight == 0 and self._has_rejected
                self._has_rejected = self._has_rejected and not last
            if last and self._process.is_locked_and_serving:
                self._process.shut_down("posted in vain")
