"""Quit ends the real program: its last page arrives whole, and no process of it is left."""

import os
from pathlib import Path

import pytest

from tests.fixtures.running import Running
from tests.journeys import person, steps


@pytest.mark.processes
@pytest.mark.parametrize("locked", [False, True], ids=["at work", "locked"])
def test_quit_says_that_it_is_safe_and_leaves_no_process(tmp_path: Path, locked: bool) -> None:
    with Running(tmp_path / "data") as program:
        me = person.over_http(program.browser())
        words = steps.set_up(me)
        me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
        if locked:
            me.press(me.open("/"), "Lock")
        page = me.press(me.open("/quit"), "Quit the program")
        assert page.status == 200 and "It is safe to close this window now" in page.text
        workers = program.workers()
        assert program.process.wait(30) == 0
        assert not [pid for pid in workers if os.path.exists(f"/proc/{pid}")]
    # Nothing was lost, and the passphrase opens it at the next start.
    with Running(tmp_path / "data", copied=True) as program:
        me = person.over_http(program.browser())
        assert me.send(me.open("/unlock"), {"passphrase": words}).path == "/"
        assert "Ana Reyes" in me.open("/clients").text
