"""Initials on a client’s page; clients and people told apart, asked about, joined; the wrong one noticed."""

import json
import re

import pytest

from tests.fixtures.sites import Site
from tests.journeys import steps
from tests.journeys.intake import named, take_in
from tests.journeys.person import Person
from tests.journeys.test_handover import comes_back
from tests.journeys.test_safety import raised


@pytest.mark.parametrize(
    ("name", "code", "shown"),
    [("Suharto", "", "S."), ("王小明", "", "王."), ("Dr. Ana Reyes", "", "A. R."),
     ("Ana Reyes (new)", "", "A. R."),
     ("Ana Reyes", "K17", "K17"), ("B7", "", "B7")],
)  # fmt: skip
def test_initials_are_proposed_or_written_and_stand_where_the_name_does_not(
    me: Person, name: str, code: str, shown: str
) -> None:
    page = take_in(me, name, code=code)
    assert f"Initials {shown}" in page.text
    assert me.follow(page, "Edit details").typed("code") == shown
    me.press(me.open(page.path), "Start a session now")
    today = me.open("/")
    assert shown in named(today) and (name == shown or name not in today.text)


def test_initials_are_proposed_while_the_name_is_typed(me: Person) -> None:
    """The script of the page says what its save answers; without script they are made when it is sent."""

    def proposed(name: str, code: str = "") -> str:
        page = me.open("/clients/new")
        sent = page.form("name").standing() | {"name": name, "code": code}
        return str(json.loads(me.post(page.path, sent, {"X-Autosave": "1"}).body)["proposed"])

    assert proposed("Ana Reyes").endswith(" A. R.")
    assert proposed("王小明").endswith(" 王.") and proposed("Dr. Ana Reyes").endswith(" A. R.")
    assert proposed("Ana Reyes", "K7") == proposed("  ") == ""
    take_in(me, "Abel Ross")
    assert proposed("Ana Reyes").endswith(" A. R. 2")
    assert "data-proposed" in me.open("/clients/new").source


def test_initials_left_empty_are_made_anew(me: Person) -> None:
    page = take_in(me, "Ana Reyes", code="K17")
    changed = me.send(me.follow(page, "Edit details"), {"name": "Cy Moss", "code": ""})
    assert "Initials C. M." in changed.text


def test_saving_nothing_new_makes_no_version(me: Person) -> None:
    page = take_in(me, "Ana Reyes")
    edit = me.open(f"{page.path}/edit")
    assert me.press(edit, "Save the details").path == page.path
    assert me.open(f"{page.path}/edit").typed("version") == edit.typed("version") == "1"


def test_a_second_client_of_the_same_name_is_asked_about_first(me: Person) -> None:
    first = take_in(me, "Ana Reyes", birth_date="1984-02-29")
    page = me.send(me.open("/clients/new"), {"name": "ana réyes", "phone": "555 0101", "address": "1 Quay"})
    assert page.status == 409 and "Is this the same person?" in page.text
    assert "There is already Ana Reyes" in page.text and "born 29 February 1984" in page.text
    typed = {"name": "ana réyes", "phone": "555 0101", "address": "1 Quay"}
    assert {name: page.typed(name) for name in typed} == typed
    assert named(me.open("/clients")) == ["Ana Reyes"]
    assert me.follow(page, "Ana Reyes").path == first.path
    # Another name is another question: what was answered is about those who were shown.
    other = take_in(me, "Ben Ode")
    again = me.send(page, {"name": "Ben Ode"}, by="name")
    assert again.status == 409 and "Ben Ode" in again.text and other.path in again.source
    made = me.press(page, "This is somebody else: add")
    assert made.path.startswith("/clients/") and made.path != first.path
    assert sorted(named(me.open("/clients"))) == ["Ana Reyes (A. R.)", "Ben Ode", "ana réyes (A. R. 2)"]
    # Sent once more it leads to what it made.
    assert me.press(page, "This is somebody else: add").path == made.path


def test_a_name_that_is_changed_to_that_of_another_is_asked_about_too(me: Person) -> None:
    take_in(me, "Ana Reyes")
    ben = take_in(me, "Ben Ode")
    page = me.send(me.follow(ben, "Edit details"), {"name": "Ana Reyes", "phone": "1"})
    assert page.status == 409 and page.typed("phone") == "1"
    assert me.press(page, "This is somebody else: save").path == ben.path
    # What was answered is not asked again when something else is changed.
    assert me.send(me.open(f"{ben.path}/edit"), {"phone": "2"}).path == ben.path


