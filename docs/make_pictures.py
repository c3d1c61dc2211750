"""Make the pictures of README and docs from the demo practice.

    .venv/bin/python docs/make_pictures.py [CHROMIUM]

Starts the demo in a temporary folder, photographs its pages in a real Chromium, and draws the first
page of each paper. Everything ends up in docs/pictures/. Needs what the tests need.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
PICTURES = CHECKOUT / "docs" / "pictures"
CONTENT = tomllib.loads((CHECKOUT / "clinic_toolkit" / "demo" / "practice.toml").read_text())
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
WIDE, NARROW = ViewportSize(width=1180, height=820), ViewportSize(width=390, height=780)
CLIENT = "Amélie Fourcade"


def main() -> int:
    """Make every picture."""
    PICTURES.mkdir(exist_ok=True)
    with demo() as (address, way_in), chromium_of(sys.argv[1:]) as browser:
        _photograph(browser, address, way_in)
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(CHECKOUT)}: {picture.stat().st_size:,} bytes")
    return 0


@contextmanager
def demo() -> Iterator[tuple[str, Path]]:
    """The demo as it runs: its address, and the file that lets a browser in."""
    command = [sys.executable, "-m", "clinic_toolkit", "start", "--demo", "--no-browser", "--data"]
    with (
        tempfile.TemporaryDirectory() as place,
        subprocess.Popen(
            [*command, place + "/demo"], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
        ) as served,
    ):
        try:
            yield _after("Ready: ", served), Path(_after("works once: ", served))
        finally:
            served.terminate()


@contextmanager
def chromium_of(named: list[str]) -> Iterator[Browser]:
    """A Chromium: the one that was named, else one that is installed. Without one, the program ends."""
    found = next((name for name in (*named, "chromium", "google-chrome") if shutil.which(name)), None)
    if found is None:
        sys.exit("No Chromium or Chrome was found; name one as the last argument.")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(found), args=FLAGS + root)
        yield browser
        browser.close()


def let_in(page: Page, address: str, way_in: Path) -> None:
    """Open the demo with its passphrase."""
    page.goto(way_in.as_uri())
    page.fill("[name=passphrase]", CONTENT["passphrase"])
    page.get_by_role("button", name="Unlock").click()
    page.wait_for_url(address)


def _after(words: str, served: "subprocess.Popen[str]") -> str:
    line = next(line for line in served.stdout or () if words in line)
    return line.partition(words)[2].strip()


def _photograph(browser: Browser, address: str, way_in: Path) -> None:
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    page = context.new_page()
    let_in(page, address, way_in)
    _shot(page, "today")
    _client(page, address)
    state = context.storage_state()
    places = {"result": _place(page, address, "result"), "together": _place(page, address, "together")}
    for name, path in places.items():
        page.goto(path)
        _shot(page, name)
    dark = browser.new_context(viewport=WIDE, locale="en-GB", color_scheme="dark", storage_state=state)
    narrow = browser.new_context(viewport=NARROW, locale="en-GB", color_scheme="light", storage_state=state)
    for other, suffix in ((dark, "dark"), (narrow, "narrow")):
        view = other.new_page()
        for name, path in {"today": address, **places}.items():
            view.goto(path)
            _shot(view, f"{name}-{suffix}")
    _papers(page, address)
    _item(page, address)


def _client(page: Page, address: str) -> None:
    page.goto(f"{address}clients")
    page.get_by_role("link", name=f"Open {CLIENT}").click()
    _shot(page, "client")


def _place(page: Page, address: str, name: str) -> str:
    """The result, or what follows it, of the client's newest questionnaire."""
    page.goto(f"{address}clients")
    page.get_by_role("link", name=f"Open {CLIENT}").click()
    page.get_by_role("list", name="Questionnaires").get_by_role("link").first.click()
    return page.url.rpartition("/")[0] + f"/{name}"


def _item(page: Page, address: str) -> None:
    """One question, begun in the day's next hour."""
    page.goto(address)
    page.get_by_role("list", name="Next", exact=True).get_by_role("link").click()
    page.get_by_role("button", name="Start the session").click()
    _shot(page, "hour")
    page.get_by_role("link", name="Begin a questionnaire").click()
    page.locator("[name=instrument][value=giving]").check()
    page.locator("[name=about]").first.check()
    page.get_by_role("button", name="Go to the introduction").click()
    page.get_by_role("link", name="Go to the first question").click()
    for _ in range(3):
        page.locator("fieldset").get_by_text("Some of the time").click()
        page.get_by_role("button", name="Continue").last.click()
    page.locator("fieldset").get_by_text("About half the time").click()
    page.get_by_text("Saved", exact=False).wait_for()
    _shot(page, "item")


def _papers(page: Page, address: str) -> None:
    result = _place(page, address, "result")
    page.goto(result)
    _paper(page, "Client page (PDF)", "client-page")
    page.goto(f"{address}questionnaires/giving")
    _paper(page, "Blank form (PDF)", "blank-questionnaire")
    _paper(page, "Answer card (PDF)", "answer-card")
    page.goto(f"{address}worksheets/receiving-ladder")
    _paper(page, "Blank sheet (PDF)", "worksheet")
    page.goto(result)
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="Session").click()
    _paper(page, "Session summary (PDF)", "session-summary")
    page.get_by_role("link", name="Read the signed note").click()
    _shot(page, "note-page")
    _paper(page, "Print it (PDF)", "note")


def _paper(page: Page, link: str, name: str) -> None:
    page.get_by_role("link", name=link).click()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save a copy as a file").click()
    page.get_by_role("link", name="Back").click()
    with pypdfium2.PdfDocument(waited.value.path()) as paper:
        paper[0].render(scale=1.25).to_pil().save(PICTURES / f"{name}.png", optimize=True)


def _shot(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
