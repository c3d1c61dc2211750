"""Steps with a worksheet of the practice's own."""

from collections.abc import Mapping
from io import BytesIO

from werkzeug.test import TestResponse

from tests.fixtures.sites import Site
from tests.journeys.pages import Page
from tests.journeys.person import Person

YOURS = "/your-worksheets"
# Why a sheet need not wait until fear was asked about.
REASON = "Nobody can notice that it is done."
# What a person has to type into a new sheet; the rest is there already.
TYPED = {
    "title": "Plums and pears",
    "why": "Small things can be set down.",
    "try_this": "Write one thing.\n\nRead it aloud.",
    "aim": "To try it out.",
    "when_not_to_use": "Where there is no time.",
    "block-0-label": "What I set down",
}


def begin(me: Person, place: str = YOURS) -> Page:
    """An empty sheet, on its page."""
    return me.press(me.open(place), "Write a worksheet")


def press(me: Person, page: Page, do: str, typed: Mapping[str, str] | None = None) -> Page:
    """Type into the page, and press one of its buttons by its value."""
    return me.send(page, {**(typed or {}), "do": do}, by="title")


def save(me: Person, page: Page, typed: Mapping[str, str] | None = None) -> Page:
    """Type into the page, and save a version."""
    return press(me, page, "save", typed)


def written(me: Person, place: str = YOURS, **typed: str) -> Page:
    """A sheet that was written and saved, on its page."""
    page = save(me, begin(me, place), TYPED | typed)
    assert page.status == 200 and "/edit" not in page.path, page.text
    return page


def upload(site: Site, page: Page, data: str | bytes, name: str = "plums.toml") -> TestResponse:
    """Choose a file on the page of own sheets and send it, as a browser does."""
    raw = data.encode() if isinstance(data, str) else data
    sent = {"definition": (BytesIO(raw), name), "record": page.form("definition").values("record")[0]}
    return site.post(YOURS, sent, content_type="multipart/form-data")
