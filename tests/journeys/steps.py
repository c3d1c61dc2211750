"""Steps of the main job, each as a person takes it; several tests walk through them."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from pypdf import PdfReader

from tests.journeys.pages import Page
from tests.journeys.person import Person

ABOUT = {
    "practice_name": "Harbour Practice",
    "clinician_name": "Nora Whelan",
    "country": "IE",
    "record_role": "full",
    "crisis_text": "Crisis line 116 123\nEmergency 112",
    "limits_text": "What you say stays with me, unless someone may be hurt.\nOr a court orders me to speak.",
}
NEXT = {"go": "next"}
COULD_NOT = {"way": "did_not_come_up"}
WOULD_NOT = {"way": "declined"}

Answer = int | Mapping[str, str] | None


def pdf_of(page: Page) -> bytes:
    """The paper in the frame of a page, or the file itself."""
    paper = page.paper or page
    assert paper.headers["Content-Type"] == "application/pdf", paper.path
    return paper.body


def words_of(paper: Page) -> str:
    """The text of a PDF, in one line."""
    pages = PdfReader(BytesIO(pdf_of(paper))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def groups_on(paper: Page) -> list[str]:
    """The groups of a recovery sheet, as they are printed."""
    return list(dict.fromkeys(re.findall(r"<strong>([0-9A-Z]{5})</strong>", paper.source)))


def asked_on(page: Page) -> list[int]:
    """The numbers of the groups that a page asks for."""
    names = sorted(name for form in page.forms for name in form.names if name.startswith("group_"))
    return [int(name.removeprefix("group_")) for name in names]


def prove_sheet(me: Person, page: Page) -> Page:
    """Read the two groups from the paper and type them; a place for backups is put off."""
    groups = groups_on(me.follow(page, "recovery sheet"))
    page = me.send(page, {f"group_{number}": groups[number - 1] for number in asked_on(page)})
    return me.press(page, "Remind me tomorrow") if page.path == "/setup/backups" else page


def set_up(me: Person, about: Mapping[str, str] = ABOUT) -> str:
    """Go through the first run without a code; returns the passphrase."""
    page = me.send(me.open("/"), about)
    words = page.typed("offered_passphrase")
    assert words, page.text
    page = me.send(page, {"passphrase": words, "passphrase_again": words})
    page = prove_sheet(me, me.press(page, "Do without a code"))
    assert page.path == "/", page.text
    return words


def begin(me: Person, session: str, instrument: str = "giving", **about: str) -> Page:
    """Choose a questionnaire in this session; returns its introduction."""
    whom = (
        ({"word": "M.", "frame": "parent"} if about.get("about", "new") == "new" else {})
        | {"about": "new"}
        | about
    )
    page = me.open(f"{session}/questionnaire")
    # Somebody who is named already is chosen, and not named a second time.
    known = whom.get("word") and re.search(
        rf'value="([0-9a-f]{{32}})"[^>]*><span>{re.escape(whom["word"])}<', page.source
    )
    if whom["about"] == "new" and known:
        whom = {"about": known[1]}
    page = me.send(page, {"instrument": instrument} | whom)
    assert page.path.endswith("/introduction"), page.text
    return page


def give(me: Person, page: Page, answer: Answer) -> Page:
    """Answer the question on this page: a value, fields by name, or None to leave it open."""
    chosen = {} if answer is None else {"answer": str(answer)}
    return me.send(page, answer if isinstance(answer, Mapping) else chosen | NEXT, by="answer")


def answer_all(me: Person, page: Page, answers: Sequence[Answer]) -> Page:
    """From the introduction through every question to the page of answers."""
    page = me.follow(page, "first question")
    for answer in answers:
        page = give(me, page, answer)
    assert page.path.endswith("/check"), page.path
    return page


def finish(me: Person, page: Page) -> Page:
    """Finish at the page of answers; returns the result, which only the clinician opens."""
    page = me.press(page, "Finish")
    assert page.path.endswith("/finished"), page.text
    return me.open(f"{place(page)}/result")


def end_session(me: Person, page: Page) -> Page:
    """End the session of this page, through the page that comes before every end; returns the session."""
    before = me.press(page, "End the session")
    assert before.path.endswith("/end") and "Before you end" in before.text, before.text
    return look_and_end(me, before)


def look_and_end(me: Person, before: Page) -> Page:
    """On the page before the end: open what is for the clinician, come back, and end the session."""
    back = me.follow(me.follow(before, "For the clinician"), "Back to where you were")
    assert back.path == before.path.partition("?")[0], back.path
    return me.press(before, "End the session")


def place(page: Page) -> str:
    """The address of the questionnaire that this page belongs to."""
    found = re.match(r"/administrations/[0-9a-f-]+", page.path)
    assert found, page.path
    return found[0]
