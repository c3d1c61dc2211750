"""What is felt after years: lists and pages of a practice with 54,000 records, in the real program.

The practice is made once and kept between runs. Processor time is that of the worker that serves the pages.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.crypto import passphrase_kdf
from clinic_toolkit.crypto.passphrase_kdf import MIN_COST, KdfCost
from clinic_toolkit.journal import inspection
from clinic_toolkit.journal.inventory_snapshot import inventory_snapshot_table
from clinic_toolkit.record import key_replacement
from clinic_toolkit.record.key_replacement import NewSecrets
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import key_slots, recovery_sheet
from clinic_toolkit.web.screen_parts import jobs
from tests.bench import grown_practice, rounds
from tests.bench.grown_practice import GrownPractice
from tests.fixtures.practices import NOW
from tests.fixtures.running import Running, processor_time
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps
from tests.journeys.person import Person

pytestmark = pytest.mark.bench

Report = Callable[..., None]
SMALL_CLIENTS, SMALL_EACH = 5, 60
LATER_LOOKS, SAVES = 50, 100
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class AtWork:
    """A program with a practice, unlocked, and the worker that serves it.

    `unlock_cost` is that of an unlock with a snapshot at hand, `first_unlock_cost` of one without.
    """

    running: Running
    me: Person
    worker: int
    unlock_cost: float
    first_unlock_cost: float

    def cost(self, *paths: str) -> float:
        """Seconds of the worker's processor time for these pages, one after the other."""
        before = processor_time(self.worker)
        for path in paths:
            assert self.me.open(path).status == 200
        return (processor_time(self.worker) - before) * TICK

    def memory_mb(self, name: str) -> float:
        """The memory of the worker in MB: "VmRSS" is what it has now, "VmHWM" the most that it has had."""
        status = Path(f"/proc/{self.worker}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
        return int(line.split()[1]) / 1024

    def count_most_memory_anew(self) -> None:
        """Let "VmHWM" be the most from now on."""
        Path(f"/proc/{self.worker}/clear_refs").write_text("5", encoding="utf-8")


# What is asked for while the whole trail is read.
READING = "/unlock/reading"


@pytest.fixture(scope="module")
def grown(request: pytest.FixtureRequest) -> GrownPractice:
    return grown_practice.of_years(request)


@pytest.fixture(scope="module")
def young(request: pytest.FixtureRequest) -> GrownPractice:
    return grown_practice.of_size(request, clients=SMALL_CLIENTS, each=SMALL_EACH)


@pytest.fixture(scope="module")
def old(grown: GrownPractice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    yield from _serve(grown, tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def new(young: GrownPractice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    yield from _serve(young, tmp_path_factory.mktemp("new"))


def _serve(practice: GrownPractice, place: Path) -> Iterator[AtWork]:
    with Running(practice.copy_to(place)) as running:
        # The first unlock of all finds no earlier one in the trail, and makes the passphrase slower to guess.
        me = _unlock(running)[1]
        me.press(me.open("/"), "Lock")
        with closing(sqlite3.connect(running.data / "clinic.db")) as db:
            db.execute(f"DELETE FROM {inventory_snapshot_table.name}")
            db.commit()
        first_cost, me, _ = _unlock(running)
        # Everything is read once, and kept in the snapshot that the lock leaves behind.
        me.open("/")
        me.open("/clients")
        me.press(me.open("/"), "Lock")
        unlock_cost, me, worker = _unlock(running)
        yield AtWork(running, me, worker, unlock_cost, first_cost)


def _unlock(running: Running) -> tuple[float, Person, int]:
    """Seconds of processor time for an unlock without its derivation, who unlocked, and the worker."""
    me = person.over_http(running.browser())
    worker = running.wait_until_warm()[0]
    form = me.open("/unlock").form("passphrase").standing()
    form["passphrase"] = grown_practice.PASSPHRASE
    # Without following: the page after it is *Today*, which is measured by itself.
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": me.origin}
    with closing(sqlite3.connect(running.data / "clinic.db")) as db:
        found = db.execute(
            "SELECT memory_kib, passes, lanes FROM slot WHERE memory_kib IS NOT NULL"
        ).fetchone()
    slot_cost = KdfCost(memory_kib=found[0], passes=found[1], lanes=found[2])
    before = processor_time(worker)
    status, headers, _ = me.ask("POST", "/unlock", person.encoded(form), kind)
    assert status == 303
    if headers["Location"] == READING:
        # The page asks as seldom; asked without a pause, it costs more than what it tells of.
        wait_for(lambda: "Refresh" not in me.ask("GET", READING, None, {})[1], every=jobs.REFRESH_SECONDS)
    unlocked = (processor_time(worker) - before) * TICK
    return unlocked - rounds.cost(lambda: _derive(slot_cost), 1, time.process_time), me, worker


def _derive(cost: KdfCost) -> None:
    passphrase_kdf.derive_key(grown_practice.PASSPHRASE, bytes(passphrase_kdf.KDF_SALT_BYTES), cost)


def test_goal_1_today(old: AtWork, new: AtWork, ratio: Report, part: Report) -> None:
    first = old.cost("/")
    part(1, "seconds for the first look at Today, after the unlock", first)
    later = [old.cost(*["/"] * LATER_LOOKS) / LATER_LOOKS for _ in range(5)]
    part(1, "milliseconds for each later look", median(later) * 1000)
    new.cost("/")
    young = [new.cost(*["/"] * LATER_LOOKS) / LATER_LOOKS for _ in range(5)]
    part(1, "milliseconds for each later look at 900 records", median(young) * 1000)
    ratio(1, "Today at 54,000 records, against itself at 900", median(later) / median(young), most=1.3)
    ratio(1, "Today at 54,000 records, seconds for the first look", first, most=0.15)


def test_goal_2_memory(old: AtWork, new: AtWork, ratio: Report, part: Report) -> None:
    # To derive a key takes 64 MB for a fifth of a second, whatever the practice holds; the goal was set
    # beside a small practice without it.
    part(2, "MB at its most, while the passphrase was derived", old.memory_mb("VmHWM"))
    part(2, "the same with 900 records", new.memory_mb("VmHWM"))
    for at_work in (old, new):
        at_work.count_most_memory_anew()
        at_work.cost("/", "/clients", "/audit")
    part(2, "MB at its most after the unlock, with 900 records", new.memory_mb("VmHWM"))
    ratio(2, "MB of the worker at its most after the unlock", old.memory_mb("VmHWM"), most=130)


def test_goal_6_memory_of_a_backup(old: AtWork, tmp_path: Path, ratio: Report) -> None:
    me, page = old.me, old.me.open("/backups")
    page = me.send(page, {"other": str(tmp_path)})
    idle = old.memory_mb("VmRSS")
    old.count_most_memory_anew()
    making = me.press(page, "Make a backup now")
    wait_for(lambda: "Refresh" not in me.ask("GET", making.path, None, {})[1])
    assert len(list(tmp_path.glob("*.tar"))) == 1
    ratio(6, "memory of a worker that makes a backup, against idle", old.memory_mb("VmHWM") / idle, most=1.3)


def test_goal_2_unlock(old: AtWork, ratio: Report, part: Report) -> None:
    part(2, "seconds of an unlock without the derivation, no snapshot at hand", old.first_unlock_cost)
    ratio(2, "seconds of an unlock without the derivation, snapshot at hand", old.unlock_cost, most=0.15)


def test_every_key_replaced(young: GrownPractice, tmp_path: Path, ratio: Report, part: Report) -> None:
    """Each version and line is checked, sealed again, checked and compared."""
    work = young.open_copy(tmp_path)
    with reading(work.engine) as db:
        keys = key_slots.open_keys_with_passphrase(db, young.user_id, grown_practice.PASSPHRASE)
        began = time.process_time()
        assert inspection.inspect_all(db, work.vault, report_nothing).findings == ()
        check = time.process_time() - began
    secrets = NewSecrets(grown_practice.PASSPHRASE, recovery_sheet.generate_groups())
    began = time.process_time()
    key_replacement.replace_all_keys(
        work.engine, work.vault, keys, secrets, now=NOW, report_progress=report_nothing, cost=MIN_COST
    )
    cost = time.process_time() - began
    work.engine.dispose()
    part(6, "seconds to replace every key at 900 records", cost)
    ratio(6, "every key replaced at 900 records, against checking everything", cost / check, most=8)


def _first(at_work: AtWork, path: str, shape: str) -> str:
    """The first link of this shape on a page."""
    return next(href for _, href in at_work.me.open(path).links if re.fullmatch(shape, href))


def _client(at_work: AtWork) -> str:
    return _first(at_work, "/clients", r"/clients/[0-9a-f-]{36}")


def _session(at_work: AtWork) -> str:
    return _first(at_work, _client(at_work), r"/sessions/[0-9a-f-]{36}")


@pytest.mark.parametrize(
    ("words", "path_of"),
    [
        ("the list of clients", lambda at_work: "/clients"),
        ("the page of a client with 60 sessions and questionnaires", _client),
        ("the page of a session", _session),
        ("the page of the audit trail", lambda at_work: "/audit"),
    ],
)
def test_a_page_does_not_grow(
    old: AtWork, new: AtWork, ratio: Report, part: Report, words: str, path_of: Callable[[AtWork], str]
) -> None:
    costs = []
    for at_work in (old, new):
        path = path_of(at_work)
        at_work.cost(path)
        costs.append(median(at_work.cost(*[path] * LATER_LOOKS) / LATER_LOOKS for _ in range(5)))
    part(1, f"milliseconds for {words} at 54,000 records", costs[0] * 1000)
    ratio(1, f"{words} at 54,000 records, against 900", costs[0] / costs[1], most=1.3)


def test_a_save_does_not_grow(old: AtWork, new: AtWork, ratio: Report, part: Report) -> None:
    costs = []
    for at_work in (old, new):
        me = at_work.me
        session = me.press(me.open(_client(at_work)), "Start a session now").path
        page = me.follow(steps.begin(me, session), "first question")
        before, times = processor_time(at_work.worker), []
        for number in range(SAVES):
            began = time.perf_counter()
            steps.give(me, me.open(page.path), number % 4)
            times.append(time.perf_counter() - began)
        costs.append((processor_time(at_work.worker) - before) * TICK / SAVES)
        part(4, "milliseconds for the 99th of 100 answers and two pages", sorted(times)[98] * 1000)
    part(4, "milliseconds of processor time for an answer and two pages", costs[0] * 1000)
    ratio(4, "an answer and two pages at 54,000 records, against 900", costs[0] / costs[1], most=1.3)
