"""Open prompts where the work is: one row that looks alike for everyone, and one page before every end.

The client sees these screens too. So a page with an open prompt and the same page without one are compared
byte by byte, and the prompt is found behind the row, by a request of its own.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from clinic_toolkit.journal import records
from clinic_toolkit.psychometrics import safety_prompt_rules
from clinic_toolkit.record.people import clients, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.sites import Site
from tests.journeys import crawl, steps
from tests.journeys.intake import take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_check_in import filled
from tests.journeys.test_handover import comes_back, handed, handed_in
from tests.journeys.test_safety import AFRAID, ASKED, CALM, NO_OTHER, NO_REASSURANCE, RAISING, couple, raised
from tests.journeys.test_same_bytes import neutral

ROW = "For the clinician"
ID = r"[0-9a-f-]{36}"
# Where a client may look at the screen while the clinician works: here the row stands.
WITH_ROW = (
    rf"/sessions/{ID}",
    rf"/sessions/{ID}/end",
    rf"/sessions/{ID}/note",
    rf"/sessions/{ID}/worksheets",
    rf"/clients/{ID}",
    rf"/notes/{ID}",
    rf"/notes/{ID}/read",
    rf"/notes/{ID}/text",
    rf"/handouts/{ID}",
    rf"/handouts/{ID}/sheet",
    rf"/handouts/{ID}/review",
    rf"/sessions/{ID}/handouts/{ID}",
    rf"/administrations/{ID}/client-page",
    rf"/relationships/{ID}",
    rf"/plans/{ID}",
    rf"/plans/{ID}/goals/{ID}",
    rf"/cases/{ID}/plan/edit",
    rf"/hard-moments/{ID}",
    rf"/hard-moments/{ID}/take-along",
    rf"/clients/{ID}/hard-moments/edit",
    rf"/administrations/{ID}/(finished|stopped)",
)
# The clinician's alone, or what the row leads to: here a prompt shows.
MAY_TELL = (
    r"/",
    rf"/administrations/{ID}/result",
    rf"/administrations/{ID}/risk-entry",
    rf"/cases/{ID}/for-me",
    r"/audit",
)
# They offer a passphrase or a code that is drawn anew each time.
DRAWN = (r"/practice/passphrase", r"/practice/code", r"/practice/new-keys")
SCRIPT = {"X-Unfold": "1", "Accept": "application/json"}


def is_one(path: str, shapes: tuple[str, ...]) -> bool:
    return any(re.fullmatch(shape, path.partition("?")[0]) for shape in shapes)


def row_of(page: Page) -> str:
    """Where the row of this page leads; it stands before every main button."""
    main = page.source.partition("<main")[2]
    at = main.index("data-unfold")
    assert 'class="button main"' not in main[:at], page.path
    assert main.count("data-unfold") == 1, page.path
    return page.link(ROW)


@pytest.fixture
def without_the_rule(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let nothing raise a prompt from now on, as if the program had been started anew without the rule."""

    def drop_rule() -> None:
        monkeypatch.setattr(safety_prompt_rules, "list_safety_prompts", lambda *_, **__: ())
        for unlocked in site.app.worker.logins.values():
            unlocked.vault.inventory = None

    return drop_rule


def everything(site: Site, me: Person) -> dict[str, Page]:
    """Every page, with those that no link leads to."""
    found = {page.path: page for page in crawl.pages(me)}
    for path in list(found):
        if re.fullmatch(rf"/sessions/{ID}", path):
            found[f"{path}/end"] = me.open(f"{path}/end")
        if re.fullmatch(rf"/administrations/{ID}/result", path):
            quiet = path.replace("result", "finished")
            found[quiet] = me.open(quiet)
        if re.fullmatch(rf"/notes/{ID}/text", path):
            # A signed note leads on to its own page from here.
            read = me.open(path.replace("text", "read"))
            found[read.path] = read
    return found


