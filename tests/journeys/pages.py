"""A page as a person meets it: its words, its links, its forms, and what stands beside a field."""

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

_VOID = {"input", "meta", "link", "br", "hr", "img"}
_UNSEEN = {"script", "style", "head", "svg", "option", "textarea"}


@dataclass
class Control:
    """One field or button."""

    name: str
    kind: str
    value: str
    checked: bool = False
    described: str = ""
    words: str = ""


@dataclass
class Form:
    """One form: where it goes, how, and its fields in order."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Every name that this form can send."""
        return {control.name for control in self.controls if control.name}

    def standing(self) -> dict[str, str]:
        """What a browser would send of it as it stands, without any button."""
        sent: dict[str, str] = {}
        for control in self.controls:
            if not control.name or control.kind == "button":
                continue
            if control.kind in ("radio", "checkbox") and not control.checked:
                continue
            sent[control.name] = control.value
        return sent

    def values(self, name: str) -> list[str]:
        """The choices that a group of radios, boxes or options offers."""
        return [control.value for control in self.controls if control.name == name] or self.options[name]

    options: dict[str, list[str]] = field(default_factory=dict)

    def button(self, words: str) -> Control:
        """The button with these words."""
        return next(c for c in self.controls if c.kind == "button" and words in c.words)


@dataclass
class _Content:
    """What a page holds for a person."""

    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    title: str = ""
    by_id: dict[str, str] = field(default_factory=dict)
    frame: str = ""


@dataclass
class Page:
    """One answer of the program, read when somebody looks into it; what is no page has its bytes alone."""

    path: str
    status: int
    headers: dict[str, str]
    body: bytes
    paper: "Page | None" = None

    @cached_property
    def _content(self) -> _Content:
        is_page = self.headers.get("Content-Type", "").startswith("text/html")
        return _read(self.source) if is_page else _Content()

    @cached_property
    def forms(self) -> list[Form]:
        """Its forms, in order."""
        return self._content.forms

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """The words of each link, and where it leads."""
        return self._content.links

    @cached_property
    def text(self) -> str:
        """Its words, in one line."""
        return self._content.text

    @cached_property
    def title(self) -> str:
        """What the window is called."""
        return self._content.title

    @cached_property
    def by_id(self) -> dict[str, str]:
        """The words of each element that has an id."""
        return self._content.by_id

    @cached_property
    def frame(self) -> str:
        """The address of the paper that is shown in it, or ""."""
        return self._content.frame if b"data-paper" in self.body else ""

    @property
    def source(self) -> str:
        """The page as it was sent."""
        return self.body.decode()

    def form(self, name: str) -> Form:
        """The form that holds this field or button."""
        found = [form for form in self.forms if name in form.names]
        assert found, f"{self.path} has no field {name}: {self.text[:500]}"
        return found[0]

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        found = [href for text, href in self.links if words in text]
        assert found, f"{self.path} has no link {words!r}: {self.links}"
        return found[0]

    def error(self, name: str) -> str:
        """The sentence that stands at this field, or ""."""
        return self.by_id.get(f"e-{name}", "")

    def typed(self, name: str) -> str | None:
        """What this field holds as the page stands."""
        return self.form(name).standing().get(name)


def _read(source: str) -> _Content:
    content = _Content()
    reader = _Reader(content)
    reader.feed(source)
    reader.close()
    content.text = " ".join("".join(reader.seen).split())
    content.by_id = {id: " ".join("".join(words).split()) for id, words in reader.by_id.items()}
    for form in content.forms:
        for control in form.controls:
            control.words = " ".join(control.words.split())
    return content


class _Reader(HTMLParser):
    def __init__(self, page: _Content) -> None:
        super().__init__()
        self.page = page
        self.seen: list[str] = []
        self.by_id: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self._forms: dict[str, Form] = {}
        self._form: Form | None = None
        self._control: Control | None = None
        self._link: tuple[str, list[str]] | None = None
        self._select: Control | None = None

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where in the source something stands."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, given.get("id", "")))
        if id := given.get("id"):
            self.by_id.setdefault(id, [])
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.page.forms.append(self._form)
            early = self._forms.get(given["id"]) if "id" in given else None
            self._form.controls += early.controls if early else []
            self._forms[given.get("id", "")] = self._form
        elif tag == "iframe":
            self.page.frame = given.get("data-paper", "")
        elif tag == "a":
            self._link = (given.get("href", ""), [])
        elif tag == "option" and self._select is not None and self._form is not None:
            offered = self._form.options.setdefault(self._select.name, [])
            if not offered or "selected" in given:
                self._select.value = given.get("value", "")
            offered.append(given.get("value", ""))
        elif tag in ("input", "textarea", "select", "button"):
            self._field(tag, given)
        if tag in ("p", "li", "div", "h1", "h2", "h3", "dt", "dd", "label", "legend", "td"):
            self.seen.append(" ")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind = {"input": given.get("type", "text"), "button": "button"}.get(tag, tag)
        control = Control(
            given.get("name", ""),
            kind,
            given.get("value", "on" if kind == "checkbox" else ""),
            "checked" in given,
            given.get("aria-describedby", ""),
        )
        form = self._forms.get(given["form"]) if "form" in given else self._form
        if form is None and "form" in given:
            # A button that stands before its form in the page, as Stop and Pause do.
            form = self._forms.setdefault(given["form"], Form("", "post"))
        if form is not None:
            form.controls.append(control)
        if tag != "input":
            self._control = control
        if tag == "select":
            self._select = control

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        if "title" in tags and "svg" not in tags:
            self.page.title += data
        if self._control is not None and self._control.kind == "textarea":
            self._control.value += data
        elif self._control is not None and self._control.kind == "button":
            self._control.words += data
        if not tags & _UNSEEN:
            self.seen.append(data)
        for _, id in self._open:
            if id:
                self.by_id[id].append(data)
        if self._link is not None:
            self._link[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {open_tag for open_tag, _ in self._open}:
            while self._open.pop()[0] != tag:
                pass
        if tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            self.page.links.append((" ".join("".join(self._link[1]).split()), self._link[0]))
            self._link = None
        elif tag == "textarea" and self._control is not None:
            # The first line end after the tag is the page's own.
            self._control.value = self._control.value.removeprefix("\n")
            self._control = None
        elif tag in ("button", "select"):
            self._control = self._select = None
