"""Where a passphrase or a code is typed: no name stands for it, and no browser offers to keep it."""

import re
from pathlib import Path

import pytest

from clinic_toolkit import settings as configuration
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.web.app import create_app
from clinic_toolkit.web.context import Login
from tests.fixtures.sites import Site, TestKeeper
from tests.journeys import person
from tests.journeys.person import Person
from tests.journeys.steps import ABOUT

NAMES = "Harbour Practice Nora Whelan"
TWICE = {"passphrase": NAMES, "passphrase_again": NAMES}
REFUSED = "Your own name and the name of your practice do not count"
SAID = "If the browser offers to save the passphrase, say no"
PASSWORD_FIELD = re.compile(r"""type=["']?password|autocomplete=["']?[a-z]*-password""")


@pytest.fixture
def newcomer(tmp_path: Path) -> Person:
    settings = configuration.load_settings(tmp_path / "new", environ={})
    app = create_app(
        settings, engine=open_store(tmp_path / "new"), keeper=TestKeeper(), end_worker=lambda reason: None
    )
    return person.newcomer(app, f"http://{settings.host}")


def test_names_are_refused_at_set_up(newcomer: Person) -> None:
    page = newcomer.send(newcomer.open("/"), ABOUT)
    assert SAID in page.text
    page = newcomer.send(page, TWICE)
    assert page.status == 422
    assert REFUSED in page.error("passphrase")
    assert SAID in page.text
    # The control: the words that are offered are taken.
    words = page.typed("offered_passphrase")
    assert newcomer.send(page, {"passphrase": words, "passphrase_again": words}).path == "/setup/code"


def test_names_are_refused_where_the_passphrase_is_changed(site: Site) -> None:
    body = _names_of(site)
    phrase = f"{body[0]} {body[1]} {body[0]}"
    page = site.get("/practice/passphrase").text
    assert SAID in page
    answer = site.post("/practice/passphrase", {"passphrase": phrase, "passphrase_again": phrase})
    assert answer.status_code == 422
    assert REFUSED in answer.text


def test_names_are_refused_after_the_sheet(site: Site) -> None:
    body = _names_of(site)
    phrase = f"{body[0]} {body[1]} {body[0]}"
    site.app.worker.logins["known"] = Login(vault=site.work.vault, must_choose_passphrase=True)
    assert SAID in site.get("/unlock/choose").text
    answer = site.post("/unlock/choose", {"passphrase": phrase, "passphrase_again": phrase})
    assert answer.status_code == 422
    assert REFUSED in answer.text


def _names_of(site: Site) -> tuple[str, str]:
    page = person.at(site).open("/practice")
    return page.typed("practice_name") or "", page.typed("clinician_name") or ""


def test_the_unlock_page_says_it_and_has_no_field_that_is_kept(locked: Site) -> None:
    page = locked.get("/unlock").text
    assert SAID in page
    field = re.search(r'<input [^>]*id="f-passphrase"[^>]*>', page)
    assert field
    for attribute in ('type="text"', 'autocomplete="off"', 'spellcheck="false"', 'class="input secret'):
        assert attribute in field[0]


def test_no_page_has_a_password_field() -> None:
    assert PASSWORD_FIELD.search('<input type="password" autocomplete="new-password">')
    templates = Path(__file__).parents[2] / "templates"
    found = [
        path.name for path in templates.rglob("*.html") if PASSWORD_FIELD.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_every_field_for_a_passphrase_says_what_counts() -> None:
    """The places that ask for it once more stand below one that says it."""
    templates = Path(__file__).parents[2] / "templates"
    fields = [
        (path.name, match[0])
        for path in templates.rglob("*.html")
        for match in re.finditer(
            r'secret\((?:field|"(?:present_)?passphrase")[^\n]*', path.read_text("utf-8")
        )
    ]
    assert len(fields) == 16
    assert [name for name, field in fields if "hint=exactly" not in field] == []
