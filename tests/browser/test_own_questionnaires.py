"""A questionnaire of the practice's own in a real browser: chosen, looked at, taken in, handed over."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chrome
from tests.browser.conftest import Practice
from tests.browser.test_handover import unlock
from tests.fixtures.running import is_alive
from tests.fixtures.waiting import wait_for
from tests.journeys.own import EXAMPLE, TEXT, changed

pytestmark = pytest.mark.browser


def test_from_the_file_to_the_client_and_back(browser: Browser, practice: Practice, tmp_path: Path) -> None:
    broken = tmp_path / "resting.toml"
    broken.write_text(
        changed(
            ("weight = 2", 'weight = "2"'),
            ('id = "MIND-1"', 'id = "BODY-1"'),
            ('label = "A little true"', f'label = "{"x" * 70}"'),
            ("mode = ", "a_key_that_is_written_without_a_single_space_and_is_far_too_long_for_a_screen = "),
        ),
        encoding="utf-8",
    )
    host = f"http://{practice.running.host}"
    with chrome.watched(browser, practice.running.host) as seen:
        page = practice.enter(seen)
        page.goto(f"{host}/questionnaires")
        page.get_by_role("link", name="Add your own").click()
        seen.look(page, name="your own, none yet")
        page.get_by_label("A file with a questionnaire").set_input_files(broken)
        page.get_by_role("button", name="Check this file").click()
        expect(page.get_by_role("heading", name="things to correct")).to_be_visible()
        seen.look(page, name="your own, to mend")
        page.get_by_label("A file with a questionnaire").set_input_files(EXAMPLE)
        page.get_by_role("button", name="Check this file").click()
        expect(page.get_by_text("It is not in the practice yet")).to_be_visible()
        seen.look(page, name="preview")
        for path in ("introduction", "items/1", "items/5?general=1", "all", "check"):
            page.goto(f"{host}/your-questionnaires/preview/{path}")
            seen.look(page, name=f"preview {path}")
        page.goto(f"{host}/your-questionnaires/preview/items/1")
        page.keyboard.press("2")
        page.get_by_role("button", name="Continue").last.click()
        page.wait_for_url("**/items/2")
        page.goto(f"{host}/your-questionnaires/preview")
        page.get_by_role("button", name="Add it to the practice").click()
        expect(page.get_by_text("is added.")).to_be_visible()
        seen.look(page, name="your own, taken in")
        page.goto(f"{host}/questionnaires/resting")
        seen.look(page, name="its page")
        page.goto(f"{host}{practice.session}/questionnaire")
        seen.look(page, name="choose")
        practice.begin(page, "How I rest")
        place = page.url.partition("/items")[0]
        page.goto(f"{place}/hand-over")
        page.get_by_role("button", name="Hand over now").click()
        expect(page.get_by_role("heading", name="What becomes of your answers")).to_be_visible()
        seen.look(page, name="handed over")
        page.get_by_role("link", name="Go to the questions").click()
        page.get_by_role("radio", name="Fully true").check()
        page.get_by_role("button", name="Continue").last.click()
        page.wait_for_url("**/form/2")
        # The process of the form is killed; the next one finds the same form in the ticket pipe.
        worker = practice.running.workers()[0]
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: not is_alive(worker))
        question = page.get_by_role("heading", name="I thought of what people close to me")
        wait_for(lambda: page.goto(f"{host}/form/2") and question.is_visible())
        seen.look(page, name="question in the client's hands")
        page.get_by_role("radio", name="Mostly true").check()
        page.get_by_role("button", name="Continue").last.click()
        page.wait_for_url("**/form/3")
        page.goto(f"{host}/form/give-back")
        page.get_by_role("button", name="Give back").click()
        seen.complaints.clear()
        unlock(page, practice)
        page.get_by_role("button", name="Look at it").click()
        page.wait_for_url("**/result")
        expect(page.get_by_text("2 of 7 answered")).to_be_visible()
        seen.look(page, name="result")


def test_it_can_be_taken_in_without_script(browser: Browser, practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(changed(('id = "resting"', 'id = "resting-too"'), text=TEXT), encoding="utf-8")
    with chrome.watched(browser, practice.running.host, script=False) as seen:
        page = practice.enter(seen)
        page.goto(f"http://{practice.running.host}/your-questionnaires")
        page.get_by_label("A file with a questionnaire").set_input_files(file)
        page.get_by_role("button", name="Check this file").click()
        page.get_by_role("button", name="Add it to the practice").click()
        expect(page.get_by_text("is added.")).to_be_visible()
