"""Where the practice is: how dates and times are written, and what stands at the head of its papers."""

import re
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from clinic_toolkit.journal import records
from clinic_toolkit.record.people import crisis_lines, practice
from clinic_toolkit.record.writing import signature_facts
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.forms.countries import COUNTRIES
from tests.fixtures.sites import Site
from tests.journeys.intake import enter, take_in, today
from tests.journeys.pages import Page
from tests.journeys.person import Person

ADDRESS = "12 Quay Street\nGalway\n091 555 0100"


@pytest.fixture
def place(me: Person) -> Page:
    """The page of the letterhead and the place."""
    return me.follow(me.open("/practice"), "Letterhead and place")


def american() -> str:
    """Today, month first."""
    on = today()
    return f"{on:%B} {on.day}, {on.year}"


def european() -> str:
    """Today, day first."""
    on = today()
    return f"{on.day} {on:%B %Y}"


def at_two(me: Person) -> Page:
    """A session of today, from two in the afternoon."""
    adding = me.follow(take_in(me, "Lea Moor"), "Add a past or planned session")
    return enter(me, adding, start="14:00", end="14:50")


def test_dates_and_times_follow_the_choice_at_the_next_page(me: Person, place: Page) -> None:
    assert "As is usual in Ireland: 22 November 2026" in place.text
    assert "As is usual in Ireland: 14:05" in place.text
    assert european() in me.open("/").text
    me.send(place, {"date_order": "month_first", "clock": "12"})
    assert american() in me.open("/").text and european() not in me.open("/").text
    session = enter(
        me, me.follow(take_in(me, "Lea Moor"), "Add a past or planned session"), start="14:00", end="14:50"
    )
    assert "2:00 pm" in session.text
    # A field of a form holds a time as browsers do, whatever the style.
    edit = me.follow(session, "Edit the session details")
    assert edit.typed("start") == "14:00"
    saved = me.send(edit, {"place": "Room 2"})
    assert "2:00 pm" in saved.text
    me.send(me.open("/practice/place"), {"date_order": "year_first", "clock": "24"})
    assert today().isoformat() in me.open("/").text


def test_a_signed_note_keeps_the_style_and_the_head_that_it_was_signed_with(me: Person, place: Page) -> None:
    session = enter(
        me, me.follow(take_in(me, "Lea Moor"), "Add a past or planned session"), start="14:00", end="14:50"
    )
    note = me.send(me.open(f"{session.path}/note"), {"section-data": "Came on time.", "sign": "yes"})
    signed = me.send(note, {"read": "yes"})
    assert european() in signed.text and "14:00" in signed.text
    before = me.open(signed.path).text
    me.send(place, {"date_order": "month_first", "clock": "12", "address": ADDRESS})
    assert american() in me.open(session.path).text, "the control: the page of the session follows"
    assert me.open(signed.path).text == before
    plain = me.open(f"{signed.path}/text").source.partition("<textarea")[2].partition("</textarea>")[0]
    assert european() in plain and american() not in plain


def test_the_address_is_signed_with_the_note(site: Site, me: Person, place: Page) -> None:
    me.send(place, {"address": f"  {ADDRESS}\n\n ", "licence_line": "Licence 123-A"})
    session = at_two(me)
    note = me.send(me.open(f"{session.path}/note"), {"section-data": "Came on time.", "sign": "yes"})
    me.send(note, {"read": "yes"})
    with reading(site.work.engine) as db:
        (signed,) = records.list_all_records(db, site.work.vault, CLINICAL_NOTE)
        settings = practice.load_practice_settings(db, site.work.vault)
        assert settings.payload.address == ADDRESS
    facts = signature_facts.facts_of_signed_note(signed)
    assert (facts.letterhead.address, facts.letterhead.licence_line) == (ADDRESS, "Licence 123-A")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"address": "\n".join("abcdefg")}, "Write at most 6 lines."),
        ({"address": "x" * 401}, "This is 1 character too long"),
        ({"licence_line": "x" * 161}, "This is 1 character too long"),
        ({"clock": "13"}, "Choose one of these."),
        ({"date_order": ""}, "Choose one of these."),
    ],
)
def test_what_cannot_be_is_said_at_its_place(
    me: Person, place: Page, typed: dict[str, str], sentence: str
) -> None:
    page = me.send(place, typed)
    assert page.status == 422 and sentence in page.text


