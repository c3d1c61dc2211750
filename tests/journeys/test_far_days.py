"""A day far away is asked back on its page; nothing that was typed is lost, and one tick is enough."""

from tests.fixtures.sites import Site
from tests.journeys.intake import day, take_in, today
from tests.journeys.pages import Page
from tests.journeys.person import Person


def asked_back(me: Person, page: Page, typed: dict[str, str | None], name: str, words: str) -> Page:
    """Send it, be asked, add the tick and nothing else, and send it again."""
    asked = me.send(page, typed)
    assert asked.status == 422, asked.text
    assert f"{words} Is it meant?" in asked.error(name)
    kept = {field: value for field, value in typed.items() if asked.typed(field) is not None}
    assert {field: asked.typed(field) for field in kept} == kept
    refused = me.send(asked, {name: typed[name]})
    assert refused.status == 422, "the tick is needed"
    return me.send(asked, {name: typed[name], f"{name}-meant": typed[name]})


def test_a_session_in_another_century(me: Person) -> None:
    client = take_in(me)
    year = today().year
    typed = {"on": f"{year + 200}-11-22", "attendance": "planned", "place": "Room 2", "present": None}
    page = asked_back(
        me, me.follow(client, "Add a past or planned session"), typed, "on", "That is in 200 years."
    )
    assert page.status == 200 and str(year + 200) in page.text
    # What is kept is not asked about once more.
    edit = me.open(f"{page.path}/edit")
    assert "is meant" not in edit.text
    assert me.send(edit, {"place": "Room 3"}).status == 200


def test_a_birth_date_and_a_next_check(me: Person, session: str) -> None:
    year = today().year
    born = f"{year - 110}-06-01"
    page = asked_back(me, me.open("/clients/new"), {"name": "Ana", "birth_date": born}, "birth_date", "ago.")
    assert page.status == 200 and page.path.startswith("/clients/")
    entry = me.open(f"{session}/risk-entries/new")
    typed: dict[str, str | None] = {"did": "Rang the clinic.", "next_check": f"{year + 200}-01-05"}
    done = asked_back(me, entry, typed, "next_check", "years.")
    assert done.status == 200


def test_the_tick_stays_where_something_else_is_wrong(me: Person) -> None:
    client = take_in(me)
    on = f"{today().year + 200}-11-22"
    page = me.send(
        me.follow(client, "Add a past or planned session"),
        {"on": on, "attendance": "planned", "present": None},
    )
    page = me.send(page, {"on-meant": on, "start": "10:00", "end": "09:00"})
    assert page.error("end") and not page.error("on")
    assert page.typed("on-meant") == on
    assert me.submit(page, page.form("on"), {"end": "10:50"}).status == 200


def test_a_search_by_a_far_day_asks_nothing(site: Site, me: Person) -> None:
    page = me.send(me.open("/audit"), {"day": "1926-01-01"})
    assert page.status == 200 and "Is it meant?" not in page.text


def test_a_likely_day_is_not_asked_about(me: Person) -> None:
    page = me.send(me.open("/clients/new"), {"name": "Ana", "birth_date": "1961-02-03"})
    assert page.status == 200
    session = me.send(
        me.follow(page, "Add a past or planned session"), {"on": day(-800), "attendance": "came"}
    )
    assert session.status == 200
