"""In a real browser: how many presses a note takes, by keyboard and mouse, and what its keys do."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from clinic_toolkit.record.people import clinician
from clinic_toolkit.store.transactions import writing
from tests.browser import chrome
from tests.browser.hand import Hand
from tests.fixtures import sites
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.journeys import person, steps
from tests.journeys.person import Person

pytestmark = pytest.mark.browser

CODE = "4H7K2M"
# What was typed is not counted; whatever else a hand does is.
MOST_AFTER_A_FORM, MOST_WITHOUT_ONE = 10, 6


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A practice whose clinician has a return code, unlocked."""
    with sites.served(tmp_path) as site:
        site.unlock()
        with writing(site.work.engine) as db:
            own = clinician.load_clinician(db, site.work.vault)
            named = msgspec.structs.replace(own.payload, return_code=CODE)
            clinician.revise_clinician(db, site.work.vault, own, named, now=NOW)
        yield site


@pytest.fixture
def me(site: Site) -> Person:
    return person.at(site)


@pytest.fixture
def seen(browser: Browser, site: Site) -> Iterator[chrome.Watched]:
    """A browser that is signed in."""
    with chrome.watched(browser, site.settings.host) as seen:
        for cookie in (site.browser._cookies or {}).values():
            address = site.origin.replace("http:", "https:")
            known = {"name": cookie.key, "value": cookie.value, "url": address, "secure": True}
            seen.context.add_cookies([known])  # type: ignore[list-item]
        yield seen


@pytest.fixture
def page(seen: chrome.Watched) -> Page:
    return seen.page("/")


def begun(site: Site) -> str:
    """The address of a session of today."""
    return f"/sessions/{site.work.session(site.work.client(), datetime.now().astimezone().date()).id}"


def test_a_note_of_an_hour_without_a_form_takes_six_presses(me: Person, site: Site, page: Page) -> None:
    session = begun(site)
    page.goto(f"{site.origin}{session}")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Write the note"))
    expect(page.get_by_label("Data")).to_be_focused()
    for words in ("Came on time.", "Calmer than last week.", "Walk along the river."):
        if words != "Came on time.":
            hand.press("Tab")
        hand.type(words)
    hand.sign(CODE)
    for words in ("Came on time.", "Calmer than last week.", "Walk along the river."):
        expect(page.get_by_text(words)).to_be_visible()
    assert len(hand.done) <= MOST_WITHOUT_ONE, hand.done


def test_a_note_after_a_form_takes_ten_presses_and_nothing_is_typed_twice(
    me: Person, site: Site, page: Page
) -> None:
    session = begun(site)
    finished = me.press(steps.answer_all(me, steps.begin(me, session), [3] * 12), "Finish")
    page.goto(f"{site.origin}{finished.path}")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Look at it together"))
    hand.click(page.get_by_label("In your own words"))
    hand.type("I give before I am asked.")
    hand.press("Tab")
    hand.type("Wait one day.")
    hand.click(page.get_by_role("link", name="Done"))
    hand.click(page.get_by_role("link", name="Write the note"))
    expect(page.get_by_label("Data")).to_be_focused()
    hand.type("Spoke of her sister.")
    hand.click(page.get_by_label("Assessment"))
    hand.type("Sees it earlier.")
    hand.sign(CODE)
    for words in ("Spoke of her sister.", "Sees it earlier.", "I give before I am asked.", "Wait one day."):
        expect(page.get_by_text(words)).to_be_visible()
    assert len(hand.done) <= MOST_AFTER_A_FORM, hand.done


def test_a_phrase_goes_where_the_cursor_is_and_control_s_saves(me: Person, site: Site, page: Page) -> None:
    session = begun(site)
    me.send(me.open("/phrases/new"), {"name": "Limits", "text": "We named the limits."})
    page.goto(f"{site.origin}{session}/note")
    plan = page.get_by_label("Plan", exact=True)
    plan.fill("First. Last.")
    plan.evaluate("field => field.setSelectionRange(7, 7)")
    page.get_by_label("A phrase of your practice").select_option("Limits")
    page.get_by_role("button", name="Put it where the cursor is").click()
    expect(plan).to_have_value("First. We named the limits.Last.")
    expect(plan).to_be_focused()
    page.keyboard.press("Control+s")
    page.wait_for_load_state()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert me.open(f"{session}/note").typed("section-plan") == "First. We named the limits.Last."


# What would be sent is written down with the time by the clock of the page, and answered at once.
COUNT_SAVES = """
() => {
  window.saves = [];
  window.fetch = async (url, asked) => {
    const typed = asked?.body instanceof FormData && asked.body.get("section-data");
    if (typed) window.saves.push([Date.now(), typed.length]);
    return new Response(JSON.stringify({ saved: "10:00", version: 1 }), { status: 200 });
  };
}
"""
TYPE_A_LETTER = """
(field) => {
  field.value += "a";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return Date.now();
}
"""


def test_no_more_than_three_seconds_of_typing_are_unsaved_without_a_pause(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto(f"{site.origin}{begun(site)}/note")
    page.evaluate(COUNT_SAVES)
    field = page.get_by_label("Data")
    # A letter every half second for twenty seconds: a pause of two seconds never comes.
    typed_at = []
    for _ in range(40):
        typed_at.append(field.evaluate(TYPE_A_LETTER))
        page.clock.run_for(500)
    page.clock.run_for(3000)
    saves = page.evaluate("window.saves")
    assert len(saves) >= 5 and saves[-1][1] == 40
    for letter, at in enumerate(typed_at, 1):
        saved_at = next(moment for moment, length in saves if length >= letter)
        assert saved_at - at <= 3000, saves
    # And no more saves than that takes: not one for each letter.
    assert len(saves) <= 10


def test_the_pages_of_notes_are_whole_in_light_dark_and_narrow(
    me: Person, site: Site, seen: chrome.Watched
) -> None:
    session = begun(site)
    steps.finish(me, steps.answer_all(me, steps.begin(me, session), [3] * 12))
    me.send(me.open("/phrases/new"), {"name": "Limits", "text": "We named the limits. " * 20})
    me.send(me.open("/note-formats/new"), {"name": "Short"})
    me.send(me.open(f"{session}/note"), {"section-data": "Came on time."})
    page = seen.page(f"{session}/note")
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    seen.look(page, name="a note with everything open")
    me.send(me.open(f"{session}/note"), {"section-data": "From elsewhere. " * 40})
    page.get_by_label("Data").fill("From here. " * 40)
    page.evaluate("document.querySelector('[data-note]').removeAttribute('data-autosave')")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("heading", name="Data: two texts")).to_be_visible()
    seen.complaints.clear()
    seen.look(page, name="two texts side by side")
    for path in ("/phrases", "/phrases/new", "/note-formats", "/note-formats/new"):
        page.goto(f"{site.origin}{path}")
        seen.look(page)
