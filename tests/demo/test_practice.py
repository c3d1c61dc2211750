"""The demo is a whole practice, and every rule of the record holds in it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from clinic_toolkit.demo import build as demo_practice
from clinic_toolkit.journal import records
from clinic_toolkit.psychometrics.fear_inquiry import INQUIRY_VALID_DAYS
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people import (
    cases,
    clients,
    clinician,
    consents,
    practice,
    practice_access,
    relationships,
    therapy_session_loader,
)
from clinic_toolkit.record.people.consent_record import CONSENT, CouplePolicy
from clinic_toolkit.record.people.therapy_session_record import (
    ATTENDANCE_LABELS,
    KIND_LABELS,
    SETTING_LABELS,
    THERAPY_SESSION,
    TherapySession,
)
from clinic_toolkit.record.questionnaires import administrations, answers, own_questionnaires
from clinic_toolkit.record.safety import fear_holds, risk_entries
from clinic_toolkit.record.writing import handouts, note_rendering, notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, PartSource
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.catalogue import load_worksheet
from tests.fixtures import audit_lines

from .conftest import NOW, Demo


def test_the_trail_holds_and_is_in_the_order_of_time(demo: Demo) -> None:
    with reading(demo.engine) as db:
        count = audit_lines.check(db, demo.vault)
        lines = audit_lines.lines(db, demo.vault, newest=count)
    times = [line.recorded_at for line in reversed(lines)]
    assert count > 500
    assert times == sorted(times)
    assert times[-1] <= NOW
    assert NOW - times[0] > timedelta(days=180)


def test_notes_are_genuine_and_only_the_last_days_are_unfinished(demo: Demo) -> None:
    with reading(demo.engine) as db:
        written = records.list_all_records(db, demo.vault, CLINICAL_NOTE)
        sessions = {kept.id: kept for kept in records.list_all_records(db, demo.vault, THERAPY_SESSION)}
        with_note = {kept.payload.therapy_session_id for kept in written}
        signed = [kept for kept in written if kept.final]
        drafts = [kept for kept in written if not kept.final]
    assert all(notes.has_valid_signature(demo.vault, kept) for kept in signed)
    assert len(signed) > 30 * len(drafts)
    assert len(drafts) == 2
    missing = [kept for kept in sessions.values() if kept.payload.took_place and kept.id not in with_note]
    assert len(missing) == 1
    for kept in [sessions[draft.payload.therapy_session_id] for draft in drafts] + missing:
        assert timedelta(0) < NOW.date() - kept.payload.on <= timedelta(days=7)


def test_people_are_adults_and_of_many_kinds(demo: Demo) -> None:
    with reading(demo.engine) as db:
        everyone = clients.list_clients(db, demo.vault)
        all_cases = cases.list_cases(db, demo.vault)
        named = {kept.id: relationships.list_relationships(db, demo.vault, kept.id) for kept in everyone}
        asked = {kept.id: administrations.list_administrations(db, demo.vault, kept.id) for kept in everyone}
    assert len(everyone) >= 12
    births = [kept.payload.birth_date for kept in everyone if kept.payload.birth_date]
    assert births and all(clients.age_on(birth, date(2026, 1, 1)) >= clients.ADULT_AGE for birth in births)
    assert [kept for kept in everyone if kept.state == "archived"]
    assert {"B7", "K. M."} <= {kept.payload.name for kept in everyone}
    assert any(case.payload.is_couple for case in all_cases)
    assert max(len(found) for found in named.values()) >= 3
    assert len([id for id, given in asked.items() if not given]) >= 2
    letters = "".join(kept.payload.name for kept in everyone)
    for script in ("é", "Ł", "ễ", "ő", "ر", "林"):
        assert script in letters


def test_sessions_are_of_every_kind(demo: Demo) -> None:
    with reading(demo.engine) as db:
        sessions = [kept.payload for kept in records.list_all_records(db, demo.vault, THERAPY_SESSION)]
    assert len(sessions) >= 90
    assert {body.attendance for body in sessions} == set(ATTENDANCE_LABELS)
    assert {body.kind for body in sessions} == set(KIND_LABELS)
    assert {body.setting for body in sessions} == set(SETTING_LABELS)
    assert any(body.setting == "telehealth" and body.call_back for body in sessions)
    assert any(body.others_present for body in sessions)
    assert sum(bool(body.agreed_for_next) for body in sessions) > 40
    assert NOW.date() - min(body.on for body in sessions) >= timedelta(days=175)
    assert all(bool(body.present) == (body.attendance not in ("cancelled", "no_show")) for body in sessions)


def test_questionnaires_show_every_way_to_answer(demo: Demo) -> None:
    with reading(demo.engine) as db:
        given = [
            kept
            for client in clients.list_clients(db, demo.vault)
            for kept in administrations.list_administrations(db, demo.vault, client.id)
        ]
        joint = [
            kept
            for kept in records.list_all_records(db, demo.vault, THERAPY_SESSION)
            if not therapy_session_loader.single_client_of(db, demo.vault, kept)
        ]
        pages = [
            results.build_result_with_offers(
                db,
                demo.vault,
                kept,
                fear_holds.load_fear_holds(db, demo.vault, kept.payload.client_id),
                today=NOW.astimezone().date(),
            )
            for kept in given
        ]
        sheets = [
            sheet
            for client in clients.list_clients(db, demo.vault)
            for sheet in handouts.list_handouts(db, demo.vault, client.id)
        ]
    assert len(given) >= 12
    assert {kept.payload.instrument_id for kept in given} == {
        "giving",
        "receiving",
        "boundaries",
        "flows",
        "check-in",
    }
    assert Counter(kept.state for kept in given)["stopped"] >= 1
    statuses = {one.status for kept in given for one in answers.decode_responses(kept.payload.answers)}
    assert statuses == set(ResponseStatus)
    modes = {kept.payload.mode for kept in given}
    assert modes == {"read_aloud", "telehealth", "self_entered", "mixed", "paper"}
    assert all((kept.payload.entered_on is not None) == (kept.payload.mode == "paper") for kept in given)
    assert any(page.to_talk_about for page in pages) and any(page.remarks for page in pages)
    assert any(page.safety_prompts for page in pages) and any(page.offers for page in pages)
    for wanted in ("own_words", "next_step", "wrong"):
        assert any(getattr(kept.payload, wanted) for kept in given)
    assert any(kept.payload.relationship_id is None for kept in given)
    assert sum(bool(kept.payload.watched_question and kept.payload.open_line_answer) for kept in given) >= 3
    assert joint and not {kept.id for kept in joint} & {kept.payload.therapy_session_id for kept in given}
    assert len(sheets) >= 5 and any(sheet.payload.client_sentence for sheet in sheets)
    assert {"given", "came_back", "part", "made_smaller"} <= {sheet.state for sheet in sheets}
    assert any(sheet.payload.agreement and sheet.payload.sureness for sheet in sheets)


def test_a_sheet_that_acts_towards_somebody_was_given_after_fear_of_them_was_asked_about(demo: Demo) -> None:
    with reading(demo.engine) as db:
        everyone = clients.list_clients(db, demo.vault)
        waited = [
            (
                sheet.payload,
                [
                    kept.payload
                    for kept in risk_entries.list_risk_entries_of_client(db, demo.vault, client.id)
                ],
            )
            for client in everyone
            for sheet in handouts.list_handouts(db, demo.vault, client.id)
            if load_worksheet(sheet.payload.worksheet_slug).needs_fear_asked
        ]
    assert len(waited) >= 4
    for given, entries in waited:
        asked = [
            one.entry_date
            for one in entries
            if one.sheet_place and one.relationship_id == given.relationship_id
        ]
        assert any(0 <= (given.given_at.date() - on).days <= INQUIRY_VALID_DAYS for on in asked), given.title


def test_a_note_of_a_session_with_a_questionnaire_says_where_its_blocks_come_from(demo: Demo) -> None:
    with reading(demo.engine) as db:
        written = records.list_all_records(db, demo.vault, CLINICAL_NOTE)
        sources = {part.source for note in written for part in note.payload.parts}
        texts = [note_rendering.render_section(note.payload, "data") for note in written]
    # What was said beside a question, and a risk entry, has to be ticked; two lines are the clinician's own.
    assert sources == {
        PartSource.CLINICIAN,
        PartSource.QUESTIONNAIRE,
        PartSource.CORRECTION,
        PartSource.CLIENT_WORDS,
        PartSource.NEXT_STEP,
        PartSource.AGREED,
        PartSource.WORKSHEET,
    }
    assert all(texts)


def _at_once(sessions: list[TherapySession], but: date) -> Iterator[tuple[date, time | None]]:
    """Sessions that begin before the one before has ended; today's are close together late at night."""
    times = sorted((body.on, body.start, body.end) for body in sessions if body.on != but)
    for (day, _, end), (next_day, start, _) in pairwise(times):
        if day == next_day and (end is None or start is None or start < end):
            yield day, start


