"""HTTP connections of the waitress server: accepts only this user's, and sends the gate's refusal.

A connection of another user is closed right after it is accepted, before a byte is read; otherwise that user
could exhaust the connection limit with idle connections. Malformed or oversized requests get the gate's
answer instead of waitress's own, so that a page cannot tell the reasons for a refusal apart.

A request body is read only if the app wants it, which it decides by the headers. Until then only the
headers are taken from the socket: a peek into a buffer that is wiped finds their end. An unwanted body is
read into a buffer that is wiped too, so that none of its text stays in this process; the app can still
answer an oversized form with a page that explains what is wrong.

When a worker ends, `drain_connections` closes every idle connection. The browser's next request opens a new
one, which waits for the next worker instead of being cut off in the middle of a page.
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

# How long an accepted connection may take to send its first request while connections are drained.
FIRST_REQUEST_SECONDS = 0.1
# The longest that a slow client can delay a lock.
MAX_DRAIN_SECONDS = 1.0
END_OF_HEADERS = b"\r\n\r\n"

# Decides by the WSGI environ of a request whether the app wants its body.
WantsBody = Callable[[dict[str, Any]], bool]

log = logging.getLogger("clinic")


class DiscardBuffer(OverflowableBuffer):
    """Buffer for a body that is too large to hold in memory even as zeros; it stores nothing."""

    def append(self, s: bytes) -> None:
        """Discard the bytes."""


class RequestParser(HTTPRequestParser):
    """Parses one request while it arrives."""

    adj: Any
    body_rcv: Any
    content_length: int

    # Whether the body was left unread; None until that is decided.
    body_unread: bool | None = None
    headers: dict[str, str]

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the headers; a chunked body is refused, because browsers always send a content length."""
        super().parse_header(header_plus)
        if self.chunked:
            self.body_rcv = None
            raise TransferEncodingNotImplemented("a body without its length")

    def discard_body(self) -> None:
        """Discard the body as it arrives; the environ will tell the app that there was one."""
        self.body_unread = True
        if self.body_rcv is not None and self.content_length >= self.adj.inbuf_overflow:
            self.body_rcv.buf = DiscardBuffer(self.adj.inbuf_overflow)


class RequestTask(WSGITask):
    """Runs one request in the app."""

    request: Any

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environ, which also says whether the body was left unread."""
        environ: dict[str, Any] = super().get_environment()
        if self.request.body_unread:
            environ[post_bodies.UNREAD_KEY] = True
        return environ


class GateRefusalTask(ErrorTask):
    """Sends the gate's refusal for a request that could not be parsed."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        """Send the refusal and close the connection; nothing more is read from it."""
        if isinstance(self.request.error, InternalServerError):
            super().execute()
            return
        response = gate.refusal_response()
        self.status = response.status
        self.response_headers.extend(response.headers.items())
        self.set_close_on_finish()
        body = response.get_data()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)


