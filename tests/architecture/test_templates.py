"""Every page compiles; none carries a style, a script, an unescaped value or another host's address."""

import re
import secrets
from pathlib import Path
from typing import cast

import pytest
from jinja2 import Environment

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.app import create_app
from clinic_toolkit.web.context import KeeperServices

from .tree import STATIC, TEMPLATES, templates

NEVER = {
    "a style in the page": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "a script in the page": re.compile(
        r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
    ),
    "a value let through as it is": re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b", re.IGNORECASE),
    "another host": re.compile(r"(?<![a-z])(?:https?:|wss?:|src=[\"']|href=[\"'])//", re.IGNORECASE),
}
PLANTED = {
    "a style in the page": '<p style="color: red">',
    "a script in the page": "<script>alert(1)</script>",
    "a value let through as it is": "{{ name | safe }}",
    "another host": '<script src="//cdn.example/x.js"></script>',
}
# A view or a function beside it builds what a template shows: a list that grows in a template is a program.
GROWS = re.compile(r"\.(?:append|extend|update|insert|add|setdefault)\(")
LONGEST_LINE = 160
# A name, not an address: no browser fetches it.
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def pages() -> Environment:
    """The templates with every filter and global that the app gives them."""
    settings = Settings(data_folder=Path("unused"), host_name="t-aaaaaaaa.localhost")
    app = create_app(
        settings,
        keeper=cast("KeeperServices", None),
        end_worker=lambda _: None,
        cookie_key=secrets.token_bytes(32),
    )
    return cast("Environment", app.jinja_env)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_compiles(path: Path, pages: Environment) -> None:
    pages.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("what", NEVER)
def test_no_template_carries(what: str) -> None:
    assert NEVER[what].search(PLANTED[what]), "the search finds nothing at all"
    found = [
        f"{path.relative_to(TEMPLATES)}: {each[0].strip()}"
        for path in templates()
        for each in NEVER[what].finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


def assembled(text: str) -> list[str]:
    """The lines of a template that are too long to read, or in which a list or a dict grows."""
    return [line for line in text.splitlines() if len(line) > LONGEST_LINE or GROWS.search(line)]


@pytest.mark.parametrize(
    "planted",
    [
        '{% set _ = small.append("couple") %}',
        "{% set _ = choices.extend(others) %}",
        '{% do words.update({"a": 1}) %}',
        f"<p>{'w' * LONGEST_LINE}</p>",
    ],
)
def test_assembly_is_found_in_a_template(planted: str) -> None:
    assert assembled(f"<h1>Title</h1>\n{planted}\n<p>{{{{ name }}}}</p>") == [planted]
    assert not assembled(f"<p>{'w' * (LONGEST_LINE - 7)}</p>")


def test_no_template_assembles_what_it_shows() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {line[:80]}"
        for path in templates()
        for line in assembled(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_static_file_reaches_out() -> None:
    reaching = re.compile(r"(?:https?:|wss?:)?//[a-z0-9-]+\.[a-z]|@import|url\(\s*[\"']?(?:https?:|//)")
    assert reaching.search("@font-face { src: url(//fonts.example/a.woff2) }")
    read = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg", ".html", ".json"}]
    assert read
    for path in read:
        found = reaching.search(path.read_text(encoding="utf-8").replace(NAMESPACE, ""))
        assert found is None, f"{path.name}: {found}"