@pytest.mark.slow
@pytest.mark.usefixtures("at_the_floor")
@pytest.mark.parametrize(
    ("weekday", "hour"),
    [
        (0, 14),
        (1, 0),
        (3, 23),
        (6, 17),
        *(pytest.param(*at, marks=pytest.mark.reliability) for at in ((2, 9), (4, 14), (5, 6))),
    ],
)
def test_today_is_full_whenever_it_is_opened(demo: Demo, tmp_path: Path, weekday: int, hour: int) -> None:
    now = datetime(2026, 6, 1 + weekday, hour, 25, tzinfo=UTC)
    engine = open_store(tmp_path / "data")
    vault = demo_practice.build_demo_practice(engine, now=now, content=demo.told)
    with reading(engine) as db:
        day = daily_overview.build_daily_overview(db, vault, now=now)
        audit_lines.check(db, vault)
        sessions = [kept.payload for kept in records.list_all_records(db, vault, THERAPY_SESSION)]
    engine.dispose()
    held = [body for body in sessions if body.took_place]
    assert (
        day.next_session
        and len(day.later_sessions) == 2
        and len(day.earlier_sessions) == 1
        and not day.open_sessions
    )
    assert len(day.unfinished_sessions) == 3
    assert [line.who for line in day.ask_lines] == ["I. O."]
    assert len({line.session_date for line in day.upcoming_sessions}) >= 3
    assert all(line.session_date.weekday() < 5 for line in day.upcoming_sessions)
    assert all(body.on <= now.astimezone().date() for body in held)
    assert all(body.on.weekday() < 5 for body in held if body.on < now.astimezone().date())
    assert not list(_at_once(sessions, but=day.today))


