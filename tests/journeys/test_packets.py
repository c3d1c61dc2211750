"""Packets: the sheets of a session, of a day, or copies for a group, in one file; the hold is obeyed."""

from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from clinic_toolkit.documents import packet
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.web.screen_parts import jobs
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.practices import NOW
from tests.fixtures.sites import Site
from tests.fixtures.waiting import wait_for
from tests.journeys import steps
from tests.journeys.pages import Page
from tests.journeys.person import Person

LADDER, ACTING = catalogue.load_worksheet("receiving-ladder"), catalogue.load_worksheet("want-to-have-to")


def made(me: Person, page: Page) -> list[str]:
    """The pages of the packet that was asked for, once it is made."""
    wait_for(lambda: bool(me.open("/packet").paper))
    assert page.path == "/packet"
    return [each.extract_text() for each in PdfReader(BytesIO(steps.pdf_of(me.open("/packet")))).pages]


def give(me: Person, session: str, slug: str, **more: str) -> Page:
    return me.send(me.open(f"{session}/worksheets"), {"worksheet": slug, **more})


@pytest.fixture
def session(site: Site) -> str:
    """A session with a client who told of one person, asked about in private; sheets may go home."""
    client = site.work.client("Signe Tal")
    with writing(site.work.engine) as db:
        person = relationships.create_relationship(
            db, site.work.vault, client.id, word="Oda", frame="friend", now=NOW
        )
        fear_holds.record_fear_inquiry(
            db, site.work.vault, client.id, person.id, sheet_place=SheetPlace.HOME, therapy_session_id=None,
            now=datetime.now().astimezone(),
        )  # fmt: skip
    return f"/sessions/{site.work.session(client).id}"


def test_the_sheets_of_a_session_are_one_file_without_those_that_may_not_be_printed(
    site: Site, me: Person, session: str
) -> None:
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    give(me, session, LADDER.slug, sentence="A cup of tea.", about=about)
    give(me, session, ACTING.slug, about=about)
    both = made(me, me.press(me.open(session), "Print its sheets in one file"))
    assert LADDER.title in both[0] and "A cup of tea." in both[0]
    assert any(ACTING.title in text for text in both)
    assert not any("Signe" in text or "S. T." in text for text in both)
    risk = me.open(f"{session}/risk-entries/new")
    me.send(risk, {"fear": "room", "about": about, "did": "Asked alone."})
    held = made(me, me.press(me.open(session), "Print its sheets in one file"))
    assert LADDER.title in held[0], "paper to write on in the room"
    assert not any(ACTING.title in text for text in held)


def test_a_packet_is_let_go_of_if_one_of_its_sheets_may_not_be_printed_any_more(
    me: Person, session: str
) -> None:
    about = me.open(f"{session}/worksheets").form("about").options["about"][1]
    give(me, session, LADDER.slug, about=about)
    give(me, session, ACTING.slug, about=about)
    made(me, me.press(me.open(session), "Print its sheets in one file"))
    packet = me.open("/packet")
    assert packet.path == "/packet", "the control: it stays until then"
    risk = me.open(f"{session}/risk-entries/new")
    me.send(risk, {"fear": "room", "about": about, "did": "Asked alone."})
    refused = me.press(packet, "Save a copy as a file")
    assert refused.path == session and "There is no sheet to print here now." in refused.text
    assert me.open("/packet").path != "/packet", "it is not held any longer"


def test_where_nothing_may_be_printed_a_sentence_says_no_more_than_that(me: Person, session: str) -> None:
    page = me.open(session)
    assert "Print its sheets" not in page.text
    token = page.forms[0].standing()["csrf_token"] or ""
    refused = me.post(f"{session}/packet", {"csrf_token": token})
    assert refused.path == session and "There is no sheet to print here now." in refused.text


def test_the_sheets_of_a_day_lie_behind_a_separator_for_each_session(site: Site, me: Person) -> None:
    for name, words in (("Signe Tal", "One."), ("Tove Lyng", "Two.")):
        client = site.work.client(name)
        give(me, f"/sessions/{site.work.session(client).id}", LADDER.slug, sentence=words)
        me.press(me.open(f"/clients/{client.id}"), "Start a session now")
    pages = made(me, me.press(me.open("/"), "Print the sheets of today in one file"))
    separators = [at for at, text in enumerate(pages) if "stays with you" in text]
    assert len(separators) == 2 and separators[0] == 0
    assert {pages[at].split("·")[1].split()[0] for at in separators} == {"S.", "T."}
    for at, words in zip(separators, ("One.", "Two."), strict=True):
        assert words in pages[at + 1] and "S. T." not in pages[at + 1]


def test_copies_for_a_group_are_blank_and_as_many_as_asked_for(me: Person) -> None:
    page = me.follow(me.open(f"/worksheets/{LADDER.slug}"), "Copies for a group")
    for wrong in ("", "1", "41", "many"):
        refused = me.send(page, {"copies": wrong})
        assert refused.status == 422 and refused.error("copies")
    single = len(made(me, me.send(page, {"copies": "2"}))) // 2
    assert len(made(me, me.send(page, {"copies": "5"}))) == 5 * single


def test_a_sheet_that_acts_towards_somebody_has_no_copies_for_a_group(me: Person) -> None:
    page = me.follow(me.open(f"/worksheets/{ACTING.slug}"), "Copies for a group")
    assert "given to one client at a time" in page.text
    token = me.open("/worksheets/receiving-ladder/copies").form("copies").standing()["csrf_token"] or ""
    assert me.post(page.path, {"csrf_token": token, "copies": "5"}).status == 422
    assert me.open("/packet").path != "/packet", "none was made"


def test_a_packet_that_is_stopped_says_so(me: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> bytes:
        raise jobs.JobCancelled

    monkeypatch.setattr(packet, "render_packet", stopped)
    me.send(me.open(f"/worksheets/{LADDER.slug}/copies"), {"copies": "3"})
    wait_for(lambda: "was not made" in me.open("/packet").text)
    assert "This was stopped." in me.open("/packet").text
    assert me.follow(me.open("/packet"), "Back to the worksheet").path == f"/worksheets/{LADDER.slug}"
