"""A connection as our server keeps it: only from this user; refused as at the gate, whatever is wrong.

Another user's is closed as soon as it is accepted, before a byte of it is read: else such a user could
hold every place that there is with connections that say nothing. As for the rest, the server itself
would answer what is too large or no HTTP at all in words of its own, and a page could tell the one
refusal from the other.

When a worker ends, `drain` closes every connection between two requests: what the browser asks next
goes over a new one, and waits for the next worker instead of being cut off in the middle of a page.
"""

import socket
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import InternalServerError

from clinic_toolkit.cli import peer
from clinic_toolkit.web import gate

# A connection that was accepted but has not spoken yet gets this long to say what it wants.
GRACE = 0.1
# The longest that a slow reader can hold up a lock.
LONGEST_DRAIN = 1.0


class Refusal(ErrorTask):
    """The gate's answer, given before there is a request."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        """Say it, and close: what else comes on this connection is not read."""
        if isinstance(self.request.error, InternalServerError):
            super().execute()
            return
        told = gate.refusal()
        self.status = told.status
        self.response_headers.extend(told.headers.items())
        self.set_close_on_finish()
        body = told.get_data()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)


class Channel(HTTPChannel):
    """One connection, if a program of this user made it."""

    error_task_class = Refusal

    def __init__(self, server: Any, sock: Any, addr: Any, *more: Any, **named: Any) -> None:
        if _is_ours(sock, addr):
            super().__init__(server, sock, addr, *more, **named)
        else:
            # The server knows its connections by the map alone, and this one never gets there.
            sock.close()


def _is_ours(sock: Any, addr: Any) -> bool:
    try:
        return peer.is_ours(sock.family, addr, sock.getsockname())
    except OSError:
        return False  # closed already: nobody is there


def use(channels: dict[int, Any]) -> None:
    """Let every server in this map of the event loop keep its connections so."""
    for each in channels.values():
        if hasattr(each, "channel_class"):
            each.channel_class = Channel


def drain(channels: dict[int, Any]) -> None:
    """Stop accepting, then wait until every answer has been handed to the system, and hang up.

    New connections stay in the listen queue for the next worker. One that was accepted already
    would be cut off by our end, so it gets a moment to ask, and its answer (by now: locked).
    """
    until = time.monotonic() + LONGEST_DRAIN
    servers = [each for each in list(channels.values()) if each.accepting]
    for each in servers:
        each.accepting = False
    all_gone: SimpleQueue[bool] = SimpleQueue()
    while servers and time.monotonic() < until:
        # By the servers' one loop, which then is inside neither `accept` nor a connection.
        servers[0].trigger.pull_trigger(lambda: all_gone.put(_hang_up(channels)))
        with suppress(Empty):
            if all_gone.get(timeout=LONGEST_DRAIN):
                return
        time.sleep(0.005)


def _hang_up(channels: dict[int, Any]) -> bool:
    """Close the connections on which nothing is under way; whether none is left."""
    open_ones = [each for each in list(channels.values()) if hasattr(each, "requests")]
    idle = [each for each in open_ones if not _at_work(each)]
    for each in idle:
        each.handle_close()
    return len(idle) == len(open_ones)


def _at_work(channel: Any) -> bool:
    if channel.requests or channel.total_outbufs_len or channel.request is not None:
        return True
    try:
        if channel.socket.recv(1, socket.MSG_PEEK):
            return True  # asked already, and the loop has not looked yet
    except OSError:
        pass
    silent = bool(channel.last_activity == channel.creation_time)
    return silent and time.time() - channel.creation_time < GRACE
