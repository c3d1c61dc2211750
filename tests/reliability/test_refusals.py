"""The real program refuses everything that is not its own in one way, whatever is wrong with it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import pytest

from clinic_toolkit.web.perimeter import browser_launch
from tests.fixtures.running import Running, address_in

pytestmark = pytest.mark.processes

OURS = "Sec-Fetch-Site: same-origin"
TYPED = "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document"
LED = TYPED.replace("none", "cross-site")
# How far apart the times of two kinds of refusal may lie. A busy machine is far noisier than the program.
SPREAD, SPREAD_IN_A_SHORT_RUN = 0.005, 0.5


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("refusals") / "data", copied=True) as program:
        yield program


def told(running: Running, sent: bytes) -> tuple[bytes, float]:
    """Send these bytes on a connection of its own; return the whole answer, and how long it took."""
    with socket.create_connection(("127.0.0.1", int(running.host.rpartition(":")[2])), timeout=30) as ours:
        began, read = time.perf_counter(), b""
        with suppress(OSError):  # refused before everything was sent
            ours.sendall(sent)
        with suppress(ConnectionResetError):
            while chunk := ours.recv(65536):
                read += chunk
        return read, time.perf_counter() - began


def plain(answer: bytes) -> tuple[bytes, bytes, bytes]:
    """What a stranger could compare: status, length, body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next((line for line in lines if line.lower().startswith(b"content-length")), b"")
    return lines[0].partition(b" ")[2], length, body


def wrong_ones(running: Running, cookie: str) -> dict[str, bytes]:
    """One request for each thing that can be wrong, with everything else as it should be."""
    good = f"Host: {running.host}\r\nConnection: close\r\nCookie: {cookie}\r\n"
    port = running.host.rpartition(":")[2]

    def ask(line: str, *more: str, head: str = good, body: bytes = b"") -> bytes:
        return f"{line} HTTP/1.1\r\n{head}".encode() + "\r\n".join([*more, "", ""]).encode() + body

    form = f"Origin: http://{running.host}\r\nContent-Type: application/x-www-form-urlencoded"
    return {
        "another host": ask("GET /unlock", OURS, head=good.replace(running.host, f"127.0.0.1:{port}")),
        "a name that was bound anew": ask(
            "GET /", OURS, head=good.replace(running.host, f"evil.example:{port}")
        ),
        "no host": ask("GET /unlock", OURS, head=good.partition("\r\n")[2]),
        "two hosts": ask("GET /unlock", OURS, f"Host: 127.0.0.1:{port}"),
        "another site": ask("GET /unlock", OURS.replace("origin", "site")),
        "a site far away": ask("GET /unlock", LED),
        "no word where from": ask("GET /unlock"),
        "a form from elsewhere": ask("POST /lock", "Sec-Fetch-Site: cross-site", "Content-Length: 0"),
        "a form that says null": ask("POST /lock", "Origin: null", "Content-Length: 0"),
        "a picture": ask("GET /static/icon.svg", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: no-cors"),
        "no launch cookie": ask("GET /unlock", OURS, head=good.replace(browser_launch.COOKIE_NAME, "other")),
        "a wrong launch": ask("GET /open?key=x", LED),
        "an unknown method": ask("PROPFIND /unlock", OURS),
        "a method of another kind": ask("OPTIONS *", OURS),
        "a form that is too large": ask(
            "POST /lock", OURS, form, f"Content-Length: {80 << 20}", body=b"a" * 4096
        ),
        "headers that are too large": ask("GET /unlock", OURS, f"X-Long: {'a' * 60_000}"),
        "no HTTP": b"hello\r\n\r\n",
        "a length that is none": ask("POST /lock", OURS, "Content-Length: many"),
        "two ways of sending": ask("POST /lock", OURS, "Transfer-Encoding: chunked, gzip"),
    }


def cookie_of(running: Running) -> str:
    browser = running.browser()
    return f"{browser_launch.COOKIE_NAME}={browser.cookies[browser_launch.COOKIE_NAME]}"


def test_every_refusal_is_alike(running: Running) -> None:
    cookie = cookie_of(running)
    answers = {what: told(running, sent)[0] for what, sent in wrong_ones(running, cookie).items()}
    alike = {what: plain(answer) for what, answer in answers.items()}
    one = alike["another host"]
    assert one[0] == b"403 FORBIDDEN"
    assert b"Not answered" in one[2]
    assert one[1] == b"Content-Length: %d" % len(one[2])
    assert {what: answer[:2] for what, answer in alike.items() if answer != one} == {}
    assert all(b"\r\nServer:" not in answer and b"no-store" in answer for answer in answers.values())
    # Asked for the head alone, there is the same head.
    headed = told(running, wrong_ones(running, cookie)["another host"].replace(b"GET", b"HEAD", 1))[0]
    assert plain(headed) == (*one[:2], b"")
    # The control: with nothing wrong it is answered.
    host = f"Host: {running.host}\r\nConnection: close\r\nCookie: {cookie}\r\n"
    right = f"GET /unlock HTTP/1.1\r\n{host}{OURS}\r\n\r\n".encode()
    assert told(running, right)[0].startswith(b"HTTP/1.1 303")


def spread(running: Running, rounds: int) -> float:
    """How far the medians of the kinds of refusal lie apart."""
    asked = wrong_ones(running, cookie_of(running))
    # What is sent in many pieces takes as long as it is long; the answer does not.
    asked = {what: sent for what, sent in asked.items() if len(sent) < 2000}
    took: dict[str, list[float]] = {what: [] for what in asked}
    for _ in range(rounds):
        for what, sent in asked.items():
            took[what].append(told(running, sent)[1])
    medians = [median(each) for each in took.values()]
    print(f"refusals: medians from {min(medians) * 1000:.1f} to {max(medians) * 1000:.1f} ms")
    return max(medians) - min(medians)


def test_no_refusal_takes_its_own_time(running: Running) -> None:
    assert spread(running, 5) < SPREAD_IN_A_SHORT_RUN


@pytest.mark.reliability
def test_no_refusal_takes_its_own_time_long(running: Running) -> None:
    assert spread(running, 100) < SPREAD


AS_ANOTHER_USER = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
ours = socket.socket()
ours.connect(("127.0.0.1", int(sys.argv[1])))
ours.sendall(sys.stdin.buffer.read())
while chunk := ours.recv(65536): sys.stdout.buffer.write(chunk)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux can ask as somebody else"
)
def test_another_user_of_the_machine_is_not_answered_with_every_right_word(running: Running) -> None:
    cookie = cookie_of(running)
    head = f"Host: {running.host}\r\nConnection: close\r\nCookie: {cookie}\r\n{OURS}\r\n\r\n"
    way_in = urlsplit(address_in(running.launch_file()))
    led = f"Host: {running.host}\r\nConnection: close\r\n{LED}\r\n\r\n"
    sent = {"a page": f"GET /setup HTTP/1.1\r\n{head}"}
    sent["the way in"] = f"GET {way_in.path}?{way_in.query} HTTP/1.1\r\n{led}"
    words = [sys.executable, "-I", "-c", AS_ANOTHER_USER, running.host.rpartition(":")[2]]
    for what, asked in sent.items():
        done = subprocess.run(words, input=asked.encode(), capture_output=True, check=False, timeout=60)
        assert done.stdout == b"", (what, done.stdout)
    # The control: we ourselves are answered, and nobody has used the way in.
    assert told(running, sent["a page"].encode())[0].startswith(b"HTTP/1.1 200")
    assert told(running, sent["the way in"].encode())[0].startswith(b"HTTP/1.1 200")


