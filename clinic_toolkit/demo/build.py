"""Builds the demo practice: every act of six months, in order of time, in one transaction."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from clinic_toolkit.demo import consent_acts, content_reader
from clinic_toolkit.demo import content as made_up
from clinic_toolkit.demo.acts import DemoState, Step
from clinic_toolkit.demo.content import Content
from clinic_toolkit.demo.schedule import schedule_session
from clinic_toolkit.demo.session_acts import SessionScript
from clinic_toolkit.instruments import loader
from clinic_toolkit.record.people import cases, clients, practice_access, relationships
from clinic_toolkit.record.people.client_record import Carer, Client
from clinic_toolkit.record.people.clinician_record import Clinician
from clinic_toolkit.record.people.practice_record import PracticeSettings, RecordRole
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.vault.vault import Vault

_OWN_QUESTIONNAIRE_FILE = Path(__file__).with_name("resting.toml")


def build_demo_practice(engine: Engine, *, now: datetime, content: Content | None = None) -> Vault:
    """Create the demo practice in a new, empty store and return its open vault.

    Either all of it is stored or nothing. It takes a few seconds, one of them for deriving the key from the
    passphrase, which is in `content.practice` and is no secret.

    Raises:
        demo.content_reader.ContentError: the files of the demo are damaged.
        vault.identity.AlreadySetUp: the store holds a practice already.
    """
    content = content or content_reader.read_content()
    steps = sorted(_all_steps(content, now), key=lambda step: step.at)
    settings, clinician = demo_settings(content.practice), demo_clinician(content.practice)
    with writing(engine) as db:
        vault, _ = practice_access.create_practice(
            db,
            settings,
            clinician,
            passphrase=content.practice.passphrase,
            now=steps[0].at - timedelta(hours=2),
        )
        state = DemoState(db=db, vault=vault)
        for step in steps:
            step.act(state, min(step.at, now))
    return vault


def demo_settings(spec: made_up.Practice) -> PracticeSettings:
    """The settings of the demo."""
    return PracticeSettings(
        country=spec.country,
        record_role=RecordRole.FULL,
        practice_name=spec.practice_name,
        crisis_text=spec.crisis_text,
        limits_text=spec.limits_text,
        is_demo=True,
    )


def demo_clinician(spec: made_up.Practice) -> Clinician:
    """The clinician of the demo. The recovery sheet counts as proved, because nobody needs to keep one."""
    return Clinician(name=spec.clinician_name, return_code=spec.return_code, recovery_sheet_proved=True)


def _all_steps(content: Content, now: datetime) -> Iterator[Step]:
    single_sessions = {name: _single_sessions(name, content, now) for name in content.clients}
    couple_sessions = {name: _couple_sessions(name, content, now) for name in content.couples}
    for name, client in content.clients.items():
        client_sessions = [
            session
            for session in [*single_sessions[name], *chain(*couple_sessions.values())]
            if name in session.client_names
        ]
        first_planned = min(session.planned_at for session in client_sessions)
        yield Step(at=first_planned - timedelta(minutes=30), act=partial(_add_client, name, client))
        yield from _relationship_steps(name, client, single_sessions[name])
        if client.archived_after_days is not None:
            last_end = max(session.span.end for session in client_sessions)
            yield Step(
                at=last_end + timedelta(days=client.archived_after_days), act=partial(_archive_client, name)
            )
    for name, couple in content.couples.items():
        opened_at = min(session.planned_at for session in couple_sessions[name]) - timedelta(minutes=10)
        yield Step(at=opened_at, act=partial(_open_couple, name, couple))
    for session in chain(*single_sessions.values(), *couple_sessions.values()):
        yield from session.steps()
    first_session_planned = min(
        session.planned_at for session in chain(*single_sessions.values(), *couple_sessions.values())
    )
    yield Step(at=first_session_planned - timedelta(minutes=45), act=_add_own_questionnaire)


def _single_sessions(name: str, content: Content, now: datetime) -> list[SessionScript]:
    client = content.clients[name]
    relationship_specs = {relationship.key: relationship for relationship in client.relationships}
    return [
        SessionScript(
            spec=session,
            usual=client.usual,
            case=name,
            client_names=(name,),
            relationship_specs=relationship_specs,
            span=schedule_session(session, client.usual, now=now),
        )
        for session in client.sessions
    ]


def _couple_sessions(name: str, content: Content, now: datetime) -> list[SessionScript]:
    couple = content.couples[name]
    return [
        SessionScript(
            spec=session,
            usual=couple.usual,
            case=name,
            client_names=couple.partners,
            relationship_specs={},
            span=schedule_session(session, couple.usual, now=now),
        )
        for session in couple.sessions
    ]


def _relationship_steps(name: str, spec: made_up.Client, sessions: list[SessionScript]) -> Iterator[Step]:
    """The steps that add, in the first session held, the relationships that no questionnaire is about."""
    used_keys = {questionnaire.about for session in sessions for questionnaire in session.spec.questionnaires}
    session_ends = [session.span.end for session in sessions if session.spec.took_place]
    for relationship in spec.relationships:
        if relationship.key not in used_keys:
            yield Step(
                at=min(session_ends) - timedelta(minutes=4),
                act=partial(_add_relationship, name, relationship),
            )


def _add_own_questionnaire(state: DemoState, now: datetime) -> None:
    """Add a questionnaire of the practice's own: the worked example of the documentation."""
    instrument = loader.read_instrument_file(_OWN_QUESTIONNAIRE_FILE, own=True)
    own_questionnaires.add_questionnaire(
        state.db,
        state.vault,
        instrument,
        _OWN_QUESTIONNAIRE_FILE.read_bytes(),
        _OWN_QUESTIONNAIRE_FILE.name,
        now=now,
    )


def _add_client(name: str, spec: made_up.Client, state: DemoState, now: datetime) -> None:
    payload = Client(
        name=spec.name,
        preferred_name=spec.preferred_name,
        pronouns=spec.pronouns,
        language=spec.language,
        referrer=spec.referrer,
        carers=tuple(
            Carer(who=each.who, role=each.role, phone=each.phone, may_contact=each.may_contact)
            for each in spec.carers
        ),
        birth_date=spec.birth_date,
        phone=spec.phone,
        email=spec.email,
        address=spec.address,
        reach_note=spec.reach_note,
        leave_message=spec.leave_message,
        emergency_name=spec.emergency_name,
        emergency_phone=spec.emergency_phone,
        emergency_relation=spec.emergency_relation,
    )
    client = clients.create_client(state.db, state.vault, payload, now=now)
    state.clients[name] = client
    state.cases[name] = cases.load_single_case(state.db, state.vault, client.id)
    consent_acts.record_answers(name, spec.agrees_to, state, is_declined=False, now=now)
    consent_acts.record_answers(name, spec.declines, state, is_declined=True, now=now)


def _archive_client(name: str, state: DemoState, now: datetime) -> None:
    state.clients[name] = clients.archive_client(state.db, state.vault, state.clients[name], now=now)


def _add_relationship(name: str, spec: made_up.Relationship, state: DemoState, now: datetime) -> None:
    state.relationships[name, spec.key] = relationships.create_relationship(
        state.db, state.vault, state.clients[name].id, word=spec.word, frame=spec.frame, now=now
    )


def _open_couple(name: str, spec: made_up.Couple, state: DemoState, now: datetime) -> None:
    first, second = (state.clients[partner].id for partner in spec.partners)
    state.cases[name] = cases.create_couple_case(state.db, state.vault, first, second, now=now)
    consent_acts.record_policy(name, spec.policy, state, now=now)
