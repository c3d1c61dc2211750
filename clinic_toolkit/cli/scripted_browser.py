"""A small visitor for `--check`: it reads pages, fills in forms and follows links, over real HTTP.

It connects to 127.0.0.1 and says the install's own host name, which Python cannot look up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from clinic_toolkit.errors import ClinicError


class UnexpectedPage(ClinicError):
    """A page was not what the job needs at this point."""


@dataclass(kw_only=True)
class FormOnPage:
    """One form: where it goes, what it holds as it stands, its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Page:
    """One answer, with its forms and links if it is a page."""

    path: str
    status: int
    kind: str
    body: bytes
    forms: list[FormOnPage]
    links: list[tuple[str, str]]
    frame: str = ""

    @property
    def text(self) -> str:
        """The page as it was sent."""
        return self.body.decode()

    def form(self, name: str) -> FormOnPage:
        """The form that has a field or button of this name."""
        for each in self.forms:
            if name in each.names:
                return each
        raise UnexpectedPage(f"The page {self.path} has no field called {name}.")

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        for text, href in self.links:
            if words in text:
                return href
        raise UnexpectedPage(f"The page {self.path} has no link “{words}”.")


class ScriptedBrowser:
    """One browser: its cookies, its place, and nothing it was not shown."""

    def __init__(self, launch_url: str) -> None:
        split = urlsplit(launch_url)
        self.host, self.port = split.netloc, split.port or 80
        self.cookies: dict[str, str] = {}
        self._launch_path = f"{split.path}?{split.query}"

    def open_launch_page(self) -> Page:
        """Follow the launch file, and go on to the first page."""
        page = self._request("GET", self._launch_path, None, site="cross-site")
        if page.status != 200:
            raise UnexpectedPage("The launch file does not let the visitor in.")
        return self.get_page(page.link("Open the practice"))

    def get_page(self, path: str) -> Page:
        """Ask for a page, and follow where it leads."""
        return self._request("GET", path, None)

    def get_paper(self, path: str) -> Page:
        """Ask for a page that holds a paper, and for the paper in its frame."""
        page = self.get_page(path)
        if not page.frame:
            raise UnexpectedPage(f"The page {page.path} holds no paper.")
        return self._request("GET", page.frame, None, dest="iframe")

    def fill_and_submit(self, page: Page, name: str, typed: Mapping[str, str]) -> Page:
        """Fill in the form that has a field of this name, send it, and follow where it leads.

        Args:
            typed: values by field; a button's name and value are given here too.
        """
        return self.submit_form(page.form(name), page, typed)

    def submit_form(self, form: FormOnPage, page: Page, typed: Mapping[str, str] | None = None) -> Page:
        """Send a form as it stands on the page, with what was typed, and follow where it leads."""
        typed = typed or {}
        values = [(key, value) for key, value in form.fields if key not in typed] + list(typed.items())
        return self._request("POST", urljoin(page.path, form.action or page.path), urlencode(values).encode())

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        site: str = "same-origin",
        dest: str = "document",
    ) -> Page:
        for _ in range(10):
            sent = {"Host": self.host, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
            sent |= {"Sec-Fetch-Dest": dest, "Connection": "close"}
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if method == "POST":
                sent["Origin"] = f"http://{self.host}"
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, body, sent)
                answer = connection.getresponse()
                read = answer.read()
            finally:
                connection.close()
            for line in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            if answer.status not in (302, 303):
                return _parse_page(path, answer.status, answer.headers.get_content_type(), read)
            method, body = "GET", None
            path = urljoin(path, answer.headers["Location"] or "/")
        raise UnexpectedPage(f"The page {path} leads round in circles.")


def _parse_page(path: str, status: int, kind: str, body: bytes) -> Page:
    reader = _PageReader()
    if kind == "text/html":
        reader.feed(body.decode())
    return Page(
        path=path,
        status=status,
        kind=kind,
        body=body,
        forms=reader.forms,
        links=reader.links,
        frame=reader.frame,
    )


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self.links: list[tuple[str, str]] = []
        self.frame = ""
        self._form: FormOnPage | None = None
        self._text: list[str] = []
        self._href = self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = FormOnPage(action=given.get("action", ""), method=given.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "iframe":
            self.frame = given.get("data-paper", "")
        elif tag == "a":
            self._href, self._text = given.get("href", ""), []
        elif self._form is not None and (name := given.get("name")):
            self._form.names.add(name)
            self._add_field(self._form, tag, name, given)
        elif tag == "option" and self._form is not None and self._select and "selected" in given:
            self._form.fields.append((self._select, given.get("value", "")))

    def _add_field(self, form: FormOnPage, tag: str, name: str, given: Mapping[str, str]) -> None:
        if tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "input" and given.get("type") not in ("radio", "checkbox"):
            form.fields.append((name, given.get("value", "")))
        elif tag == "input" and "checked" in given:
            form.fields.append((name, given.get("value", "on")))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "a" and self._href:
            self.links.append((" ".join("".join(self._text).split()), self._href))
            self._href = ""
        elif tag == "textarea" and self._area and self._form is not None:
            self._form.fields.append((self._area, "".join(self._text).removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            self._select = ""