class LocalUserChannel(HTTPChannel):
    """One connection; it is closed at once unless a program of this user opened it."""

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
        *args: Any,
        wants_body: WantsBody = lambda _: True,
        **kwargs: Any,
    ) -> None:
        self._wants_body = wants_body
        if _is_same_user(sock, addr):
            super().__init__(server, sock, addr, *args, **kwargs)
        else:
            # Without the base initializer this connection is never registered with the server.
            sock.close()

    def received(self, data: bytes) -> Any:
        """Process received bytes; once the headers are complete, decide whether to read the body."""
        result = super().received(data)
        request = self.request
        if request is not None and request.headers_finished and request.body_unread is None:
            request.body_unread = False
            if not self._is_body_wanted(request):
                request.discard_body()
        return result

    def recv(self, buffer_size: int) -> bytes:
        """Receive bytes of either the headers or the body of one request, never beyond that part."""
        request = self.request
        if request is None or not request.headers_finished:
            return bytes(super().recv(self._peek_header_length(buffer_size)))
        limit = min(buffer_size, request.body_rcv.remain)
        return self._receive_and_discard(limit) if request.body_unread else bytes(super().recv(limit))

    def _is_body_wanted(self, request: Any) -> bool:
        try:
            return self._wants_body(self.task_class(self, request).get_environment())
        except Exception:
            log.exception("request.not_judged")
            return False

    def _peek_header_length(self, max_bytes: int) -> int:
        """How many of the pending bytes belong to the headers; what follows stays in the kernel's buffer."""
        header_tail = self.request.header_plus[1 - len(END_OF_HEADERS) :] if self.request else b""
        buffer = bytearray(header_tail) + bytearray(max_bytes)
        try:
            with memoryview(buffer) as view:
                peeked = self.socket.recv_into(view[len(header_tail) :], max_bytes, socket.MSG_PEEK)
        except OSError:
            return max_bytes  # `recv` will meet and handle the same error
        header_end = buffer.find(END_OF_HEADERS, 0, len(header_tail) + peeked)
        buffer[:] = bytes(len(buffer))
        return (
            header_end + len(END_OF_HEADERS) - len(header_tail) if header_end >= 0 else peeked
        ) or max_bytes

    def _receive_and_discard(self, max_bytes: int) -> bytes:
        """Receive bytes and wipe them; returns as many zeros instead."""
        buffer = bytearray(max_bytes)
        count = self.socket.recv_into(buffer, max_bytes)
        buffer[:] = bytes(max_bytes)
        if not count:
            self.handle_close()
        return bytes(count)


def _is_same_user(sock: Any, addr: Any) -> bool:
    try:
        return peer_owner.is_same_user(sock.family, addr, sock.getsockname())
    except OSError:
        return False  # the connection is closed already


def install_channel(channels: dict[int, Any], wants_body: WantsBody) -> None:
    """Make every server in this asyncore map use `LocalUserChannel`.

    Args:
        channels: the map of the event loop, with its servers and connections.
        wants_body: decides by the environ of a request whether the app wants its body.
    """
    for server in channels.values():
        if hasattr(server, "channel_class"):
            server.channel_class = partial(LocalUserChannel, wants_body=wants_body)


def drain_connections(channels: dict[int, Any]) -> None:
    """Stop accepting, wait until every response has been handed to the kernel, and close all connections.

    New connections stay in the listen queue for the next worker. One that was accepted already would be
    cut off, so it gets a moment to send its request and receive the response (which now says: locked).
    """
    deadline = time.monotonic() + MAX_DRAIN_SECONDS
    servers = [server for server in list(channels.values()) if server.accepting]
    for server in servers:
        server.accepting = False
    drained: SimpleQueue[bool] = SimpleQueue()
    while servers and time.monotonic() < deadline:
        # Run in the servers' event loop, so that it is inside neither `accept` nor a connection meanwhile.
        servers[0].trigger.pull_trigger(lambda: drained.put(_close_idle_connections(channels)))
        with suppress(Empty):
            if drained.get(timeout=MAX_DRAIN_SECONDS):
                return
        time.sleep(0.005)


def _close_idle_connections(channels: dict[int, Any]) -> bool:
    """Close all idle connections; returns whether none is left."""
    open_channels = [channel for channel in list(channels.values()) if hasattr(channel, "requests")]
    idle = [channel for channel in open_channels if not _is_busy(channel)]
    for channel in idle:
        channel.handle_close()
    return len(idle) == len(open_channels)


def _is_busy(channel: Any) -> bool:
    if channel.requests or channel.total_outbufs_len or channel.request is not None:
        return True
    try:
        if channel.socket.recv(1, socket.MSG_PEEK):
            return True  # a request has arrived that the event loop has not read yet
    except OSError:
        pass
    is_new = bool(channel.last_activity == channel.creation_time)
    return is_new and time.time() - channel.creation_time < FIRST_REQUEST_SECONDS
