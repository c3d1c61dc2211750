"""The clients of another program: a file chosen, its columns, its rows, who is added."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from clinic_toolkit.client_tables import table_reader
from clinic_toolkit.record.people import cases, client_intake, clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading
from tests.fixtures.sites import Site
from tests.journeys.intake import named, take_in
from tests.journeys.person import Person

START, COLUMNS, ROWS = "/clients/take-in", "/clients/take-in/columns", "/clients/take-in/rows"
FILE = """First Name,Last Name,DOB,Mobile Phone,Home Phone,Email,Address 1,City,Partner,Insurance
Ana,Reyes,25/12/1984,+44 20 7946 0018,-5,ana@example.org,1 Quay Street,Dublin,Ben Ode,=A1
Ben,Ode,03/04/1979,,,,,,,
Cy,Young,01/01/2015,,,,,,,
Di,Marsh,3.4.85,,,,,,,
"""


def choose(site: Site, text: str | bytes = FILE, name: str = "clients.csv") -> TestResponse:
    data = text.encode() if isinstance(text, str) else text
    return site.post(START, {"clients": (BytesIO(data), name)}, content_type="multipart/form-data")


def send_columns(site: Site, me: Person, **changed: str) -> TestResponse:
    page = me.open(COLUMNS)
    return site.post(COLUMNS, page.form("column-0").standing() | changed)


def stored(site: Site) -> dict[str, Client]:
    with reading(site.work.engine) as db:
        return {each.payload.name: each.payload for each in clients.list_clients(db, site.work.vault)}


def couples(site: Site) -> list[frozenset[UUID]]:
    with reading(site.work.engine) as db:
        found = cases.list_cases(db, site.work.vault)
    return [frozenset(case.payload.client_ids) for case in found if case.payload.is_couple]


def add(site: Site, *lines: int, **more: str) -> TestResponse:
    return site.post(ROWS, {"add": [str(line) for line in lines], **more})


def test_from_a_file_to_clients_with_every_wrong_row_at_its_place(site: Site, me: Person) -> None:
    page = me.follow(me.open("/clients"), "Add clients from another program")
    assert page.path == START
    assert choose(site).headers["Location"].endswith(COLUMNS)
    page = me.open(COLUMNS)
    assert page.typed("column-0") == "first_name" and page.typed("column-9") == "note"
    assert "Day first" in page.text
    assert send_columns(site, me).headers["Location"].endswith(ROWS)
    page = me.open(ROWS)
    assert "2 rows need another look" in page.text and stored(site) == {}
    assert "Line 4: Cy Young" in page.text
    assert "less than 18 years ago" in page.error("correct-4-birth_date")
    assert "year-month-day" in page.error("correct-5-birth_date")
    assert page.typed("correct-5-birth_date") == "3.4.85"
    page = me.send(page, {"correct-5-birth_date": "1985-04-03", "check": "yes"})
    assert "One row needs another look" in page.text
    answer = add(site, 2, 3, 4, 5, couple="2-3")
    assert answer.headers["Location"].endswith(ROWS)
    page = me.open(ROWS)
    assert "3 clients were added. 1 of the file are left." in page.text
    ana = stored(site)["Ana Reyes"]
    assert (ana.phone, ana.email) == ("+44 20 7946 0018", "ana@example.org")
    assert ana.birth_date is not None and ana.birth_date.isoformat() == "1984-12-25"
    assert ana.address == "1 Quay Street\nDublin"
    assert ana.earlier_record == "Home Phone: -5\nInsurance: =A1"
    assert sorted(stored(site)) == ["Ana Reyes", "Ben Ode", "Di Marsh"]
    assert len(couples(site)) == 1
    assert named(me.open("/clients"))[:3] == ["Ana Reyes", "Ben Ode", "Di Marsh"]
    shown = me.follow(me.open("/clients"), "Open Ana Reyes")
    assert "From an earlier record Home Phone: -5 Insurance: =A1" in shown.text
    edit = me.follow(shown, "Edit details")
    assert edit.typed("earlier_record") == ana.earlier_record


def test_sent_twice_nobody_and_no_couple_is_added_twice(site: Site, me: Person) -> None:
    choose(site)
    send_columns(site, me)
    add(site, 2, 3, couple="2-3")
    assert add(site, 2, 3, couple="2-3").status_code == 422
    assert sorted(stored(site)) == ["Ana Reyes", "Ben Ode"] and len(couples(site)) == 1


def test_after_a_save_that_failed_every_row_is_there_again(
    site: Site, me: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(site)
    send_columns(site, me)
    add_clients = client_intake.add_clients

    def add_and_fail(*given: Any, **more: Any) -> int:
        add_clients(*given, **more)
        raise RuntimeError

    with monkeypatch.context() as failing:
        failing.setattr(client_intake, "add_clients", add_and_fail)
        assert add(site, 2, 3).status_code == 500
    assert stored(site) == {} and "2 clients" in me.open(ROWS).text
    add(site, 2, 3)
    assert sorted(stored(site)) == ["Ana Reyes", "Ben Ode"]


def test_corrections_stay_while_the_columns_do(site: Site, me: Person) -> None:
    choose(site)
    send_columns(site, me)
    me.send(me.open(ROWS), {"correct-5-birth_date": "1985-04-03", "check": "yes"})
    send_columns(site, me)
    assert "One row needs another look" in me.open(ROWS).text
    send_columns(site, me, **{"column-9": "leave_out"})
    assert "2 rows need another look" in me.open(ROWS).text


def test_once_all_are_added_the_list_is_gone(site: Site, me: Person) -> None:
    choose(site, "Name,Town\nAna Reyes,Cork\nBen Ode,Bray\n")
    send_columns(site, me)
    page = me.open(add(site, 2, 3).headers["Location"])
    assert page.path == "/clients" and "2 clients were added." in page.text
    assert "Choose the file once more" in me.open(ROWS).text


def test_read_in_another_way_whoever_was_added_stays_out_of_the_list(site: Site, me: Person) -> None:
    choose(site, "Name,Town\nAna Reyes,Łódź\nZoë,Köln\n".encode("cp1250"))
    send_columns(site, me)
    add(site, 2)
    site.post(COLUMNS, {"encoding": "cp1250", "read_again": "yes"})
    boxes = [control.value for control in me.open(ROWS).form("add").controls if control.name == "add"]
    assert boxes == ["3"]


def test_who_may_be_there_already_is_not_ticked(site: Site, me: Person) -> None:
    take_in(me, "Ana Reyes")
    choose(site, "Name,Code\nana reyes,\nBen Ode,B7\nBen Ode,B8\nCy Young,C1\n")
    send_columns(site, me)
    page = me.open(ROWS)
    assert "There is already Ana Reyes" in page.text and "Line 4 has the same name" in page.text
    boxes = [control for control in page.form("add").controls if control.name == "add"]
    ticked = [box.value for box in boxes if box.checked]
    assert [box.value for box in boxes] == ["2", "3", "4", "5"]
    assert ticked == ["5"]
    assert add(site).status_code == 422


def test_a_code_that_is_taken_gets_a_number(site: Site, me: Person) -> None:
    take_in(me, "Anna Rye")
    choose(site, "Name,Town\nAna Reyes,Cork\nArlo Roe,Bray\n")
    send_columns(site, me)
    add(site, 2, 3)
    assert sorted(client.initials for client in stored(site).values()) == ["A. R.", "A. R. 2", "A. R. 3"]


def test_columns_without_a_name_or_with_one_thing_twice_are_asked_about(site: Site, me: Person) -> None:
    choose(site)
    answer = send_columns(site, me, **{"column-0": "note", "column-1": "email"})
    assert answer.status_code == 422
    assert "Say which column holds the name" in answer.text
    assert "is chosen for another column already" in answer.text


def test_what_a_client_is_called_and_who_sent_them_comes_along(site: Site, me: Person) -> None:
    choose(
        site, "Name,Preferred name,Pronouns,Language,Referred by\nAna Reyes,Annie,she/her,Spanish,Dr. Low\n"
    )
    send_columns(site, me)
    add(site, 2)
    ana = stored(site)["Ana Reyes"]
    assert (ana.preferred_name, ana.pronouns, ana.language, ana.referrer) == (
        "Annie",
        "she/her",
        "Spanish",
        "Dr. Low",
    )


def test_the_couple_of_three_is_left_to_a_person(site: Site, me: Person) -> None:
    choose(site, "Name,Couple\nAna,7\nBen,7\nCy,7\nDi,8\nEve,8\n")
    send_columns(site, me)
    page = me.open(ROWS)
    assert "The lines 2, 3, 4 have the same in the column for couples" in page.text
    assert "Di and Eve" in page.text


def test_a_row_with_a_cell_too_many_is_never_added(site: Site, me: Person) -> None:
    choose(site, "Name,Town\nAna,Dublin\nBen,Cork,Ireland\nCy,Bray\n")
    send_columns(site, me)
    assert "This row has 1 more cell than there are headings" in me.open(ROWS).text
    add(site, 2, 3)
    assert sorted(stored(site)) == ["Ana"]


def test_old_letters_can_be_read_in_another_way(site: Site, me: Person) -> None:
    choose(site, "Name,Town\nŁukasz Nowak,Łódź\nZoë,Köln\n".encode("cp1250"))
    page = me.open(COLUMNS)
    assert "Łukasz" not in page.text
    answer = site.post(COLUMNS, {"encoding": "cp1250", "read_again": "yes"})
    assert answer.status_code == 303 and "Łukasz" in me.open(COLUMNS).text
    answer = site.post(COLUMNS, {"encoding": "utf-8", "read_again": "yes"})
    assert answer.status_code == 422 and "not stored in that way" in answer.text


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"", 422, "This file is empty."),
        (b"PK\x03\x04", 422, "a spreadsheet program"),
        (b"x" * (table_reader.MAX_BYTES + 1), 413, "too large"),
    ],
)
def test_what_cannot_be_read_says_so_at_the_field(
    site: Site, data: bytes, status: int, sentence: str
) -> None:
    answer = choose(site, data)
    assert answer.status_code == status and sentence in answer.text and "Nothing was added." in answer.text


def test_without_a_list_its_pages_ask_for_the_file(site: Site, me: Person) -> None:
    for path in (COLUMNS, ROWS):
        assert "Choose the file once more" in me.open(path).text
    choose(site)
    assert "A list from clients.csv waits" in me.open(START).text
    me.press(me.open(START), "Leave the rest out")
    assert "Choose the file once more" in me.open(ROWS).text


def test_nothing_of_a_client_is_in_an_address_or_a_title(site: Site, me: Person) -> None:
    choose(site)
    send_columns(site, me)
    page = me.open(ROWS)
    add(site, 2)
    me.open(ROWS)
    assert not any("Reyes" in path or "Ana" in path for path in me.passed) and "Ana" not in page.title
