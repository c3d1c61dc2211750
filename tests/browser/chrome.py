"""A real browser, and what every page that it passes is held to."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize

from tests.browser import axe
from tests.fixtures.running import address_in, launch_file

# Set to a folder to keep a picture of every page.
PICTURES = "CLINIC_SCREENSHOTS"
NARROW, USUAL = ViewportSize(width=320, height=640), ViewportSize(width=1100, height=800)
SMALLEST = 48
COLOURS: dict[str, object] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# What a finger has to hit. A link inside a sentence is as tall as its line, and the box or dot of a
# choice is hit by its label.
_TARGETS = """
() => [...document.querySelectorAll(
    'button, a.button, nav a, .links a, .rows a, label:has(> input[type=radio]), label.check, ' +
    'input.input, select, summary')]
  .filter((each) => !each.hidden && each.checkVisibility({visibilityProperty: true}))
  .filter((each) => !each.closest('.unseen'))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height > 1 && box.height < SMALLEST - 0.5)
  .map(([text, box]) => `${Math.round(box.width)} x ${Math.round(box.height)} ${text}`)
""".replace("SMALLEST", str(SMALLEST))
# Words that run over more than three lines although half of the width is left to something else; a word that
# is too long for any line may do so.
_SQUEEZED = """
() => [...document.querySelectorAll('.rows > li > .who > span')]
  .filter((each) => each.checkVisibility() && getComputedStyle(each).display === 'block')
  .filter((each) => !/\\S{30}/.test(each.textContent))
  .map((each) => [each.textContent.trim().slice(0, 60), each.getBoundingClientRect(), getComputedStyle(each)])
  .filter(([, box, style]) => box.width < innerWidth / 2 && box.height > 5.25 * parseFloat(style.fontSize))
  .map(([text, box]) => `${Math.round(box.width)} x ${Math.round(box.height)} ${text}`)
"""
# A day that does not fit its column, and so stands over the words beside it.
_OVERLAPS = """
() => [...document.querySelectorAll('.rows > li > .when')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth)
  .map((each) => `${each.scrollWidth} px in ${each.clientWidth} px ${each.textContent}`)
"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


# One process that draws instead of several that wait for each other; pages and pictures come out the same.
FRUGAL = (
    "--in-process-gpu",
    "--disable-gpu-compositing",
    "--num-raster-threads=1",
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
    "--disable-lcd-text",
    # A page lives too short for code to be compiled a second and a third time, for speed.
    "--js-flags=--no-maglev,--no-turbofan,--min-semi-space-size=16",
)


def launched(playwright: Playwright, path: str) -> Browser:
    """The browser, without a window."""
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *FRUGAL])


@dataclass
class Watched:
    """One browser context; whatever it asks for and complains of is written down."""

    context: BrowserContext
    host: str
    # The page that came in, until somebody works on it.
    arrived: Page | None = None
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self._asked(request.url))
        self.context.on("page", self._listen)
        if self.arrived:
            self._listen(self.arrived)
        self.context.set_default_timeout(60_000)

    def _asked(self, url: str) -> None:
        split = urlsplit(url)
        # The PDF viewer is a part of the browser, and takes its own parts from there.
        own = ("data", "blob", "about", "chrome", "chrome-extension")
        if split.scheme not in own and split.netloc != self.host:
            self.elsewhere.append(url)

    def _listen(self, page: Page) -> None:
        page.on("console", lambda told: self._told(told.type, told.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _told(self, kind: str, text: str) -> None:
        # A form that is shown again with its errors has the status 422, which the browser mentions.
        if kind == "error" and "status of 422" not in text:
            self.complaints.append(text)

    def page(self, path: str = "/") -> Page:
        """A page at this address: first the one that came in, then new ones."""
        page, self.arrived = self.arrived or self.context.new_page(), None
        address = f"http://{self.host}{path}"
        # A person who came in stands at the first page already.
        if page.url != address:
            page.goto(address)
        return page

    def look(self, page: Page, *, name: str = "") -> None:
        """Hold this page to what every page must be: no violation light or dark, narrow without scrolling."""
        name = name or re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", urlsplit(page.url).path)
        self.looked_at.append(name)
        # The dark page is the same page in other colours, so it is judged by them alone.
        ways: tuple[tuple[Literal["light", "dark"], dict[str, object] | None], ...]
        ways = ("light", None), ("dark", COLOURS)
        for scheme, rules in ways:
            page.emulate_media(color_scheme=scheme)
            self._picture(page, f"{name} {scheme}")
            self.wrong += [f"{name}, {scheme}: {each}" for each in axe.faults(page, rules)]
        page.emulate_media(color_scheme="light")
        self.wrong += [f"{name}: {each}" for each in overlapping(page)]
        page.set_viewport_size(NARROW)
        self._picture(page, f"{name} narrow")
        self.wrong += [f"{name}: {each}" for each in too_narrow(page)]
        page.set_viewport_size(USUAL)

    def _picture(self, page: Page, name: str) -> None:
        if folder := os.environ.get(PICTURES):
            file = re.sub(r"[^a-z]+", "-", name.lower()).strip("-")
            page.screenshot(path=Path(folder) / f"{len(self.looked_at):02}-{file}.png", full_page=True)


def overlapping(page: Page) -> list[str]:
    """What stands over the words beside it."""
    return [f"overlaps: {each}" for each in page.evaluate(_OVERLAPS)]


def too_narrow(page: Page) -> list[str]:
    """What does not fit a narrow screen or a finger."""
    wider = page.evaluate(_WIDER)
    scrolls = [f"{wider} px wider than {NARROW['width']} px"] if wider > 0 else []
    squeezed = [f"squeezed: {each}" for each in page.evaluate(_SQUEEZED)]
    return scrolls + squeezed + [f"under {SMALLEST} px: {each}" for each in page.evaluate(_TARGETS)]


def come_in(context: BrowserContext, host: str, *, by_file: bool = False) -> Page:
    """Let this browser in, by the address in a launch file; returns the page that it led to.

    Args:
        by_file: open the file itself, as the program does at its start. That costs a process of the browser
            more, and the whole job is done that way.
    """
    page = context.new_page()
    file = launch_file(host)
    page.goto(file.as_uri() if by_file else address_in(file))
    page.wait_for_url(lambda url: urlsplit(url).netloc == host and "key=" not in url)
    return page


@contextmanager
def watched(browser: Browser, host: str, *, script: bool = True, by_file: bool = False) -> Iterator[Watched]:
    """A context of its own, as of a person who opens the browser anew; checked when it closes."""
    # Colours that glide from light to dark are neither while they glide.
    context = browser.new_context(
        viewport=USUAL, java_script_enabled=script, accept_downloads=True, reduced_motion="reduce"
    )
    seen = Watched(context, host, come_in(context, host, by_file=by_file))
    try:
        yield seen
    finally:
        context.close()
    found = [f"asked elsewhere: {each}" for each in seen.elsewhere]
    found += [f"complained: {each}" for each in seen.complaints] + seen.wrong
    assert not found, "\n".join(dict.fromkeys(found))
