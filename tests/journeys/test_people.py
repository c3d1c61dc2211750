"""Couples, and the people a client names."""

from html import unescape

import pytest

from clinic_toolkit.instruments import catalogue
from tests.fixtures.sites import UNKNOWN, Site
from tests.journeys.intake import ODD, couple, named, take_in
from tests.journeys.person import Person


def test_a_couple_is_two_clients_with_a_page_of_their_own(me: Person) -> None:
    assert "Add both of them first" in me.open("/couples/new").text
    page = couple(me, "Ana Reyes", "Ben Ode")
    assert page.path.startswith("/cases/") and "No shared session yet." in page.text
    assert named(me.open("/clients")) == ["Ana Reyes", "Ben Ode", "Ana Reyes and Ben Ode"]
    ana = me.follow(page, "Ana Reyes")
    assert me.follow(ana, "Sessions with Ben Ode").path == page.path
    # Named the other way round it is still the same couple.
    again = me.open("/couples/new")
    first, second = again.form("first").options["first"][1:3]
    assert me.send(again, {"first": second, "second": first}).path == page.path
    me.press(ana, "Archive")
    assert "Ana Reyes and Ben Ode" in named(me.open("/clients"))
    me.press(me.follow(page, "Ben Ode"), "Archive")
    assert "Ana Reyes and Ben Ode" in named(me.open("/clients?archived=1"))


def test_a_couple_needs_two_different_clients(site: Site, me: Person) -> None:
    take_in(me, "Ana Reyes")
    take_in(me, "Ben Ode")
    page = me.open("/couples/new")
    ana = page.form("first").options["first"][1]
    same = me.send(page, {"first": ana, "second": ana})
    assert same.status == 422 and "two different clients" in same.error("second")
    assert same.typed("first") == ana
    none = me.send(page, {}, by="first")
    assert none.error("first") and none.error("second")
    for stranger in (UNKNOWN.hex, "x", "", "0" * 33):
        assert site.post("/couples/new", {"first": ana, "second": stranger}).status_code == 422


def test_the_case_of_one_person_is_that_persons_page(me: Person) -> None:
    page = take_in(me)
    case = me.follow(page, "Add a past or planned session").path.removesuffix("/sessions/new")
    assert me.open(case).path == page.path


def test_a_person_is_named_in_the_clients_own_word(me: Person) -> None:
    client = take_in(me)
    page = me.send(me.follow(client, "Add a person"), {"word": "Mamá", "frame": "parent"})
    assert page.path.startswith("/relationships/")
    assert catalogue.load_frame("parent").note in unescape(page.text)
    assert "Mamá" in me.follow(page, "Back to Ana Reyes").text
    changed = me.send(me.follow(page, "Change the word"), {"word": "M.", "frame": "friend"})
    assert changed.path == page.path and catalogue.load_frame("friend").label in changed.text


def test_every_kind_can_be_chosen_but_people_in_general(me: Person) -> None:
    page = me.follow(take_in(me), "Add a person")
    offered = page.form("frame").options["frame"][1:]
    assert offered == [frame.id for frame in catalogue.list_frames() if not frame.general]
    for number, frame in enumerate(offered):
        page = me.open(page.path)
        assert me.send(page, {"word": f"K. {number}", "frame": frame}).path.startswith("/relationships/")


def test_a_person_put_away_is_not_offered_until_taken_up_again(me: Person) -> None:
    client = take_in(me)
    page = me.send(me.follow(client, "Add a person"), {"word": "M.", "frame": "parent"})
    session = me.press(client, "Start a session now")
    assert len(me.open(f"{session.path}/questionnaire").form("about").values("about")) == 3
    away = me.press(page, "Archive")
    assert "not offered for new questionnaires" in away.text
    assert len(me.open(f"{session.path}/questionnaire").form("about").values("about")) == 2
    assert "archived" in me.open(client.path).text
    me.press(away, "Bring back")
    assert len(me.open(f"{session.path}/questionnaire").form("about").values("about")) == 3


@pytest.mark.parametrize("odd", ODD)
def test_odd_words_for_a_person_are_kept_as_text(me: Person, odd: str) -> None:
    typed, kept = ODD[odd]
    page = me.send(me.follow(take_in(me), "Add a person"), {"word": typed, "frame": "friend"})
    assert page.status == 200 and "<b>&</b>" not in page.source
    again = me.open(f"{page.path}/edit").typed("word")
    assert again == kept if kept is not None else (again or "").startswith("Ana ")


def test_a_person_needs_a_word_and_a_kind(me: Person) -> None:
    page = me.follow(take_in(me), "Add a person")
    nothing = me.send(page, {"word": " "})
    assert nothing.status == 422 and nothing.error("word") and nothing.error("frame")
    long = me.send(page, {"word": "w" * 61, "frame": "friend"})
    assert "1 character too long" in long.error("word")
    assert (long.typed("word"), long.typed("frame")) == ("w" * 61, "friend")
    for frame in ("general", "nobody", "../x"):
        wrong = me.send(page, {"word": "K.", "frame": frame})
        assert wrong.status == 422 and wrong.error("frame") and wrong.typed("word") == "K."


def test_two_windows_on_a_person_show_both_words(me: Person) -> None:
    page = me.send(me.follow(take_in(me), "Add a person"), {"word": "M.", "frame": "parent"})
    one, other = me.open(f"{page.path}/edit"), me.open(f"{page.path}/edit")
    me.send(one, {"word": "Mamá"})
    refused = me.send(other, {"word": "Mum"})
    assert (
        refused.status == 409
        and "The other window saved: Mamá, parent." in refused.text
        and refused.typed("word") == "Mum"
    )
    assert "Mum" in me.press(refused, "Save").text
