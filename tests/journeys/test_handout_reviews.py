"""A sheet is given with an agreement, looked at in the next session, made smaller; nothing is counted."""

import re
from datetime import date, datetime

import pytest

from clinic_toolkit.psychometrics import fear_inquiry
from clinic_toolkit.record.people import cases, relationships
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_safety import couple
from tests.journeys.test_same_bytes import neutral

LADDER = catalogue.load_worksheet("receiving-ladder")
# No view says how often: no share, no row, no praise.
COUNTS = re.compile(
    r"\d+ ?%|\b\d+ (of|out of) \d+ (sheets|worksheets)|streak|in a row|well done|missed", re.I
)


@pytest.fixture
def sessions(site: Site) -> tuple[str, str]:
    """Two sessions with one client, the second today."""
    client = site.work.client("Ruben Aalto")
    first, second = site.work.session(client).id, site.work.session(client, today()).id
    return f"/sessions/{first}", f"/sessions/{second}"


def today() -> date:
    """The day on which a sheet is given on a page."""
    return datetime.now().astimezone().date()


def give(me: Person, session: str) -> Page:
    """The page of a sheet that was just given."""
    return me.send(me.open(f"{session}/worksheets"), {"worksheet": LADDER.slug})


def look_at(me: Person, session: str, title: str = LADDER.title) -> Page:
    """The page on which it is noted how it went, from the page of a session."""
    page = me.open(session)
    to_ask = page.text.partition("Worksheets to ask about")[2]
    assert title in to_ask and all(prompt in to_ask for prompt in LADDER.review_prompts)
    return me.follow(page, "How it went")


def test_an_agreement_is_made_and_comes_up_in_the_next_session(me: Person, sessions: tuple[str, str]) -> None:
    first, second = sessions
    page = give(me, first)
    saved = me.send(
        page, {"agreement": "The two lowest rungs, on Sunday.", "sureness": "8", "paper": "not_printed"}
    )
    assert "Saved." in saved.text and saved.typed("agreement") == "The two lowest rungs, on Sunday."
    assert (saved.typed("sureness"), saved.typed("paper")) == ("8", "not_printed")
    assert "A smaller one" not in saved.text
    assert "The two lowest rungs, on Sunday." in steps.words_of(me.follow(saved, "Print the sheet"))
    assert "The two lowest rungs, on Sunday." in me.follow(saved, "Read it on the screen").text
    assert "Worksheets to ask about" not in me.open(first).text, "not in the session in which it was given"
    review = look_at(me, second)
    assert "Agreed: The two lowest rungs, on Sunday." in review.text
    for prompt in LADDER.review_prompts:
        assert prompt in review.text
    done = me.send(review, {"outcome": "came_back", "said": "It was light."})
    assert "came back. The client said: “It was light.”" in done.text
    assert "What you agreed" not in done.text
    session = me.open(second)
    assert "Worksheets to ask about" not in session.text
    assert "came back" in session.text.partition("Worksheets looked at")[2]
    note = me.open(f"{second}/note").source
    assert f"Worksheet “{LADDER.title}”: came back." in note


@pytest.mark.parametrize(("sure", "smaller"), [("0", True), ("6", True), ("7", False), ("not-asked", False)])
def test_below_seven_a_smaller_one_is_offered(
    me: Person, sessions: tuple[str, str], sure: str, smaller: bool
) -> None:
    page = me.send(give(me, sessions[0]), {"agreement": "All of it.", "sureness": sure})
    assert ("A smaller one" in page.text) is smaller
    if not smaller:
        return
    quicker = [
        sheet
        for sheet in catalogue.list_worksheets()
        if (sheet.side, sheet.needs_fear_asked) == (LADDER.side, False)
        and sheet.total_minutes < LADDER.total_minutes
    ]
    assert ("in its place" in page.text) is bool(quicker)
    refused = me.send(page, {"smaller": " "})
    assert refused.status == 422 and refused.error("smaller")
    less = me.send(page, {"smaller": "The lowest rung, once."})
    assert less.typed("agreement") == "The lowest rung, once." and less.typed("sureness") == "not-asked"
    assert "A smaller one" not in less.text


def test_chose_not_to_has_reasons_and_no_blame_and_can_be_made_smaller(
    me: Person, sessions: tuple[str, str]
) -> None:
    give(me, sessions[0])
    page = look_at(me, sessions[1])
    refused = me.send(page, {"said": "Busy week."})
    assert refused.status == 422 and refused.error("outcome") and refused.typed("said") == "Busy week."
    form = page.form("outcome")
    assert form.values("outcome") == ["came_back", "part", "changed", "forgot", "chose_not"]
    assert form.values("barriers") == [
        "avoided", "no_time", "forgot", "unclear_why", "unclear_how", "dull", "not_mine",
    ]  # fmt: skip
    done = me.send(page, {"outcome": "chose_not", "barriers": "not_mine", "smaller": "To read it."})
    assert "chose not to do it (not mine)." in done.text and "Made smaller: “To read it.”" in done.text
    assert done.typed("agreement") == "To read it.", "it is out again"


