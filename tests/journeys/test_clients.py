"""Clients: taken in, found, changed, put away; and every refusal."""

import re

import pytest

from tests.fixtures.sites import UNKNOWN, Site
from tests.journeys.intake import ODD, named, take_in, today
from tests.journeys.person import Person

LINES = {
    "name": 80, "phone": 60, "email": 120,
    "emergency_name": 80, "emergency_phone": 60, "emergency_relation": 60,
}  # fmt: skip
TEXTS = {"address": 400, "reach_note": 500}


def years_ago(years: int) -> str:
    born = today()
    return born.replace(year=born.year - years, day=min(born.day, 28)).isoformat()


def test_a_practice_without_clients_says_what_to_do(me: Person) -> None:
    page = me.open("/clients")
    assert "No client yet. A code or initials are enough to begin." in page.text
    assert me.follow(page, "Add a client").path == "/clients/new"
    assert "No client is archived." in me.open("/clients?archived=1").text


def test_a_code_is_enough(me: Person) -> None:
    page = take_in(me, "B7")
    assert "B7" in page.text and "No session yet." in page.text and "Nobody named yet." in page.text
    assert named(me.open("/clients")) == ["B7"]


def test_everything_that_is_typed_is_kept(me: Person) -> None:
    details = {
        "name": "Ana Reyes", "birth_date": "1984-02-29", "phone": "+353 1 555 0101",
        "email": "ana@example.org", "address": "1 Quay Street\nDublin",
        "reach_note": "After six.", "leave_message": "no",
        "emergency_name": "Luis", "emergency_phone": "+353 1 555 0102", "emergency_relation": "brother",
    }  # fmt: skip
    page = take_in(me, **details)
    for words in ("29 February 1984", "1 Quay Street, Dublin", "After six.", "please leave none", "brother"):
        assert words in page.text
    edit = me.follow(page, "Edit details")
    assert {name: edit.typed(name) for name in details} == details


def test_nothing_of_a_client_is_in_the_address_or_the_title(me: Person) -> None:
    page = me.send(me.open(take_in(me, "Quillfeather").path.join(("", "/edit"))), {"phone": "555 0199"})
    me.send(me.open("/clients"), {"words": "Quillfeather"})
    assert not any("Quill" in path or "0199" in path for path in me.passed)
    assert page.title.strip() == "Client · Clinic toolkit"


def test_a_client_is_found_by_part_of_a_name_a_telephone_or_an_address(me: Person) -> None:
    take_in(me, "Zoë Adeyemi", phone="555 0101")
    take_in(me, "Ben Ode", email="ben@example.org")
    for words, found in {
        "zoe": ["Zoë Adeyemi"],
        "ADEY zo": ["Zoë Adeyemi"],
        "0101": ["Zoë Adeyemi"],
        "example.org": ["Ben Ode"],
        "B. O.": ["Ben Ode"],
        "e": ["Ben Ode", "Zoë Adeyemi"],
        "zoe ode": [],
    }.items():
        page = me.send(me.open("/clients"), {"words": words})
        assert re.fullmatch(r"/clients/find\?search=[0-9a-f]{16}", page.path)
        assert (named(page), page.typed("words")) == (found, words)
    assert "No name, telephone or e-mail has these words" in page.text
    assert me.follow(page, "All clients").path == "/clients"


@pytest.mark.parametrize("words", ["w" * 5000, *(typed for typed, _ in ODD.values())])
def test_any_words_can_be_looked_for(me: Person, words: str) -> None:
    take_in(me)
    page = me.send(me.open("/clients"), {"words": words})
    assert page.status == 200 and "<b>&</b>" not in page.source and "49" not in page.text


def test_looking_for_nothing_shows_everyone(me: Person) -> None:
    take_in(me)
    assert me.send(me.open("/clients"), {"words": " \u200b "}).status == 200
    assert me.send(me.open("/clients"), {"words": "  "}).path == "/clients"
    assert me.open("/clients/find").path == "/clients"


