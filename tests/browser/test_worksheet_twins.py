"""Every kind of block as a page: nothing that axe finds, and nothing beside a narrow window."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from clinic_toolkit import web
from tests.browser import axe, chrome
from tests.web.test_look_macros import render
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

pytestmark = pytest.mark.browser
STATIC = Path(web.__file__).parent / "static"
SHEETS = ("tokens", "page", "form", "item", "words", "chart", "paper")
BODY = """{% from "macros/sheet.html" import sheet_body %}
{{ sheet_body(sheet, "I said it at once.", "Ask on Thursday", "M0 0 L10 10") }}"""


@pytest.mark.parametrize("large", [False, True])
def test_every_block_is_whole_for_axe_and_in_a_narrow_window(browser: Browser, large: bool) -> None:
    styles = "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in SHEETS)
    body = render(BODY, sheet=make_sheet(*ONE_OF_EACH))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.set_content(
            f'<!doctype html><html lang="en"><head><title>Worksheet</title><style>{styles}</style></head>'
            f'<body><main class="twin {"large" if large else ""}">{body}</main></body></html>'
        )
        assert axe.faults(page) == []
        page.set_viewport_size(chrome.NARROW)
        assert chrome.too_narrow(page) == []
        page.set_content(body)
        assert axe.faults(page), "the control: a page without a language"
    finally:
        page.close()
