"""A copy of the program is the program: it answers, stops, dies and refuses as one that was started."""

import os
import signal
from pathlib import Path

import pytest

from tests.fixtures import program_copies
from tests.fixtures.running import Running, command_line, is_alive
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not program_copies.CAN_COPY, reason="this system or Python cannot copy a process"),
]


def test_it_serves_in_processes_of_its_own_and_stops_when_asked(tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        assert b"program_copies" in command_line(running.process.pid)
        me = person.over_http(running.browser())
        words = steps.set_up(me)
        before = running.workers()[0]
        me.press(me.open("/"), "Lock")
        wait_for(lambda: not is_alive(before))
        assert me.send(me.open("/unlock"), {"passphrase": words}).path == "/"
        assert running.process.poll() is None
        workers = running.workers()
        assert running.stop() == 0
        wait_for(lambda: not any(map(is_alive, workers)))


def test_two_have_nothing_in_common(tmp_path: Path) -> None:
    with (
        Running(tmp_path / "one", copied=True) as one,
        Running(tmp_path / "two", copied=True) as two,
    ):
        steps.set_up(person.over_http(one.browser()))
        assert one.host != two.host
        assert "Set up your practice" in two.browser().get("/").text
        assert (tmp_path / "one" / "clinic.head").exists() and not (tmp_path / "two" / "clinic.head").exists()


def test_one_that_is_killed_says_so_and_leaves_no_worker(tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        workers = running.wait_until_warm()
        running.process.kill()
        assert running.process.wait(timeout=60) == -signal.SIGKILL
        wait_for(lambda: not any(map(is_alive, workers)))


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("host_name = [")
    copy = program_copies.start_copy(["start", "--no-browser", "--data", str(tmp_path)], dict(os.environ))
    out, complaint = copy.communicate(timeout=60)
    assert (copy.returncode, out) == (2, "")
    assert "settings.toml" in complaint and "Traceback" not in complaint


def test_its_variables_are_its_own(tmp_path: Path) -> None:
    environ = os.environ | {"CLINIC_DATA": str(tmp_path / "mine")}
    copy = program_copies.start_copy(["start", "--no-browser"], environ)
    assert copy.stdout.readline().startswith("Ready: ")
    assert (tmp_path / "mine" / "clinic.db").exists()
    copy.terminate()
    copy.communicate(timeout=60)
    assert copy.returncode == 0
