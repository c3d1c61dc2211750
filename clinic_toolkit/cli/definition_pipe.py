"""The definition pipe: carries a definition from a worker to its parser process, and the reply back.

Any other file that is read without keys goes the same way. It is a pair of connected sockets that the keeper
creates for each worker and passes to the parser it starts. The keeper reads neither end, so what somebody
wrote passes through the kernel only, and never through a file, an argument or a log. Each message is its
length in four bytes, followed by its bytes.
"""

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

SocketPair = tuple[socket.socket, socket.socket]

_LENGTH_BYTES = 4
_CHUNK_BYTES = 64 * 1024
# How often each side checks that the other one is still running, in seconds.
POLL_SECONDS = 0.02


def create_pair() -> SocketPair:
    """Create a pair of connected sockets: the worker's end and the parser's end."""
    return socket.socketpair()


def exchange_message(
    worker_end: socket.socket, request: bytes, *, max_bytes: int, has_ended: Callable[[], bool]
) -> bytes | None:
    """Send one message and read the reply until the parser has ended; called in the worker.

    Args:
        worker_end: the worker's end.
        request: the message to send.
        max_bytes: the longest reply to accept, in bytes; a longer one is not read to its end.
        has_ended: whether the parser has ended, so that nothing more can arrive.

    Returns:
        The reply, or None if no complete one arrived.
    """
    worker_end.setblocking(False)
    outgoing, received = memoryview(len(request).to_bytes(_LENGTH_BYTES, "big") + request), bytearray()
    ended = False
    while not ended:
        # Checked before the last read, so that data sent just before the parser ended is still read.
        ended = has_ended()
        has_room = len(received) <= max_bytes + _LENGTH_BYTES
        readable, writable, _ = select.select(
            [worker_end] if has_room else [], [worker_end] if outgoing and not ended else [], [], POLL_SECONDS
        )
        with suppress(BlockingIOError):
            if writable:
                outgoing = outgoing[worker_end.send(outgoing[:_CHUNK_BYTES]) :]
        if readable or ended:
            received += _receive_available(worker_end, max_bytes + _LENGTH_BYTES + 1 - len(received))
        elif not has_room and not ended:
            time.sleep(POLL_SECONDS)
    length, reply = int.from_bytes(received[:_LENGTH_BYTES], "big"), bytes(received[_LENGTH_BYTES:])
    return reply if len(received) >= _LENGTH_BYTES and len(reply) == length <= max_bytes else None


def _receive_available(worker_end: socket.socket, max_bytes: int) -> bytes:
    received = bytearray()
    with suppress(BlockingIOError):
        while len(received) < max_bytes and (
            chunk := worker_end.recv(min(_CHUNK_BYTES, max_bytes - len(received)))
        ):
            received += chunk
    return bytes(received)


def receive_message(parser_end: socket.socket, *, max_bytes: int) -> bytes:
    """Receive the one message that the worker sent; called in the parser.

    Raises:
        OSError: it is longer than `max_bytes`, or the worker has ended.
    """
    parser_end.setblocking(True)
    length = int.from_bytes(_receive_exactly(parser_end, _LENGTH_BYTES), "big")
    if length > max_bytes:
        raise OSError("longer than what may be sent")
    return _receive_exactly(parser_end, length)


def _receive_exactly(parser_end: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        chunk = parser_end.recv(min(_CHUNK_BYTES, length - len(received)))
        if not chunk:
            raise OSError("the worker has ended")
        received += chunk
    return bytes(received)


def send_reply(parser_end: socket.socket, reply: bytes) -> None:
    """Send the reply; called in the parser.

    Raises:
        OSError: the worker has ended.
    """
    parser_end.sendall(len(reply).to_bytes(_LENGTH_BYTES, "big") + reply)


def discard_pending(pair: SocketPair) -> None:
    """Discard all bytes in transit in both directions. Neither side may be sending or receiving."""
    for sock in pair:
        sock.setblocking(False)
        with suppress(OSError):
            while sock.recv(_CHUNK_BYTES):
                pass
