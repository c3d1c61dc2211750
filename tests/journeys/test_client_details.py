"""What is kept of a client beside name and telephone: what they are called, their time, who else cares."""

import pytest

from clinic_toolkit.web.forms.carers import MOST_CARERS, NEEDS_NAME
from clinic_toolkit.web.forms.time_zones import UNKNOWN_ZONE, find_time_zone
from tests.fixtures.sites import Site
from tests.journeys.intake import named, take_in
from tests.journeys.person import Person


def test_every_new_detail_is_kept_and_shown(me: Person) -> None:
    details = {
        "name": "Robert Quayle", "preferred_name": "Bo", "pronouns": "they/them", "language": "Manx",
        "referrer": "Dr Nell", "carer1_who": "Dr Petra Holm", "carer1_role": "GP",
        "carer1_phone": "555 0142", "carer1_may_contact": "yes",
    }  # fmt: skip
    page = take_in(me, **details, time_zone="new york")
    for words in ("they/them", "Manx", "America/New York", "Dr Nell", "Dr Petra Holm", "I may contact them"):
        assert words in page.text
    edit = me.follow(page, "Edit details")
    assert {name: edit.typed(name) for name in details} == details
    assert edit.typed("time_zone") == "America/New_York"


def test_the_preferred_name_stands_where_the_client_may_read_along(me: Person) -> None:
    client = take_in(me, "Robert Quayle", preferred_name="Bo")
    session = me.press(client, "Start a session now")
    assert "Bo" in session.text and "Robert" not in session.text
    assert "Robert Quayle" in client.text and client.source.count("<h1>Bo</h1>") == 1
    # The list and what is signed keep the name, and both find the client.
    assert named(me.open("/clients")) == ["Robert Quayle"] and "called Bo" in me.open("/clients").text
    for words in ("bo", "quayle"):
        assert named(me.send(me.open("/clients"), {"words": words})) == ["Robert Quayle"]
    assert "Robert Quayle" in me.press(me.open(session.path + "/note"), "Read it through and sign").text


def test_two_who_are_called_the_same_are_told_apart(me: Person) -> None:
    page = take_in(me, "Robert Quayle", preferred_name="Bo")
    assert "<h1>Bo</h1>" in page.source
    take_in(me, "Bo", code="B7")
    assert "<h1>Bo (R. Q.)</h1>" in me.open(page.path).source


def test_there_is_room_for_one_more_carer_and_an_emptied_one_is_gone(me: Person) -> None:
    page = take_in(me, "Ana Reyes", carer1_who="Dr Holm")
    edit = me.follow(page, "Edit details")
    assert "carer2_who" in edit.source and "carer3_who" not in edit.source
    page = me.send(edit, {"carer2_who": "Ines", "carer2_role": "sister", "carer2_may_contact": "no"})
    assert "Ines" in page.text and "not to be contacted" in page.text
    page = me.send(me.follow(page, "Edit details"), {"carer1_who": "", "carer1_may_contact": "ask"})
    assert "Holm" not in page.text and "Ines" in page.text
    assert me.follow(page, "Edit details").typed("carer1_who") == "Ines"


def test_no_more_carers_are_offered_than_there_is_room_for(site: Site, me: Person) -> None:
    page = take_in(me, "Ana Reyes", carer1_who="Carer 1")
    for number in range(2, MOST_CARERS + 1):
        page = me.send(me.follow(page, "Edit details"), {f"carer{number}_who": f"Carer {number}"})
    edit = me.follow(page, "Edit details")
    assert f"carer{MOST_CARERS}_who" in edit.source and f"carer{MOST_CARERS + 1}_who" not in edit.source
    assert "room for one more" not in edit.text and f"Carer {MOST_CARERS}" in page.text


@pytest.mark.parametrize("field", ["role", "phone"])
def test_a_carer_without_a_name_is_said_at_its_place(me: Person, field: str) -> None:
    page = me.send(me.open("/clients/new"), {"name": "Ana", f"carer1_{field}": "555 0101"})
    assert page.status == 422 and page.error("carer1_who").endswith(NEEDS_NAME)
    assert page.typed(f"carer1_{field}") == "555 0101" and not named(me.open("/clients"))


@pytest.mark.parametrize("typed", ["Atlantis", "../../etc/passwd", "Europe/", "GMT+25", "w" * 80])
def test_a_time_zone_that_is_none_is_shown_again(me: Person, typed: str) -> None:
    page = me.send(me.open("/clients/new"), {"name": "Ana", "time_zone": typed})
    assert page.status == 422 and page.error("time_zone") and page.typed("time_zone") == typed


def test_a_city_names_its_zone() -> None:
    cities = {"lisbon": "Europe/Lisbon", "São Paulo": "America/Sao_Paulo", "europe/berlin": "Europe/Berlin"}
    assert {city: find_time_zone(city) for city in cities} == cities
    assert find_time_zone("") == find_time_zone("Nowhere") == ""
    assert UNKNOWN_ZONE.startswith("No time zone")


def test_what_another_window_saved_of_carers_is_named(me: Person) -> None:
    page = take_in(me, "Ana Reyes")
    first, second = me.follow(page, "Edit details"), me.follow(page, "Edit details")
    me.send(first, {"carer1_who": "Dr Holm", "carer1_role": "GP"})
    page = me.send(second, {"carer1_who": "Dr Lund"})
    assert page.status == 409 and "Dr Holm, GP, Not asked yet" in page.text
    assert page.typed("carer1_who") == "Dr Lund"
