"""Locking ends the process that held the keys, and nobody who asks meanwhile is turned away."""

import os
import signal
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.fixtures.running import Running, is_alive
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("locking") / "data") as program:
        yield program


def test_locking_ends_the_process_and_a_fresh_one_answers(running: Running) -> None:
    browser = running.browser()
    browser.get("/")
    before = running.wait_until_warm()
    answer = browser.lock()
    assert answer.status == 303
    assert browser.get("/").status == 200
    assert not is_alive(before[0])
    assert running.workers()[0] == before[1]


def test_no_connection_is_refused_during_five_locks(
    running: Running, record_property: Callable[[str, object], None]
) -> None:
    stop = threading.Event()
    waits: list[float] = []
    refused: list[str] = []

    def keep_asking() -> None:
        browser = running.browser()
        while not stop.is_set():
            try:
                page = browser.ask("GET", "/setup")
                waits.append(page.seconds)
                assert page.status == 200
            except (OSError, HTTPException) as error:
                refused.append(repr(error))
            time.sleep(0.01)

    asking = threading.Thread(target=keep_asking)
    browser, after, gone = running.browser(), [], set()
    running.wait_until_warm()
    asking.start()
    try:
        for number in range(5):
            # Three with the next worker ready, as in life; two faster than one can be made.
            workers = running.wait_until_warm() if number < 3 else running.workers()
            assert browser.lock().status == 303
            page = browser.get("/")
            if number < 3:
                after.append(page.seconds)
            # One on its way out may still be there beside the next.
            gone.update(workers)
    finally:
        stop.set()
        asking.join()
    record_property("longest wait", max(waits))
    assert refused == []
    wait_for(lambda: len([pid for pid in gone if not is_alive(pid)]) >= 5)
    # 0.04 s where nothing else is at work. Without a process that waits it would be the seconds of a start.
    assert statistics.median(after) <= 1.0


@pytest.mark.parametrize("holding", ["BEGIN", "BEGIN IMMEDIATE"], ids=["a reader", "a writer"])
def test_the_keys_are_gone_in_two_seconds_although_somebody_holds_the_store(
    tmp_path: Path, holding: str
) -> None:
    """A backup program may hold the file as long as it likes: only the tidying waits for it."""
    with Running(tmp_path / "data", copied=True) as running:
        me = person.over_http(running.browser())
        steps.set_up(me)
        before = running.wait_until_warm()
        other = sqlite3.connect(tmp_path / "data" / "clinic.db", isolation_level=None)
        with closing(other):
            if holding == "BEGIN":
                other.execute("BEGIN")
                other.execute("SELECT count(*) FROM audit_line").fetchone()
                me.send(me.follow(me.open("/"), "Add a client"), {"name": "Ana Reyes"})
            page = me.open("/")
            if holding != "BEGIN":
                other.execute(holding)
            me.press(page, "Lock")
            pressed = time.monotonic()
            while is_alive(before[0]) and time.monotonic() - pressed < 20:
                time.sleep(0.01)
            assert time.monotonic() - pressed < 2
            log = tmp_path / "data" / "clinic.db-wal"
            assert holding != "BEGIN" or log.stat().st_size
        # The next worker has emptied the log, or does when it is idle.
        until = time.monotonic() + 15
        while log.exists() and log.stat().st_size and time.monotonic() < until:
            time.sleep(0.1)
        assert not log.exists() or not log.stat().st_size


def test_a_worker_that_is_asked_to_end_is_replaced(running: Running) -> None:
    before = running.wait_until_warm()
    os.kill(before[0], signal.SIGTERM)
    assert running.browser().get("/").status == 200
    assert not is_alive(before[0])


def test_a_worker_that_is_killed_is_replaced_again_and_again(running: Running) -> None:
    for _ in range(2):
        assert running.browser().get("/").status == 200
        before = running.wait_until_warm()
        os.kill(before[0], signal.SIGKILL)
        assert running.browser().get("/").status == 200
        assert not is_alive(before[0])
    assert running.process.poll() is None