def test_two_alike_are_told_apart_in_every_choice(me: Person) -> None:
    take_in(me, "Ana Reyes")
    page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    me.press(page, "This is somebody else: add")
    for path in ("/couples/new", "/audit"):
        source = me.open(path).source
        assert "Ana Reyes (A. R.)" in source and "Ana Reyes (A. R. 2)" in source, path


def test_what_tells_two_alike_apart_stands_in_the_list_and_beside_a_joined_entry(me: Person) -> None:
    first = take_in(me, "Ana Reyes", birth_date="1980-05-03")
    take_in(me, "Alan Ross")
    take_in(me, "Ben Ode")
    page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    assert "born 3 May 1980" in page.text
    second = me.press(page, "This is somebody else")
    listed = me.open("/clients")
    assert listed.text.count("born 3 May 1980") == 1
    assert len(re.findall(r"added on \d+ \w+ \d{4}", listed.text)) == 2, "of Ben Ode there is one alone"
    choice = me.follow(second, "Join with another entry")
    assert "born 3 May 1980" in choice.source
    joined = me.send(choice, {"other": first.path.rpartition("/")[2].replace("-", "")})
    assert re.search(r"Joined here: Ana Reyes \(A\. R\.( \d)?\), added on \d+ \w+ \d{4}\.", joined.text)


def test_two_entries_of_one_client_are_joined_in_one_act_and_taken_apart(me: Person) -> None:
    ana = take_in(me, "Ana Reyes")
    session = me.press(ana, "Start a session now")
    again = take_in(me, "Anna Reyes", phone="555 0101", leave_message="no")
    me.send(me.follow(again, "Add a person"), {"word": "Kit", "frame": "friend"})
    page = me.follow(me.open(again.path), "Join with another entry")
    assert me.send(page, {"other": ""}, by="other").status == 422
    joined = me.send(page, {"other": page.form("other").options["other"][1]})
    assert (
        joined.path == ana.path
        and "Kit" in joined.text
        and "Joined here: Anna Reyes (A. R. 2), added on" in joined.text
    )
    assert named(me.open("/clients")) == ["Ana Reyes"]
    assert named(me.send(me.open("/clients"), {"words": "0101"})) == ["Ana Reyes"]
    there = me.open(again.path)
    assert "Everything of both is shown under" in there.text and "555 0101" in there.text
    assert "please leave none" in there.text and "may be left" in me.open(ana.path).text
    assert me.follow(there, "Go to the joined entry").path == ana.path
    # The people of both can be chosen in a session of either.
    assert "Kit" in me.open(f"{session.path}/questionnaire").text
    audit = me.open("/audit")
    assert "Joined two entries of one client" in audit.text
    apart = me.press(there, "Take the two apart")
    assert apart.path == again.path and "Kit" in apart.text
    assert "Kit" not in me.open(ana.path).text
    assert named(me.open("/clients")) == ["Ana Reyes", "Anna Reyes"]


def test_two_who_cannot_be_one_are_not_joined(me: Person) -> None:
    ana, ben = take_in(me, "Ana Reyes"), take_in(me, "Ben Ode")
    page = me.open("/couples/new")
    first, second = page.form("first").options["first"][1:3]
    me.send(page, {"first": first, "second": second})
    refused = me.open(f"{ana.path}/join")
    refused = me.send(refused, {"other": ben.path.rpartition("/")[2].replace("-", "")})
    assert refused.status == 422 and "the two people of a couple" in refused.error("other")


def test_a_second_person_of_the_same_word_is_asked_about_and_told_apart(me: Person) -> None:
    client = take_in(me)
    first = me.send(me.follow(client, "Add a person"), {"word": "My brother", "frame": "sibling"})
    page = me.send(me.open(f"{client.path}/relationships/new"), {"word": "my  Brother", "frame": "sibling"})
    assert page.status == 409 and "There is already" in page.text and page.typed("word") == "my Brother"
    second = me.press(page, "This is somebody else: add")
    assert second.path != first.path
    assert "my Brother 2" in me.open(client.path).text
    source = me.open(f"{client.path}/risk-entries/new").source
    assert "my Brother 2" in source


def test_two_entries_of_one_person_are_joined_and_taken_apart(me: Person) -> None:
    client = take_in(me)
    first = me.send(me.follow(client, "Add a person"), {"word": "Mum", "frame": "parent"})
    second = me.send(me.open(f"{client.path}/relationships/new"), {"word": "Mother", "frame": "parent"})
    page = me.follow(second, "Join with another entry")
    done = me.send(page, {"other": page.form("other").options["other"][1]})
    assert done.path == first.path and "Joined here: Mother, added on" in done.text
    assert "Mother" not in me.open(client.path).text
    there = me.open(second.path)
    assert "Everything of both is shown under Mum" in there.text
    assert me.open(f"{second.path}/over-time").path == f"{first.path}/over-time"
    assert "Join with another entry" in me.press(there, "Take the two apart").text


