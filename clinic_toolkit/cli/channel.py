"""A connection as our server keeps it: only from this user; refused as at the gate, whatever is wrong.

Another user's is closed as soon as it is accepted, before a byte of it is read: else such a user could
hold every place that there is with connections that say nothing. As for the rest, the server itself
would answer what is too large or no HTTP at all in words of its own, and a page could tell the one
refusal from the other.
"""

from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import InternalServerError

from clinic_toolkit.cli import peer
from clinic_toolkit.web import gate


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
