"""A form in a client's hands, with the real processes: what is kept, what goes on, what is in memory."""

import os
import re
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import clients
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import key_slots
from tests.fixtures.running import Running, is_alive
from tests.fixtures.waiting import LONGEST
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.reliability.test_keys_in_memory import as_root, found

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


@dataclass
class Practice:
    """A folder with two clients and a session, and the passphrase."""

    data: Path
    words: str
    session: str
    name: str

    def enter(self, running: Running) -> tuple[Person, Page]:
        """A clinician who unlocks, and the first page after it."""
        me = person.over_http(running.browser())
        return me, me.send(me.open("/unlock"), {"passphrase": self.words})


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    data, name = tmp_path_factory.mktemp("handed") / "data", "Ben" + secrets.token_hex(8)
    # Not a copy: one test opens it in this process, at the cost that the product demands.
    with Running(data) as running:
        me = person.over_http(running.browser())
        words = steps.set_up(me)
        me.send(me.follow(me.open("/"), "Add a client"), {"name": name})
        client = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
        session = me.press(client, "Start a session now").path
    return Practice(data, words, session, name)


def hand_over(me: Person, practice: Practice, word: str) -> str:
    """Begin a questionnaire and hand it over; returns its address."""
    place = steps.place(steps.begin(me, practice.session, word=word))
    me.press(me.open(f"{place}/hand-over"), "Hand over now")
    assert until_form(me, "/").path == "/form"
    return place


def until_form(me: Person, path: str) -> Page:
    """The page, as soon as the next process answers."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        page = me.open(path)
        if page.path.startswith("/form"):
            return page
        assert page.text.endswith("Go on"), page.text
        time.sleep(0.2)
    raise AssertionError("no form")


def answer(me: Person, number: int, value: int, **more: str) -> None:
    page = me.send(me.open(f"/form/{number}"), {"answer": str(value), "go": "next"} | more, by="answer")
    assert page.status == 200, page.text


def back(me: Person, practice: Practice) -> Page:
    """Unlock after a form came back; returns the first page."""
    page = me.send(me.open("/unlock"), {"passphrase": practice.words})
    assert page.path.startswith("/handovers/"), page.text
    return page


def holds(me: Person, form: int, each: bytes) -> bool:
    """Whether the process of a form has this in memory when its page was just drawn; later it may be gone."""
    return any(me.open("/form/1").status == 200 and found(form, each) for _ in range(10))


def values(me: Person, place: str) -> str:
    """What the clinician reads of all answers."""
    return me.open(f"{place}/answers").text


def test_a_form_goes_on_after_its_process_was_killed_and_comes_back(practice: Practice) -> None:
    with Running(practice.data, copied=True) as running:
        me, _ = practice.enter(running)
        place = hand_over(me, practice, "K1")
        words = "Said" + secrets.token_hex(6)
        for number in (1, 2, 3):
            answer(me, number, number, said=words)
            running.wait_until_warm()
            os.kill(running.workers()[0], signal.SIGKILL)
            page = until_form(me, f"/form/{number}")
            assert words in page.source and " checked" in page.source
        # Nobody else finds more than the form either.
        other = person.over_http(running.browser())
        assert other.open("/clients").path == "/form/4"
        given_back = me.press(me.open("/form/give-back"), "Give back")
        assert "Please give the laptop back" in given_back.text
        assert me.open("/form/1").path.startswith("/unlock")
        page = back(me, practice)
        assert "3 of 12 answered" in page.text and "given back before the end" in page.text
        assert values(me, place).count(words) == 3
        page = me.press(page, "Go on together")
        assert page.path == f"{place}/items/4"


def test_answers_wait_when_the_whole_program_was_killed(practice: Practice) -> None:
    with Running(practice.data, copied=True) as running:
        me, _ = practice.enter(running)
        place = hand_over(me, practice, "K2")
        answer(me, 1, 4)
        workers = running.workers()
        running.process.kill()
        until = time.monotonic() + 20
        while any(map(is_alive, workers)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(map(is_alive, workers))
    with Running(practice.data, copied=True) as running:
        me = person.over_http(running.browser())
        assert me.open("/form/1").path.startswith("/unlock")
        page = back(me, practice)
        assert "1 of 12 answered" in page.text and "not given back" in page.text
        page = me.press(page, "Look at it")
        assert page.path == f"{place}/result"
        assert "Nearly all the time" in values(me, place)


def test_idle_time_leads_to_the_lock_page_and_keeps_the_answers(practice: Practice) -> None:
    with Running(practice.data, environ={"CLINIC_IDLE_IN_SESSION_SECONDS": "4"}, copied=True) as running:
        me, _ = practice.enter(running)
        hand_over(me, practice, "K3")
        answer(me, 1, 2)
        pulse = re.search(r'data-pulse="([^"]+)"', me.open("/form/2").source)
        assert pulse
        worker = running.workers()[0]
        until = time.monotonic() + 20
        while is_alive(worker) and time.monotonic() < until:
            me.open(pulse[1], **{"X-Pulse": "1"})
            time.sleep(0.3)
        assert not is_alive(worker)
        page = back(me, practice)
        assert "1 of 12 answered" in page.text
        me.press(page, "Look at it")


@as_root
def test_what_the_processes_hold_while_a_form_is_out(practice: Practice) -> None:
    with Running(practice.data) as running:
        me, _ = practice.enter(running)
        me.open("/clients")
        engine = open_store(practice.data)
        with reading(engine) as db:
            vault = key_slots.unlock_with_passphrase(db, practice.words)
            other = next(
                kept for kept in clients.list_clients(db, vault) if kept.payload.name == practice.name
            )
            keys = [vault.unlocked_keys().user_key, vault._rings.get_key(other.ring, None).key._root]
        # The control: the clinician's process holds all of this.
        at_work = running.workers()[0]
        assert all(found(at_work, key) for key in keys) and found(at_work, practice.name.encode())
        word = "Word" + secrets.token_hex(6)
        hand_over(me, practice, word)
        said = "Said" + secrets.token_hex(6)
        answer(me, 1, 3, said=said)
        with reading(engine) as db:
            out = clinician_side.list_open_handovers(db, vault)[0].payload
        running.wait_until_warm()
        keeper, (form, waiting) = running.process.pid, running.workers()
        # It holds its own key, its word and what is typed into it; nobody else does.
        for each in (out.handover_key, word.encode(), said.encode()):
            assert holds(me, form, each)
            assert not found(keeper, each) and not found(waiting, each)
        away = (*keys, practice.name.encode(), practice.words.encode())
        assert not any(found(pid, *away) for pid in (form, keeper, waiting))
        me.press(me.open("/form/give-back"), "Give back")
        until = time.monotonic() + 20
        while is_alive(form) and time.monotonic() < until:
            time.sleep(0.1)
        me.open("/unlock")
        for each in (out.handover_key, word.encode(), said.encode()):
            assert not any(found(pid, each) for pid in (keeper, *running.workers()))
        engine.dispose()
        # Looked at, so that it is not the first page of another test.
        me.press(back(me, practice), "Look at it")
