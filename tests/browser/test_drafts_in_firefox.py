"""The same in Firefox: no click loses what was typed in a form."""

import pytest

from tests.browser.conftest import Practice
from tests.browser.marionette import Firefox

pytestmark = pytest.mark.browser

WORDS = "Said that nobody would miss him."
# Marionette answers the browser's question itself, so it is seen here whether the page wants it asked.
ASKS = (
    "const leaving = new Event('beforeunload', {cancelable: true});"
    " dispatchEvent(leaving); return leaving.defaultPrevented"
)
ASKED = "textarea#f-asked"


def kept(driven: Firefox) -> None:
    driven.until(lambda: "Draft saved" in driven.text("[data-status]"), "the draft was not kept")


def shows(driven: Firefox, address: str, field: str, words: str) -> bool:
    """Whether the page has these words in the field when it is asked for anew."""
    driven.go(address)
    return driven.value(field) == words


def test_a_menu_link_and_a_reload_lose_nothing_of_a_long_form(driven: Firefox, practice: Practice) -> None:
    address = f"http://{practice.running.host}{practice.client}/risk-entries/new"
    driven.go(address)
    driven.fill(ASKED, WORDS)
    kept(driven)
    # Typed right before the click, too soon for the save that waits two seconds.
    driven.fill("#f-protects", "Her sister.")
    driven.click(driven.link("Today"))
    driven.until(lambda: "Not finished" in driven.text("main"))
    driven.click(driven.find(f"a[href='{practice.client}/risk-entries/new']"))
    driven.until(lambda: driven.value(ASKED) == WORDS)
    # The last words are sent as the page goes; the page that follows may be drawn a moment earlier.
    driven.until(lambda: shows(driven, address, "#f-protects", "Her sister."))
    driven.fill("#f-did", "Rang.")
    driven.ask("WebDriver:Refresh")
    driven.until(lambda: shows(driven, address, "#f-did", "Rang."))
    driven.click(driven.link("Write this entry"))
    driven.until(lambda: driven.address != address and "Her sister." in driven.text("main"))
    driven.go(address)
    assert driven.value(ASKED) == ""


def test_a_short_form_asks_before_it_is_left(driven: Firefox, practice: Practice) -> None:
    address = f"http://{practice.running.host}{practice.session}/worksheets"
    driven.go(address)
    assert not driven.script(ASKS), "the control: a page without words is left at once"
    driven.fill("#f-sentence", "I can rest.")
    assert driven.script(ASKS)
    # Lock never waits for an answer. The page itself stays, covered: its words are nowhere else.
    driven.click(driven.link("Lock"))
    driven.until(lambda: "What you typed last is not saved yet." in driven.text("body"))
    assert driven.address == address
