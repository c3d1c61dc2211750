"""Firefox can be driven: it opens pages, takes keys and clicks, and answers what a page holds."""

from pathlib import Path

import pytest

from tests.browser import firefox, marionette
from tests.browser.marionette import CONTROL, TAB, Refused
from tests.fixtures.running import Running

pytestmark = pytest.mark.processes

PAGE = """<!doctype html><title>a page</title><main><h1>Here</h1>
<input id="one"><input id="two"><button>Press me</button><p id="told"></p></main>
<script>
const told = document.querySelector("#told");
document.querySelector("button").onclick = () => { told.textContent = "pressed"; };
document.addEventListener("keydown", (event) => { told.textContent = `${event.code} ${event.ctrlKey}`; });
</script>"""


def test_it_opens_types_clicks_and_reads(firefox_path: str, tmp_path: Path) -> None:
    with firefox.elsewhere() as served, marionette.opened(firefox_path, tmp_path / "profile") as driven:
        served.pages["/"] = PAGE
        driven.go(f"http://127.0.0.1:{served.port}/")
        assert driven.text("h1") == "Here" and driven.script("return document.title") == "a page"
        driven.fill("#one", "first")
        driven.press(TAB, *"second 2")
        assert (driven.value("#one"), driven.value("#two")) == ("first", "second 2")
        assert driven.text("#told") == "Digit2 false"
        driven.press("k", held=CONTROL)
        assert driven.text("#told") == "KeyK true"
        driven.click(driven.link("Press me"))
        assert driven.text("#told") == "pressed"


def test_what_it_cannot_do_is_an_error(firefox_path: str, tmp_path: Path) -> None:
    with firefox.elsewhere() as served, marionette.opened(firefox_path, tmp_path / "profile") as driven:
        served.pages["/"] = PAGE
        driven.go(f"http://127.0.0.1:{served.port}/")
        with pytest.raises(Refused, match="javascript error"):
            driven.script("return document.querySelector('#three').value")


def test_it_is_let_into_the_program(firefox_path: str, tmp_path: Path) -> None:
    with (
        Running(tmp_path / "data") as running,
        marionette.opened(firefox_path, tmp_path / "profile") as driven,
    ):
        driven.come_in(running.host)
        assert driven.address.startswith(f"http://{running.host}/")
        assert driven.text("h1") == "Set up your practice"
