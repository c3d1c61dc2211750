"""A connection as our server keeps it: only from this user; refused as at the gate, whatever is wrong.

Another user's is closed as soon as it is accepted, before a byte of it is read: else such a user could
hold every place that there is with connections that say nothing. As for the rest, the server itself
would answer what is too large or no HTTP at all in words of its own, and a page could tell the one
refusal from the other.

What is posted is read only if the app wants it, which it says by the headers alone. Until then nothing
but the headers is taken from the system: they are looked for in a buffer that is wiped. What the app does
not want goes through such a buffer as well, so that no word of it stays in this process. So a form that
is far too large is still answered by the app, in words that say what is wrong with it.

When a worker ends, `drain_connections` closes every connection between two requests: what the browser asks
next goes over a new one, and waits for the next worker instead of being cut off in the middle of a page.
"""

import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, TransferEncodingNotImplemented
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import InternalServerError

from clinic_toolkit.cli import peer_owner
from clinic_toolkit.web.perimeter import gate, post_bodies

# A connection that was accepted but has not spoken yet gets this long to say what it wants.
FIRST_REQUEST_SECONDS = 0.1
# The longest that a slow reader can hold up a lock.
MAX_DRAIN_SECONDS = 1.0
END_OF_HEADERS = b"\r\n\r\n"

# Whether the app wants to read what comes with these headers.
WantsBody = Callable[[dict[str, Any]], bool]

log = logging.getLogger("clinic")


class DiscardBuffer(OverflowableBuffer):
    """Where a body goes that is too large to be held in memory even as zeros."""

    def append(self, s: bytes) -> None:
        """Keep none of it."""


class RequestParser(HTTPRequestParser):
    """A request while it arrives."""

    adj: Any
    body_rcv: Any
    content_length: int

    # None until it was decided.
    body_unread: bool | None = None
    headers: dict[str, str]

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers; a body must say how long it is, as those of all browsers do."""
        super().parse_header(header_plus)
        if self.chunked:
            self.body_rcv = None
            raise TransferEncodingNotImplemented("a body without its length")

    def discard_body(self) -> None:
        """Let the body pass: the app will be told that there was one."""
        self.body_unread = True
        if self.body_rcv is not None and self.content_length >= self.adj.inbuf_overflow:
            self.body_rcv.buf = DiscardBuffer(self.adj.inbuf_overflow)


class RequestTask(WSGITask):
    """One request as the app is given it."""

    request: Any

    def get_environment(self) -> dict[str, Any]:
        """Its environment, which says whether the body was left unread."""
        environ: dict[str, Any] = super().get_environment()
        if self.request.body_unread:
            environ[post_bodies.UNREAD_KEY] = True
        return environ


class GateRefusalTask(ErrorTask):
    """The gate's answer, given before there is a request."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        """Say it, and close: what else comes on this connection is not read."""
        if isinstance(self.request.error, InternalServerError):
            super().execute()
            return
        told = gate.refusal_response()
        self.status = told.status
        self.response_headers.extend(told.headers.items())
        self.set_close_on_finish()
        body = told.get_data()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)


