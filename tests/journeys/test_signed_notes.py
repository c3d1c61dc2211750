"""A signed note: whatever is edited afterwards, page, text and paper say what was signed."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from clinic_toolkit.dates import format_date
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.writing import handouts
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import couple, day, enter, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person

WRITTEN = {"section-data": "Came on time.", "section-assessment": "Calmer.", "section-plan": "Next week."}
LATER, ADDED = "Changed after the note was signed", "Added after the note was signed"


@dataclass(frozen=True)
class Shown:
    """A signed note in its three forms: what is signed, and what stands beside it."""

    page: str
    text: str
    paper: tuple[bytes, ...]
    beside: str
    below: str
    behind: str


def shown(me: Person, note: Page) -> Shown:
    page = me.open(note.path)
    main = page.source.partition("<h1>")[2].partition('<div class="buttons">')[0]
    plain = unescape(
        me.follow(page, "plain text").source.partition("<textarea")[2].partition("</textarea>")[0]
    )
    text, _, below = plain.partition(LATER)
    text = text.partition(ADDED)[0]
    sheets = PdfReader(BytesIO(steps.pdf_of(me.follow(page, "Print it")))).pages
    words = [" ".join(sheet.extract_text().split()) for sheet in sheets]
    kept = [
        sheet for sheet, said in zip(sheets, words, strict=True) if LATER not in said and ADDED not in said
    ]
    return Shown(
        page=main.partition("</article>")[0].partition(f"<h2>{LATER}")[0],
        text=text.strip(),
        paper=tuple(strokes(sheet) for sheet in kept),
        beside=page.text.partition(LATER)[2],
        below=below,
        behind=" ".join(said for said in words if LATER in said),
    )


def strokes(sheet: PageObject) -> bytes:
    """Everything that is drawn on it."""
    contents = sheet.get_contents()
    assert contents is not None
    return contents.get_data()


def sign(me: Person, session: Page) -> Page:
    page = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    final = me.send(page, {"read": "yes"})
    assert final.path.startswith("/notes/") and not final.path.endswith("/read"), final.text
    return final


@pytest.fixture
def client(me: Person) -> Page:
    return take_in(me)


@pytest.fixture
def session(me: Person, client: Page) -> Page:
    """A session of yesterday whose facts are known."""
    return enter(
        me, me.follow(client, "Add a past or planned session"), -1, place="Room 2", others_present="Li"
    )


def edit(me: Person, session: Page, **typed: str | None) -> None:
    form = me.open(f"{session.path}/edit")
    if "amend_reason" in form.form("place").names:
        typed = {"amend_reason": "The diary was wrong.", **typed}
    page = me.send(form, typed)
    assert page.path == session.path, page.text


def rename_client(me: Person, client: Page) -> None:
    page = me.send(me.follow(me.open(client.path), "Edit"), {"name": "Ana Ruiz"})
    assert "Ana Ruiz" in page.text


def rename_practice(me: Person, **typed: str) -> None:
    page = me.send(me.open("/practice"), typed)
    assert page.status == 200


Edit = Callable[[Person, Page, Page], None]
EDITS: dict[str, tuple[Edit, str, str]] = {
    "another date": (lambda me, session, client: edit(me, session, on=day(-3)), "Date", ""),
    "did not come": (
        lambda me, session, client: edit(me, session, attendance="no_show"),
        "Attendance",
        "was Came, is Did not come",
    ),
    "another place": (
        lambda me, session, client: edit(me, session, place="Room 9"),
        "Place",
        "was In the room: Room 2, is In the room: Room 9",
    ),
    "other times": (
        lambda me, session, client: edit(me, session, start="11:00", end="11:50"),
        "Time",
        "was 10:00 to 10:50, is 11:00 to 11:50",
    ),
    "another kind": (
        lambda me, session, client: edit(me, session, kind="call"),
        "Kind",
        "was Session, is Call",
    ),
    "who was there": (
        lambda me, session, client: edit(me, session, others_present=""),
        "Present",
        "was Ana Reyes, Li, is Ana Reyes",
    ),
    "the client's name": (
        lambda me, session, client: rename_client(me, client),
        "Client",
        "was Ana Reyes, is Ana Ruiz",
    ),
    "the practice's name": (
        lambda me, session, client: rename_practice(me, practice_name="Quay Practice"),
        "Practice",
        "was Harbour Practice, is Quay Practice",
    ),
    "the clinician's name": (
        lambda me, session, client: rename_practice(me, clinician_name="Nora Byrne"),
        "Clinician",
        "was Nora Whelan, is Nora Byrne",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", EDITS)
def test_what_is_edited_later_stands_beside_the_signed_note_and_not_in_it(
    me: Person, client: Page, session: Page, change: str
) -> None:
    act, name, words = EDITS[change]
    note = sign(me, session)
    before = shown(me, note)
    assert (before.beside, before.below, before.behind) == ("", "", "") and len(before.paper) == 1
    act(me, session, client)
    after = shown(me, note)
    assert (after.page, after.text, after.paper) == (before.page, before.text, before.paper)
    for beside in (after.beside, after.below, after.behind):
        assert "not part of the signed note" in beside
        assert name in beside and "changed on" in beside and words in " ".join(beside.split())


def test_the_session_itself_shows_what_was_edited(me: Person, client: Page, session: Page) -> None:
    """The control of the test above: these edits do reach the pages that show things as they are."""
    sign(me, session)
    edit(me, session, attendance="no_show", place="Room 9")
    rename_client(me, client)
    page = me.open(session.path)
    assert "Did not come" in page.text and "Room 9" in page.text and "Ana Ruiz" in page.text
    summary = steps.words_of(me.follow(page, "Session summary"))
    assert "Room 9" in summary and "signed; some details shown here were changed later" in summary


def test_a_fact_that_is_again_as_it_was_signed_is_no_change(me: Person, session: Page) -> None:
    note = sign(me, session)
    edit(me, session, place="Room 9")
    assert "Room 9" in shown(me, note).beside
    edit(me, session, place="Room 2")
    me.send(me.open(session.path), {"agreed": "a walk"})
    assert shown(me, note).beside == ""


def test_a_note_that_is_signed_in_an_open_session_says_that_the_end_was_not_known(
    me: Person, client: Page
) -> None:
    session = me.press(me.open(client.path), "Start a session now")
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    told = "If you sign now, the note will say: The end was not known when this was signed."
    assert f"This session has not ended yet. {told}" in reading.text
    note = me.send(reading, {"read": "yes"})
    before = shown(me, note)
    for words in (before.page, before.text, steps.words_of(me.follow(note, "Print it"))):
        assert "The end was not known when this was signed." in words
    assert before.beside == ""
    steps.end_session(me, me.open(session.path))
    after = shown(me, note)
    assert (after.page, after.text, after.paper) == (before.page, before.text, before.paper)
    for beside in (after.beside, after.below, after.behind):
        assert re.search(r"Time\W+changed on .*: was \d\d:\d\d, not ended, is \d\d:\d\d to \d\d:\d\d", beside)


def test_the_page_to_read_shows_the_facts_that_are_signed(me: Person, session: Page) -> None:
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    note = me.send(reading, {"read": "yes"})

    def facts(page: Page) -> str:
        return page.text.partition("Room 2")[0][-80:] + page.text.partition("Room 2")[2].partition("Data")[0]

    assert "Harbour Practice · Nora Whelan" in facts(note)
    assert facts(reading).partition("Session")[2] == facts(note).partition("Session")[2]


@pytest.mark.parametrize("change", EDITS)
def test_a_fact_that_changed_while_the_page_was_read_is_not_signed_unseen(
    me: Person, client: Page, session: Page, change: str
) -> None:
    act, name, words = EDITS[change]
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    act(me, session, client)
    answer = me.send(reading, {"read": "yes"})
    assert answer.status == 409 and "Not signed yet" in answer.text
    assert name in answer.text and words in answer.text and "Came on time." in answer.text
    assert me.open(f"{session.path}/note").typed("section-data") == "Came on time."
    note = me.send(answer, {"read": "yes"})
    assert "Signed by" in note.text and shown(me, note).beside == ""


def test_what_is_agreed_meanwhile_is_no_fact_of_the_note(me: Person, session: Page) -> None:
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    me.send(me.open(session.path), {"agreed": "a walk"})
    assert "Signed by" in me.send(reading, {"read": "yes"}).text


def test_facts_that_no_page_showed_sign_nothing(me: Person, session: Page) -> None:
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    for versions in ("", "1", "1-1-1-1", "99-1-1", "x-1-1", "-1-1-1", "1" * 5000 + "-1-1", "١-1-1"):
        for facts in ("", "x", "0" * 64):
            answer = me.send(reading, {"read": "yes", "versions": versions, "facts": facts})
            assert answer.status == 409 and "Not signed yet" in answer.text
    assert "Signed by" in me.send(answer, {"read": "yes"}).text


def test_a_couples_note_keeps_both_names(me: Person) -> None:
    case = couple(me, "Ana Reyes", "Ben Ode")
    session = enter(me, me.follow(case, "Add a past or planned session"), -1)
    note = sign(me, session)
    before = shown(me, note)
    assert "Ana Reyes and Ben Ode" in before.text
    edit(me, session, attendance="cancelled")
    after = shown(me, note)
    assert (after.page, after.text, after.paper) == (before.page, before.text, before.paper)
    assert "Took place" not in after.beside and "was Came, is Cancelled" in after.beside


def test_what_comes_to_the_session_after_the_note_is_marked(site: Site, me: Person, session: Page) -> None:
    check = steps.answer_all(me, steps.begin(me, session.path), [1] * 12)
    steps.finish(me, check)
    me.send(me.open(f"{session.path}/worksheets"), {"worksheet": "receiving-ladder"})
    note = sign(me, session)
    mark = "after the note was signed"
    assert mark not in me.open(session.path).text and mark not in me.open(note.path).text
    assert mark not in steps.words_of(me.follow(me.open(session.path), "Session summary"))
    steps.finish(me, steps.answer_all(me, steps.begin(me, session.path, "receiving", word="K."), [1] * 12))
    me.send(me.open(f"{session.path}/worksheets"), {"worksheet": "receiving-ladder"})
    page, read = me.open(session.path), me.open(note.path)
    entry = me.send(me.follow(page, "Write a risk entry"), {"did": "Called the crisis team."})
    assert page.text.count(mark) == 2 and read.text.count(f": {mark}") == 2
    # The client sees these two pages: that there is such an entry stands on its own page alone.
    assert mark in entry.text and "crisis team" in entry.text
    assert me.open(session.path).text == page.text and me.open(note.path).text == read.text
    summary = steps.words_of(me.follow(page, "Session summary"))
    assert summary.count(mark) == 2


def test_no_page_of_a_session_looks_for_its_forms_twice(
    me: Person, session: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.finish(me, steps.answer_all(me, steps.begin(me, session.path), [1] * 12))
    me.send(me.open(f"{session.path}/worksheets"), {"worksheet": "receiving-ladder"})
    looked: list[str] = []
    for module, verb in (
        (administrations, "list_administrations_in_session"),
        (handouts, "list_handouts_in_session"),
    ):
        found = getattr(module, verb)

        def counted(*where: Any, module: ModuleType = module, found: Callable[..., Any] = found) -> Any:
            looked.append(module.__name__)
            return found(*where)

        monkeypatch.setattr(module, verb, counted)

    def times(path: str, *, requests: int = 1) -> int:
        looked.clear()
        assert me.open(path).status == 200
        return max(Counter(looked).values()) // requests

    # A paper is asked for by its page and by the frame in it.
    assert (
        times(session.path)
        == times(f"{session.path}/note")
        == times(f"{session.path}/summary", requests=2)
        == 1
    )
    note = sign(me, session)
    assert times(session.path) == times(note.path) == times(f"{session.path}/summary", requests=2) == 1


def test_a_questionnaire_that_is_finished_after_the_note_is_marked(me: Person, session: Page) -> None:
    check = steps.answer_all(me, steps.begin(me, session.path), [1] * 12)
    note = sign(me, session)
    assert "after the note was signed" not in me.open(session.path).text
    steps.finish(me, check)
    assert "changed after the note was signed" in me.open(session.path).text
    assert "changed after the note was signed" in me.open(note.path).text


def test_what_is_said_when_a_finished_one_is_looked_at_is_no_later_answer(me: Person, session: Page) -> None:
    result = steps.finish(me, steps.answer_all(me, steps.begin(me, session.path), [1] * 12))
    sign(me, session)
    page = me.open(f"{steps.place(result)}/together")
    me.send(page, {"next_step": "A walk on Sunday."})
    assert "after the note was signed" not in me.open(session.path).text


def test_words_of_the_client_in_a_note_do_not_stop_its_paper(me: Person, session: Page) -> None:
    given: list[steps.Answer] = [{"answer": "3", "said": "Only on Sundays.", **steps.NEXT}, *[1] * 11]
    steps.finish(me, steps.answer_all(me, steps.begin(me, session.path), given))
    page = me.send(me.open(f"{session.path}/note"), WRITTEN)
    [tick] = [name for name in page.form("section-data").names if name.startswith("take-")]
    reading = me.send(page, {tick: "yes", "sign": "yes"})
    assert "Only on Sundays." in steps.words_of(me.follow(me.send(reading, {"read": "yes"}), "Print it"))


def test_a_changed_fact_is_announced_above_the_note_and_before_the_change(me: Person, session: Page) -> None:
    told, kept = (
        "Facts beside this note were changed after it was signed.",
        "The note of this session is signed.",
    )
    assert kept not in me.open(f"{session.path}/edit").text
    note = sign(me, session)
    assert told not in note.text
    assert kept in me.open(f"{session.path}/edit").text
    edit(me, session, on=day(-3))
    page = me.open(note.path)
    assert page.text.index(told) < page.text.index("Came on time.") < page.text.index(LATER)
    assert 'href="#later"' in page.source and 'id="later"' in page.source


def test_a_note_signed_for_another_day_says_so_at_its_session(
    me: Person, session: Page, client: Page
) -> None:
    sign(me, session)
    assert "The signed note says" not in me.open(session.path).text
    assert "note signed, for" not in me.open(client.path).text
    signed_for = format_date(date.fromisoformat(day(-1)))
    edit(me, session, on=day(-2))
    assert f"The signed note says {signed_for}." in me.open(session.path).text
    assert f"note signed, for {signed_for}" in me.open(client.path).text


def test_a_session_that_has_not_ended_is_ended_on_the_way_to_the_signature(me: Person, client: Page) -> None:
    session = me.press(client, "Start a session now")
    reading = me.send(me.open(f"{session.path}/note"), WRITTEN | {"sign": "yes"})
    assert "This session has not ended yet." in reading.text
    assert "when this was signed. End it first" in reading.text
    ending = me.follow(reading, "End it first")
    assert "Before you end" in ending.text and "Back to the note" in ending.text
    back = steps.look_and_end(me, ending)
    assert back.path == reading.path and "has not ended yet" not in back.text
    assert "Signed by" in me.send(back, {"read": "yes"}).text


def test_an_end_leads_to_our_own_pages_only(me: Person, client: Page) -> None:
    session = me.press(client, "Start a session now")
    ending = me.open(f"{session.path}/end?back=//elsewhere.example/")
    assert "elsewhere" not in ending.source
    assert steps.look_and_end(me, ending).path == session.path
