"""The tray: where a worker leaves a ticket for the next one, past the keeper.

One end is written, the other is looked at, and between the two the bytes lie in the kernel. Every worker
is given both ends; the keeper only keeps them open and reads neither, so what is handed on is never in
its memory. Looking does not take the ticket away: if a worker is killed while a form is out, the next
one finds the same ticket and goes on with the form. It is gone when it is cleared, or with the keeper.
"""

import socket
from contextlib import suppress

# More than a ticket with a practice's own questionnaire on it, and less than a socket can be told to hold.
LONGEST = 64 * 1024
_LENGTH = 4

Ends = tuple[socket.socket, socket.socket]


def ends() -> Ends:
    """A new tray, empty: the end that is written, and the end that is looked at."""
    written, seen = socket.socketpair()
    # A socket counts what it keeps around the bytes as well, and some systems begin with 8 KiB.
    for end, room in ((written, socket.SO_SNDBUF), (seen, socket.SO_RCVBUF)):
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, room, 4 * LONGEST)
    return written, seen


class Tray:
    """One tray as a worker uses it."""

    def __init__(self, both: Ends) -> None:
        self._written, self._seen = both

    def put(self, ticket: bytes) -> None:
        """Leave this ticket, and only this one.

        Raises:
            OSError: it did not fit.
        """
        if len(ticket) > LONGEST:
            raise OSError("too long for the tray")
        self.clear()
        # A full tray must be an error here, not a wait without end.
        self._written.setblocking(False)
        self._written.sendall(len(ticket).to_bytes(_LENGTH, "big") + ticket)

    def look(self) -> bytes | None:
        """The ticket, which stays where it is; None if there is none."""
        self._seen.setblocking(False)
        with suppress(OSError):
            seen = self._seen.recv(_LENGTH + LONGEST + 1, socket.MSG_PEEK)
            if len(seen) >= _LENGTH and len(seen) == _LENGTH + int.from_bytes(seen[:_LENGTH], "big"):
                return seen[_LENGTH:]
            # Cut off half-way: nobody can use it.
            self.clear()
        return None

    def clear(self) -> None:
        """Destroy whatever lies there."""
        self._seen.setblocking(False)
        with suppress(OSError):
            while self._seen.recv(LONGEST):
                pass
