"""Nothing that the tests run leaves this machine: in this process, in those it starts, and in theirs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.outside import sitecustomize as outside

pytestmark = pytest.mark.processes

# Addresses that are kept free for examples; nobody answers there.
ELSEWHERE = "192.0.2.1"
CONNECT = f"import socket; socket.socket().connect_ex(({ELSEWHERE!r}, 9))"
ASK = "import socket; socket.getaddrinfo('example.invalid', 80)"
CHILD = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {CONNECT!r}]).returncode)"
SPAWN = f"""
import multiprocessing, socket
def leave(): socket.socket().connect(({ELSEWHERE!r}, 9))
if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=leave)
    process.start(); process.join()
"""


def ran(report: Path, *words: str) -> str:
    """What a program that is started like the product's own leaves in a report of its own."""
    report.touch()
    env = os.environ | {outside.REPORT: str(report)}
    subprocess.run([sys.executable, *words], env=env, capture_output=True, check=False, timeout=60)
    return report.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", [CONNECT, ASK, CHILD], ids=["connect", "look a name up", "from a child"])
def test_a_process_that_would_leave_is_stopped_and_noted(source: str, tmp_path: Path) -> None:
    assert "socket." in ran(tmp_path / "report", "-c", source)


def test_a_spawned_worker_is_watched_too(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SPAWN, encoding="utf-8")
    assert ELSEWHERE in ran(tmp_path / "report", str(program))


def test_this_process_is_watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(outside.REPORT, str(tmp_path / "report"))
    with pytest.raises(PermissionError):
        sys.audit("socket.connect", None, (ELSEWHERE, 9))
    assert ELSEWHERE in (tmp_path / "report").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "t-abcdefgh.localhost", None, b"127.0.0.1"]
)
def test_this_machine_is_no_elsewhere(host: object) -> None:
    assert outside.is_here(host)


@pytest.mark.parametrize("host", [ELSEWHERE, "10.0.0.1", "169.254.169.254", "2001:db8::1", "example.invalid"])
def test_every_other_machine_is_elsewhere(host: str) -> None:
    assert not outside.is_here(host)
    assert outside.target_of("socket.connect", (None, (host, 80))) == host


def test_what_is_no_internet_address_is_passed_over() -> None:
    assert outside.target_of("socket.connect", (None, "/run/socket")) is None
    assert outside.target_of("socket.connect", (None, (0, 0))) is None
    assert outside.target_of("socket.getaddrinfo", ("0.0.0.0", 80)) is None  # noqa: S104


def connects(log: Path) -> list[str]:
    """The addresses outside this machine that a trace of system calls shows."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    asked = [line for line in lines if "sin_port" in line or "sin6_port" in line]
    return [line for line in asked if "127.0.0.1" not in line and '"::1"' not in line]


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace")
def test_the_system_sees_no_connection_to_elsewhere(tmp_path: Path) -> None:
    """The whole job, seen from outside of Python: below it a library could connect unseen."""
    trace = ("strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o")
    log = tmp_path / "log"
    control = [*trace, str(log), sys.executable, "-I", "-c", CONNECT.replace("socket()", "socket(2, 2)")]
    if subprocess.run(control, capture_output=True, check=False, timeout=60).returncode:
        pytest.skip("strace may not look here")
    assert len(connects(log)) == 1, "the trace does not see a connection at all"
    job = [sys.executable, "-m", "clinic_toolkit", "start", "--check", "--out", str(tmp_path / "out")]
    done = subprocess.run([*trace, str(log), *job], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1" in log.read_text(encoding="utf-8"), "the visitor was not seen either"
    assert connects(log) == []