def test_someone_new_in_a_form_is_not_named_twice(me: Person) -> None:
    client = take_in(me)
    me.send(me.follow(client, "Add a person"), {"word": "Mum", "frame": "parent"})
    session = me.press(me.open(client.path), "Start a session now")
    page = me.send(
        me.open(f"{session.path}/questionnaire"),
        {"instrument": "giving", "about": "new", "word": "mum", "frame": "parent"},
    )
    assert page.status == 422 and "named already" in page.error("word")
    assert page.typed("word") == "mum"


@pytest.mark.parametrize("sheet", ["questionnaire", "paper-form"])
def test_a_name_typed_for_someone_new_is_not_dropped(me: Person, sheet: str) -> None:
    """The form would be about the other one, and the name be in no record."""
    client = take_in(me)
    me.send(me.follow(client, "Add a person"), {"word": "Mum", "frame": "parent"})
    session = me.press(me.open(client.path), "Start a session now")
    ask = me.follow(session, "Enter a paper form" if sheet == "paper-form" else "Begin a questionnaire")
    mum = ask.form("about").values("about")[0]
    for about in (mum, "general"):
        page = me.send(ask, {"about": about, "word": "Sam"})
        assert page.status == 422 and "You wrote “Sam” for someone new" in page.error("word")
        assert page.typed("word") == "Sam" and page.typed("about") == about
    # The word of the person who is chosen contradicts nothing.
    assert not me.send(ask, {"about": mum, "word": "mum"}).error("word")


def test_name_initials_and_day_stand_above_each_button_that_writes_or_hands_over(me: Person) -> None:
    client = take_in(me, "Ana Reyes")
    session = me.press(client, "Start a session now")
    note = me.send(me.open(f"{session.path}/note"), {"section-data": "Came.", "sign": "yes"})
    form = me.follow(steps.begin(me, session.path), "Hand")
    entry = me.open(f"{client.path}/risk-entries/new")
    for page, button in ((note, "Sign this note"), (form, "Hand over now"), (entry, "Write this entry")):
        before = page.text.partition(button)[0]
        assert "Ana Reyes (A. R.) ·" in before[-400:], button


def test_they_stand_above_the_one_button_of_a_prompt_too(me: Person) -> None:
    session = me.press(take_in(me, "Ana Reyes"), "Start a session now")
    page = me.follow(raised(me, session.path), "Say what was done")
    before, _, after = page.source.partition("Save what was done</button>")
    assert "Ana Reyes (A. R.)" in before[-400:] and "Save" not in after.partition("</form>")[0]
    assert before.index("With a few lines") < before.rindex("</details>"), "the folded lines are above it"


def test_two_alike_are_told_apart_on_every_page_of_a_session(me: Person) -> None:
    """The client's page, the session's path and heading, before the end, at the edit, in the signed note."""
    take_in(me, "Ana Reyes")
    page = me.send(me.open("/clients/new"), {"name": "Aná Reyes"})
    second = me.press(page, "This is somebody else: add")
    told_apart = "Aná Reyes (A. R. 2)"
    session = me.press(second, "Start a session now")
    assert session.text.count(told_apart) == 2 and "present:" not in session.text
    assert told_apart in me.open(f"{session.path}/edit").text
    assert told_apart in me.open(f"{session.path}/end").text
    assert told_apart in me.open(f"{second.path}/relationships/new").text
    assert told_apart in me.open(f"{second.path}/risk-entries").text
    result = me.open(f"{steps.place(steps.begin(me, session.path))}/result")
    assert f"How {told_apart} gives to M." in result.text
    note = me.open(f"{session.path}/note")
    assert told_apart in note.text
    reading = me.send(note, {"section-data": "We spoke.", "sign": "yes"})
    assert told_apart in reading.text
    assert f"{told_apart} ›" in me.follow(me.open(f"{session.path}/note"), "Copy as plain text").text
    signed = me.send(reading, {"read": "yes"})
    assert "Signed by" in signed.text and f"{told_apart} ›" in signed.text
    # What is signed is the name alone.
    assert "Aná Reyes · Session" in signed.text


def test_a_returned_form_says_which_of_two_alike_gave_it(site: Site, me: Person) -> None:
    take_in(me, "Ana Reyes")
    page = me.send(me.open("/clients/new"), {"name": "Ana Reyes"})
    second = me.press(page, "This is somebody else: add")
    session = me.press(second, "Start a session now")
    page = steps.begin(me, session.path)
    me.press(me.follow(page, "Hand it to the client"), "Hand over now")
    assert "Ana Reyes (A. R. 2) ·" in comes_back(site, me).text
