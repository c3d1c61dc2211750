"""Every page compiles; none carries a style, a script, an unescaped value or another host's address."""

import re
import secrets
from pathlib import Path
from typing import cast

import pytest
from jinja2 import Environment

from clinic_toolkit.settings import Settings
from clinic_toolkit.web.app import create_app
from clinic_toolkit.web.context import Keeper

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
# A name, not an address: no browser fetches it.
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def pages() -> Environment:
    """The templates with every filter and global that the app gives them."""
    settings = Settings(data_folder=Path("unused"), host_name="t-aaaaaaaa.localhost")
    app = create_app(
        settings, keeper=cast("Keeper", None), end_worker=lambda _: None, cookie_key=secrets.token_bytes(32)
    )
    return cast("Environment", app.jinja_env)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_compiles(path: Path, pages: Environment) -> None:
    pages.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("what", NEVER)
def test_no_template_carries(what: str) -> None:
    assert NEVER[what].search(PLANTED[what]), "the search finds nothing at all"
    found = [
        f"{path.relative_to(TEMPLATES)}: {line.strip()}"
        for path in templates()
        for line in path.read_text(encoding="utf-8").splitlines()
        if NEVER[what].search(line)
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