def test_the_third_that_came_back_whole_asks_and_the_fourth_does_not(
    me: Person, sessions: tuple[str, str]
) -> None:
    asked = []
    for _ in range(4):
        page = me.send(me.follow(give(me, sessions[0]), "Note how it went"), {"outcome": "came_back"})
        asked.append("Was this wanted?" in page.text)
        if asked[-1]:
            answered = me.send(page, {"wanted": "not_wanted"})
            assert "it was not really wanted" in answered.text and "Was this wanted?" not in answered.text
        assert not COUNTS.search(page.text), page.text
    assert asked == [False, False, True, False]
    for path in (sessions[0], sessions[1], "/", me.open(sessions[0]).link("Ruben Aalto")):
        assert not COUNTS.search(me.open(path).text), path
    assert COUNTS.search("3 of 4 sheets came back"), "the control"


def test_what_is_out_stands_on_today_and_on_the_page_of_the_client(site: Site, me: Person) -> None:
    client = site.work.client("Ruben Aalto")
    given = give(me, f"/sessions/{site.work.session(client).id}")
    me.send(given, {"agreement": "One rung."})
    me.press(me.open(f"/clients/{client.id}"), "Start a session now")
    assert f"to ask how it went: “{LADDER.title}”" in me.open("/").text
    assert "One rung." not in me.open("/").text
    page = me.open(f"/clients/{client.id}").text.partition("Worksheets given")[2]
    assert "Agreed: “One rung.”" in page and ".”out " in page
    me.send(me.follow(given, "Note how it went"), {"outcome": "part"})
    assert "to ask how it went" not in me.open("/").text
    assert "part of it came back" in me.open(f"/clients/{client.id}").text


def test_two_windows_do_not_overwrite_one_another(me: Person, sessions: tuple[str, str]) -> None:
    page = give(me, sessions[0])
    me.send(page, {"agreement": "From one window."})
    late = me.send(page, {"agreement": "From the other."})
    assert late.status == 409 and late.typed("agreement") == "From the other."
    assert me.open(page.path).typed("agreement") == "From one window."
    review = me.follow(page, "Note how it went")
    me.send(review, {"outcome": "part"})
    late = me.send(review, {"outcome": "came_back", "said": "All of it."})
    assert late.status == 409 and "came back in part" in late.text and late.typed("said") == "All of it."
    assert "All of it." not in me.open(page.path).text


def test_a_review_that_differs_in_what_was_in_the_way_alone_is_not_passed_over(
    me: Person, sessions: tuple[str, str]
) -> None:
    page = give(me, sessions[0])
    review, in_session = me.follow(page, "Note how it went"), look_at(me, sessions[1])
    me.send(review, {"outcome": "chose_not"})
    again = me.send(review, {"outcome": "chose_not"})
    assert again.path == page.path and "Saved." in again.text, "the control: the same form, sent twice"
    late = me.send(review, {"outcome": "chose_not", "barriers": "no_time"})
    assert late.status == 409 and "Saved." not in late.text
    elsewhere = me.send(in_session, {"outcome": "chose_not"})
    assert elsewhere.status == 409, "it was not noted in this session"


def test_a_partners_own_sheet_is_not_looked_at_in_the_session_of_the_couple(site: Site, me: Person) -> None:
    joint, ana, _ = couple(site)
    with writing(site.work.engine) as db:
        own_case = cases.load_single_case(db, site.work.vault, ana)
    own = me.press(me.open(f"/clients/{own_case.payload.client_ids[0]}"), "Start a session now").path
    given = give(me, own)
    assert me.open(f"{joint}{given.path}").status == 404
    assert LADDER.title not in me.open(joint).text.partition("To give")[0]
    theirs = me.send(me.open(f"{joint}/worksheets"), {"worksheet": LADDER.slug, "client": ana.hex})
    assert me.open(f"{joint}{theirs.path}").status == 200
    assert me.open(f"{own}{theirs.path}").status == 404


def test_a_sheet_that_acts_is_not_printed_again_once_it_may_not_be_given(site: Site, me: Person) -> None:
    """The refusal reads the same whether the asking is too old or a hold is on."""
    client = site.work.client("Ruben Aalto")
    session = f"/sessions/{site.work.session(client).id}"
    with writing(site.work.engine) as db:
        person = relationships.create_relationship(
            db, site.work.vault, client.id, word="Tilda", frame="friend", now=NOW
        )

    def ask(place: SheetPlace) -> None:
        now = datetime.now().astimezone()
        with writing(site.work.engine) as db:
            fear_holds.record_fear_inquiry(
                db, site.work.vault, client.id, person.id, sheet_place=place, therapy_session_id=None, now=now
            )

    def given(slug: str) -> Page:
        page = me.open(f"{session}/worksheets")
        return me.send(page, {"worksheet": slug, "about": person.id.hex})

    ask(SheetPlace.HOME)
    acting, plain = given("want-to-have-to"), given(LADDER.slug)
    assert steps.words_of(me.follow(acting, "Print the sheet")), "the control"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fear_inquiry, "INQUIRY_VALID_DAYS", -1)
        too_old = me.follow(acting, "Print the sheet")
    ask(SheetPlace.ROOM)
    held = me.follow(acting, "Print the sheet")
    assert (too_old.status, held.status) == (422, 422) and "Not printed" in held.text
    assert neutral(too_old.body) == neutral(held.body)
    assert steps.words_of(me.follow(plain, "Print the sheet")), "paper to write on in the room"
