"""A person at a page, whose clicks and keys are counted."""

from playwright.sync_api import Locator, Page, expect


class Hand:
    """A person at the page, whose clicks and keys are counted; typed text is not."""

    def __init__(self, page: Page) -> None:
        self.page, self.done = page, list[str]()

    def click(self, place: Locator) -> None:
        self.done.append(f"click {place}")
        place.click()

    def press(self, key: str) -> None:
        self.done.append(f"press {key}")
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def sign(self, code: str) -> None:
        """From the last word of a note to the signature."""
        self.press("Control+Enter")
        self.page.wait_for_url("**/read")
        self.click(self.page.get_by_label("Your return code"))
        self.type(code)
        self.press("Enter")
        expect(self.page.get_by_text("Signed by")).to_be_visible()
