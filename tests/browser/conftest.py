"""A browser and the real program, for the tests of one file."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import chrome, readers
from tests.browser.chrome import Watched
from tests.browser.marionette import Firefox
from tests.browser.readers import Reader
from tests.browser.reused_firefox import Firefoxes
from tests.fixtures.running import Running
from tests.journeys import person, steps

# A process that begins while other tests are at work takes its time; what comes about ends the wait.
expect.set_options(timeout=60_000)


@dataclass
class Practice:
    """The program with a practice, a client and a session; and the passphrase."""

    running: Running
    words: str
    client: str
    session: str

    def enter(self, seen: Watched) -> Page:
        """Unlock in this browser."""
        page = seen.page("/unlock")
        page.get_by_label("Passphrase", exact=True).fill(self.words)
        page.get_by_role("button", name="Unlock").click()
        page.wait_for_url(f"http://{self.running.host}/")
        return page

    def begin(self, page: Page, instrument: str = "How I give") -> None:
        """Choose a questionnaire and stand at its first question."""
        page.goto(f"http://{self.running.host}{self.session}/questionnaire")
        page.get_by_role("radio", name=instrument).first.check()
        page.get_by_role("radio", name="People in general").check()
        page.get_by_role("button", name="Go to the introduction").click()
        page.get_by_role("link", name="Go to the first question").click()
        page.wait_for_url("**/items/1")


@pytest.fixture(scope="session")
def browsers() -> Iterator[list[Browser]]:
    """The browser that is at work, if there is one."""
    at_work: list[Browser] = []
    yield at_work
    for each in at_work:
        each.close()


@pytest.fixture(scope="module")
def browser(playwright: Playwright, headless_path: str, browsers: list[Browser]) -> Browser:
    """The browser, replaced when it broke down. Tests have a context each, with nothing of another in it."""
    if not browsers or not browsers[0].is_connected():
        browsers[:] = [chrome.launched(playwright, headless_path)]
    return browsers[0]


@pytest.fixture(scope="module")
def with_viewer(playwright: Playwright, browser_path: str) -> Iterator[Browser]:
    """A Chromium that has its PDF viewer, which the one without windows lacks."""
    words = ["--headless=new", "--no-sandbox", "--disable-gpu"]
    started = playwright.chromium.launch(executable_path=browser_path, headless=False, args=words)
    yield started
    started.close()


@contextmanager
def made(folder: Path) -> Iterator[Practice]:
    """The program, set up over HTTP."""
    with Running(folder / "data", copied=True) as running:
        me = person.over_http(running.browser())
        words = steps.set_up(me)
        client = me.send(me.follow(me.open("/"), "Add a client"), {"name": "Ana Reyes"})
        session = me.press(client, "Start a session now")
        yield Practice(running, words, client.path, session.path)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice for all tests of a file."""
    with made(tmp_path_factory.mktemp("browser")) as practice:
        yield practice


@pytest.fixture(scope="session")
def firefoxes(firefox_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefoxes]:
    """The Firefox that tests share one after the other."""
    kept = Firefoxes(firefox_path, tmp_path_factory.mktemp("firefox"))
    yield kept
    kept.close()


@pytest.fixture
def driven(firefoxes: Firefoxes, practice: Practice) -> Iterator[Firefox]:
    """Firefox, unlocked."""
    with firefoxes.lent() as driven:
        driven.come_in(practice.running.host)
        driven.go(f"http://{practice.running.host}/unlock")
        driven.fill("#f-passphrase", practice.words)
        driven.click(driven.link("Unlock"))
        driven.until(lambda: driven.address == f"http://{practice.running.host}/")
        yield driven


def opened(request: pytest.FixtureRequest, name: str, practice: Practice) -> AbstractContextManager[Reader]:
    """The browser of this name, let in and locked."""
    if name == "Firefox":
        return readers.in_firefox(request.getfixturevalue("firefoxes"), practice.running.host)
    return readers.in_chromium(request.getfixturevalue("browser"), practice.running.host)


@pytest.fixture(scope="module", params=["Chromium", "Firefox"])
def reader(request: pytest.FixtureRequest, practice: Practice) -> Iterator[Reader]:
    """Each browser, unlocked."""
    with opened(request, request.param, practice) as reader:
        readers.unlock(reader, practice.words)
        yield reader
