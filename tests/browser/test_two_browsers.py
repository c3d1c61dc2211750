"""In Chromium and Firefox: a launch file lets the browser in, and no other program's page gets an answer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Playwright

from tests.browser import chrome, firefox
from tests.browser.firefox import Elsewhere
from tests.fixtures.running import Running, launch_file

pytestmark = pytest.mark.processes

# Somebody else's page. Once it may, it tries all that a page can try without being asked, and reports what
# it could tell of the answers.
ATTACK = """<!doctype html><title>other</title><iframe name="target"></iframe>
<form method="post" action="http://HOST/lock" target="target"><input name="csrf_token" value="x"></form>
<script>
const tried = (made, path, where) => new Promise((told) => {
  made.onload = () => told("loaded"); made.onerror = () => told("refused");
  made[made.tagName === "LINK" ? "href" : "src"] = "http://HOST" + path; where.append(made);
});
const made = (kind, more) => Object.assign(document.createElement(kind), more);
const asked = (path, how) => fetch("http://HOST" + path, {credentials: "include", ...how})
  .then((answer) => "answered").catch(() => "refused");
const pause = (time) => new Promise((on) => setTimeout(on, time));
addEventListener("load", async () => {
  while ((await fetch("/go")).status !== 200) await pause(200);
  const found = {
    picture: await tried(made("img"), "/picture", document.body),
    script: await tried(made("script"), "/script", document.head),
    style: await tried(made("link", {rel: "stylesheet"}), "/style", document.head),
    "read a page": await asked("/unlock", {}),
    "ask for a page": await asked("/unlock", {mode: "no-cors"}),
    "ask as our script": await asked("/pulse", {headers: {"X-Pulse": "1"}}),
    "post": await asked("/lock", {method: "POST", mode: "no-cors", body: "csrf_token=x"}),
  };
  document.body.append(made("iframe", {src: "http://HOST/unlock"}));
  document.forms[0].submit();
  await pause(700);
  await fetch("/report", {method: "POST", body: JSON.stringify({from: location.host, found})});
});
</script>"""
Opened = Callable[[list[str]], AbstractContextManager[None]]
FROM = ("127.0.0.1", "localhost", "own name")
TRIED = {"picture", "script", "style", "read a page", "ask for a page", "ask as our script", "post"}


class Lax:
    """The control: a program that answers whoever asks, and notes it."""

    def __init__(self) -> None:
        self.accepted: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.accepted.add(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                kind = {"/picture": "image/svg+xml", "/style": "text/css", "/script": "text/javascript"}
                body = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
                self.send_response(200)
                self.send_header("Content-Type", kind.get(self.path, "text/html"))
                self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
                self.send_header("Access-Control-Allow-Credentials", "true")
                self.send_header("Access-Control-Allow-Headers", "X-Pulse")
                self.end_headers()
                self.wfile.write(body if self.path == "/picture" else b"")

            do_POST = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"t-laxhosts.localhost:{self.server.server_port}"


@contextmanager
def chromium_with(playwright: Playwright, program: str, addresses: list[str]) -> Iterator[None]:
    """Chromium with these pages open in one profile."""
    browser = chrome.launched(playwright, program)
    context = browser.new_context()
    for address in addresses:
        context.new_page().goto(address)
    yield
    browser.close()


@pytest.fixture(params=[pytest.param("chromium", marks=pytest.mark.browser), "firefox"])
def browser_with(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """A real browser of one kind."""
    if request.param == "chromium":
        playwright, chromium = (request.getfixturevalue(name) for name in ("playwright", "browser_path"))
        return lambda addresses: chromium_with(playwright, chromium, addresses)
    program = request.getfixturevalue("firefox_path")
    return lambda addresses: firefox.opened_with(program, tmp_path / "profile", addresses)


def is_used_up(way_in: str) -> bool:
    return not Path(way_in.removeprefix("file://")).exists()


def attacked(browser_with: Opened, host: str, way_in: list[str], other: Elsewhere) -> dict[str, set[str]]:
    """What somebody else's page learns under each name, in a browser that was let in before."""
    name = host.partition(":")[0]
    other.pages["/attack"] = ATTACK.replace("HOST", host)
    hosts = [f"{name if each == 'own name' else each}:{other.port}" for each in FROM]
    with browser_with([*way_in, *(f"http://{each}/attack" for each in hosts)]):
        for file in way_in:
            other.wait_for(partial(is_used_up, file))
        other.pages["/go"] = ""
        other.wait_for(lambda: {each["from"] for each in other.reports} == set(hosts))
    learnt: dict[str, set[str]] = {}
    for report in other.reports:
        assert set(report["found"]) == TRIED
        for what, told in report["found"].items():
            learnt.setdefault(what, set()).add(told)
    return learnt


def test_nothing_is_answered_to_somebody_elses_page(browser_with: Opened, tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running, firefox.elsewhere() as other:
        worker = running.workers()[0]
        learnt = attacked(browser_with, running.host, [launch_file(running.host).as_uri()], other)
        assert learnt == {what: {"refused"} for what in TRIED}
        assert running.workers()[0] == worker


def test_a_program_that_answers_everybody_would_be_seen(browser_with: Opened) -> None:
    lax = Lax()
    with firefox.elsewhere() as other:
        learnt = attacked(browser_with, lax.host, [], other)
    lax.server.shutdown()
    lax.server.server_close()
    assert {"loaded", "answered"} == set().union(*learnt.values())
    assert {"GET /unlock", "POST /lock", "GET /pulse"} <= lax.accepted
