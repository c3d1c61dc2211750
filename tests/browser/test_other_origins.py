"""A page of another program on this machine, open in the same browser, gets nothing and changes nothing."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Response

from tests.browser.chrome import come_in
from tests.fixtures.prepared import prepared
from tests.fixtures.running import Running

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>other</title>
<img src="http://{host}/pulse"><iframe src="http://{host}/unlock"></iframe>
<form method="post" action="http://{host}/lock"><input name="csrf_token" value="x"></form>"""


@pytest.fixture
def other_port() -> Iterator[tuple[int, list[str]]]:
    """A web server of somebody else, and the host it writes its page for."""
    target: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.format(host=target[0]).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, target
    server.shutdown()
    server.server_close()


def note(answers: list[tuple[str, int]], answer: Response) -> None:
    answers.append((answer.url, answer.status))


def test_no_other_port_or_name_is_answered(
    tmp_path: Path, other_port: tuple[int, list[str]], browser_path: str, playwright: Playwright
) -> None:
    port, target = other_port
    data, groups = prepared(tmp_path)
    with Running(data, copied=True) as running:
        target.append(running.host)
        name = running.host.partition(":")[0]
        chrome = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        context = chrome.new_context()
        ours = come_in(context, running.host)
        complaints: list[str] = []
        ours.on("console", lambda message: complaints.append(message.text))
        ours.goto(f"http://{running.host}/unlock/sheet")
        for number, group in enumerate(groups, 1):
            ours.fill(f"#f-group{number}", group)
        # Our own form is taken, although the browser sends "null" as its origin.
        ours.get_by_role("button", name="Unlock").click()
        ours.wait_for_url("**/unlock/choose")
        assert not [each for each in complaints if "Permissions-Policy" in each or "Security" in each]
        for host in ("127.0.0.1", "localhost", name):
            page = context.new_page()
            answers: list[tuple[str, int]] = []
            page.on("response", partial(note, answers))
            page.goto(f"http://{host}:{port}/")
            page.evaluate("document.querySelector('form').submit()")
            page.wait_for_url(f"http://{running.host}/lock")
            assert page.title() == "Not answered"
            asked = {status for url, status in answers if running.host in url}
            assert asked == {403}
            page.close()
        still = "fetch('/pulse', {headers: {'X-Pulse': '1'}}).then(answer => answer.status)"
        assert ours.evaluate(still) == 200
        chrome.close()
