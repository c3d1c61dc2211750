"""Cover stands on every page that is read with the client, and on none that the client has alone."""

import pytest

from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_handover import handed


def covers(page: Page) -> list[str]:
    """Where each Cover of this page leads back to."""
    return [form.standing()["back"] for form in page.forms if form.action == "/cover"]


@pytest.fixture
def session(site: Site) -> str:
    return f"/sessions/{site.work.session(site.work.client()).id}"


def test_every_page_of_a_questionnaire_has_a_cover_that_leads_back(me: Person, session: str) -> None:
    introduction = steps.begin(me, session)
    place = steps.place(introduction)
    check = steps.answer_all(me, introduction, [3] * 12)
    pages = [introduction, me.open(f"{place}/items/3"), me.open(f"{place}/all"), check]
    pages.append(me.press(check, "Finish"))
    pages.append(me.follow(pages[-1], "Look at it together"))
    pages.append(me.follow(me.open(f"{place}/result"), "Client page"))
    first = me.follow(steps.begin(me, session, "boundaries"), "first question")
    pages.append(me.send(first, {"answer": "1", "go": "stop"}))
    headings = ("Your answers", "That was the last question", "What you told me", "That is enough for today")
    assert all(any(heading in page.text for page in pages) for heading in headings)
    for page in pages:
        assert covers(page) == [page.path], page.path


def test_a_pause_offers_one_cover_and_its_button_says_what_it_does(me: Person, session: str) -> None:
    first = me.follow(steps.begin(me, session), "first question")
    pause = me.press(first, "Pause and hide")
    assert "A pause" in pause.text and covers(pause) == [pause.path]


def test_no_page_in_the_clients_hands_has_a_cover(site: Site, me: Person) -> None:
    device = handed(site, me)
    paths = ("/form", "/form/1", "/form/pause", "/form/check", "/form/give-back")
    assert [path for path in paths if 'action="/cover"' in device.get(path).text] == []
    assert "Pause and hide" in device.get("/form/1").text
