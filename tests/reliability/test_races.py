"""Two tabs, eight hands, one note: no save goes under, and who was second sees both texts.

R6 of the programme, over HTTP and against the real program.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic_toolkit.web.forms.notes import NoteForm
from tests.fixtures import sites
from tests.fixtures.running import Running
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.reliability import launched
from tests.reliability.programme import Programme

pytestmark = pytest.mark.processes

BY_SCRIPT = {"X-Autosave": "1"}
FIELD = "section-data"
# Then the note is emptied: it has a longest length.
RACES_IN_A_NOTE = 40
HANDS = 8

Programmes = Callable[..., Programme]
Figure = Callable[[str], None]


@dataclass
class Window:
    """One window of a browser, with the page of the note as it was when it was opened."""

    me: Person
    address: str
    page: Page | None = None

    def open(self) -> str:
        """Open the note anew; returns its text."""
        self.page = self.me.open(self.address)
        assert self.page.status == 200, self.page.text
        return self.page.typed(FIELD) or ""

    def fields(self, text: str) -> dict[str, str]:
        assert self.page is not None
        return self.page.form(FIELD).standing() | {FIELD: text}

    def autosave(self, text: str, begin: threading.Barrier | None = None) -> int:
        """Save as the page's own script does; returns the status."""
        sent = self.fields(text)
        if begin:
            begin.wait()
        told = self.me.post(self.address, sent, BY_SCRIPT)
        assert told.status in (200, 409), told.body
        assert ("version" in json.loads(told.body)) == (told.status == 200)
        return told.status

    def save(self, text: str) -> Page:
        """Press the button."""
        return self.me.post(self.address, self.fields(text))


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Window]]:
    """Windows of one browser, all with the same note of the same session."""
    with Running(tmp_path_factory.mktemp("races") / "data", copied=True) as running:
        browser = running.browser()
        me = person.over_http(browser)
        steps.set_up(me)
        page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
        address = f"{me.press(page, 'Start a session now').path}/note"
        me.send(me.open(address), {FIELD: "Begun."})
        yield [Window(person.over_http(copy.deepcopy(browser)), address) for _ in range(HANDS)]


def race(both: Sequence[Window], number: int) -> bool:
    """Save from two windows at the same moment. Whether one was told, and nothing went under."""
    before, _ = (window.open() for window in both)
    if number % RACES_IN_A_NOTE == 0:
        before = "Begun."
    texts = [f"{before} w{number}{name}" for name in "ab"]
    begin = threading.Barrier(2)
    with ThreadPoolExecutor(2) as hands:
        told = list(hands.map(lambda pair: pair[0].autosave(pair[1], begin), zip(both, texts, strict=True)))
    if sorted(told) != [200, 409]:
        return False
    first, second = told.index(200), told.index(409)
    page = both[second].save(texts[second])
    sees_both = page.status == 409 and texts[first] in page.text and page.typed(FIELD) == texts[second]
    merged = f"{texts[first]} w{number}{'ab'[second]}"
    both[second].page = page
    kept = both[second].save(merged)
    return sees_both and kept.status == 200 and both[first].open() == merged


@pytest.mark.reliability
def test_a_thousand_races_of_two_tabs(windows: list[Window], programme: Programmes, figure: Figure) -> None:
    races(windows, programme(short=25, long=1000), figure)


def test_two_tabs_cannot_overwrite_each_other(
    windows: list[Window], programme: Programmes, figure: Figure
) -> None:
    races(windows, programme(short=25, long=1000), figure)


def races(windows: list[Window], rounds: Programme, figure: Figure) -> None:
    for number in rounds:
        rounds.add("lost", not race(windows[:2], number))
    figure(f"{rounds.rounds} races of two tabs: {rounds.of('lost')} lost updates; the second saw both texts")
    assert rounds.of("lost") == 0


def write(window: Window, words: Sequence[str]) -> int:
    """Add words to the note, one after another, until each was confirmed; returns how often it was late."""
    late = 0
    for word in words:
        while window.autosave(f"{window.open()} {word}") != 200:
            late += 1
    return late


def eight_hands(windows: Sequence[Window], each: int) -> tuple[int, int]:
    """Words from eight threads into one note: how many are missing or double, how often one was late."""
    assert windows[0].open() is not None and windows[0].autosave("Begun.") == 200
    words = [[f"h{hand}w{number}" for number in range(each)] for hand in range(HANDS)]
    with ThreadPoolExecutor(HANDS) as hands:
        late = sum(hands.map(write, windows, words))
    found = windows[0].open().split()
    return sum(found.count(word) != 1 for hand in words for word in hand), late


@pytest.mark.reliability
def test_eight_writers_for_long(windows: list[Window], figure: Figure) -> None:
    write_with_eight_hands(windows, 50, figure)


def test_eight_writers_lose_no_word(windows: list[Window], figure: Figure) -> None:
    write_with_eight_hands(windows, 4, figure)


def write_with_eight_hands(windows: list[Window], each: int, figure: Figure) -> None:
    lost, late = eight_hands(windows, each)
    figure(f"{HANDS} threads, {HANDS * each} confirmed saves, {late} told that they were late: {lost} lost")
    assert lost == 0 and late > 0


def test_a_program_that_lets_the_last_one_win_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """The control: the same races at an app that does not look at the version."""
    monkeypatch.setattr(NoteForm, "from_request", NoteForm.__dict__["from_request"])
    launched.FAULTS["last-one-wins"]()
    site = sites.made(tmp_path)
    site.unlock()
    address = f"/sessions/{site.work.session(site.work.client()).id}/note"
    both = [Window(person.at(site), address) for _ in range(2)]
    both[0].open()
    both[0].save("Begun.")
    lost = sum(not race(both, number) for number in range(6))
    figure(f"{lost} of 6 races lost an update")
    assert lost == 6
