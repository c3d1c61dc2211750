"""A person at the program: opens pages, follows links, fills in forms, presses buttons."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

from clinic_toolkit.web.app import ClinicApp
from tests.fixtures.running import Browser
from tests.fixtures.sites import Site, Visitor
from tests.journeys.pages import Form, Page

Ask = Callable[[str, str, bytes | None, dict[str, str]], tuple[int, dict[str, str], bytes]]
SURROGATE = "\ud83d"


class Person:
    """Someone with a browser. It sends what a browser would send, and nothing that was not on a page."""

    def __init__(self, ask: Ask, origin: str) -> None:
        self.ask = ask
        self.origin = origin
        self.passed: list[str] = []

    def open(self, path: str, **headers: str) -> Page:
        """Ask for a page and follow where it leads."""
        return self._go("GET", path, None, headers)

    def follow(self, page: Page, words: str) -> Page:
        """Use the first link with these words."""
        return self.open(urljoin(page.path, page.link(words)))

    def send(self, page: Page, typed: Mapping[str, str | None], *, by: str = "") -> Page:
        """Fill in the form that has the first of these fields (or `by`) and send it.

        Args:
            typed: values by field; None leaves a field out, as an unticked box does. A button with a
                name is given here as well.
        """
        return self.submit(page, page.form(by or next(iter(typed))), typed)

    def submit(self, page: Page, form: Form, typed: Mapping[str, str | None] | None = None) -> Page:
        """Send this form of the page."""
        sent: dict[str, str | None] = {**form.standing(), **(typed or {})}
        unknown = set(typed or {}) - form.names
        assert not unknown, f"{page.path} offers no {unknown}"
        path = urljoin(page.path, form.action or page.path)
        return self.post(path, {name: value for name, value in sent.items() if value is not None})

    def press(self, page: Page, words: str) -> Page:
        """Press the button with these words and send its form as it stands."""
        for form in page.forms:
            for control in form.controls:
                if control.kind == "button" and words in control.words:
                    return self.submit(page, form, {control.name: control.value} if control.name else {})
        raise AssertionError(f"{page.path} has no button {words!r}")

    def post(self, path: str, fields: Mapping[str, str], headers: dict[str, str] | None = None) -> Page:
        """Send fields to an address, form or no form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        return self._go("POST", path, encoded(fields), kind | (headers or {}))

    def _go(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(8):
            status, answered, found = self.ask(method, path, body, headers)
            self.passed.append(path)
            if status not in (302, 303):
                return self._with_paper(Page(path, status, answered, found))
            method, body, headers = "GET", None, {}
            path = urljoin(path, answered["Location"])
        raise AssertionError(f"{path} leads round in circles")

    def _with_paper(self, page: Page) -> Page:
        """A browser fills the frame of a page as well, and shows only what it may frame."""
        if page.frame:
            page.paper = self.open(page.frame, **{"Sec-Fetch-Dest": "iframe"})
            assert page.paper.headers["X-Frame-Options"] == "SAMEORIGIN", page.paper.path
        return page


def encoded(fields: Mapping[str, str]) -> bytes:
    """A form as bytes; a lone surrogate becomes the three bytes that a careless sender would write."""
    return urlencode(fields, errors="surrogatepass").encode()


def at(site: Site) -> Person:
    """A person at an app in this process, with the cookies of the site's browser."""
    return _of(site.browser, site.origin)


def newcomer(app: ClinicApp, origin: str) -> Person:
    """A person at an app in this process, let in by a launch file and with no other cookie."""
    return _of(Visitor(app), origin)


def _of(client: Any, origin: str) -> Person:
    def ask(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        answer = client.open(path, method=method, base_url=origin, data=body, headers=headers)
        return answer.status_code, dict(answer.headers), answer.data

    return Person(ask, origin)


def over_http(browser: Browser) -> Person:
    """A person at the real program."""

    def ask(method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        page = browser.ask(method, path, body, headers)
        return page.status, page.headers, page.body

    return Person(ask, f"http://{browser.host}")