def test_what_was_found_is_found_again_until_the_lock_and_by_this_browser_alone(
    site: Site, me: Person
) -> None:
    take_in(me)
    take_in(me, "Ben Okoro")
    found = me.send(me.open("/clients"), {"words": "ana"})
    other = me.send(me.open("/clients"), {"words": "ben"})
    for page, name in ((found, "Ana Reyes"), (other, "Ben Okoro")):
        again = me.open(page.path)
        assert (again.path, named(again)) == (page.path, [name])
    assert me.open("/clients/find?search=0123456789abcdef").path == "/clients"
    site.app.worker.logins["known"].values.clear()
    assert me.open(found.path).path == "/clients"


@pytest.mark.parametrize("name", ["", "   ", "\x00\x1f", "\u200b\u2066\u2069", "\r\n"])
def test_a_client_needs_something_to_be_called_by(me: Person, name: str) -> None:
    page = me.send(me.open("/clients/new"), {"name": name, "phone": "555 0101", "leave_message": "yes"})
    assert page.status == 422
    assert page.error("name").endswith("Write a name. Initials or a code are enough.")
    assert (page.typed("phone"), page.typed("leave_message")) == ("555 0101", "yes")
    assert page.title.strip() == "Error: New client · Clinic toolkit"
    assert not named(me.open("/clients"))


def test_nobody_under_eighteen_is_taken_in_and_the_reason_stands_at_the_date(me: Person) -> None:
    page = me.send(
        me.open("/clients/new"), {"name": "", "birth_date": years_ago(17), "address": "1 Quay Street"}
    )
    assert page.status == 422
    assert "less than 18 years ago" in page.error("birth_date") and "adults" in page.error("birth_date")
    assert page.error("name")
    assert (page.typed("birth_date"), page.typed("address")) == (years_ago(17), "1 Quay Street")
    assert not named(me.open("/clients"))
    grown = me.send(
        me.open(take_in(me, birth_date=years_ago(18)).path + "/edit"), {"birth_date": years_ago(2)}
    )
    assert grown.status == 422 and "less than 18" in grown.error("birth_date")


@pytest.mark.parametrize("typed", ["yesterday", "1984-02-30", "29/02/1984", "0084-01-01", "2999-01-01", "🎂"])
def test_a_date_that_is_none_is_shown_again(me: Person, typed: str) -> None:
    page = me.send(me.open("/clients/new"), {"name": "Ana", "birth_date": typed})
    assert page.status == 422 and page.error("birth_date")
    assert (page.typed("birth_date"), page.typed("name")) == (typed, "Ana")


@pytest.mark.parametrize("field", [*LINES, *TEXTS])
def test_too_long_is_said_at_its_place_and_nothing_is_lost(me: Person, field: str) -> None:
    limit = (LINES | TEXTS)[field]
    whole = {"name": "Ana", field: "w" * (limit + 7)}
    page = me.send(me.open("/clients/new"), whole)
    assert page.status == 422
    assert f"This is 7 characters too long; it can hold {limit}." in page.error(field)
    assert {name: page.typed(name) for name in whole} == whole
    assert f'data-most="{limit}"' in page.source and "maxlength" not in page.source
    take_in(me, **({"name": "Ana"} | {field: "w" * limit}))


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_is_kept_as_text(me: Person, odd: str) -> None:
    typed, kept = ODD[odd]
    page = take_in(me, **dict.fromkeys([*LINES, *TEXTS], typed))
    assert "<b>&</b>" not in page.source and not re.search("[\x00-\x08\x0b-\x1f\x7f]", page.source)
    edit = me.open(f"{page.path}/edit")
    for field in (*LINES, *TEXTS):
        again = edit.typed(field) or ""
        if kept is None:
            assert again.startswith("Ana ") and again.isprintable()
        else:
            assert again == ("Ana\nReyes" if field in TEXTS and odd == "line ends" else kept)


def test_a_choice_that_is_not_on_the_page_is_not_taken(me: Person) -> None:
    page = me.send(me.open("/clients/new"), {"name": "Ana", "leave_message": "maybe"})
    assert page.status == 422 and page.error("leave_message") and page.typed("name") == "Ana"


