"""The date is set by ten years, falls back to 1970, or changes with summer time.

R5 of the programme: what was saved is in the order in which it was saved, nobody is locked out or in,
and a delay is as long as it was.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine

from clinic_toolkit.cli.quick_return import QuickReturn
from clinic_toolkit.journal import inspection
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.vault import secret_attempt, unlock_attempts
from clinic_toolkit.web.access import unlocking
from clinic_toolkit.web.perimeter.timeouts import Timeouts
from tests.fixtures import audit_lines, running, sites
from tests.fixtures.running import Running
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for
from tests.journeys import person, steps
from tests.reliability import launched
from tests.reliability.desk import CODE
from tests.reliability.programme import Programme

Figure = Callable[[str], None]
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
YEARS = timedelta(days=3653)
# Forward and back, one after another; and both sessions of the night in which a session comes twice.
JUMPS = (
    NOW + YEARS,
    NOW - YEARS,
    datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    NOW + timedelta(days=1),
    NOW - timedelta(days=1),
    NOW,
)
NIGHTS = tuple(
    datetime(2026, month, day, session, 30, tzinfo=UTC)
    for month, day in ((3, 29), (10, 25))
    for session in (0, 1, 2)
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with time_machine.travel(NOW):
        made = sites.made(tmp_path)
        made.unlock()
        yield made


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if sys.platform == "win32":
        pytest.skip("the zone of a process cannot be set there")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def saves_follow_each_other(site: Site, moments: tuple[datetime, ...]) -> int:
    """Save at each of these moments, one after another; returns how many lines are older than their last."""
    me = person.at(site)
    address = f"/sessions/{site.work.session(site.work.client()).id}/note"
    for number, moment in enumerate(moments):
        with time_machine.travel(moment):
            page = me.open(address)
            assert (page.path, page.status) == (address, 200), f"locked at {moment}"
            if number:
                assert page.typed("section-data") == f"Saved {number - 1}"
            sent = page.form("section-data").standing() | {"section-data": f"Saved {number}"}
            told = me.post(address, sent, {"X-Autosave": "1"})
            assert told.status == 200 and json.loads(told.body)["version"] == number + 1, told.body
            assert site.app.reason_to_end() is None
            assert site.get("/").status_code == 200
            assert site.get("/audit").status_code == 200
    place = site.settings.data_folder
    site.work.engine.dispose()
    engine = open_store(place)
    with reading(engine) as db:
        lines = list(reversed(audit_lines.lines(db, site.work.vault, newest=100_000)))
        assert inspection.inspect_all(db, site.work.vault, lambda done, of: None).findings == ()
    assert store_of(engine).verdict.is_clean
    engine.dispose()
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    saved = [line for line in lines if line.event in ("note.begun", "note.saved")]
    late = [line.recorded_at - moment for line, moment in zip(saved, moments, strict=True)]
    assert min(late) >= timedelta(0) and max(late) < timedelta(minutes=5)
    return sum(later.recorded_at < earlier.recorded_at for earlier, later in pairwise(saved))


def test_saves_are_in_the_order_in_which_they_were_made(site: Site, figure: Figure) -> None:
    older = saves_follow_each_other(site, JUMPS)
    figure(f"{len(JUMPS)} jumps of the date, {older} of them back: 0 out of order, 0 wrong locks")
    # The control: by their times the same saves would stand in another order.
    assert older >= 3


@pytest.mark.reliability
def test_a_hundred_jumps_of_ten_years_at_the_most(
    site: Site, programme: Callable[..., Programme], figure: Figure
) -> None:
    rounds, chance = programme(short=6, long=100), random.Random("jumps")
    jumps = tuple(NOW + chance.uniform(-1, 1) * YEARS for _ in rounds)
    older = saves_follow_each_other(site, jumps)
    figure(f"{len(jumps)} jumps of the date, {older} of them back: 0 out of order, 0 wrong locks")
    assert older >= len(jumps) // 4


@pytest.mark.usefixtures("in_berlin")
def test_the_nights_in_which_the_clocks_change(site: Site, figure: Figure) -> None:
    assert datetime(2026, 10, 25, 2, 30).astimezone().fold == 0
    saves_follow_each_other(site, NIGHTS)
    figure(f"{len(NIGHTS)} sessions around two changes: 0 out of order, 0 wrong locks")


def test_a_lock_by_the_date_would_be_found_out() -> None:
    """The control: an idle time measured by the date ends a session that someone is at."""
    with time_machine.travel(NOW):
        measured = {clock: Timeouts(idle=300, idle_in_session=1800, clock=clock) for clock in (time.time,)}
        ours = Timeouts(idle=300, idle_in_session=1800)
        for each in (*measured.values(), ours):
            each.start()
    with time_machine.travel(NOW + YEARS):
        assert [each.reason_to_end() for each in measured.values()] == ["suspended"]
        assert ours.reason_to_end() is None


def waits(site: Site, moment: datetime) -> float:
    with time_machine.travel(moment), site.app.test_request_context(base_url=site.origin):
        return unlocking.seconds_until_next_attempt()


def test_a_delay_is_neither_skipped_nor_endless(
    site: Site, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    for _ in range(5):
        unlock_attempts.record_unnamed_failure(site.settings.data_folder)
    site.app.worker.serving_since = time.monotonic()
    found = [waits(site, moment) for moment in JUMPS]
    figure(f"a delay of 16 seconds is {min(found):.1f} to {max(found):.1f} seconds, whatever the date is")
    assert all(12 < each <= 16 for each in found)
    # The control: counted by the date it would be over at once, or last for years.
    monkeypatch.setattr(secret_attempt, "monotonic", time.time)
    site.app.worker.serving_since = NOW.timestamp()
    found = [waits(site, moment) for moment in JUMPS]
    assert min(found) == 0 and max(found) > 1e6


@pytest.mark.parametrize("moment", JUMPS[:-1])
def test_the_code_is_not_enough_after_a_jump(moment: datetime) -> None:
    with time_machine.travel(NOW):
        held = QuickReturn()
        held.hold_blob(b"sealed")
        assert held.peek_blob() == b"sealed"
    with time_machine.travel(moment):
        assert held.peek_blob() is None
    with time_machine.travel(NOW):
        assert held.peek_blob() is None, "it is destroyed, not hidden"


@pytest.mark.usefixtures("in_berlin")
def test_but_it_is_after_the_clocks_changed() -> None:
    before = datetime(2026, 10, 25, 0, 58, tzinfo=UTC)
    with time_machine.travel(before):
        held = QuickReturn()
        held.hold_blob(b"sealed")
    with time_machine.travel(before + timedelta(minutes=4)):
        assert held.peek_blob() == b"sealed"


@contextmanager
def at_the_time(file: Path) -> Iterator[None]:
    before = running.COMMAND
    os.environ[launched.CLOCK] = str(file)
    running.COMMAND = (sys.executable, "-m", "tests.reliability.launched")
    try:
        yield
    finally:
        running.COMMAND = before
        del os.environ[launched.CLOCK]


@pytest.mark.processes
def test_the_real_program_goes_on_through_every_jump(tmp_path: Path, figure: Figure) -> None:
    file = tmp_path / "clock"
    file.write_text(NOW.isoformat())

    def jump(moment: datetime) -> None:
        file.with_suffix(".new").write_text(moment.isoformat())
        os.replace(file.with_suffix(".new"), file)
        wait_for(lambda: all(believed(pid) == moment for pid in (program.process.pid, *program.workers())))

    def believed(pid: int) -> datetime | None:
        told = file.with_name(f"{file.name}-{pid}")
        text = told.read_text() if told.exists() else ""
        return datetime.fromisoformat(text) if text else None

    with at_the_time(file), Running(tmp_path / "data", environ={launched.FAULT: "clock"}) as program:
        me = person.over_http(program.browser())
        words = set_up_with_a_code(me)
        page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
        # No waiting: the page that took the code has said so only when the keeper held it.
        os.kill(program.workers()[0], signal.SIGKILL)
        # The control: without a jump the code is enough.
        assert me.send(me.open("/unlock"), {"code": CODE}).path == "/"
        worker = program.workers()[0]
        for number, moment in enumerate(JUMPS[:4]):
            jump(moment)
            edit = me.open(f"{page.path}/edit")
            assert edit.status == 200 and edit.path != "/unlock", f"locked at {moment}"
            kept = me.send(edit, {"reach_note": f"After {number}"})
            assert kept.status == 200 and f"After {number}" in kept.text
        assert program.workers()[0] == worker
        os.kill(worker, signal.SIGKILL)
        asked = me.open("/unlock")
        assert "code" not in asked.form("csrf_token").names, "the date had jumped: the code is not enough"
        began = time.monotonic()
        me.send(asked, {"passphrase": "not these words at all"})
        jump(NOW - YEARS)
        assert me.send(me.open("/unlock"), {"passphrase": words}).path == "/"
        waited = time.monotonic() - began
        assert waited < 100, "a second or two of delay, however busy the machine is"
        figure(
            f"4 jumps at work, 1 at the lock: 0 wrong locks; back in {waited:.1f} s after a wrong passphrase"
        )


def set_up_with_a_code(me: person.Person) -> str:
    page = me.send(me.open("/"), steps.ABOUT)
    words = page.typed("offered_passphrase")
    assert words
    page = me.send(page, {"passphrase": words, "passphrase_again": words})
    assert steps.prove_sheet(me, me.send(page, {"code": CODE})).path == "/"
    return words
