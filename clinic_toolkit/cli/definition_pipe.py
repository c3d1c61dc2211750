"""The way of a definition from a worker to the process that parses it, and of the answer back.

It is a pair of connected sockets that the keeper makes for each worker and hands to the parser that it
starts, and it reads neither end: what a practice wrote passes through the kernel alone, in no file, no
argument and no log. Each message is its length in four bytes, and then its bytes.
"""

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

SocketPair = tuple[socket.socket, socket.socket]

_LENGTH_BYTES = 4
_CHUNK_BYTES = 64 * 1024
# How often the sides look whether the other one is still there, in seconds.
POLL_SECONDS = 0.02


def create_pair() -> SocketPair:
    """A new pair: the worker's end and the parser's."""
    return socket.socketpair()


def exchange_message(
    ours: socket.socket, request: bytes, *, max_bytes: int, has_ended: Callable[[], bool]
) -> bytes | None:
    """Send one message and gather the answer until the other side has ended.

    Args:
        ours: the worker's end.
        request: what is sent.
        max_bytes: the longest answer, in bytes; a longer one is not read on.
        has_ended: whether the other side has ended, so that nothing more can come.

    Returns None if no whole answer came.
    """
    ours.setblocking(False)
    waiting, came = memoryview(len(request).to_bytes(_LENGTH_BYTES, "big") + request), bytearray()
    over = False
    while not over:
        # Looked at before the last reading, so that what was sent just before the end is read as well.
        over = has_ended()
        room = len(came) <= max_bytes + _LENGTH_BYTES
        readable, writable, _ = select.select(
            [ours] if room else [], [ours] if waiting and not over else [], [], POLL_SECONDS
        )
        with suppress(BlockingIOError):
            if writable:
                waiting = waiting[ours.send(waiting[:_CHUNK_BYTES]) :]
        if readable or over:
            came += _receive_available(ours, max_bytes + _LENGTH_BYTES + 1 - len(came))
        elif not room and not over:
            time.sleep(POLL_SECONDS)
    length, answer = int.from_bytes(came[:_LENGTH_BYTES], "big"), bytes(came[_LENGTH_BYTES:])
    return answer if len(came) >= _LENGTH_BYTES and len(answer) == length <= max_bytes else None


def _receive_available(ours: socket.socket, max_bytes: int) -> bytes:
    came = bytearray()
    with suppress(BlockingIOError):
        while len(came) < max_bytes and (piece := ours.recv(min(_CHUNK_BYTES, max_bytes - len(came)))):
            came += piece
    return bytes(came)


def receive_message(theirs: socket.socket, *, max_bytes: int) -> bytes:
    """The one message that was sent, in the parser.

    Raises:
        OSError: it is longer than `max_bytes`, or the worker has ended.
    """
    theirs.setblocking(True)
    length = int.from_bytes(_receive_exactly(theirs, _LENGTH_BYTES), "big")
    if length > max_bytes:
        raise OSError("longer than what may be sent")
    return _receive_exactly(theirs, length)


def _receive_exactly(theirs: socket.socket, length: int) -> bytes:
    came = bytearray()
    while len(came) < length:
        piece = theirs.recv(min(_CHUNK_BYTES, length - len(came)))
        if not piece:
            raise OSError("the worker has ended")
        came += piece
    return bytes(came)


def send_reply(theirs: socket.socket, reply: bytes) -> None:
    """Send the answer, in the parser.

    Raises:
        OSError: the worker has ended.
    """
    theirs.sendall(len(reply).to_bytes(_LENGTH_BYTES, "big") + reply)


def discard_pending(both: SocketPair) -> None:
    """Destroy whatever lies between the two ends. Neither side may be at work."""
    for end in both:
        end.setblocking(False)
        with suppress(OSError):
            while end.recv(_CHUNK_BYTES):
                pass
