"""Before the machine sleeps the process with the keys is gone, and only then may it sleep."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.logind import Logind
from tests.fixtures.running import Running, is_alive
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="hears of sleep from logind"),
]

CODE = "Q7WMXK"


def asks_for_code(page: Page) -> bool:
    """Whether this lock page offers the quick return."""
    return any("code" in form.names for form in page.forms)


@pytest.fixture(scope="module")
def logind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logind]:
    bus = Logind(tmp_path_factory.mktemp("bus") / "bus")
    yield bus
    bus.close()


@pytest.fixture(scope="module")
def running(logind: Logind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("suspend") / "data"
    with Running(data, environ={"DBUS_SYSTEM_BUS_ADDRESS": logind.address}, copied=True) as program:
        yield program


@pytest.fixture(scope="module")
def at_work(running: Running) -> tuple[Person, str]:
    me = person.over_http(running.browser())
    words = steps.set_up(me)
    me.send(me.open("/practice/code"), {"code": CODE, "present_passphrase": words})
    return me, words


def test_the_keys_are_gone_before_the_machine_sleeps(
    logind: Logind, running: Running, at_work: tuple[Person, str]
) -> None:
    me, words = at_work
    assert logind.held.wait(20) and logind.asked[-1] == "Inhibit"
    # The control: as long as nobody sleeps the lock is held.
    assert not logind.is_let_go(0.5)
    # The control of the quick return, which must not outlive the sleep: it does outlive a cover.
    running.wait_until_code_is_held()
    assert asks_for_code(me.press(me.open("/"), "Cover"))
    assert not me.send(me.open("/unlock"), {"code": CODE}).path.startswith("/unlock")
    worker = running.wait_until_warm()[0]
    began = time.monotonic()
    logind.sleep(True)
    assert logind.is_let_go(10) and not is_alive(worker)
    assert time.monotonic() - began < 4
    locked = me.open("/")
    assert locked.path.startswith("/unlock") and not asks_for_code(locked)
    logind.sleep(False)
    assert logind.held.wait(10)
    assert not me.send(me.open("/unlock"), {"passphrase": words}).path.startswith("/unlock")
    assert not logind.is_let_go(0.5)


def test_a_form_in_a_clients_hands_ends_too(
    logind: Logind, running: Running, at_work: tuple[Person, str]
) -> None:
    me, words = at_work
    client = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    place = steps.place(steps.begin(me, me.press(client, "Start a session now").path))
    me.press(me.open(f"{place}/hand-over"), "Hand over now")
    while not me.open("/form/1").path.startswith("/form"):
        time.sleep(0.2)
    worker = running.wait_until_warm()[0]
    logind.sleep(True)
    assert logind.is_let_go(10) and not is_alive(worker)
    assert me.open("/form/1").path.startswith("/unlock")
    logind.sleep(False)
    assert logind.held.wait(10)
    assert me.send(me.open("/unlock"), {"passphrase": words}).path.startswith("/handovers/")


def test_without_a_bus_it_starts_all_the_same(tmp_path: Path) -> None:
    nowhere = f"unix:path={tmp_path / 'nobody'}"
    with Running(tmp_path / "data", environ={"DBUS_SYSTEM_BUS_ADDRESS": nowhere}, copied=True) as running:
        assert running.browser().get("/setup").status == 200
