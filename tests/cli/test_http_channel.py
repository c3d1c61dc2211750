"""A worker that ends hangs up between two requests, and never in the middle of an answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from waitress import buffers
from waitress.server import create_server

from clinic_toolkit.cli import http_channel
from clinic_toolkit.cli.worker import MIB, WAITRESS_OPTIONS
from clinic_toolkit.web.perimeter import post_bodies

pytestmark = pytest.mark.processes

ANSWER = b"x" * 5000


class Serving:
    """A server that answers after a moment, and the connections to it."""

    def __init__(self, **limits: Any) -> None:
        self.channels: dict[int, Any] = {}
        self.takes = 0.0
        self.made: list[socket.socket] = []
        self.begun, self.must_end = threading.Event(), threading.Event()
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        given = {"threads": 4} | limits
        # Not the type of create_server, which does not know the trigger.
        self.server: Any = create_server(self._answer, map=self.channels, sockets=[listening], **given)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        self.begun.set()
        self.must_end.wait(self.takes)
        start("200 OK", [("Content-Length", str(len(ANSWER)))])
        return [ANSWER]

    def connected(self) -> socket.socket:
        """A new connection."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.made.append(made)
        return made

    def end(self) -> None:
        """Empty the loop, which ends it, and close everything; what still takes its time is let go of."""
        self.must_end.set()
        everything = list(self.channels.values())
        self.server.trigger.pull_trigger(self.channels.clear)
        self.thread.join()
        self.server.task_dispatcher.shutdown()
        for each in (*everything, *self.made):
            each.close()


@pytest.fixture
def serving() -> Iterator[Serving]:
    made = Serving()
    yield made
    made.end()


def test_what_the_app_does_not_want_is_not_read(serving: Serving) -> None:
    """Not even when it comes in one piece with its headers, or byte by byte; the answer still arrives."""
    asked: list[str] = []
    seen: list[bytes] = []

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["wsgi.input"].read())
        start("200 OK", [("Content-Length", "2")])
        return [b"no" if post_bodies.UNREAD_KEY in environ else b"ok"]

    def reads(environ: dict[str, Any]) -> bool:
        asked.append(environ["PATH_INFO"])
        return bool(environ["PATH_INFO"] == "/read")

    serving.server.application = app
    http_channel.install_channel(serving.channels, reads)
    for path, told, times in (("/read", b"ok", 3), ("/unread", b"no", 2)):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n".encode()
        whole = serving.connected()
        # A second request right behind the first one is not mixed up with it.
        whole.sendall(head + b"secret" + head + b"second" + b"GET / HTTP/1.0\r\n\r\n")
        assert read_until_closed(whole).count(b"\r\n\r\n" + told) == times
        in_bytes = serving.connected()
        for byte in (head + b"secret" + b"GET / HTTP/1.0\r\n\r\n").replace(b"\r\nHost: x", b""):
            in_bytes.sendall(bytes([byte]))
        assert told in read_until_closed(in_bytes)
    assert asked == ["/read"] * 3 + ["/unread"] * 3
    bodies = [body for body in seen if body]
    assert bodies == [b"secret", b"second", b"secret", bytes(6), bytes(6), bytes(6)]


@pytest.fixture
def as_it_runs() -> Iterator[Serving]:
    made = Serving(**WAITRESS_OPTIONS)
    yield made
    made.end()


@pytest.mark.parametrize("size", [3 * MIB, 5 * MIB])
def test_what_is_far_too_large_is_answered_by_the_app(
    as_it_runs: Serving, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Not by the gate, whose words would send a person back to the start of the program."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        told = f"{environ.get('CONTENT_LENGTH')} {post_bodies.UNREAD_KEY in environ}".encode()
        start("413 Too Large", [("Content-Length", str(len(told)))])
        return [told]

    def never(*_: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(buffers.TempfileBasedBuffer, "__init__", never)
    as_it_runs.server.application = app
    http_channel.install_channel(
        as_it_runs.channels, lambda environ: int(environ.get("CONTENT_LENGTH") or 0) <= MIB
    )
    asking = as_it_runs.connected()
    asking.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
    asking.sendall(b"x" * size + b"GET / HTTP/1.0\r\n\r\n")
    told = read_until_closed(asking)
    assert told.startswith(b"HTTP/1.1 413") and f"{size} True".encode() in told
    # What comes behind it is a request of its own.
    assert told.count(b"413 Too Large") == 2


def test_a_judge_that_fails_lets_nothing_be_read(serving: Serving) -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Length", "6")])
        return [environ["wsgi.input"].read()]

    serving.server.application = app
    http_channel.install_channel(serving.channels, lambda environ: bool(environ["no such thing"]))
    asking = serving.connected()
    asking.sendall(b"POST / HTTP/1.0\r\nContent-Length: 6\r\n\r\nsecret")
    assert read_until_closed(asking).endswith(bytes(6))


def test_a_body_without_its_length_is_refused_and_not_read(serving: Serving) -> None:
    http_channel.install_channel(serving.channels, lambda environ: True)
    asking = serving.connected()
    asking.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert asking.recv(65536).startswith(b"HTTP/1.1 403")
    assert not serving.begun.is_set()


def ask(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def read_answer(connection: socket.socket) -> None:
    """One whole answer; the next one has not been asked for."""
    read = b""
    while not read.endswith(ANSWER):
        more = connection.recv(65536)
        assert more, "closed before the answer came"
        read += more


def read_until_closed(connection: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    read = b""
    while more := connection.recv(65536):
        read += more
    return read


def test_a_connection_that_stays_open_is_closed_between_two_requests(serving: Serving) -> None:
    staying = serving.connected()
    ask(staying)
    read_answer(staying)
    # The control: as long as the worker serves, it answers there again.
    ask(staying)
    read_answer(staying)
    http_channel.drain_connections(serving.channels)
    assert read_until_closed(staying) == b""


def test_an_answer_that_is_under_way_is_given_whole(serving: Serving) -> None:
    serving.takes = 0.5
    asking = serving.connected()
    ask(asking)
    assert serving.begun.wait(60)
    http_channel.drain_connections(serving.channels)
    assert read_until_closed(asking).endswith(ANSWER)


def test_one_that_was_accepted_gets_a_moment_to_ask(serving: Serving) -> None:
    quick, silent = serving.connected(), serving.connected()
    until = time.monotonic() + 60
    while sum(hasattr(each, "requests") for each in list(serving.channels.values())) < 2:
        assert time.monotonic() < until
    draining = threading.Thread(target=http_channel.drain_connections, args=(serving.channels,))
    draining.start()
    ask(quick)
    draining.join()
    assert read_until_closed(quick).endswith(ANSWER)
    assert read_until_closed(silent) == b""


def test_a_slow_reader_holds_it_up_for_a_second_at_most(serving: Serving) -> None:
    serving.takes = 5.0
    ask(serving.connected())
    assert serving.begun.wait(60)
    began = time.monotonic()
    http_channel.drain_connections(serving.channels)
    # Before the reader is done: nobody waits for the five seconds that the answer takes.
    assert http_channel.MAX_DRAIN_SECONDS <= time.monotonic() - began < serving.takes


def test_nobody_is_accepted_any_more(serving: Serving) -> None:
    http_channel.drain_connections(serving.channels)
    waiting = serving.connected()
    ask(waiting)
    waiting.settimeout(0.3)
    with pytest.raises(TimeoutError):
        waiting.recv(1)
