"""Steps with a questionnaire of the practice's own."""

from io import BytesIO
from pathlib import Path

from werkzeug.test import TestResponse

from tests.fixtures.sites import Site
from tests.journeys.pages import Page
from tests.journeys.person import Person

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
YOURS = "/your-questionnaires"


def changed(*pairs: tuple[str, str], text: str = TEXT) -> str:
    """The example with some places changed, which must be there to change."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def later(version: str = "2", text: str = TEXT) -> str:
    """A later version of the example, with a changed word."""
    return changed(
        ('version = "1"', f'version = "{version}"'), ("I stayed on my feet", "I kept going"), text=text
    )


def upload(site: Site, text: str | bytes = TEXT, name: str = "resting.toml") -> TestResponse:
    """Choose a file and send it, as a browser does."""
    data = text.encode() if isinstance(text, str) else text
    sent = {"definition": (BytesIO(data), name)}
    return site.post(YOURS, sent, content_type="multipart/form-data")


def take_in(site: Site, me: Person, text: str = TEXT) -> Page:
    """From the file to the practice."""
    answer = upload(site, text)
    assert answer.status_code == 303, answer.text
    page = me.press(me.open(answer.headers["Location"]), "Add it to the practice")
    assert page.path.startswith(YOURS), page.text
    return page
