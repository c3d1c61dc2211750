"""A client's timeline: everything by month, and by kind, person and year; nothing of it in an address."""

import re

import pytest

from clinic_toolkit.web.screen_parts import timeline_lines
from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import day, enter, take_in
from tests.journeys.pages import Page
from tests.journeys.person import Person
from tests.journeys.test_same_bytes import neutral


def lines_of(page: Page) -> list[str]:
    """The first words of each line."""
    return re.findall(r"<strong><bdi>(.*?)</bdi>", page.source)


@pytest.fixture
def client(me: Person) -> Page:
    """A client with an hour long ago, and one of today with a note, a form about M. and a sheet."""
    client = take_in(me, "Ana Reyes")
    enter(me, me.follow(client, "Add a past or planned session"), -400, start="09:00", end="09:50")
    session = me.press(client, "Start a session now")
    page = me.follow(steps.begin(me, session.path), "first question")
    me.press(me.press(steps.give(me, page, 3), "Pause and hide"), "Stop here")
    me.send(me.open(session.path), {"agreed": "One clear answer."})
    me.send(me.open(session.path + "/note"), {"section-data": "We talked."})
    me.send(me.open(session.path + "/worksheets"), {"worksheet": "receiving-ladder"})
    return client


def timeline(me: Person, client: Page) -> Page:
    return me.follow(me.open(client.path), "Everything in order of time")


def test_everything_stands_by_its_month_and_leads_to_its_page(me: Person, client: Page) -> None:
    page = timeline(me, client)
    found = lines_of(page)
    assert len(found) == 5 and found[-1] == "Session, 09:00"
    assert {"Note"} <= set(found) and page.source.count("<h2>") == 2
    assert "Agreed: One clear answer." in page.text and "draft, not signed" in page.text
    assert [name for name in found if me.open(page.link(f"Open {name}")).status != 200] == []


def test_one_kind_is_chosen_by_a_code(me: Person, client: Page) -> None:
    page = timeline(me, client)
    kinds = page.form("kind").options["kind"]
    assert kinds == ["", "sessions", "notes", "questionnaires", "worksheets"]
    counts = [len(lines_of(me.open(f"{page.path}?kind={kind}"))) for kind in kinds]
    assert counts == [5, 2, 1, 1, 1]


def test_one_person_is_chosen_by_an_id_with_the_hours_in_which_it_was(me: Person, client: Page) -> None:
    me.send(me.follow(me.open(client.path), "Add a person"), {"word": "Oda", "frame": "friend"})
    page = timeline(me, client)
    everybody, *ids = page.form("kind").options["about"]
    assert everybody == "" and all(re.fullmatch(r"[0-9a-f]{32}", id) for id in ids)
    chosen, nobody = sorted((me.open(f"{page.path}?about={id}") for id in ids), key=lines_of, reverse=True)
    assert len(lines_of(chosen)) == 4 and "about M." in chosen.text and "09:00" not in chosen.text
    assert not lines_of(nobody) and "Nothing of this kind is there." in nobody.text
    assert me.follow(chosen, "Show everything").path == page.path


def test_what_an_address_asks_for_and_is_not_there_shows_everything(me: Person, client: Page) -> None:
    page = timeline(me, client)
    for wrong in ("kind=secrets", "about=M.", "about=" + "0" * 32, "year=1", "year=x", "kind=&about=&year="):
        assert len(lines_of(me.open(f"{page.path}?{wrong}"))) == 5, wrong


def test_of_many_entries_one_year_is_shown_at_a_time(
    me: Person, client: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Every year" in timeline(me, client).source
    monkeypatch.setattr(timeline_lines, "MANY_ENTRIES", 4)
    page = timeline(me, client)
    years = page.form("kind").options["year"]
    assert years == sorted(years, reverse=True) and years[0] == day()[:4] and "" not in years
    assert len(lines_of(page)) == 4 and "09:00" not in page.text
    assert lines_of(me.open(f"{page.path}?year={years[-1]}")) == ["Session, 09:00"]


def test_a_new_client_has_a_timeline_that_says_what_will_stand_there(me: Person) -> None:
    client = take_in(me, "Bela Ode")
    page = me.open(client.path + "/timeline")
    assert "Nothing has happened yet." in page.text and page.title.strip() == "Client · Clinic toolkit"


def test_nothing_of_a_client_is_in_an_address_and_no_risk_entry_is_shown(site: Site, me: Person) -> None:
    client = take_in(me, "Quillfeather")
    session = me.press(client, "Start a session now")
    me.send(me.open(f"{session.path}/risk-entries/new"), {"did": "Asked how the nights are."})
    page = me.open(client.path + "/timeline")
    assert "Asked how" not in page.text and "isk" not in page.text and len(lines_of(page)) == 1
    assert not any("Quill" in path for path in me.passed)


def test_risk_entries_stand_in_their_places_on_a_page_for_the_clinician_alone(
    me: Person, client: Page
) -> None:
    before = neutral(timeline(me, client).body)
    entry = me.send(me.open(f"{client.path}/risk-entries/new"), {"did": "Rang the clinic."})
    assert neutral(timeline(me, client).body) == before
    alone = me.follow(me.follow(entry, "All entries"), "In order of time, with everything else")
    assert "Rang the clinic." in alone.text and len(lines_of(alone)) == 6
    assert "only while you are alone" in alone.text and "For the clinician" not in alone.text
    kinds = alone.form("kind").options["kind"]
    assert kinds[-1] == "risk_entries"
    assert lines_of(me.open(f"{alone.path}?kind=risk_entries")) == ["Risk entry"]
    assert me.follow(alone, "Open Risk entry").path == entry.path
    # On the page that both may see, the kind is not known.
    assert len(lines_of(me.open(f"{client.path}/timeline?kind=risk_entries"))) == 5
