"""Hours that come by themselves, by the pages; and the days on which the practice is closed."""

import re
from datetime import date, timedelta

import pytest

from clinic_toolkit.record.people import cases
from clinic_toolkit.record.scheduling import series
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW
from tests.fixtures.repeating import weekly
from tests.fixtures.sites import Site
from tests.journeys.intake import couple, day, enter, named, take_in, today
from tests.journeys.pages import Page
from tests.journeys.person import Person


@pytest.fixture
def client(me: Person) -> Page:
    """The page of a client with whom there was no session yet."""
    return take_in(me, "Ines Falk")


def begin(me: Person, client: Page, ahead: int = 0, **typed: str | None) -> Page:
    """Begin hours that repeat every week, so many days from today."""
    page = me.follow(client, "Hours that repeat")
    return me.send(page, {"first_on": day(ahead), "start": "23:10", "minutes": "40"} | typed)


def short(ahead: int) -> str:
    """A day as lists show it."""
    on = today() + timedelta(days=ahead)
    return f"{on:%a} {on.day} {on:%b}"


def test_an_hour_of_today_is_started_from_today_and_from_the_clients_page(me: Person, client: Page) -> None:
    begun = begin(me, client)
    assert "23:10, 40 minutes" in begun.text and short(7) in begun.text
    page = me.open("/")
    assert "I. F." in page.text and "23:10" in page.text
    before = me.follow(page, "Before this hour")
    assert "23:10 · I. F." in before.text and "There is no earlier note." in before.text
    assert me.follow(before, "On paper").status == 200
    assert day(7) in me.open("/before").source
    hour = me.follow(page, "Start the session I. F.")
    assert "/hours/0" in hour.path and "repeats every" in hour.text
    session = me.press(me.open(client.path), "Start the session of 23:10")
    assert session.path.startswith("/sessions/") and "This session is open." in session.text
    assert "One of hours that repeat" in session.text
    # It is there once, and its address as an hour leads to the session.
    assert me.open(hour.path).path == session.path
    assert me.open(before.path).path == session.path
    assert named(me.open("/")) == ["I. F.", "I. F."], "the open session, and the hour of the next week"
    assert "Start the session of" not in me.open(client.path).text


def test_an_hour_is_moved_and_the_others_stay(me: Person, client: Page) -> None:
    begun = begin(me, client, 7)
    hour = me.follow(begun, f"Show {_long(7)}")
    page = me.follow(hour, "Move this hour")
    moved = me.send(page, {"on": day(9), "start": "08:00", "end": "08:40"})
    assert f"Planned for {_weekday(7)} {_long(7)} in hours that repeat" in moved.text
    assert "08:00–08:40" in moved.text
    listed = me.open(begun.path.partition("?")[0])
    coming = listed.text.partition("Coming")[2].partition("Moved, opened or held")[0]
    assert short(14) in coming and short(7) not in coming


def test_an_hour_is_left_out_and_taken_back(me: Person, client: Page) -> None:
    begun = begin(me, client, 7)
    hour = me.follow(begun, f"Show {_long(7)}")
    left = me.press(hour, "Leave this hour out")
    assert "Left out" in left.text
    page = me.open(hour.path)
    assert "This hour is left out." in page.text
    back = me.press(page, "Let it take place after all")
    assert "Left out" not in back.text and short(7) in back.text


def test_a_past_hour_is_said_how_it_went(site: Site, me: Person, client: Page) -> None:
    with writing(site.work.engine) as db:
        (case,) = cases.list_cases(db, site.work.vault)
        body = weekly(case, first_on=today() - timedelta(days=3), zone="")
        series.begin_series(db, site.work.vault, case, body, now=NOW)
    page = me.open("/")
    assert "attendance not entered" in page.text
    hour = me.follow(page, "Finish I. F.")
    edit = me.press(hour, "Say how it went")
    assert edit.path.endswith("/edit")
    done = me.send(edit, {"attendance": "came"})
    assert done.path.startswith("/sessions/") and done.status == 200
    assert "no note yet" in me.open("/").text
    assert "attendance not entered" not in me.open("/").text


def test_a_change_from_a_day_on_and_an_end(me: Person, client: Page) -> None:
    begun = begin(me, client, 7)
    place = begun.path.partition("?")[0]
    changed = me.send(me.open(f"{place}/change"), {"first_on": day(14), "start": "21:00"})
    assert "21:00, 40 minutes" in changed.text and short(14) in changed.text
    old = me.open(place)
    assert short(7) in old.text and short(14) not in old.text
    ended = me.send(me.open(f"{changed.path.partition('?')[0]}/end"), {"last_on": day(14)})
    assert short(14) in ended.text and short(21) not in ended.text
    # What was seen in an older version is not ended from there.
    page = me.open(f"{changed.path.partition('?')[0]}/end")
    me.send(page, {"last_on": day(28)})
    again = me.send(page, {"last_on": day(35)})
    assert again.status == 409


