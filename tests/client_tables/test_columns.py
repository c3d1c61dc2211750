"""What a heading says of its column, and how dates are written."""

from datetime import date

import pytest

from clinic_toolkit.client_tables.columns import ClientColumn, guess_columns
from clinic_toolkit.client_tables.written_dates import find_order, has_two_readings, read_date
from clinic_toolkit.dates import DateOrder

C = ClientColumn


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (
            ["Last Name", "First Name", "Date of Birth", "Mobile Phone", "Email", "Address 1", "City", "Zip"],
            [C.LAST_NAME, C.FIRST_NAME, C.BIRTH_DATE, C.PHONE, C.EMAIL, C.ADDRESS, C.ADDRESS, C.ADDRESS],
        ),
        (["ClientFirstName", "client_last_name", "D.O.B."], [C.FIRST_NAME, C.LAST_NAME, C.BIRTH_DATE]),
        (["Vorname", "Nachname", "Geburtsdatum"], [C.FIRST_NAME, C.LAST_NAME, C.BIRTH_DATE]),
        (["Prénom", "Nom", "Date de naissance"], [C.FIRST_NAME, C.LAST_NAME, C.BIRTH_DATE]),
        (["Client Name", "First Name", "Last Name"], [C.LEAVE_OUT, C.FIRST_NAME, C.LAST_NAME]),
        (["Name", "Favourite colour", "Couple"], [C.NAME, C.NOTE, C.COUPLE]),
        (["Preferred Name", "Pronouns", "Referral Source"], [C.PREFERRED_NAME, C.PRONOUNS, C.REFERRER]),
        (["Email", "E-mail address"], [C.EMAIL, C.NOTE]),
        (["Phone", "Mobile"], [C.PHONE, C.PHONE]),
    ],
)
def test_columns_are_guessed_from_their_headings(headings: list[str], columns: list[ClientColumn]) -> None:
    assert list(guess_columns(headings)) == columns


@pytest.mark.parametrize(
    "written",
    ["1985-04-03", "03/04/1985", "3.4.1985", "3 April 1985", "Apr 3, 1985", "3-Apr-1985", "19850403",
     "April 3rd, 1985", "1985-04-03T00:00:00", "03/04/1985 0:00"],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(written: str) -> None:
    assert read_date(written, DateOrder.DAY_FIRST) == date(1985, 4, 3)


def test_the_order_decides_what_could_be_two_days() -> None:
    assert read_date("03/04/1985", DateOrder.MONTH_FIRST) == date(1985, 3, 4)
    assert read_date("1985-04-03", DateOrder.MONTH_FIRST) == date(1985, 4, 3)


@pytest.mark.parametrize("written", ["", "85", "3.4.85", "31.2.1985", "3 Foo 1985", "13/13/1985", "soon"])
def test_what_is_no_date_is_none(written: str) -> None:
    assert read_date(written, DateOrder.DAY_FIRST) is None


def test_a_column_says_its_order_where_one_date_can_be_read_in_one_way_only() -> None:
    assert find_order(["03/04/1985", "25/12/1990"]) == DateOrder.DAY_FIRST
    assert find_order(["03/04/1985", "12/25/1990"]) == DateOrder.MONTH_FIRST
    assert find_order(["03/04/1985", "1990-12-25"]) is None
    assert find_order(["25/12/1990", "12/25/1990", "31/01/1991"]) == DateOrder.DAY_FIRST
    assert has_two_readings(["03/04/1985"]) and not has_two_readings(["04/04/1985", "25/12/1990"])
