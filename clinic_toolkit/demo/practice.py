"""Make the demo: every act of six months, in the order of time, in one transaction."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from clinic_toolkit.demo import content as made_up
from clinic_toolkit.demo.content import Content
from clinic_toolkit.demo.hours import Desk, Hour, Step
from clinic_toolkit.demo.weeks import span
from clinic_toolkit.instruments import loader
from clinic_toolkit.record import cases, clients, own_questionnaires, practice, relationships
from clinic_toolkit.record.clients import Client
from clinic_toolkit.store.engine import writing
from clinic_toolkit.vault.vault import Vault

_OWN = Path(__file__).with_name("resting.toml")


def build(engine: Engine, *, now: datetime, content: Content | None = None) -> Vault:
    """Make the demo practice in a new, empty store and return its open vault.

    Either all of it is there afterwards or nothing. It takes a few seconds, one of them for the
    passphrase, which stands in `content.practice` and is no secret.

    Raises:
        demo.content.ContentError: the files of the demo are damaged.
        vault.identity.AlreadySetUp: a practice lies here.
    """
    content = content or made_up.read()
    steps = sorted(_steps(content, now), key=lambda step: step.at)
    settings = settings_of(content.practice)
    with writing(engine) as db:
        vault, _ = practice.create(
            db, settings, passphrase=content.practice.passphrase, now=steps[0].at - timedelta(hours=2)
        )
        desk = Desk(db=db, vault=vault)
        for step in steps:
            step.act(desk, min(step.at, now))
    return vault


def settings_of(told: made_up.Practice) -> practice.Practice:
    """The settings of the demo. Its sheet counts as proved: nobody has to keep a way back into it."""
    return practice.Practice(
        country=told.country,
        record_kind="full",
        practice_name=told.practice_name,
        clinician_name=told.clinician_name,
        crisis_text=told.crisis_text,
        limits_text=told.limits_text,
        return_code=told.return_code,
        sheet_proved=True,
        demo=True,
    )


def _steps(content: Content, now: datetime) -> Iterator[Step]:
    hours = {name: _own_hours(name, content, now) for name in content.clients}
    joint = {name: _joint_hours(name, content, now) for name in content.couples}
    for name, told in content.clients.items():
        theirs = [hour for hour in [*hours[name], *chain(*joint.values())] if name in hour.who]
        first = min(hour.planned_at for hour in theirs)
        yield Step(at=first - timedelta(minutes=30), act=partial(_add, name, told))
        yield from _named(name, told, hours[name])
        if told.archived_after_days is not None:
            last = max(hour.span.end for hour in theirs)
            yield Step(at=last + timedelta(days=told.archived_after_days), act=partial(_archive, name))
    for name, couple in content.couples.items():
        opened = min(hour.planned_at for hour in joint[name]) - timedelta(minutes=10)
        yield Step(at=opened, act=partial(_open_couple, name, couple.partners))
    for hour in chain(*hours.values(), *joint.values()):
        yield from hour.steps()
    began = min(hour.planned_at for hour in chain(*hours.values(), *joint.values()))
    yield Step(at=began - timedelta(minutes=45), act=_take_in)


def _own_hours(name: str, content: Content, now: datetime) -> list[Hour]:
    client = content.clients[name]
    words = {one.key: one for one in client.relationships}
    return [
        Hour(
            told=told,
            usual=client.usual,
            case=name,
            who=(name,),
            words=words,
            span=span(told, client.usual, now=now),
        )
        for told in client.hours
    ]


def _joint_hours(name: str, content: Content, now: datetime) -> list[Hour]:
    couple = content.couples[name]
    return [
        Hour(
            told=told,
            usual=couple.usual,
            case=name,
            who=couple.partners,
            words={},
            span=span(told, couple.usual, now=now),
        )
        for told in couple.hours
    ]


def _named(name: str, told: made_up.Client, hours: list[Hour]) -> Iterator[Step]:
    """Relationships that no questionnaire asks about are named when they are first spoken of."""
    asked = {given.about for hour in hours for given in hour.told.questionnaires}
    held = [hour.span.end for hour in hours if hour.told.took_place]
    for one in told.relationships:
        if one.key not in asked:
            yield Step(at=min(held) - timedelta(minutes=4), act=partial(_name, name, one))


def _take_in(desk: Desk, now: datetime) -> None:
    """A questionnaire of the practice's own: the worked example of the documentation."""
    form = loader.load_instrument(_OWN, own=True)
    own_questionnaires.take_in(desk.db, desk.vault, form, _OWN.read_bytes(), _OWN.name, now=now)


def _add(name: str, told: made_up.Client, desk: Desk, now: datetime) -> None:
    body = Client(
        name=told.name,
        birth_date=told.birth_date,
        phone=told.phone,
        email=told.email,
        address=told.address,
        reach_note=told.reach_note,
        leave_message=told.leave_message,
        emergency_name=told.emergency_name,
        emergency_phone=told.emergency_phone,
        emergency_relation=told.emergency_relation,
    )
    kept = clients.add(desk.db, desk.vault, body, now=now)
    desk.clients[name] = kept
    desk.cases[name] = cases.single_of(desk.db, desk.vault, kept.id)


def _archive(name: str, desk: Desk, now: datetime) -> None:
    desk.clients[name] = clients.archive(desk.db, desk.vault, desk.clients[name], now=now)


def _name(name: str, told: made_up.Relationship, desk: Desk, now: datetime) -> None:
    desk.relationships[name, told.key] = relationships.add(
        desk.db, desk.vault, desk.clients[name].id, word=told.word, frame=told.frame, now=now
    )


def _open_couple(name: str, partners: tuple[str, str], desk: Desk, now: datetime) -> None:
    first, second = (desk.clients[one].id for one in partners)
    desk.cases[name] = cases.open_couple(desk.db, desk.vault, first, second, now=now)
