"""A day that is far away is asked back in every form that takes one, by one rule."""

import ast
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from werkzeug.datastructures import MultiDict
from wtforms import Form

from clinic_toolkit.web import forms
from clinic_toolkit.web.forms.date_fields import date_field, describe_distance

NOW = datetime(2026, 11, 22, 10, 0).astimezone()
TODAY = NOW.date()


class Sample(Form):
    """A day that is likely within five years before and two years after today."""

    on = date_field("Date", years_back=5, years_ahead=2)


@pytest.fixture(autouse=True)
def the_day() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


def sent(on: str, *meant: str, kept: date | None = None) -> Sample:
    form = Sample(MultiDict([("on", on), *(("on-meant", each) for each in meant)]), data={"on": kept})
    form.validate()
    return form


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2226-11-22", "That is in 200 years."),
        ("2029-11-22", "That is in 3 years."),
        ("1926-11-22", "That is 100 years ago."),
        ("1026-11-22", "That is 1000 years ago."),
        ("9999-12-31", "That is in 7973 years."),
    ],
)
def test_a_far_day_is_asked_back_and_taken_when_it_is_meant(on: str, said: str) -> None:
    form = sent(on)
    assert form.on.errors[0].startswith(f"{said} Is it meant?")
    assert form.on.page_values == {"on": on, "on-day": date.fromisoformat(on), "on-meant": "asked"}
    form = sent(on, on)
    assert not form.errors and form.on.data == date.fromisoformat(on)
    assert form.on.page_values["on-meant"] == "yes"


@pytest.mark.parametrize("days", [0, 1, -1, 700, -1800])
def test_a_likely_day_is_not_asked_about(days: int) -> None:
    form = sent((TODAY + timedelta(days=days)).isoformat())
    assert not form.errors and "on-meant" not in form.on.page_values


def test_the_tick_stands_for_one_day_only() -> None:
    assert "Is it meant?" in sent("2226-11-22", "2226-11-23").on.errors[0]


def test_a_day_that_is_kept_already_is_not_asked_about_again() -> None:
    assert not sent("1990-01-01", kept=date(1990, 1, 1)).errors
    assert sent("1990-01-02", kept=date(1990, 1, 1)).errors


@pytest.mark.parametrize("typed", ["22.11.2226", "2226-13-01", "next year"])
def test_what_is_no_day_stays_in_the_field(typed: str) -> None:
    form = sent(typed)
    assert form.errors["on"] == ["Write the day as year-month-day, for example 2026-11-22."]
    assert form.on.page_values == {"on": typed}


def test_how_far_is_said_in_years() -> None:
    assert describe_distance(date(2027, 11, 22), TODAY) == "in about a year"
    assert describe_distance(date(2024, 11, 22), TODAY) == "2 years ago"


def test_every_day_of_every_form_has_this_rule() -> None:
    made, others = 0, []
    for path in Path(forms.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                made += name in ("date_field", "date_fields.date_field")
                others += [f"{path.name}: {name}"] if name.endswith(("DateField", "DateTimeField")) else []
    assert made >= 6
    assert others == ["date_fields.py: _ConfirmedDateField"], "the one that the rule is made of"
