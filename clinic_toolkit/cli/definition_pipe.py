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

Ends = tuple[socket.socket, socket.socket]

_LENGTH = 4
_PIECE = 64 * 1024
# How often the sides look whether the other one is still there, in seconds.
TICK = 0.02


def ends() -> Ends:
    """A new pair: the worker's end and the parser's."""
    return socket.socketpair()


def exchange(ours: socket.socket, asked: bytes, *, most: int, ended: Callable[[], bool]) -> bytes | None:
    """Send one message and gather the answer until the other side has ended.

    Args:
        ours: the worker's end.
        asked: what is sent.
        most: the longest answer, in bytes; a longer one is not read on.
        ended: whether the other side has ended, so that nothing more can come.

    Returns None if no whole answer came.
    """
    ours.setblocking(False)
    waiting, came = memoryview(len(asked).to_bytes(_LENGTH, "big") + asked), bytearray()
    over = False
    while not over:
        # Looked at before the last reading, so that what was sent just before the end is read as well.
        over = ended()
        room = len(came) <= most + _LENGTH
        readable, writable, _ = select.select(
            [ours] if room else [], [ours] if waiting and not over else [], [], TICK
        )
        with suppress(BlockingIOError):
            if writable:
                waiting = waiting[ours.send(waiting[:_PIECE]) :]
        if readable or over:
            came += _whatever_came(ours, most + _LENGTH + 1 - len(came))
        elif not room and not over:
            time.sleep(TICK)
    length, answer = int.from_bytes(came[:_LENGTH], "big"), bytes(came[_LENGTH:])
    return answer if len(came) >= _LENGTH and len(answer) == length <= most else None


def _whatever_came(ours: socket.socket, most: int) -> bytes:
    came = bytearray()
    with suppress(BlockingIOError):
        while len(came) < most and (piece := ours.recv(min(_PIECE, most - len(came)))):
            came += piece
    return bytes(came)


def receive(theirs: socket.socket, *, most: int) -> bytes:
    """The one message that was sent, in the parser.

    Raises:
        OSError: it is longer than `most`, or the worker has ended.
    """
    theirs.setblocking(True)
    length = int.from_bytes(_exactly(theirs, _LENGTH), "big")
    if length > most:
        raise OSError("longer than what may be sent")
    return _exactly(theirs, length)


def _exactly(theirs: socket.socket, length: int) -> bytes:
    came = bytearray()
    while len(came) < length:
        piece = theirs.recv(min(_PIECE, length - len(came)))
        if not piece:
            raise OSError("the worker has ended")
        came += piece
    return bytes(came)


def answer(theirs: socket.socket, reply: bytes) -> None:
    """Send the answer, in the parser.

    Raises:
        OSError: the worker has ended.
    """
    theirs.sendall(len(reply).to_bytes(_LENGTH, "big") + reply)


def clear(both: Ends) -> None:
    """Destroy whatever lies between the two ends. Neither side may be at work."""
    for end in both:
        end.setblocking(False)
        with suppress(OSError):
            while end.recv(_PIECE):
                pass
