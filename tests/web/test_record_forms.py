"""A form that changes a record changes what it asks for and keeps every other field, also one added later."""

import types
import typing
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wtforms import Form

from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.web.forms.clients import ClientDetailsForm
from clinic_toolkit.web.forms.practice import PracticeForm, setting_values
from clinic_toolkit.web.forms.sessions import SessionForm
from tests.fixtures.practices import NOW, at_work

TODAY = date(2026, 11, 20)
# Where the field of a form is not called as that of the record.
OTHER_NAMES = {("Clinician", "clinician_name"): "name"}


def some_value(kind: Any, name: str) -> Any:
    """A value of this type that no record begins with."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        kind = next(each for each in typing.get_args(kind) if each is not type(None))
        origin = typing.get_origin(kind)
    if origin is tuple:
        return (some_value(typing.get_args(kind)[0], name),)
    if issubclass(kind, StrEnum):
        return list(kind)[-1]
    if issubclass(kind, msgspec.Struct):
        return filled(kind)
    values: dict[type, Any] = {str: f"stored {name}", bytes: b"\x01" * 16, bool: True, int: 7}
    days: dict[type, Any] = {
        date: date(1980, 5, 3),
        time: time(9, 30),
        datetime: datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    }
    return (values | days)[kind]


def filled(record: type[Any]) -> Any:
    """A record in which each field differs from what it begins with."""
    hints = typing.get_type_hints(record)
    made = record(**{name: some_value(hints[name], name) for name in record.__struct_fields__})
    for field in msgspec.structs.fields(record):
        assert getattr(made, field.name) != field.default, f"{field.name}: another value is needed here"
    return made


def client_form(current: Any) -> ClientDetailsForm:
    return ClientDetailsForm(None, today=TODAY, current=current)


def session_form(current: Any) -> SessionForm:
    return SessionForm.for_case((), {}, None, current, today=TODAY)


def practice_form(current: Any) -> PracticeForm:
    settings = current if isinstance(current, PracticeSettings) else filled(PracticeSettings)
    clinician = current if isinstance(current, Clinician) else filled(Clinician)
    return PracticeForm(data=setting_values(settings, clinician))


CASES: dict[type[Any], tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    Client: (client_form, lambda form, current: form.payload()),
    TherapySession: (session_form, lambda form, current: form.payload()),
    PracticeSettings: (practice_form, lambda form, current: form.practice(current)),
    Clinician: (practice_form, lambda form, current: form.clinician(current)),
}


@pytest.mark.parametrize("record", CASES)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(record: type[Any]) -> None:
    make_form, read_form = CASES[record]
    current = filled(record)
    assert read_form(make_form(current), current) == current


@pytest.mark.parametrize("record", CASES)
def test_every_field_is_taken_from_the_form_or_kept(record: type[Any]) -> None:
    make_form, read_form = CASES[record]
    current = filled(record)
    form = make_form(current)
    asked = dict(fields_asked_for(form, record))
    for form_name, name in asked.items():
        form[form_name].data = another_value(getattr(current, name))
    saved = read_form(form, current)
    changed = {name for name in record.__struct_fields__ if getattr(saved, name) != getattr(current, name)}
    assert changed == set(asked.values())


def fields_asked_for(form: Form, record: type[Any]) -> Iterable[tuple[str, str]]:
    """Each field of the form that is one of the record, by both of its names."""
    for form_name in form._fields:
        name = OTHER_NAMES.get((record.__name__, form_name), form_name)
        if name in record.__struct_fields__:
            yield form_name, name


def another_value(value: Any) -> Any:
    """What a form holds for another value than this one of a record."""
    if isinstance(value, StrEnum):
        return next(iter(type(value)))
    if isinstance(value, tuple):
        return ["02" * 16]
    others: dict[type, Any] = {str: "typed", date: date(1970, 1, 2), time: time(16, 45)}
    return others[type(value)]


def test_the_fields_of_each_form_are_known() -> None:
    """The control: what the test above goes through is not empty, and lacks what no form asks for."""
    asked = {
        record: set(dict(fields_asked_for(make_form(filled(record)), record)).values())
        for record, (make_form, _) in CASES.items()
    }
    # The carers are asked for by fields of their own names.
    asked[Client].add("carers")
    kept = {record.__name__: set(record.__struct_fields__) - asked[record] for record in CASES}
    assert kept == {
        "Client": {"joined_to_id"},
        "TherapySession": {
            "case_id_bytes",
            "agreed_for_next",
            "starts_at",
            "minutes",
            "zone",
            "series",
            "series_date",
            "task_answer",
            "task_said",
        },
        "PracticeSettings": {
            "is_demo",
            "note_format",
            "address",
            "licence_line",
            "date_order",
            "clock",
        },
        "Clinician": {"return_code", "recovery_sheet_proved", "recovery_sheet_made_on", "calendar_place"},
    }


def test_a_changed_relationship_keeps_what_its_form_does_not_ask_for(tmp_path: Path) -> None:
    work = at_work(tmp_path)
    client = work.client("Runa Falk")
    stored = filled(Relationship)
    with writing(work.engine) as db:
        made = relationships.create_relationship(
            db, work.vault, client.id, word="Elin", frame="friend", now=NOW
        )
        full = msgspec.structs.replace(made, payload=stored)
        saved = relationships.revise_relationship(
            db, work.vault, full, word="My friend", frame="colleague", now=NOW
        )
    assert saved.payload == msgspec.structs.replace(stored, word="My friend", frame="colleague")
