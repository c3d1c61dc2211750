"""What was looked at is in the trail within two seconds by itself; a kill loses no more than that."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest

from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.passphrase_kdf import KdfCost
from clinic_toolkit.journal import inspection
from clinic_toolkit.journal.audit_log import JournalEvent
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.vault import key_slots
from clinic_toolkit.web import waiting_reads
from tests.fixtures import audit_lines
from tests.fixtures.running import Running, is_alive
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps
from tests.journeys.person import Person

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
]


class Looking:
    """The program with two clients in it, and somebody who looks at them."""

    def __init__(self, data: Path, running: Running) -> None:
        self._data, self._running = data, running
        self.me: Person = person.over_http(running.browser())
        self._words = steps.set_up(self.me)
        self.page = self.me.open("/")
        self.ana, self.ben = (self._add(name) for name in ("Ana Reyes", "Ben Okoro"))
        self.wait_until_written()

    def _add(self, name: str) -> str:
        return self.me.send(self.me.open("/clients/new"), {"name": name}).path

    def look(self, client: str) -> None:
        self.page = self.me.open(client)
        assert self.page.status == 200

    def count(self) -> int:
        """How many lines the trail has, as another program sees it."""
        with closing(sqlite3.connect(f"{(self._data / 'clinic.db').as_uri()}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM audit_line").fetchone()[0])

    def wait_until_written(self) -> None:
        """Wait until a look has its line, so that nothing that came before it waits."""
        before = self.count()
        self.look("/clients")
        wait_for(lambda: self.count() > before, every=0.01)

    def end_worker(self, number: int) -> None:
        worker = self._running.workers()[0]
        os.kill(worker, number)
        wait_for(lambda: not is_alive(worker))

    def stop(self) -> None:
        if self._running.process.poll() is None:
            self._running.stop()

    def looked_at(self) -> list[set[str]]:
        """What each line of reading names, oldest first, once the program has ended; all must be whole."""
        self.stop()
        engine = open_store(self._data)
        try:
            # A copy of the program asks less of a passphrase than the product.
            least = patch.object(passphrase_kdf, "MIN_COST", KdfCost(memory_kib=64, passes=1, lanes=1))
            with least, reading(engine) as db:
                vault = key_slots.unlock_with_passphrase(db, self._words)
                assert inspection.inspect_all(db, vault, lambda done, of: None).findings == ()
                lines = list(reversed(audit_lines.lines(db, vault)))
            assert store_of(engine).verdict.is_clean
        finally:
            engine.dispose()
        return [
            {f"/clients/{UUID(bytes=each.record)}" for each in line.references}
            for line in lines
            if line.event == JournalEvent.RECORDS_READ
        ]


def is_busy() -> bool:
    """Whether this machine has so much else to do that it says nothing about our times."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


Ending = Callable[[Looking], object]
ENDINGS: dict[str, Ending] = {
    "lock": lambda looking: looking.me.press(looking.page, "Lock"),
    "the end of a worker": lambda looking: looking.end_worker(signal.SIGTERM),
    "the end of the program": lambda looking: looking.stop(),
}


def test_a_kill_loses_two_seconds_of_looks_at_most(tmp_path: Path, figure: Callable[[str], None]) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        looking = Looking(tmp_path / "data", running)
        before, began = looking.count(), time.monotonic()
        looking.look(looking.ana)
        wait_for(lambda: looking.count() > before, every=0.01)
        took = time.monotonic() - began
        before, began = looking.count(), time.monotonic()
        looking.look(looking.ben)
        looking.end_worker(signal.SIGKILL)
        lost_for = time.monotonic() - began
        # The control: nothing but the timer writes a look that nothing follows.
        assert lost_for > waiting_reads.GROUP_SECONDS or looking.count() == before
        lines = looking.looked_at()
    figure(f"a look was in the trail after {took:.2f} s")
    assert took <= 2 or is_busy()
    assert looking.ana in lines[-1] or (looking.ana in lines[-2] and looking.ben in lines[-1])


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_that_was_asked_for_loses_no_look(tmp_path: Path, ending: str) -> None:
    with Running(tmp_path / "data", copied=True) as running:
        looking = Looking(tmp_path / "data", running)
        looking.look(looking.ana)
        ENDINGS[ending](looking)
        assert looking.ana in looking.looked_at()[-1]