def test_it_opens_with_the_passphrase_it_tells(demo: Demo) -> None:
    with writing(demo.engine) as db:
        vault = practice_access.unlock_with_passphrase(db, demo.told.practice.passphrase, now=NOW)
        settings = practice.load_practice_settings(db, vault).payload
        its_clinician = clinician.load_clinician(db, vault).payload
    assert isinstance(vault, Vault)
    assert settings.is_demo and its_clinician.recovery_sheet_proved
    clinician.check_return_code(its_clinician, demo.told.practice.return_code)


@pytest.mark.slow
def test_it_is_made_in_less_than_ten_seconds(place: Path, demo: Demo) -> None:
    engine = open_store(place)
    began = process_time()
    demo_practice.build_demo_practice(engine, now=NOW)
    assert process_time() - began < 10
    engine.dispose()


def test_a_questionnaire_of_its_own_is_on_offer_and_is_the_one_in_the_docs(demo: Demo) -> None:
    with reading(demo.engine) as db:
        own = [one for one in own_questionnaires.list_offered_instruments(db, demo.vault) if one.own]
        [kept] = own_questionnaires.list_questionnaire_versions(db, demo.vault)
    assert [one.title for one in own] == ["How I rest"]
    example = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
    assert kept.payload.definition == example.read_bytes()


def test_consents_stand_or_are_declined_and_the_couple_has_a_policy(demo: Demo) -> None:
    with reading(demo.engine) as db:
        every = cases.list_cases(db, demo.vault)
        couples = [case for case in every if case.payload.is_couple]
        policies = {consents.find_couple_policy(db, demo.vault, case) for case in couples}
        others = [case for case in every if not case.payload.is_couple]
        pooled = {consents.may_pool_answers(db, demo.vault, case) for case in others}
        kept = records.list_all_records(db, demo.vault, CONSENT)
    assert policies == {CouplePolicy.LIMITED_SECRETS} and pooled == {True, False}
    assert {consent.state for consent in kept} == {"given", "declined"}
