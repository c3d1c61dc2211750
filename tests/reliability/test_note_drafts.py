"""A note under two windows, refused saves, lost answers, crashes, new starts: no confirmed word is lost."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.vault import key_slots
from clinic_toolkit.web.app import create_app
from clinic_toolkit.web.transport import responses
from tests.fixtures import sites
from tests.fixtures.practices import Work
from tests.fixtures.sites import Site
from tests.journeys import person
from tests.journeys.pages import Page
from tests.reliability.programme import Programme

SECTIONS = ("section-data", "section-assessment", "section-plan")
SCRIPT = {"X-Autosave": "1", "Accept": "application/json"}
SHORT, LONG, ACTS = 3, 200, 25


@dataclass
class Window:
    """A page that is open in a browser: its fields, and the words in it that nobody confirmed yet."""

    fields: dict[str, str]
    unconfirmed: set[str] = field(default_factory=set)


def words(text: str) -> set[str]:
    return set(re.findall(r"w\d+", text))


class Desk:
    """One note, two windows, and every word that the program ever said is saved."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self.site = sites.made(place)
        self.site.unlock()
        self.path = f"/sessions/{self.site.work.session(self.site.work.client()).id}/note"
        self.chance, self.number = chance, 0
        self.confirmed: set[str] = set()
        self.windows = [self._opened() for _ in range(2)]

    def _opened(self) -> Window:
        page = person.at(self.site).open(self.path)
        return Window(page.form("section-data").standing())

    def kept(self) -> set[str]:
        """The words that the note has now, as a page that is opened shows them."""
        return set().union(*(words(self._opened().fields.get(name, "")) for name in SECTIONS))

    def write(self, window: Window) -> None:
        """Type a word at the end of a section."""
        self.number += 1
        name = self.chance.choice(SECTIONS)
        window.fields[name] = f"{window.fields.get(name, '')} w{self.number}".strip()
        window.unconfirmed.add(f"w{self.number}")

    def save(self, window: Window, *, is_answered: bool = True) -> None:
        """Save by the script of the page; the answer may be lost on its way."""
        answer = self.site.post(self.path, window.fields, headers=SCRIPT)
        if answer.status_code == 200 and is_answered:
            window.fields["version"] = str(answer.get_json()["version"])
            self._confirm(window)
        elif answer.status_code == 409:
            self.settle(window)

    def settle(self, window: Window) -> None:
        """Press the button, see both texts, and keep both where they differ."""
        page = person.at(self.site).post(self.path, window.fields)
        for name in SECTIONS:
            assert page.typed(name) == window.fields[name], "what was typed is in its field"
        if page.status == 409:
            shown = page.form("section-data")
            keep = {name: "both" for name in shown.names if name.startswith("keep-")}
            page = person.at(self.site).post(self.path, shown.standing() | keep)
        assert page.status == 200, page.text
        self._confirm(window)
        window.fields = page.form("section-data").standing()

    def _confirm(self, window: Window) -> None:
        self.confirmed |= window.unconfirmed
        window.unconfirmed = set()

    def fail(self, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
        """The program dies between the last write and the commit: the page is told that nothing was saved."""
        with monkeypatch.context() as broken:
            broken.setattr(responses, "autosave_saved", _die)
            answer = self.site.post(self.path, window.fields, headers=SCRIPT)
        assert answer.status_code in (409, 500)

    def reopen(self, window: Window) -> None:
        """The tab is closed and opened again: it shows what is stored."""
        window.fields, window.unconfirmed = self._opened().fields, set()

    def restart(self) -> None:
        """The program ends at once and is started anew; the pages stay open in the browser."""
        work, folder = self.site.work, self.site.settings.data_folder
        keys, user = work.vault.unlocked_keys(), work.vault.user_id
        work.engine.dispose()
        engine = open_store(folder)
        with reading(engine) as db:
            vault = key_slots.unlock_with_keys(db, user, keys)
        app = create_app(
            self.site.settings,
            engine=engine,
            keeper=self.site.keeper,
            end_worker=self.site.ends.append,
            cookie_key=b"k" * 32,
        )
        self.site = Site(
            app=app,
            work=Work(engine=engine, vault=vault, groups=work.groups),
            settings=self.site.settings,
            keeper=self.site.keeper,
            ends=self.site.ends,
        )
        self.site.unlock()


def _die(*told: object, **named: object) -> Page:
    raise MemoryError


def sequences(place: Path, monkeypatch: pytest.MonkeyPatch, rounds: Programme) -> str:
    for number in rounds:
        chance = random.Random(number)
        desk = Desk(place / f"{number}", chance)
        for _ in range(ACTS):
            window = chance.choice(desk.windows)
            act = chance.choices(("write", "save", "lose", "fail", "reopen", "restart"), (8, 6, 2, 2, 1, 1))[
                0
            ]
            rounds.add(act)
            match act:
                case "write":
                    desk.write(window)
                case "save" | "lose":
                    desk.save(window, is_answered=act == "save")
                case "fail":
                    desk.fail(window, monkeypatch)
                case "reopen":
                    desk.reopen(window)
                case _:
                    desk.restart()
            lost = desk.confirmed - desk.kept()
            assert not lost, (number, act, lost)
        rounds.add("confirmed", len(desk.confirmed))
        desk.site.work.engine.dispose()
    counted = ", ".join(f"{rounds.of(act)} {act}" for act in ("save", "lose", "fail", "reopen", "restart"))
    return f"{rounds.rounds} sequences ({counted}), {rounds.of('confirmed')} confirmed words: 0 lost"


def test_nothing_confirmed_is_lost_in_any_order(
    quick: Path, monkeypatch: pytest.MonkeyPatch, programme: Callable[..., Programme]
) -> None:
    rounds = programme(short=SHORT, long=LONG)
    sequences(quick, monkeypatch, rounds)
    assert rounds.of("confirmed") > rounds.rounds


@pytest.mark.reliability
def test_nothing_confirmed_is_lost_in_two_hundred_sequences(
    quick: Path,
    monkeypatch: pytest.MonkeyPatch,
    programme: Callable[..., Programme],
    figure: Callable[[str], None],
) -> None:
    figure(sequences(quick, monkeypatch, programme(short=SHORT, long=LONG)))


def test_a_program_that_takes_no_notice_of_versions_is_found_out(
    quick: Path, monkeypatch: pytest.MonkeyPatch, programme: Callable[..., Programme]
) -> None:
    """The control: what the other window saved is overwritten, and the look finds what was lost."""
    real = Desk.save

    def blind(desk: Desk, window: Window, *, is_answered: bool = True) -> None:
        window.fields["version"] = str(desk._opened().fields["version"])
        real(desk, window, is_answered=is_answered)

    monkeypatch.setattr(Desk, "save", blind)
    with pytest.raises(AssertionError, match=r"save|lose"):
        sequences(quick, monkeypatch, programme(short=SHORT, long=LONG))