def test_every_page_hides_an_open_prompt_behind_the_row_or_is_the_clinicians_alone(
    site: Site, me: Person, without_the_rule: Callable[[], None]
) -> None:
    me = crawl.furnish(site)
    with_it = everything(site, me)
    seen = set()
    for path, page in with_it.items():
        shape = next((each for each in WITH_ROW if re.fullmatch(each, path.partition("?")[0])), None)
        if shape is None:
            continue
        seen.add(shape)
        href = row_of(page)
        opened = me.open(href)
        assert ASKED in opened.text and NO_OTHER in opened.text, path
        assert me.follow(opened, "Back to where you were").path == path.partition("?")[0]
        told = msgspec.json.decode(me.ask("GET", href, None, SCRIPT)[2])
        assert ASKED in " ".join(line["words"] for line in told["lines"])
    assert seen == set(WITH_ROW)
    without_the_rule()
    without = everything(site, me)
    assert {path for path in set(with_it) - set(without) if not is_one(path, MAY_TELL)} == set()
    both = set(with_it) & set(without)
    differing = {path for path in both if neutral(with_it[path].body) != neutral(without[path].body)}
    assert len(both) > 60
    assert {path for path in differing if not is_one(path, MAY_TELL + DRAWN)} == set()
    # The control: the same look sees it where it is told.
    for shape in (r"/", rf"/administrations/{ID}/result", rf"/cases/{ID}/for-me"):
        assert any(re.fullmatch(shape, path.partition("?")[0]) for path in differing), shape