def test_two_windows_do_not_overwrite_one_another(me: Person) -> None:
    path = take_in(me, phone="1", reach_note="After six.").path
    one = me.open(f"{path}/edit")
    other = me.open(f"{path}/edit")
    assert me.send(one, {"phone": "2", "leave_message": "yes"}).path == path
    # A mistake in the second window must not make it forget which version it shows.
    mistaken = me.send(other, {"phone": "3", "name": ""})
    assert mistaken.status == 422 and mistaken.typed("phone") == "3"
    refused = me.send(mistaken, {"name": "Ana R."})
    assert refused.status == 409 and "changed in another window" in refused.text
    assert "Telephone 2" in refused.text and "May I leave a message? Yes" in refused.text
    assert "After six" not in refused.text
    assert (refused.typed("phone"), refused.typed("name")) == ("3", "Ana R.")
    assert me.open(f"{path}/edit").typed("phone") == "2"
    assert me.press(refused, "Save the details").path == path
    assert me.open(f"{path}/edit").typed("phone") == "3"
    # Sending the same once more, as a second click does, is no conflict.
    assert me.press(refused, "Save the details").path == path


def test_archiving_takes_out_of_the_list_and_loses_nothing(me: Person) -> None:
    page = take_in(me)
    me.send(
        me.follow(page, "Add a past or planned session"), {"on": today().isoformat(), "attendance": "came"}
    )
    put_away = me.press(page, "Archive")
    assert "Archived: no longer in the list of clients. Nothing was deleted." in put_away.text
    everyone = me.open("/clients")
    assert named(everyone) == [] and "Every client is archived." in everyone.text
    assert named(me.follow(everyone, "Archived clients")) == ["Ana Reyes"]
    assert named(me.send(everyone, {"words": "ana"})) == ["Ana Reyes"]
    assert me.post(f"{page.path}/archive", {"csrf_token": page.typed("csrf_token") or ""}).status == 200
    back = me.press(put_away, "Bring back")
    assert "Archived" not in back.text and "Session" in back.text
    assert named(me.open("/clients")) == ["Ana Reyes"]


def test_a_page_of_a_client_without_a_questionnaire_has_no_trace_of_one(me: Person) -> None:
    page = take_in(me)
    session = me.press(page, "Start a session now")
    for text in (me.open(page.path).text, session.text.replace("Begin a questionnaire", "")):
        assert "uestionnaire" not in text.partition("Worksheets")[2]


def test_what_is_unknown_and_what_is_no_id_get_the_same_page(site: Site, me: Person) -> None:
    me.send(me.follow(take_in(me), "Add a person"), {"word": "M.", "frame": "parent"})
    nothing = site.get("/no-such-page")
    shown = (
        f"/clients/{UNKNOWN}", f"/clients/{UNKNOWN}/edit", f"/clients/{UNKNOWN}/relationships/new",
        f"/cases/{UNKNOWN}", f"/relationships/{UNKNOWN}", f"/relationships/{UNKNOWN}/edit", "/clients/1",
    )  # fmt: skip
    for path in shown:
        answer = site.get(path)
        assert (answer.status_code, answer.text) == (404, nothing.text), path
    for path in (
        f"/clients/{UNKNOWN}/archive", f"/clients/{UNKNOWN}/restore", f"/clients/{UNKNOWN}/edit",
        f"/clients/{UNKNOWN}/relationships/new", f"/relationships/{UNKNOWN}/put-away",
        f"/relationships/{UNKNOWN}/take-up", f"/relationships/{UNKNOWN}/edit",
    ):  # fmt: skip
        answer = site.post(path, {"name": "Ana", "word": "M.", "frame": "parent"})
        assert (answer.status_code, answer.text) == (404, nothing.text), path


def test_one_kind_of_record_is_not_opened_as_another(site: Site, me: Person) -> None:
    client = take_in(me).path.rpartition("/")[2]
    for path in (f"/cases/{client}", f"/relationships/{client}", f"/sessions/{client}"):
        assert site.get(path).status_code == 404


def test_nothing_is_changed_without_the_token_of_the_page(site: Site, me: Person) -> None:
    page = take_in(me)
    for path, fields in {
        "/clients/new": {"name": "Ben"},
        "/clients/find": {"words": "ana"},
        f"{page.path}/edit": {"name": "Ben", "version": "1"},
        f"{page.path}/archive": {},
        f"{page.path}/relationships/new": {"word": "M.", "frame": "parent"},
    }.items():
        assert site.post(path, fields, token=False).status_code == 422, path
    assert named(me.open("/clients")) == ["Ana Reyes"]
