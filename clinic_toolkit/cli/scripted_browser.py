"""A minimal browser for `--check`: it reads pages, fills in forms and follows links, over real HTTP.

It connects to 127.0.0.1 and sends the practice's host name, which Python cannot resolve, in the Host header.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from clinic_toolkit.errors import ClinicError


class UnexpectedPage(ClinicError):
    """A page is not what the self-test expects at this point."""


@dataclass(kw_only=True)
class FormOnPage:
    """One form: its action and method, the current values of its fields, the names of all its controls."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Page:
    """One response, with its forms and links if it is HTML."""

    path: str
    status: int
    kind: str
    body: bytes
    forms: list[FormOnPage]
    links: list[tuple[str, str]]
    frame: str = ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def form(self, name: str) -> FormOnPage:
        """The first form that has a field or button of this name.

        Raises:
            UnexpectedPage: there is none.
        """
        for form in self.forms:
            if name in form.names:
                return form
        raise UnexpectedPage(f"The page {self.path} has no field called {name}.")

    def form_to(self, path_end: str) -> FormOnPage:
        """The first form that is sent to a path with this end.

        Raises:
            UnexpectedPage: there is none.
        """
        for form in self.forms:
            if form.action.endswith(path_end):
                return form
        raise UnexpectedPage(f"The page {self.path} has no form that is sent to {path_end}.")

    def link(self, words: str) -> str:
        """The target of the first link whose text contains these words.

        Raises:
            UnexpectedPage: there is none.
        """
        for text, href in self.links:
            if words in text:
                return href
        raise UnexpectedPage(f"The page {self.path} has no link “{words}”.")


class ScriptedBrowser:
    """A browser session: it has cookies, and knows no address but the launch URL."""

    def __init__(self, launch_url: str) -> None:
        url = urlsplit(launch_url)
        self.host, self.port = url.netloc, url.port or 80
        self.cookies: dict[str, str] = {}
        self._launch_path = f"{url.path}?{url.query}"

    def open_launch_page(self) -> Page:
        """Open the launch URL and go on to the first page."""
        page = self._request("GET", self._launch_path, None, site="cross-site")
        if page.status != 200:
            raise UnexpectedPage("The launch file does not let the visitor in.")
        return self.get_page(page.link("Open the practice"))

    def get_page(self, path: str) -> Page:
        """Request a page and follow redirects."""
        return self._request("GET", path, None)

    def get_paper(self, path: str) -> Page:
        """Request a page that shows a PDF, and return the PDF in its frame."""
        page = self.get_page(path)
        if not page.frame:
            raise UnexpectedPage(f"The page {page.path} holds no paper.")
        return self._request("GET", page.frame, None, dest="iframe")

    def fill_and_submit(self, page: Page, name: str, typed: Mapping[str, str]) -> Page:
        """Fill in the form that has a field of this name, submit it and follow redirects.

        Args:
            page: the page with the form.
            name: a field or button of the form.
            typed: values by field name, including the name and value of the button.
        """
        return self.submit_form(page.form(name), page, typed)

    def submit_form(self, form: FormOnPage, page: Page, typed: Mapping[str, str] | None = None) -> Page:
        """Submit a form with its current values, overridden by what was typed, and follow redirects."""
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
            headers = {"Host": self.host, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
            headers |= {"Sec-Fetch-Dest": dest, "Connection": "close"}
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if method == "POST":
                headers["Origin"] = f"http://{self.host}"
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                content = response.read()
            finally:
                connection.close()
            for line in response.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            if response.status not in (302, 303):
                return _parse_page(path, response.status, response.headers.get_content_type(), content)
            method, body = "GET", None
            path = urljoin(path, response.headers["Location"] or "/")
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
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = FormOnPage(
                action=attributes.get("action", ""), method=attributes.get("method", "get")
            )
            self.forms.append(self._form)
        elif tag == "iframe":
            self.frame = attributes.get("data-paper", "")
        elif tag == "a":
            self._href, self._text = attributes.get("href", ""), []
        elif self._form is not None and (name := attributes.get("name")):
            self._form.names.add(name)
            self._add_field(self._form, tag, name, attributes)
        elif tag == "option" and self._form is not None and self._select and "selected" in attributes:
            self._form.fields.append((self._select, attributes.get("value", "")))

    def _add_field(self, form: FormOnPage, tag: str, name: str, attributes: Mapping[str, str]) -> None:
        if tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "input" and attributes.get("type") not in ("radio", "checkbox"):
            form.fields.append((name, attributes.get("value", "")))
        elif tag == "input" and "checked" in attributes:
            form.fields.append((name, attributes.get("value", "on")))

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