def test_a_risk_entry_shows_on_no_page_that_a_client_may_look_at(
    site: Site, me: Person, session: str
) -> None:
    calm = steps.finish(me, steps.answer_all(me, steps.begin(me, session), CALM))
    client = calm.link("Ana Reyes")
    given = me.send(me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder"}).path
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    person = next(href for _, href in me.open(client).links if href.startswith("/relationships/"))
    paths = [
        session,
        f"{session}/end",
        f"{session}/worksheets",
        f"{session}/questionnaire",
        client,
        given,
        person,
    ]

    def look() -> dict[str, bytes]:
        return {path: neutral(me.open(path).body) for path in paths}

    before, told = look(), me.open(calm.path).body
    me.send(me.open(f"{client}/risk-entries/new?about={about}"), {"fear": "room", "did": "Rang."}, by="did")
    assert look() == before
    assert neutral(me.open(calm.path).body) != neutral(told), "the control: the result tells of it"
    assert "Sheets about M. stay in the room." in me.follow(me.open(session), ROW).text
    # The lines of an entry of this session are offered to its note, folded away where nobody sees them.
    me.send(me.open(f"{session}/risk-entries/new"), {"did": "Rang the clinic."})
    note = me.open(f"{session}/note").source
    shown, _, folded = note.partition("<details><summary>For the clinician: risk entries of this session")
    assert "Rang the clinic." not in shown and "Rang the clinic." in folded


def test_what_an_earlier_form_left_open_is_said_where_a_later_one_brings_nothing(
    site: Site, me: Person, session: str
) -> None:
    first = raised(me, session)
    device = handed_in(site, me, session, instrument="receiving")
    for number in range(1, 13):
        device.post(f"/form/{number}", {"answer": "0"})
    device.post("/form/finish")
    page = comes_back(site, me)
    assert "No answer in this questionnaire brings a prompt, but something is still open." in page.text
    assert ASKED in page.text and page.text.index(ASKED) < page.text.index("To talk about")
    result = me.press(page, "Look at it")
    check_in = filled(me, session, ["0"] * 5)
    for each in (result, check_in):
        assert "Before your client leaves" in each.text and "Also still open for this client" in each.text
        assert ASKED in each.text, each.path
    own = me.open(first.path)
    assert "Also still open" not in own.text and own.text.count(ASKED) == 1, "its own prompt is said once"
    closed = me.send(me.follow(me.open(page.path), "Say what was done"), {"how": "asked", "fear": "home"})
    assert closed.path == page.path and "No answer in this questionnaire brings a prompt." in closed.text
    for each in (closed, me.open(result.path), me.open(check_in.path)):
        assert ASKED not in each.text and "still open" not in each.text, each.path


# Every end of a session passes one page.


def test_every_way_to_end_a_session_passes_the_same_page(site: Site, me: Person) -> None:
    client = take_in(me)
    session = me.press(client, "Start a session now")

    def is_before_the_end(page: Page) -> bool:
        row_of(page)
        return page.path == f"{session.path}/end" and "Before you end" in page.text

    for answers in (CALM, RAISING):
        steps.finish(me, steps.answer_all(me, steps.begin(me, session.path, word="M."), answers))
        assert is_before_the_end(me.press(me.open(session.path), "End the session"))
    # A request that never saw the page is shown it, and ends nothing.
    straight = site.post(f"{session.path}/end")
    assert straight.headers["Location"] == f"{session.path}/end"
    assert "This session is open." in me.open(session.path).text
    there = me.open(f"{session.path}/edit").form("present").values("present")[0]
    for attendance in ("no_show", "cancelled"):
        facts = me.open(f"{session.path}/edit")
        assert is_before_the_end(me.send(facts, {"attendance": attendance}))
        me.send(me.open(f"{session.path}/edit"), {"attendance": "planned"})
        me.press(me.open(session.path), "Start the session")
    facts = me.send(me.open(f"{session.path}/edit"), {"on": _day(-1), "start": "10:00", "present": there})
    assert facts.path == session.path, "a changed day ends nothing"
    forgotten = me.open(me.open("/").link("Finish"))
    assert is_before_the_end(forgotten)
    over = steps.look_and_end(me, forgotten)
    assert over.path == session.path and "never ended" not in over.text
    # How a planned session went is told of in the facts; that is its end.
    planned = {"attendance": "planned", "on": _day(0), "end": ""}
    assert me.send(me.open(f"{session.path}/edit"), planned).path == session.path
    assert is_before_the_end(me.send(me.open(f"{session.path}/edit"), {"attendance": "no_show"}))


@pytest.mark.parametrize("answers", [CALM, RAISING], ids=["nothing waits", "something waits"])
def test_no_session_ends_before_the_clinician_looked(me: Person, answers: list[steps.Answer]) -> None:
    """It is asked of every session in the same words, so that being asked tells a client nothing."""
    session = me.press(take_in(me), "Start a session now")
    steps.finish(me, steps.answer_all(me, steps.begin(me, session.path, word="M."), answers))
    me.follow(me.open(session.path), ROW)
    before = me.press(me.open(session.path), "End the session")
    refused = me.press(before, "End the session")
    assert refused.status == 422
    assert "First open “For the clinician”, with the screen turned to you." in refused.text
    assert "This session is open." in me.open(session.path).text
    assert steps.look_and_end(me, refused).path == session.path
    assert "This session is open." not in me.open(session.path).text


def test_a_look_of_long_ago_does_not_count(me: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    session = me.press(take_in(me), "Start a session now")
    before = me.press(me.open(session.path), "End the session")
    me.follow(before, ROW)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 16 * 60)
    assert "First open" in me.press(before, "End the session").text


def _day(ahead: int) -> str:
    return str(datetime.now().astimezone().date() + timedelta(days=ahead))


def test_a_session_is_ended_from_the_first_page_after_a_hand_over_too(site: Site, me: Person) -> None:
    device = handed(site, me)
    device.post(f"/form/{AFRAID}", {"answer": "3"})
    device.post("/form/give-back")
    page = comes_back(site, me)
    assert "End the session" not in page.text, "the session is not open"
    (open_one,) = _open_all(site)
    page = me.press(me.open(page.path), "End the session")
    assert page.path == f"/sessions/{open_one}/end" and ASKED in me.follow(page, ROW).text
    assert me.open("/handovers").path == "/", "it was looked at"


def test_from_the_first_page_after_a_hand_over_there_is_a_way_back_to_its_session(
    site: Site, me: Person
) -> None:
    device = handed(site, me)
    device.post("/form/give-back")
    page = comes_back(site, me)
    assert "Back to the session" in page.text, "whether the session is open or not"
    (open_one,) = _open_all(site)
    back = me.press(me.open(page.path), "Back to the session")
    assert back.path == f"/sessions/{open_one}" and "This session is open." in back.text
    assert me.open("/handovers").path == "/", "it was looked at"
    # Later too: from this page and from the result.
    assert me.follow(
        me.open(page.path), "Back to the session"
    ).path == back.path or "Back to the session" in [
        control.words for form in me.open(page.path).forms for control in form.controls
    ]
    result = me.open(me.open(back.path).link("Go on").partition("/items")[0] + "/result")
    assert me.follow(result, "Back to the session").path == back.path


def _open_all(site: Site) -> list[UUID]:
    """Open every session there is, on its own day."""
    with writing(site.work.engine) as db:
        found = records.list_all_records(db, site.work.vault, THERAPY_SESSION)
        return [
            therapy_sessions.open_therapy_session(
                db, site.work.vault, kept, now=datetime.now().astimezone()
            ).id
            for kept in found
        ]


def test_finishing_a_questionnaire_passes_the_row_before_any_button(me: Person, session: str) -> None:
    check = steps.answer_all(me, steps.begin(me, session), RAISING)
    page = me.press(check, "Finish")
    assert "Before you end" in page.text and ASKED not in page.text
    assert ASKED in me.open(row_of(page)).text


def test_at_the_end_of_a_session_the_main_button_is_the_row(me: Person) -> None:
    """Whether something is open or not, it cannot be passed for the sake of a louder button."""
    pages, session = [], me.press(take_in(me), "Start a session now").path
    for answers in (CALM, RAISING):
        check = steps.answer_all(me, steps.begin(me, session), answers)
        quiet = me.press(check, "Finish")
        pages.append(me.open(f"{session}/end"))
        for page in (quiet, pages[-1]):
            assert "Open this before you say goodbye" in page.text
        loud = re.findall(r'class="button main"[^>]*>([^<]+)', pages[-1].source.partition("<main")[2])
        assert loud == [ROW]
    assert neutral(pages[0].body) == neutral(pages[1].body)


# What the row opens.


def test_from_the_row_a_prompt_is_closed_and_the_way_leads_back(me: Person, session: str) -> None:
    raised(me, session)
    page = me.follow(me.open(f"{session}/end"), ROW)
    assert "“How I give”, about M." in page.text
    closing = me.follow(page, "Say what was done")
    back = me.send(closing, {"how": "not_today", "because": "Her sister came in."})
    assert back.path == f"{session}/end"
    opened = me.follow(back, ROW)
    assert ASKED in opened.text and "Not asked yet, because: Her sister came in. Next check on" in opened.text
    today = me.open("/").text
    # Others may see this list, and the reason may name people.
    assert "Not asked yet. Next check on" in today and "sister" not in today
    done = me.send(me.follow(opened, "Say what was done"), {"how": "asked", "fear": "home"})
    assert "No prompt is waiting here." in me.follow(done, ROW).text
    assert NO_REASSURANCE in me.follow(done, ROW).text
    assert "To ask about" not in me.open("/").text


def test_a_check_that_is_due_stands_behind_the_row(me: Person, session: str) -> None:
    me.send(me.open(f"{session}/risk-entries/new"), {"did": "Rang.", "next_check": _day(0)})
    page = me.follow(me.open(session), ROW)
    assert "A check was planned for" in page.text
    assert me.follow(page, "Add to the entry of").path.endswith("/add")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/lock", "/no-such-page", ""])
def test_the_way_back_leads_to_pages_of_ours_alone(me: Person, session: str, back: str) -> None:
    row = me.open(session).link(ROW).partition("?")[0]
    page = me.open(f"{row}?back={back}")
    assert page.link("Back to where you were") == "/"


def test_on_the_result_a_prompt_comes_before_every_answer_and_drawing(me: Person, session: str) -> None:
    source = raised(me, session).source
    main = source[source.index("<main") :]
    assert main.index(ASKED) < main.index('class="split"') < main.index("<svg", main.index('class="split"'))
    assert main.index(ASKED) < main.index('class="button main"')


def test_the_sign_page_blocks_nothing(me: Person, session: str) -> None:
    raised(me, session)
    page = me.send(me.open(f"{session}/note"), crawl.WRITTEN | {"sign": "yes"})
    row_of(page)
    signed = me.send(page, {"read": "yes"})
    assert "Signed by" in signed.text
    row_of(signed)


# Couples: what one of them answered is shown, counted and opened nowhere where the other is.


def test_a_couples_pages_never_show_count_or_open_a_partners_prompt(site: Site, me: Person) -> None:
    session, ana, ben = couple(site)
    with reading(site.work.engine) as db:
        person = clients.load_client(db, site.work.vault, ana)
    own = f"/sessions/{site.work.session(person).id}"
    case = me.open(session).link("Ana Reyes and Ben Okoro")
    me.send(me.open(f"{session}/note"), crawl.WRITTEN)
    given = me.send(
        me.open(f"{session}/worksheets"), {"worksheet": "receiving-ladder", "client": ana.hex}
    ).path
    paths = [case, session, f"{session}/end", f"{session}/note", f"{session}/worksheets", given]
    before = {path: neutral(me.open(path).body) for path in paths}
    rows = {path: row_of(me.open(path)) for path in paths if not path.endswith("/worksheets")}
    opened = {path: neutral(me.open(href).body) for path, href in rows.items()}
    raised(me, own)
    with writing(site.work.engine) as db:
        fear_holds.record_fear_inquiry(
            db,
            site.work.vault,
            ana,
            None,
            sheet_place=SheetPlace.ROOM,
            therapy_session_id=None,
            now=datetime.now().astimezone(),
        )
    assert {path: neutral(me.open(path).body) for path in paths} == before
    assert {path: neutral(me.open(href).body) for path, href in rows.items()} == opened
    assert all("show nothing about either of the two" in me.open(href).text for href in rows.values())
    # The control: it stands on the person's own page, and on Today.
    assert ASKED in me.follow(me.open(f"/clients/{ana}"), ROW).text
    assert ASKED not in me.follow(me.open(f"/clients/{ben}"), ROW).text
    assert "Something to ask about" in me.open("/").text
