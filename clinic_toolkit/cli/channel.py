"""A connection as our server keeps it: asked once whose it is; refused as at the gate, whatever is wrong.

The server itself would answer what is too large or no HTTP at all in words of its own, and a
stranger could tell the one refusal from the other.
"""

from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, InternalServerError

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
    """One connection."""

    error_task_class = Refusal
    socket: Any
    _is_ours: bool | None = None

    def service(self) -> None:
        """Answer what was asked, if a program of this user asked it."""
        if self._is_ours is None:
            self._is_ours = self._asked_by_us()
        first: Any = self.requests[0] if self.requests else None
        if not self._is_ours and first is not None and not first.error:
            first.error = BadRequest("")
        super().service()

    def _asked_by_us(self) -> bool:
        try:
            return peer.is_ours(self.socket.family, self.addr, self.socket.getsockname())
        except OSError:
            return False  # closed already: nobody is there


def use(channels: dict[int, Any]) -> None:
    """Let every server in this map of the event loop keep its connections so."""
    for each in channels.values():
        if hasattr(each, "channel_class"):
            each.channel_class = Channel