def test_all_hours_are_taken_out_as_long_as_none_was_held(me: Person, client: Page) -> None:
    begun = begin(me, client, 0)
    end = me.open(f"{begun.path.partition('?')[0]}/end")
    gone = me.press(end, "Take out all of its hours")
    assert "Ended before its first hour" in gone.text and "Coming" not in gone.text
    assert "I. F." not in me.open("/").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_on": day(-1)}, "This day is past."),
        ({"last_on": day(3)}, "The end is before the beginning."),
        ({"minutes": "0"}, "Write whole minutes from 1 to 480."),
        ({"minutes": "-50"}, "Write whole minutes from 1 to 480."),
        ({"minutes": ""}, "Write how many minutes it takes."),
        ({"start": "25:00"}, "Write the time with hours and minutes"),
        ({"clock": "client"}, "Write the client’s time zone"),
        ({"client_zone": "Nowhere/Here"}, "No time zone of this name is known here."),
        ({"present": None}, "Choose who is expected."),
        ({"first_on": "9999-12-31"}, "That is many years ahead."),
        ({"first_on": day(7), "last_on": "9999-12-31"}, "Leave this empty"),
    ],
)
def test_what_cannot_be_is_said_at_its_place(
    me: Person, client: Page, typed: dict[str, str | None], sentence: str
) -> None:
    page = begin(me, client, 7, **typed)
    assert page.status == 422 and sentence in page.text


def test_ten_years_are_asked_about_and_then_taken(me: Person, client: Page) -> None:
    until = f"{today().year + 10}-01-15"
    page = begin(me, client, 7, last_on=until)
    assert page.status == 422 and "Is it meant?" in page.text
    taken = me.send(page, {"first_on": day(7), "last_on-meant": until})
    assert taken.status == 200 and "Coming" in taken.text


def test_a_client_elsewhere_has_both_local_times(me: Person, client: Page) -> None:
    zone = "Pacific/Kiritimati"
    begun = begin(me, client, 7, start="10:00", client_zone="kiritimati", setting="telehealth")
    assert "in Kiritimati" in begun.text
    hour = me.follow(begun, f"Show {_long(7)}")
    assert re.search(r"\d\d:\d\d in Kiritimati", hour.text)
    session = me.press(hour, "Open it as a session")
    assert re.search(r"\d\d:\d\d in Kiritimati", session.text)
    edit = me.follow(session, "Edit the session details")
    assert edit.typed("client_zone") == zone


def test_closed_days_mark_the_hours_and_leave_them_out_at_a_press(me: Person, client: Page) -> None:
    begun = begin(me, client, 7)
    enter(me, me.follow(client, "Add a past or planned session"), 8, attendance="planned")
    page = me.follow(me.open("/practice"), "When the practice is closed")
    closed = me.send(page, {"first_on": day(6), "last_on": day(9), "words": "Summer holiday"})
    assert closed.text.count("I. F.") >= 2 and "closed: Summer holiday" in closed.text
    assert "closed: Summer holiday" in me.open(begun.path.partition("?")[0]).text
    after = me.press(closed, "Leave out the one that repeats")
    assert after.text.count("closed: Summer holiday") == 1
    gone = me.press(after, "We are open on these days after all")
    assert "Summer holiday" not in gone.text
    wrong = me.send(me.open(page.path), {"first_on": day(6), "last_on": day(5)})
    assert wrong.status == 422 and "The last day is before the first." in wrong.text


def test_a_couple_has_hours_of_its_own(me: Person) -> None:
    page = couple(me, "Yara Koch", "Zeno Blum")
    begin(me, page, 0)
    assert "Y. K. and Z. B." in me.open("/").text
    assert "Start the session of 23:10" in me.open(page.path).text
    alone = me.follow(me.open("/clients"), "Yara Koch")
    assert "23:10" not in alone.text, "a partner's own page says nothing of the couple's hours"


def test_an_hour_that_is_none_is_not_there(me: Person, client: Page) -> None:
    begun = begin(me, client, 7).path.partition("?")[0]
    for place in ("hours/1", "hours/999999999", "hours/1/move"):
        assert me.open(f"{begun}/{place}").status == 404
    assert me.open(f"{begun}/hours/0").status == 200


def _on(ahead: int) -> date:
    return today() + timedelta(days=ahead)


def _long(ahead: int) -> str:
    return f"{_on(ahead).day} {_on(ahead):%B %Y}"


def _weekday(ahead: int) -> str:
    return f"{_on(ahead):%A}"
