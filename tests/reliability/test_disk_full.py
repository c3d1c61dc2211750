"""No room left, or no writing allowed: nothing is lost, the cause is named, what was typed stays.

R3 and R4 of the programme: every save of a scripted day is first tried with a disk that is full, from
each of its writes on. Then a real disk that is full, and one that may only be read.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select

from clinic_toolkit.journal import inspection
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.web import waiting_reads
from clinic_toolkit.web.handover.client_messages import GENERIC_MESSAGE
from tests.fixtures import sites
from tests.fixtures.handed_over_device import handed_over
from tests.fixtures.practices import NOW, giving
from tests.fixtures.prepared import prepared, sheet_form
from tests.fixtures.running import COMMAND, Browser, Running
from tests.fixtures.sites import Site
from tests.journeys import job, person
from tests.journeys.person import Person
from tests.reliability.full_disk import SQLITE, Disk, Tried

pytestmark = pytest.mark.processes

Figure = Callable[[str], None]
linux = pytest.mark.skipif(
    sys.platform != "linux" or not SQLITE, reason="the calls of SQLite are replaced on Linux only"
)
# What is typed over in the course of the day.
REPLACED = {"reach_note"}
SEALED = {"record", "version", "ring", "key_id", "sealed"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with Disk().put_in() as made:
        if not made.works(tmp_path):
            pytest.skip("this Python brings a SQLite of its own, whose calls cannot be replaced")
        yield made


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = sites.made(tmp_path)
    made.unlock()
    return made


def a_day(me: Person) -> set[str]:
    """A client, a session, a questionnaire, a sheet, a note that is signed; returns all words typed."""
    typed: dict[str, str] = {}

    def say(field: str) -> str:
        typed[field] = f"Word{len(typed)}x {field}"
        return typed[field]

    client = job.take_in(me, say)
    session = job.open_session(me, client, say)
    job.ask(me, session, say)
    job.give_sheet(me, session, say)
    note = me.send(me.open(f"{session}/note"), {name: say(name) for name in job.NOTE} | {"sign": "yes"})
    assert "Signed by" in me.send(note, {"read": "yes"}).text
    job.end(me, session)
    return {words for field, words in typed.items() if field not in REPLACED}


def left_out(place: Path, vault: Vault, words: set[str]) -> set[str]:
    """The words that the store does not hold, as the next start finds it; it must be whole."""
    engine = open_store(place)
    try:
        with reading(engine) as db:
            assert inspection.inspect_all(db, vault, lambda done, of: None).findings == ()
            kept = b"".join(bodies(db, vault))
        assert store_of(engine).verdict.is_clean
    finally:
        engine.dispose()
    return {each for each in words if each.encode() not in kept}


def bodies(db: Connection, vault: Vault) -> Iterator[bytes]:
    for table in metadata.sorted_tables:
        if set(table.c.keys()) >= SEALED:
            for row in db.execute(select(table)):
                yield vault.open(
                    table=table.name,
                    record=row.record,
                    version=row.version,
                    ring=row.ring,
                    key_id=row.key_id,
                    blob=row.sealed,
                ).content


def the_day(site: Site, disk: Disk, nexts: Callable[[int], int]) -> tuple[Tried, set[str]]:
    at_rest = person.at(site)
    trying = Tried(at_rest.ask, disk, nexts)
    words = a_day(Person(trying, at_rest.origin))
    site.work.engine.dispose()
    return trying, left_out(site.settings.data_folder, site.work.vault, words)


def told(trying: Tried) -> str:
    return (
        f"{trying.refusals} saves refused by a full disk, each said and kept on the page; "
        f"{trying.stood} stood although what comes after a save failed; "
        f"{trying.read} pages read meanwhile; 0 lost"
    )


@linux
def test_a_full_disk_loses_nothing_on_a_whole_day(site: Site, disk: Disk, figure: Figure) -> None:
    trying, lost = the_day(site, disk, lambda room: room * 4 + 1)
    figure(told(trying))
    assert not lost
    assert trying.refusals > 50 and trying.read > 20


@linux
@pytest.mark.reliability
def test_a_full_disk_at_every_write_of_a_day(site: Site, disk: Disk, figure: Figure) -> None:
    trying, lost = the_day(site, disk, lambda room: room + 1)
    figure(told(trying))
    assert not lost
    assert trying.refusals > 150


@linux
def test_a_client_with_a_form_in_hand_loses_nothing_either(site: Site, disk: Disk, figure: Figure) -> None:
    client = site.work.client()
    form = site.work.begun(client, giving(), session=site.work.session(client).id)
    device = handed_over(site, form)
    refused = 0
    for number in range(1, 5):
        typed = {"answer": "3", "said": f"Said {number}", "go": "next"}
        for room in range(60):
            with disk.with_room_for(room):
                told = device.post(f"/form/{number}", typed)
            if told.status_code == 303:
                break
            assert told.status_code == 503 and GENERIC_MESSAGE in unescape(told.text)
            assert f"Said {number}</textarea>" in told.text
            refused += 1
    with reading(site.work.engine) as db:
        out = clinician_side.list_open_handovers(db, site.work.vault)
    with writing(site.work.engine) as db:
        clinician_side.merge_handover(db, site.work.vault, out[0], now=NOW)
    site.work.engine.dispose()
    lost = left_out(site.settings.data_folder, site.work.vault, {f"Said {number}" for number in range(1, 5)})
    figure(f"{refused} answers of a client refused by a full disk, each said and kept on the page: 0 lost")
    assert not lost and refused >= 8


@linux
def test_a_program_that_takes_no_notice_of_a_full_disk_is_found_out(
    site: Site, disk: Disk, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """The control: the same day with a unit of work that goes on as if everything had been written."""

    @contextmanager
    def careless(engine: Engine) -> Iterator[Connection]:
        with suppress(StorageError), writing(engine) as db:
            yield db

    monkeypatch.setattr(waiting_reads, "writing", careless)
    me = person.at(site)
    page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    with disk.with_room_for(0):
        kept = me.send(me.open(f"{page.path}/edit"), {"reach_note": "After six"})
    assert kept.status == 200 and disk.refused
    site.work.engine.dispose()
    lost = left_out(site.settings.data_folder, site.work.vault, {"Ana Reyes", "After six"})
    figure(f"{len(lost)} of 2 lost")
    assert lost == {"After six"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of a megabyte, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    made = (
        sys.platform == "linux"
        and os.geteuid() == 0
        and not mount("-t", "tmpfs", "-o", "size=1m", "none", place)
    )
    if not made:
        pytest.skip("only root may mount a disk")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def mount(*arguments: str | Path) -> int:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode


def start(data: Path) -> "subprocess.CompletedProcess[str]":
    """A start that comes to its end by itself."""
    command: list[str | Path] = [*COMMAND, "start", "--no-browser", "--data", data]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def fill(place: Path) -> Path:
    filler = place / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


def test_a_real_disk_that_is_full_and_then_may_only_be_read(small_disk: Path, tmp_path: Path) -> None:
    site = sites.made(small_disk)
    site.unlock()
    me = person.at(site)
    page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    edit = me.open(f"{page.path}/edit")
    store_of(site.work.engine).checkpoint()
    filler = fill(small_disk)
    refused = me.send(edit, {"reach_note": "After six"})
    assert refused.status == 503 and "disk is full" in refused.text
    assert refused.typed("reach_note") == "After six"
    assert me.open(page.path).status == 200, "what is there can still be read"
    # Until that look should have been in the trail: then nothing more is shown until there is room.
    site.app.worker.waiting_reads.try_write(site.work.engine)
    hidden = me.open(page.path)
    assert hidden.status == 503 and "could not be written into the audit trail" in hidden.text
    assert "Ana Reyes" not in hidden.text
    filler.unlink()
    assert me.open(page.path).status == 200
    assert "After six" in me.press(refused, "Try saving again").text
    edit = me.open(f"{page.path}/edit")
    # No disk becomes read-only while a file on it is open for writing.
    site.work.engine.dispose()
    assert mount("-o", "remount,ro", small_disk) == 0
    refused = me.send(edit, {"reach_note": "Never on Mondays"})
    assert refused.status == 503 and "cannot be written" in refused.text
    assert refused.typed("reach_note") == "Never on Mondays"
    home = tmp_path / "home"
    home.mkdir()
    with Running(small_disk / "data", environ={"HOME": str(home)}) as program:
        [launch] = home.glob("clinic-toolkit-open-*/*.html")
        browser = Browser(program.host)
        assert browser.come_in(launch).status == 200
        assert browser.post("/unlock/sheet", sheet_form(site.work.groups, browser)).status == 303
        opened = browser.get(page.path)
        assert opened.status == 200 and "nothing can be saved" in opened.text, "it opens to be read"
        assert program.stop() == 0
    assert mount("-o", "remount,rw", small_disk) == 0
    assert "Never on Mondays" in me.press(refused, "Try saving again").text
    site.work.engine.dispose()
    assert not left_out(small_disk / "data", site.work.vault, {"Ana Reyes", "Never on Mondays"})


def test_a_full_disk_at_the_start_and_at_the_lock_is_named(small_disk: Path) -> None:
    data, groups = prepared(small_disk)
    filler = fill(small_disk)
    started = start(data)
    assert started.returncode == 2 and "No space left" in started.stderr and "Traceback" not in started.stderr
    filler.unlink()
    with Running(data) as program:
        browser = program.browser()
        filler = fill(small_disk)
        refused = browser.post("/unlock/sheet", sheet_form(groups, browser))
        assert refused.status == 503 and "disk is full" in refused.text
        filler.unlink()
        # The process that had seen the sheet is gone; the next one takes it.
        until = time.monotonic() + 30
        while (found := browser.get("/unlock/sheet")).status != 200 and time.monotonic() < until:
            time.sleep(0.1)
        assert found.status == 200
        opened = browser.post("/unlock/sheet", sheet_form(groups, browser))
        assert (opened.status, opened.headers["Location"]) == (303, "/unlock/choose")