def test_what_another_window_saved_is_not_overwritten(me: Person, place: Page) -> None:
    me.send(place, {"licence_line": "Licence 1"})
    assert me.send(place, {"licence_line": "Licence 2"}).status == 409
    assert me.open("/practice/place").typed("licence_line") == "Licence 1"


def test_a_crisis_line_is_suggested_and_can_be_edited_afterwards(site: Site, me: Person, place: Page) -> None:
    assert "Samaritans: 116 123" in place.text and "Check it before use" in place.text
    assert "Crisis line 116 123, emergency 112" in place.text, "what the practice has stands beside it"
    settings = me.press(place, "Use this in place of yours")
    assert (settings.typed("crisis_text") or "").startswith("Samaritans: 116 123, day and night.")
    me.send(settings, {"crisis_text": "Ring me first."})
    assert "Ring me first." in me.open("/practice/place").text


def test_where_nothing_is_known_nothing_is_suggested(me: Person, place: Page) -> None:
    me.send(me.open("/practice"), {"country": "IT"})
    page = me.open(place.path)
    assert "There is no suggestion for your country yet." in page.text
    assert "Use this in place of yours" not in page.text
    token = page.form("address").standing()["csrf_token"]
    assert me.post("/practice/place/crisis-line", {"csrf_token": token}).status == 404


def test_the_table_of_crisis_lines_names_known_countries_once_with_a_source_and_a_day() -> None:
    table = crisis_lines.load_crisis_lines()
    countries = [line.country for line in table.lines]
    assert len(set(countries)) == len(countries) and set(countries) <= set(COUNTRIES)
    for line in table.lines:
        assert all((line.name, line.hours, line.emergency)), line
        assert sum(letter.isdigit() for letter in line.number) >= 3, line
        assert re.fullmatch(r"[\w.-]+\.\w{2,}/\S+", line.source), line.source
        assert len(line.text) <= 500
    assert table.read_on >= date(2026, 12, 1)


def picture(*, size: tuple[int, int] = (120, 40)) -> BytesIO:
    """The file of a logo."""
    held = BytesIO()
    Image.new("RGB", size, (12, 90, 120)).save(held, "PNG")
    held.seek(0)
    return held


def test_a_logo_is_kept_shown_printed_and_removed(site: Site, me: Person, place: Page) -> None:
    session = enter(me, me.follow(take_in(me, "Lea Moor"), "Add a past or planned session"))
    without = me.open(f"{session.path}/summary?framed=1", **{"Sec-Fetch-Dest": "iframe"}).body
    answer = site.post("/practice/place/logo", {"logo": (picture(), "private name.png")})
    assert answer.status_code == 303
    page = me.open("/practice/place")
    assert 'src="data:image/png;base64,' in page.source and "private name" not in page.source
    with_logo = me.open(f"{session.path}/summary?framed=1", **{"Sec-Fetch-Dest": "iframe"}).body
    assert b"/Subtype /Image" in with_logo and b"/Subtype /Image" not in without
    gone = me.press(page, "Remove the logo")
    assert "data:image/png" not in gone.source
    assert "Kept a logo of the practice" in me.open("/audit").text


def test_a_file_that_is_no_logo_is_refused_at_its_field(site: Site, me: Person, place: Page) -> None:
    for data, status, sentence in (
        (b"%PDF-1.7", 422, "no PNG or JPEG picture"),
        (bytes(1_000_001), 422, "larger than 1 MB"),
        (bytes(2**20), 413, "larger than 1 MB"),
    ):
        answer = site.post("/practice/place/logo", {"logo": (BytesIO(data), "logo.png")})
        assert answer.status_code == status and sentence in answer.text
    answer = site.post("/practice/place/logo", {})
    assert answer.status_code == 422 and "Choose a picture first." in answer.text
    assert "Remove the logo" not in me.open("/practice/place").text