SILENT = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
held = []
for _ in range(220):
    ours = socket.socket()
    ours.connect(("127.0.0.1", int(sys.argv[1])))
    held.append(ours)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux can ask as somebody else"
)
def test_another_user_cannot_take_every_place_with_connections_that_say_nothing(running: Running) -> None:
    words = [sys.executable, "-I", "-c", SILENT, running.host.rpartition(":")[2]]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin and other.stdout and other.stdout.readline() == b"held\n"
        began = time.monotonic()
        assert told(running, wrong_ones(running, "none")["no launch cookie"])[0].startswith(b"HTTP/1.1 403")
        assert running.browser().get("/setup").status == 200
        assert time.monotonic() - began < 60
        other.stdin.close()


def test_the_address_stands_in_no_programs_arguments(tmp_path: Path) -> None:
    """A browser that only writes down what it was started with, and the file it was given."""
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> {seen}\n", encoding="utf-8")
    browser.chmod(0o755)
    surroundings = os.environ | {"DISPLAY": ":7", "BROWSER": f"{browser} %s"}
    start = [sys.executable, "-m", "clinic_toolkit", "start", "--data", str(tmp_path / "data")]
    with subprocess.Popen(start, stdout=subprocess.PIPE, text=True, env=surroundings) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        host = ready.removeprefix("Ready: http://").strip().rstrip("/")
        again = subprocess.run(
            start, capture_output=True, text=True, env=surroundings, check=False, timeout=60
        )
        until = time.monotonic() + 20
        while time.monotonic() < until and len(lines := lines_of(seen)) < 2:
            time.sleep(0.05)
        assert again.returncode == 0
        assert len(set(lines)) == 2, "each start makes a way in of its own"
        assert "localhost" not in "".join(lines)
        assert "key" not in ready + again.stdout
        for line in lines:
            file = Path(line.removeprefix("file://"))
            assert urlsplit(address_in(file)).netloc == host
            assert file.stat().st_mode & 0o077 == 0
        process.terminate()
        process.wait(timeout=20)
    assert not (tmp_path / "data" / "open").exists(), "what was not used is cleared away at the end"


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
