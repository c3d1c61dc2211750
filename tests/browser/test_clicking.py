"""The whole main job by clicking, in a real browser: what links do not lead to is looked at on the way."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser import chrome
from tests.browser.chrome import Watched
from tests.fixtures.running import Running

pytestmark = pytest.mark.browser


def test_the_whole_job_by_clicking(browser: Browser, tmp_path: Path) -> None:
    with (
        Running(tmp_path / "data", copied=True) as running,
        chrome.watched(browser, running.host, by_file=True) as seen,
    ):
        page = seen.page()
        set_up(seen, page)
        session = open_session(seen, page)
        ask(seen, page)
        look_together(seen, page)
        give_sheet(seen, page, session)
        sign(seen, page, session)
        lock(seen, page, session)
    assert len(set(seen.looked_at)) >= 12


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    page.get_by_role("link", name=words).first.click()


def paper(page: Page, words: str) -> str:
    """Click a link to a paper, save a copy of it, go back, and read it."""
    follow(page, words)
    with page.expect_download() as waiting:
        press(page, "Save a copy as a file")
    follow(page, "Back")
    return "".join(each.extract_text() for each in PdfReader(waiting.value.path()).pages)


def set_up(seen: Watched, page: Page) -> None:
    expect(page.get_by_role("heading", name="Set up your practice")).to_be_visible()
    seen.look(page, name="setup")
    press(page, "Go on to the passphrase")
    seen.look(page, name="setup with errors")
    page.get_by_label("Name of the practice").fill("Harbour Practice")
    page.get_by_label("Your name").fill("Nora Whelan")
    page.get_by_label("Country").select_option("IE")
    page.get_by_role("radio", name="The full legal record").check()
    page.get_by_label("Whom a client can call in a crisis").fill("Crisis line 116 123")
    press(page, "Show a draft for my country")
    seen.look(page, name="setup with a draft of the limits")
    press(page, "Go on to the passphrase")
    seen.look(page, name="passphrase")
    words = page.locator(".words-offered").inner_text()
    page.get_by_label("Type the six words, or your own passphrase").fill(words)
    page.get_by_label("Once more", exact=True).fill(words)
    press(page, "Create the practice")
    page.wait_for_url("**/setup/code")
    seen.look(page)
    press(page, "Do without a code")
    seen.look(page, name="sheet")
    follow(page, "Open the recovery sheet")
    seen.look(page, name="recovery sheet")
    page.get_by_text("Show the groups here").click()
    seen.look(page, name="recovery sheet, shown")
    groups = page.locator("details .groups-drawn strong").all_inner_texts()
    assert len(groups) == 8
    # On paper it is one page, of either size, with every group.
    for size in ("A4", "Letter"):
        printed = PdfReader(BytesIO(page.pdf(format=size))).pages
        assert len(printed) == 1, size
        assert all(group in printed[0].extract_text().replace(" ", "") for group in groups)
    follow(page, "Go on: type two groups from it")
    for label in page.get_by_text(re.compile(r"^Group \d$")).all():
        number = int(label.inner_text().split()[1])
        page.get_by_label(f"Group {number}").fill(groups[number - 1])
    press(page, "Check, and open the practice")
    page.wait_for_url("**/setup/backups")
    seen.look(page, name="place for backups")
    press(page, "Remind me tomorrow")
    expect(page.get_by_text("No client yet")).to_be_visible()
    seen.look(page, name="empty today")


def open_session(seen: Watched, page: Page) -> str:
    follow(page, "Add a client")
    seen.look(page)
    page.get_by_label("Client’s name").fill("Ana Reyes")
    press(page, "Add this client")
    expect(page.get_by_role("heading", name="Ana Reyes")).to_be_visible()
    seen.look(page, name="client")
    press(page, "Start a session now")
    page.wait_for_url(re.compile("/sessions/"))
    return page.url


def ask(seen: Watched, page: Page) -> None:
    follow(page, "Begin a questionnaire")
    press(page, "Go to the introduction")
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, name="choose with errors")
    page.get_by_role("radio", name="How I give").check()
    page.get_by_role("radio", name="Someone new").check()
    page.get_by_label("The client’s own word").fill("M.")
    page.get_by_label("Who this person is to the client").select_option("parent")
    press(page, "Go to the introduction")
    follow(page, "Go to the first question")
    page.get_by_role("radio", name="Most of the time").check()
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    page.get_by_text("Write down what was said").click()
    page.get_by_label("In the client’s words").fill("It is different at weekends.")
    page.get_by_label("Let’s talk about this").check()
    seen.look(page, name="answered question")
    press(page, "Continue")
    press(page, "It didn’t come up")
    press(page, "I’d rather not answer")
    press(page, "Pause and hide")
    expect(page.get_by_text("How I give")).to_have_count(0)
    seen.look(page, name="pause")
    follow(page, "Go on")
    expect(page.get_by_text("4 of 12")).to_be_visible()
    press(page, "Back")
    expect(page.get_by_text("3 of 12")).to_be_visible()
    press(page, "Continue")
    press(page, "Stop")
    seen.look(page, name="stopped")
    follow(page, "Go on with it")
    while "/items/" in page.url:
        number = page.url.rpartition("/")[2]
        page.get_by_role("radio", name="Some of the time").check()
        page.get_by_role("button", name=re.compile("Continue|Check answers")).last.click()
        page.wait_for_url(re.compile(rf"/items/(?!{number}$)|/check$"))
    follow(page, "Change question 2")
    page.get_by_role("radio", name="Nearly all the time").check()
    page.get_by_role("button", name="Check answers").last.click()
    # On the page of the question the words stand twice.
    page.wait_for_url("**/check")
    expect(page.get_by_text("Nearly all the time")).to_be_visible()
    press(page, "Finish")
    seen.look(page, name="finished")
    follow(page, "Back to the session")
    follow(page, "See the result")
    expect(page.get_by_text("How Ana Reyes gives to M.")).to_be_visible()
    follow(page, "All answers")
    page.go_back()


def look_together(seen: Watched, page: Page) -> None:
    follow(page, "Look at it together")
    expect(page.get_by_role("heading", name="What you told me")).to_be_visible()
    page.get_by_label("In your own words").fill("I can rest first.")
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    press(page, "Save this")
    # The client is reading along: the page stays theirs.
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.get_by_role("heading", name="What you told me")).to_be_visible()
    seen.look(page, name="together, kept")
    follow(page, "Done")
    follow(page, "See the result")
    assert "I can rest first." in paper(page, "Client page").replace("\n", " ")


def give_sheet(seen: Watched, page: Page, session: str) -> None:
    page.goto(session)
    follow(page, "Give a worksheet")
    page.get_by_role("radio", name="A ladder of small steps").check()
    press(page, "Give this sheet")
    assert paper(page, "Print the sheet")


def sign(seen: Watched, page: Page, session: str) -> None:
    page.goto(session)
    follow(page, "Write the note")
    page.get_by_label("Assessment").fill("Speaks more freely.")
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    press(page, "Read it through and sign")
    seen.look(page, name="read")
    page.get_by_label("I have read this note").check()
    press(page, "Sign this note")
    expect(page.get_by_text("Signed by Nora Whelan")).to_be_visible()
    seen.look(page, name="signed note")
    assert "Speaks more freely." in paper(page, "Print it").replace("\n", " ")
    follow(page, "Copy as plain text")


def lock(seen: Watched, page: Page, session: str) -> None:
    press(page, "Lock")
    page.wait_for_url(re.compile("/unlock"))
    seen.look(page, name="unlock")
    page.goto(session)
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Speaks more freely.")).to_have_count(0)
