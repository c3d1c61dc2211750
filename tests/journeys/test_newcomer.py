"""A newcomer's way, from the first start to a signed note: every click, choice and typed field is counted."""

from pathlib import Path

from clinic_toolkit import settings as configuration
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.web.app import create_app
from tests.fixtures.sites import TestKeeper
from tests.journeys import person, steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

# Two of them are the place for backups, which the last step of the set-up asks for.
MOST = 61


class Newcomer:
    """Someone who does one thing after the other; each is written down."""

    def __init__(self, me: Person) -> None:
        self.me = me
        self.page: Page = me.open("/")
        self.done: list[str] = []
        self._typed: dict[str, str] = {}

    def follow(self, words: str) -> None:
        """Click a link."""
        self.done.append(f"follow {words!r}")
        self.page = self.me.follow(self.page, words)

    def fill(self, field: str, words: str) -> None:
        """Type into a field, or choose in it."""
        assert field in {name for form in self.page.forms for name in form.names}, (self.page.path, field)
        self.done.append(f"fill {field}")
        self._typed[field] = words

    def press(self, words: str, *, by: str = "") -> None:
        """Press a button; what was typed on this page goes with it.

        Args:
            by: a field of its form, where nothing was typed.
        """
        self.done.append(f"press {words!r}")
        if not self._typed and not by:
            self.page = self.me.press(self.page, words)
            return
        button = self.page.form(by or next(iter(self._typed))).button(words)
        named = {button.name: button.value} if button.name else {}
        self.page = self.me.send(self.page, self._typed | named, by=by)
        self._typed = {}


def test_from_the_first_start_to_a_signed_note_in_sixty_one_steps(tmp_path: Path) -> None:
    settings = configuration.load_settings(tmp_path / "data", environ={})
    app = create_app(
        settings, engine=open_store(tmp_path / "data"), keeper=TestKeeper(), end_worker=lambda reason: None
    )
    one = Newcomer(person.newcomer(app, f"http://{settings.host}"))
    (tmp_path / "stick").mkdir()
    code = set_up(one, tmp_path / "stick")
    ask(one)
    sign(one, code)
    told = "\n".join(f"{number:2} {each}" for number, each in enumerate(one.done, 1))
    assert "Signed by" in one.page.text, told
    assert len(one.done) <= MOST, told


def set_up(one: Newcomer, stick: Path) -> str:
    """The first run, with a code; returns the code."""
    for field in ("practice_name", "clinician_name", "country", "record_role", "crisis_text"):
        one.fill(field, steps.ABOUT[field])
    one.press("Show a draft for my country")
    # The draft stands in its field, to be read and taken over.
    one.press("Go on to the passphrase", by="limits_text")
    words = one.page.typed("offered_passphrase") or ""
    one.fill("passphrase", words)
    one.press("Create the practice")
    code = one.page.typed("offered_code") or ""
    one.fill("code", code)
    one.press("Use this code")
    asked = steps.asked_on(one.page)
    one.follow("Open the recovery sheet")
    groups = steps.groups_on(one.page)
    one.done.append("print the sheet")
    one.follow("Go on: type two groups from it")
    for number in asked:
        one.fill(f"group_{number}", groups[number - 1])
    one.press("Check, and open the practice")
    one.fill("other", str(stick))
    one.press("Use this place")
    assert one.page.path == "/", one.page.text
    return code


def ask(one: Newcomer) -> None:
    """The first client, the first session, a questionnaire about someone, and its result."""
    one.follow("Add a client")
    one.fill("name", "Ana Reyes")
    one.press("Add this client")
    one.press("Start a session now")
    one.follow("Begin a questionnaire")
    one.fill("instrument", "giving")
    one.fill("word", "M.")
    one.fill("frame", "parent")
    one.press("Go to the introduction")
    one.follow("first question")
    for number in range(12):
        one.fill("answer", str(number % 5))
        one.press("Check answers" if number == 11 else "Continue")
    one.press("Finish")
    one.follow("Back to the session")
    one.follow("See the result")


def sign(one: Newcomer, code: str) -> None:
    """The note, with what the clinician alone can write."""
    one.follow("Write the note")
    one.fill("section-assessment", "Speaks more freely.")
    one.press("Read it through and sign")
    one.fill("code", code)
    one.press("Sign this note")
