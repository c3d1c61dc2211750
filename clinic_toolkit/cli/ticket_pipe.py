"""The ticket pipe: passes a ticket from one worker to the next without the keeper reading it.

A worker writes to one end and peeks at the other; in between, the kernel buffers the bytes. Every worker gets
both ends. The keeper only holds them open and reads neither, so the ticket is never in its memory. Peeking
leaves the ticket in place: if a worker is killed while a client has a form, the next one finds the same
ticket and continues with the form. The ticket is gone when it is discarded or the keeper ends.
"""

import socket
from contextlib import suppress

# More than a ticket with an own questionnaire needs, and less than a socket buffer can be set to hold.
MAX_TICKET_BYTES = 64 * 1024
_LENGTH_BYTES = 4

SocketPair = tuple[socket.socket, socket.socket]


def create_pair() -> SocketPair:
    """Create an empty pipe: the writing end and the reading end."""
    writer, reader = socket.socketpair()
    # Socket buffers also count bookkeeping overhead, and some systems default to 8 KiB.
    for sock, option in ((writer, socket.SO_SNDBUF), (reader, socket.SO_RCVBUF)):
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, 4 * MAX_TICKET_BYTES)
    return writer, reader


class TicketPipe:
    """The ticket pipe as a worker uses it; it holds at most one ticket."""

    def __init__(self, pair: SocketPair) -> None:
        self._writer, self._reader = pair

    def put_ticket(self, ticket: bytes) -> None:
        """Put a ticket into the pipe, in place of any earlier one.

        Raises:
            OSError: it did not fit.
        """
        if len(ticket) > MAX_TICKET_BYTES:
            raise OSError("too long for the ticket pipe")
        self.discard_ticket()
        # A full buffer must raise here instead of blocking forever.
        self._writer.setblocking(False)
        self._writer.sendall(len(ticket).to_bytes(_LENGTH_BYTES, "big") + ticket)

    def peek_ticket(self) -> bytes | None:
        """Return the ticket and leave it in the pipe; None if there is none."""
        self._reader.setblocking(False)
        with suppress(OSError):
            content = self._reader.recv(_LENGTH_BYTES + MAX_TICKET_BYTES + 1, socket.MSG_PEEK)
            if len(content) >= _LENGTH_BYTES and len(content) == _LENGTH_BYTES + int.from_bytes(
                content[:_LENGTH_BYTES], "big"
            ):
                return content[_LENGTH_BYTES:]
            # Incomplete, because a worker was killed while writing.
            self.discard_ticket()
        return None

    def discard_ticket(self) -> None:
        """Discard the ticket, if any."""
        self._reader.setblocking(False)
        with suppress(OSError):
            while self._reader.recv(MAX_TICKET_BYTES):
                pass
