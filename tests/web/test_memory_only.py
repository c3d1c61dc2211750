"""Nothing that passes through the server is ever written to a temporary file."""

import sys
import threading
from contextlib import suppress
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
from flask import Request
from waitress.server import create_server

from clinic_toolkit.cli.worker import WAITRESS_OPTIONS
from clinic_toolkit.web.transport.request_info import ClinicRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SIZE = 900_000
_written: list[str] = []
_watching = threading.Event()


def _see(event: str, args: tuple[Any, ...]) -> None:
    if not _watching.is_set():
        return
    if event.startswith("tempfile."):
        _written.append(event)
    elif event == "open" and isinstance(args[2], int) and args[2] & 0x1 | args[2] & 0x2:
        _written.append(f"open {args[0]!r}")


sys.addaudithook(_see)


def app_of(request_class: type[Request]) -> "WSGIApplication":
    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        request = request_class(environ)
        files = sum(len(part.read()) for part in request.files.values())
        fields = sum(len(value) for value in request.form.values())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{files + fields}".encode(), b"x" * (3 * SIZE)]

    return app


def post(request_class: type[Request], kind: str, body: bytes, **waitress: Any) -> tuple[bytes, list[str]]:
    """Send a body through a real server; return what it says it got, and what was opened for writing."""
    # Not the type of create_server, which does not know the port and the trigger.
    server: Any = create_server(app_of(request_class), host="127.0.0.1", port=0, **waitress)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.effective_port, timeout=20)
    _written.clear()
    _watching.set()
    try:
        connection.request("POST", "/", body, {"Content-Type": kind})
        told = connection.getresponse().read().rstrip(b"x")
    finally:
        _watching.clear()
        connection.close()
        # In its own thread, which is in the middle of asking its sockets. Where it was just awake, it has
        # closed everything before it is woken for that.
        with suppress(OSError):
            server.trigger.pull_trigger(server.close)
    return told, list(_written)


def multipart() -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    return head + b"a" * SIZE + b"\r\n--b--\r\n"


FORMS = [
    ("application/x-www-form-urlencoded", b"f=" + b"a" * SIZE),
    ("multipart/form-data; boundary=b", multipart()),
]


@pytest.mark.parametrize(("kind", "body"), FORMS)
def test_a_large_body_stays_in_memory(kind: str, body: bytes) -> None:
    told, written = post(ClinicRequest, kind, body, **WAITRESS_OPTIONS)
    assert told == str(SIZE).encode()
    assert written == []


def test_the_watch_would_see_it_and_so_the_settings_matter() -> None:
    # The server's own settings write the body to a temporary file, and so does the usual request.
    careless = {name: value for name, value in WAITRESS_OPTIONS.items() if not name.endswith("_overflow")}
    assert post(ClinicRequest, *FORMS[0], **careless)[1]
    assert post(Request, *FORMS[1], **WAITRESS_OPTIONS)[1]
