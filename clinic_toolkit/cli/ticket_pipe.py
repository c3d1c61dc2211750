"""The tray: where a worker leaves a ticket for the next one, past the keeper.

One end is written, the other is looked at, and between the two the bytes lie in the kernel. Every worker
is given both ends; the keeper only keeps them open and reads neither, so what is handed on is never in
its memory. Looking does not take the ticket away: if a worker is killed while a form is out, the next
one finds the same ticket and goes on with the form. It is gone when it is cleared, or with the keeper.
"""

import socket
from contextlib import suppress

# More than a ticket with a practice's own questionnaire on it, and less than a socket can be told to hold.
MAX_TICKET_BYTES = 64 * 1024
_LENGTH_BYTES = 4

SocketPair = tuple[socket.socket, socket.socket]


def create_pair() -> SocketPair:
    """A new tray, empty: the end that is written, and the end that is looked at."""
    written, seen = socket.socketpair()
    # A socket counts what it keeps around the bytes as well, and some systems begin with 8 KiB.
    for end, room in ((written, socket.SO_SNDBUF), (seen, socket.SO_RCVBUF)):
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, room, 4 * MAX_TICKET_BYTES)
    return written, seen


class TicketPipe:
    """One tray as a worker uses it."""

    def __init__(self, both: SocketPair) -> None:
        self._writer, self._reader = both

    def put_ticket(self, ticket: bytes) -> None:
        """Leave this ticket, and only this one.

        Raises:
            OSError: it did not fit.
        """
        if len(ticket) > MAX_TICKET_BYTES:
            raise OSError("too long for the tray")
        self.discard_ticket()
        # A full tray must be an error here, not a wait without end.
        self._writer.setblocking(False)
        self._writer.sendall(len(ticket).to_bytes(_LENGTH_BYTES, "big") + ticket)

    def peek_ticket(self) -> bytes | None:
        """The ticket, which stays where it is; None if there is none."""
        self._reader.setblocking(False)
        with suppress(OSError):
            seen = self._reader.recv(_LENGTH_BYTES + MAX_TICKET_BYTES + 1, socket.MSG_PEEK)
            if len(seen) >= _LENGTH_BYTES and len(seen) == _LENGTH_BYTES + int.from_bytes(
                seen[:_LENGTH_BYTES], "big"
            ):
                return seen[_LENGTH_BYTES:]
            # Cut off half-way: nobody can use it.
            self.discard_ticket()
        return None

    def discard_ticket(self) -> None:
        """Destroy whatever lies there."""
        self._reader.setblocking(False)
        with suppress(OSError):
            while self._reader.recv(MAX_TICKET_BYTES):
                pass
