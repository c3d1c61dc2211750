"""What the clinician reads before and while a form is given fits on one screen, the rest folded away."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.mode_guidance import MODE_GROUP_LABELS
from tests.browser import chrome
from tests.browser.chrome import Watched
from tests.browser.conftest import Practice
from tests.journeys import person, steps

pytestmark = pytest.mark.browser

SCREEN = ViewportSize(width=1280, height=900)
ROW = "How to give it"
# From the top of what is for the clinician to its end, as it stands on the screen.
HEIGHT = "(block) => block.getBoundingClientRect().height"
WHOLE = "() => document.documentElement.scrollHeight"
FRAMES = [frame for frame in catalogue.list_frames() if frame.takes_questionnaires]
LONGEST = max(FRAMES, key=lambda frame: len(frame.note))
CHOSEN = {frame.id: frame for frame in FRAMES if frame.id in (LONGEST.id, "partner", "boss", "in_general")}


@pytest.fixture(scope="module")
def begun(practice: Practice) -> dict[tuple[str, str], str]:
    """Each form that ships, begun about some kinds of people."""
    me = person.over_http(practice.running.browser())
    me.send(me.open("/unlock"), {"passphrase": practice.words})
    found = {}
    for one, (id, frame) in product(catalogue.list_instruments(), CHOSEN.items()):
        if one.id not in frame.not_offered:
            about = (
                {"about": "general", "word": "", "frame": ""} if frame.general else {"word": id, "frame": id}
            )
            page = steps.begin(me, practice.session, one.id, **about)
            found[one.id, id] = steps.place(page)
    return found


@pytest.fixture
def seen(browser: Browser, practice: Practice) -> Iterator[Watched]:
    with chrome.watched(browser, practice.running.host) as seen:
        yield seen


def at(page: Page, practice: Practice, path: str) -> None:
    page.set_viewport_size(SCREEN)
    page.goto(f"http://{practice.running.host}{path}")


def test_every_form_about_anyone_in_every_way_fits_on_one_screen(
    seen: Watched, practice: Practice, begun: dict[tuple[str, str], str]
) -> None:
    page = practice.enter(seen)
    assert len(begun) >= 12
    for (form, frame), place in begun.items():
        for way in MODE_GROUP_LABELS:
            at(page, practice, f"{place}/guidance?way={way}")
            block = page.locator(".guidance")
            expect(block).to_contain_text(CHOSEN[frame].note)
            expect(page.locator("details[open]")).to_have_count(0)
            assert block.evaluate(HEIGHT) <= SCREEN["height"], (form, frame, way)
            assert page.evaluate(WHOLE) <= SCREEN["height"], (form, frame, way)
    # The control: the same look finds what is too long.
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => each.open = true)")
    expect(page.locator(".guidance > section > details[open]")).to_have_count(1)
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => each.name = '')")
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.locator(".guidance").evaluate(HEIGHT) > SCREEN["height"]


def test_it_opens_in_its_place_on_the_pages_of_the_session_and_fits_there(
    seen: Watched, practice: Practice, begun: dict[tuple[str, str], str]
) -> None:
    page = practice.enter(seen)
    for (form, frame), place in begun.items():
        for path in (f"{place}/introduction", f"{place}/items/1"):
            at(page, practice, path)
            note = page.get_by_text(CHOSEN[frame].note)
            expect(note).to_have_count(0)
            page.get_by_role("button", name=ROW, exact=True).click()
            expect(note).to_be_visible()
            assert page.locator(".unfolded").evaluate(HEIGHT) <= SCREEN["height"], (form, frame, path)
            page.keyboard.press("F2")
            expect(note).to_have_count(0)


def test_what_is_folded_on_the_page_where_one_is_chosen_opens_to_one_screen(
    seen: Watched, practice: Practice
) -> None:
    page = practice.enter(seen)
    at(page, practice, f"{practice.session}/questionnaire")
    page.get_by_text("For the clinician: when not to use it").click()
    opened = page.locator("main details[open]")
    expect(opened).to_have_count(1)
    # Its own heading, and one line for each that can be opened.
    assert opened.evaluate(HEIGHT) <= SCREEN["height"]
    inside = opened.locator("details")
    assert inside.count() >= len(catalogue.list_instruments())
    for each in inside.all():
        each.locator("summary").click()
        assert each.evaluate(HEIGHT) <= SCREEN["height"], each.locator("summary").inner_text()
        each.locator("summary").click()


def test_it_is_held_to_what_every_page_is(
    seen: Watched, practice: Practice, begun: dict[tuple[str, str], str]
) -> None:
    page = practice.enter(seen)
    at(page, practice, f"{begun['giving', LONGEST.id]}/guidance")
    seen.look(page, name="guidance")
    page.get_by_text("When it gets too much").click()
    seen.look(page, name="guidance, one fold opened")


def test_it_works_without_a_script(
    browser: Browser, practice: Practice, begun: dict[tuple[str, str], str]
) -> None:
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        at(page, practice, f"{begun['giving', 'boss']}/introduction")
        page.get_by_role("link", name=ROW, exact=True).click()
        expect(page.get_by_text(CHOSEN["boss"].note)).to_be_visible()
        line = catalogue.load_instrument("giving").guidance.distress[0]
        expect(page.get_by_text(line)).to_be_hidden()
        page.get_by_text("When it gets too much").click()
        expect(page.get_by_text(line)).to_be_visible()
        page.get_by_role("link", name="Back to where you were").click()
        assert re.search(r"/introduction$", page.url)
