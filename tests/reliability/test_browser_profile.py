"""What a real browser keeps on the disk of a day at the program: nothing that was read or typed.

The profile is an ordinary one, on the disk, and is searched after the browser was closed. A page of
another server, read with the same profile, is the control: its words are found.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from tests.browser import chrome
from tests.fixtures.running import Running
from tests.journeys import person, steps
from tests.reliability import traces

pytestmark = pytest.mark.browser


class Careless(BaseHTTPRequestHandler):
    """A page that may be kept, and keeps something itself."""

    def do_GET(self) -> None:
        said = f"<title>{self.path}</title><script>localStorage.setItem('said', location.search)</script>"
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Careless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def profile(playwright: Playwright, place: Path, path: str, work: Callable[[BrowserContext], object]) -> None:
    """Open a browser with this profile, do the work in it, close it."""
    context = playwright.chromium.launch_persistent_context(
        place, executable_path=path, args=["--no-sandbox", "--disable-gpu"]
    )
    context.set_default_timeout(60_000)
    work(context)
    context.close()


def a_day(running: Running, words: str, session: str, typed: str) -> Callable[[BrowserContext], object]:
    """Unlock, read, write a note that is saved by itself, look at it on paper, lock."""

    def work(context: BrowserContext) -> None:
        page = chrome.come_in(context, running.host)
        page.goto(f"http://{running.host}/unlock")
        page.get_by_label("Passphrase", exact=True).fill(words)
        page.get_by_role("button", name="Unlock").click()
        page.wait_for_url(f"http://{running.host}/")
        page.goto(f"http://{running.host}/clients/new")
        page.get_by_label("Name", exact=False).first.fill(f"{typed}name")
        page.get_by_role("button", name="Add").first.click()
        page.wait_for_url(lambda url: "/clients/" in url and not url.endswith("/new"))
        page.goto(f"http://{running.host}{session}/note")
        page.locator("textarea").first.fill(f"{typed}note")
        page.locator("[data-status]", has_text="Saved").wait_for()
        page.reload()
        page.get_by_role("link", name="Print the draft").click()
        drawn = page.get_by_role("button", name="Print", exact=True)
        drawn.or_(page.get_by_text("This browser cannot show a paper")).first.wait_for()
        page.goto(f"http://{running.host}/clients")
        page.go_back()
        page.get_by_role("button", name="Lock").click()
        page.wait_for_url(lambda url: "/unlock" in url)

    return work


def test_a_profile_keeps_nothing_of_a_day(
    playwright: Playwright, browser_path: str, tmp_path: Path, careless: str
) -> None:
    typed, loose = f"typed{secrets.token_hex(10)}", f"loose{secrets.token_hex(10)}"
    place = tmp_path / "profile"
    with Running(tmp_path / "data", copied=True) as running:
        me = person.over_http(running.browser())
        words = steps.set_up(me)
        client = me.send(me.follow(me.open("/"), "Add a client"), {"name": f"{typed}first"})
        session = me.press(client, "Start a session now").path
        me.press(me.open("/"), "Lock")
        profile(playwright, place, browser_path, a_day(running, words, session, typed))
        me = person.over_http(running.browser())
        page = me.send(me.open("/unlock"), {"passphrase": words})
        assert f"{typed}note" in me.open(f"{session}/note").source, page.text
    assert sum(1 for path in place.rglob("*") if path.is_file()) > 20
    assert traces.in_files(place, [typed, words]) == {}
    profile(playwright, place, browser_path, lambda context: context.new_page().goto(f"{careless}/?{loose}"))
    assert {loose} in traces.in_files(place, [loose, typed]).values()
