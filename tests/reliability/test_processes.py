"""How the program starts, how it ends, and what it says when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.fixtures import crashing
from tests.fixtures.running import COMMAND, Running, children, is_alive
from tests.fixtures.waiting import wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


def started(*arguments: str, **environ: str) -> CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "start", "--no-browser", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environ,
        check=False,
    )


def gone_within(seconds: float, pids: Iterable[int]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_its_workers_and_itself(tmp_path: Path, number: signal.Signals) -> None:
    with Running(tmp_path / "data") as running:
        running.browser().get("/")
        workers = running.wait_until_warm()
        running.process.send_signal(number)
        _, complaints = running.process.communicate(timeout=60)
        assert running.process.returncode == 0
        assert complaints == ""
        assert not any(is_alive(pid) for pid in workers)
        assert (
            not (running.data / "clinic.db-wal").exists()
            or (running.data / "clinic.db-wal").stat().st_size == 0
        )


def test_control_c_in_a_terminal_reaches_everyone_and_is_quiet(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--no-browser", "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None and process.stdout.readline().startswith("Ready: ")
    wait_for(lambda: len(children(process.pid)) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")


def test_control_c_reaches_no_worker_not_even_the_first(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as running:
        workers = running.wait_until_warm()
        blocked = [_blocked_signals(pid) for pid in workers]
        assert len(blocked) == 2 and all(signal.SIGINT in each for each in blocked), blocked
        # The keeper takes it.
        assert signal.SIGINT not in _blocked_signals(running.process.pid)


def _blocked_signals(pid: int) -> set[int]:
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")), 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def test_a_worker_does_not_outlive_its_keeper(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as running:
        running.browser().get("/")
        workers = running.wait_until_warm()
        running.process.kill()
        assert gone_within(2, workers)


def test_three_workers_that_die_at_once_stop_it_with_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fixtures.crashing", str(tmp_path), "die"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "stopped three times" in done.stderr
    assert len((tmp_path / crashing.LINES).read_text()) == 3


def test_workers_that_die_after_an_answer_are_replaced(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.crashing", str(tmp_path), "answer_then_die"]
    )
    try:
        until = time.monotonic() + 40
        count = tmp_path / crashing.LINES
        while time.monotonic() < until and not (count.exists() and len(count.read_text()) > 6):
            time.sleep(0.1)
        assert len(count.read_text()) > 6
        assert process.poll() is None
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_a_port_that_is_taken_gives_the_next_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Running(tmp_path / "data", "--port", str(port), copied=True) as running:
            # The next one may be taken as well, by anybody on this machine.
            assert port < int(running.host.rpartition(":")[2]) <= port + 19
            assert running.browser().get("/").status == 200


def test_a_port_that_is_taken_for_the_other_family_is_not_used_either(tmp_path: Path) -> None:
    try:
        taken = socket.socket(socket.AF_INET6)
        taken.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 here")
    with taken:
        taken.listen()
        port = taken.getsockname()[1]
        with Running(tmp_path / "data", "--port", str(port), copied=True) as running:
            assert int(running.host.rpartition(":")[2]) != port


def test_nothing_listens_beyond_this_machine(tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        port = int(running.host.rpartition(":")[2])
        addresses = set()
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                    addresses.add(local.rpartition(":")[0])
        assert addresses <= {"0100007F", "00000000000000000000000001000000"}
        assert "0100007F" in addresses


def test_a_second_start_says_where_the_first_one_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Running(data, copied=True) as running:
        second = started("--data", str(data))
        assert second.returncode == 0
        assert running.host in second.stdout
        assert "Ready" not in second.stdout
        assert running.browser().get("/").status == 200
    # After the first one was killed, its claim is gone with it.
    with Running(data, copied=True) as again:
        assert again.browser().get("/").status == 200


def test_a_damaged_settings_file_is_named_and_left(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("port = ")
    done = started("--data", str(tmp_path))
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_text() == "port = "


def test_a_damaged_database_is_named_and_left(tmp_path: Path) -> None:
    with Running(tmp_path, copied=True) as running:
        assert running.stop() == 0
    path = tmp_path / "clinic.db"
    broken = b"not a database" * 500
    path.write_bytes(broken)
    done = started("--data", str(tmp_path))
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == broken


def test_a_wrong_setting_in_the_environment_is_named(tmp_path: Path) -> None:
    done = started("--data", str(tmp_path), CLINIC_IDLE_SECONDS="soon")
    assert done.returncode == 2
    assert "CLINIC_IDLE_SECONDS" in done.stderr


def test_no_process_can_be_read_or_dumped_by_the_same_user(tmp_path: Path) -> None:
    with Running(tmp_path / "data") as running:
        for pid in [running.process.pid, *running.wait_until_warm()]:
            limits = Path(f"/proc/{pid}/limits").read_text()
            core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
            assert core.split()[4:6] == ["0", "0"]
            # Not dumpable: its files in /proc belong to root, whoever runs it.
            assert os.stat(f"/proc/{pid}/environ").st_uid == 0
    assert os.stat("/proc/self/environ").st_uid == os.getuid()


def test_files_are_for_this_user_only(tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        running.browser().get("/")
        for path in (tmp_path / "data", *(tmp_path / "data").iterdir()):
            assert path.stat().st_mode & 0o077 == 0, path