class LocalUserChannel(HTTPChannel):
    """One connection, if a program of this user made it."""

    error_task_class = GateRefusalTask
    task_class = RequestTask
    parser_class = RequestParser
    request: Any
    socket: Any

    def __init__(
        self,
        server: Any,
        sock: Any,
        addr: Any,
        *more: Any,
        wants_body: WantsBody = lambda _: True,
        **named: Any,
    ) -> None:
        self._wants_body = wants_body
        if _is_same_user(sock, addr):
            super().__init__(server, sock, addr, *more, **named)
        else:
            # The server knows its connections by the map alone, and this one never gets there.
            sock.close()

    def received(self, data: bytes) -> Any:
        """Take what came; once the headers are here, decide about the rest."""
        taken = super().received(data)
        asked = self.request
        if asked is not None and asked.headers_finished and asked.body_unread is None:
            asked.body_unread = False
            if not self._is_body_wanted(asked):
                asked.discard_body()
        return taken

    def recv(self, buffer_size: int) -> bytes:
        """The next bytes of one request, and of its headers first: never of two of these at once."""
        asked = self.request
        if asked is None or not asked.headers_finished:
            return bytes(super().recv(self._peek_header_length(buffer_size)))
        most = min(buffer_size, asked.body_rcv.remain)
        return self._receive_and_discard(most) if asked.body_unread else bytes(super().recv(most))

    def _is_body_wanted(self, asked: Any) -> bool:
        try:
            return self._wants_body(self.task_class(self, asked).get_environment())
        except Exception:
            log.exception("request.not_judged")
            return False

    def _peek_header_length(self, most: int) -> int:
        """How many of the bytes that wait belong to the headers; what follows them stays in the system."""
        before = self.request.header_plus[1 - len(END_OF_HEADERS) :] if self.request else b""
        seen = bytearray(before) + bytearray(most)
        try:
            with memoryview(seen) as view:
                waiting = self.socket.recv_into(view[len(before) :], most, socket.MSG_PEEK)
        except OSError:
            return most  # `recv` meets the same, and says so
        end = seen.find(END_OF_HEADERS, 0, len(before) + waiting)
        seen[:] = bytes(len(seen))
        return (end + len(END_OF_HEADERS) - len(before) if end >= 0 else waiting) or most

    def _receive_and_discard(self, most: int) -> bytes:
        """As many zeros as bytes were taken: what they said is gone before anybody looks."""
        taken = bytearray(most)
        count = self.socket.recv_into(taken, most)
        taken[:] = bytes(most)
        if not count:
            self.handle_close()
        return bytes(count)


def _is_same_user(sock: Any, addr: Any) -> bool:
    try:
        return peer_owner.is_same_user(sock.family, addr, sock.getsockname())
    except OSError:
        return False  # closed already: nobody is there


def install_channel(channels: dict[int, Any], wants_body: WantsBody) -> None:
    """Let every server in this map of the event loop keep its connections so.

    Args:
        wants_body: whether the app wants what comes with these headers.
    """
    for each in channels.values():
        if hasattr(each, "channel_class"):
            each.channel_class = partial(LocalUserChannel, wants_body=wants_body)


def drain_connections(channels: dict[int, Any]) -> None:
    """Stop accepting, then wait until every answer has been handed to the system, and hang up.

    New connections stay in the listen queue for the next worker. One that was accepted already
    would be cut off by our end, so it gets a moment to ask, and its answer (by now: locked).
    """
    until = time.monotonic() + MAX_DRAIN_SECONDS
    servers = [each for each in list(channels.values()) if each.accepting]
    for each in servers:
        each.accepting = False
    all_gone: SimpleQueue[bool] = SimpleQueue()
    while servers and time.monotonic() < until:
        # By the servers' one loop, which then is inside neither `accept` nor a connection.
        servers[0].trigger.pull_trigger(lambda: all_gone.put(_close_idle_connections(channels)))
        with suppress(Empty):
            if all_gone.get(timeout=MAX_DRAIN_SECONDS):
                return
        time.sleep(0.005)


def _close_idle_connections(channels: dict[int, Any]) -> bool:
    """Close the connections on which nothing is under way; whether none is left."""
    open_ones = [each for each in list(channels.values()) if hasattr(each, "requests")]
    idle = [each for each in open_ones if not _is_busy(each)]
    for each in idle:
        each.handle_close()
    return len(idle) == len(open_ones)


def _is_busy(channel: Any) -> bool:
    if channel.requests or channel.total_outbufs_len or channel.request is not None:
        return True
    try:
        if channel.socket.recv(1, socket.MSG_PEEK):
            return True  # asked already, and the loop has not looked yet
    except OSError:
        pass
    silent = bool(channel.last_activity == channel.creation_time)
    return silent and time.time() - channel.creation_time < FIRST_REQUEST_SECONDS
