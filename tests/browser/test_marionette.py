"""Firefox can be driven: it opens pages, takes keys and clicks, and answers what a page holds."""

from pathlib import Path

import pytest

from tests.browser import firefox, marionette
from tests.browser.marionette import CONTROL, TAB, Refused
from tests.browser.reused_firefox import Firefoxes
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


def test_what_it_cannot_do_is_an_error(firefoxes: Firefoxes) -> None:
    with firefox.elsewhere() as served, firefoxes.lent() as driven:
        served.pages["/"] = PAGE
        driven.go(f"http://127.0.0.1:{served.port}/")
        with pytest.raises(Refused, match="javascript error"):
            driven.script("return document.querySelector('#three').value")


def test_it_is_let_into_the_program(firefoxes: Firefoxes, tmp_path: Path) -> None:
    with Running(tmp_path / "data", copied=True) as running, firefoxes.lent() as driven:
        driven.come_in(running.host)
        assert driven.address.startswith(f"http://{running.host}/")
        assert driven.text("h1") == "Set up your practice"


STORE = "document.cookie = 'told=1; max-age=999'; localStorage.setItem('told', '1');"
STORED = "return [document.cookie, localStorage.length, history.length]"


def test_who_has_it_next_finds_it_empty(firefoxes: Firefoxes) -> None:
    with firefox.elsewhere() as served:
        served.pages["/"] = PAGE
        address = f"http://127.0.0.1:{served.port}/"
        for _ in range(2):
            with firefoxes.lent() as driven:
                driven.go(address)
                before = driven.script(STORED)
                driven.script(STORE)
                assert driven.script(STORED)[:2] == ["told=1", 1], "the control: it can store"
                driven.new_tab()
                driven.go(address)
                assert driven.script(STORED)[:2] == ["told=1", 1]
        assert before == ["", 0, 1]
