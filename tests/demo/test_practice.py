"""The demo is a whole practice, and every rule of the record holds in it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from clinic_toolkit.demo import practice as demo_practice
from clinic_toolkit.psychometrics.fear import ASKED_FOR_DAYS
from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    clients,
    handouts,
    note_texts,
    notes,
    own_questionnaires,
    practice,
    relationships,
    results,
    risk_entries,
    sessions,
    today,
)
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.store.engine import open_store, reading, writing
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.catalogue import worksheet
from tests.fixtures import trails

from .conftest import NOW, Demo


def test_the_trail_holds_and_is_in_the_order_of_time(demo: Demo) -> None:
    with reading(demo.engine) as db:
        count = trails.check(db, demo.vault)
        lines = trails.lines(db, demo.vault, newest=count)
    times = [line.at for line in reversed(lines)]
    assert count > 500
    assert times == sorted(times)
    assert times[-1] <= NOW
    assert NOW - times[0] > timedelta(days=180)


def test_notes_are_genuine_and_only_the_last_days_are_unfinished(demo: Demo) -> None:
    with reading(demo.engine) as db:
        written = notes.everything(db, demo.vault)
        hours = {kept.id: kept for kept in sessions.everything(db, demo.vault)}
        with_note = {kept.body.session_id for kept in written}
        signed = [kept for kept in written if kept.final]
        drafts = [kept for kept in written if not kept.final]
    assert all(notes.is_genuine(demo.vault, kept) for kept in signed)
    assert len(signed) > 30 * len(drafts)
    assert len(drafts) == 2
    missing = [kept for kept in hours.values() if kept.body.took_place and kept.id not in with_note]
    assert len(missing) == 1
    for kept in [hours[draft.body.session_id] for draft in drafts] + missing:
        assert timedelta(0) < NOW.date() - kept.body.on <= timedelta(days=7)


def test_people_are_adults_and_of_many_kinds(demo: Demo) -> None:
    with reading(demo.engine) as db:
        everyone = clients.everyone(db, demo.vault)
        all_cases = cases.everything(db, demo.vault)
        named = {kept.id: relationships.of_client(db, demo.vault, kept.id) for kept in everyone}
        asked = {kept.id: administrations.of_client(db, demo.vault, kept.id) for kept in everyone}
    assert len(everyone) >= 12
    births = [kept.body.birth_date for kept in everyone if kept.body.birth_date]
    assert births and all(clients.age_on(birth, date(2026, 1, 1)) >= clients.ADULT for birth in births)
    assert [kept for kept in everyone if kept.state == "archived"]
    assert {"B7", "K. M."} <= {kept.body.name for kept in everyone}
    assert any(case.body.is_couple for case in all_cases)
    assert max(len(found) for found in named.values()) >= 3
    assert len([id for id, given in asked.items() if not given]) >= 2
    letters = "".join(kept.body.name for kept in everyone)
    for script in ("é", "Ł", "ễ", "ő", "ر", "林"):
        assert script in letters


def test_hours_are_of_every_kind(demo: Demo) -> None:
    with reading(demo.engine) as db:
        hours = [kept.body for kept in sessions.everything(db, demo.vault)]
    assert len(hours) >= 90
    assert {body.attendance for body in hours} == set(sessions.ATTENDANCE)
    assert {body.kind for body in hours} == set(sessions.KINDS)
    assert {body.setting for body in hours} == set(sessions.SETTINGS)
    assert any(body.setting == "telehealth" and body.call_back for body in hours)
    assert any(body.others_present for body in hours)
    assert sum(bool(body.agreed) for body in hours) > 40
    assert NOW.date() - min(body.on for body in hours) >= timedelta(days=175)
    assert all(bool(body.present) == (body.attendance not in ("cancelled", "no_show")) for body in hours)


def test_questionnaires_show_every_way_to_answer(demo: Demo) -> None:
    with reading(demo.engine) as db:
        given = [
            kept
            for client in clients.everyone(db, demo.vault)
            for kept in administrations.of_client(db, demo.vault, client.id)
        ]
        joint = [
            kept for kept in sessions.everything(db, demo.vault) if not results.alone(db, demo.vault, kept)
        ]
        pages = [results.result_of(db, demo.vault, kept) for kept in given]
        sheets = [
            sheet
            for client in clients.everyone(db, demo.vault)
            for sheet in handouts.of_client(db, demo.vault, client.id)
        ]
    assert len(given) >= 12
    assert {kept.body.instrument for kept in given} == {
        "giving",
        "receiving",
        "boundaries",
        "flows",
        "check-in",
    }
    assert Counter(kept.state for kept in given)["stopped"] >= 1
    statuses = {one.status for kept in given for one in answers.responses(kept.body.answers)}
    assert statuses == set(answers.STATUSES)
    modes = {kept.body.mode for kept in given}
    assert modes == {"read_aloud", "telehealth", "self_entered", "mixed", "paper"}
    assert all((kept.body.entered is not None) == (kept.body.mode == "paper") for kept in given)
    assert any(page.to_talk_about for page in pages) and any(page.said for page in pages)
    assert any(page.safety_prompts for page in pages) and any(page.offers for page in pages)
    for wanted in ("own_words", "next_step", "wrong"):
        assert any(getattr(kept.body, wanted) for kept in given)
    assert any(kept.body.relationship_id is None for kept in given)
    assert sum(bool(kept.body.watched and kept.body.open_line) for kept in given) >= 3
    assert joint and not {kept.id for kept in joint} & {kept.body.session_id for kept in given}
    assert len(sheets) >= 5 and any(sheet.body.sentence for sheet in sheets)


def test_a_sheet_that_acts_towards_somebody_was_given_after_fear_of_them_was_asked_about(demo: Demo) -> None:
    with reading(demo.engine) as db:
        everyone = clients.everyone(db, demo.vault)
        waited = [
            (sheet.body, [kept.body for kept in risk_entries.of_client(db, demo.vault, client.id)])
            for client in everyone
            for sheet in handouts.of_client(db, demo.vault, client.id)
            if worksheet(sheet.body.worksheet).needs_fear_asked
        ]
    assert len(waited) >= 4
    for given, entries in waited:
        asked = [one.on for one in entries if one.fear and one.relationship_id == given.about_id]
        assert any(0 <= (given.given.date() - on).days <= ASKED_FOR_DAYS for on in asked), given.title


def test_a_note_of_an_hour_with_a_questionnaire_says_where_its_blocks_come_from(demo: Demo) -> None:
    with reading(demo.engine) as db:
        sources = {
            part.source.split(" ")[0].rstrip(",")
            for kept in notes.everything(db, demo.vault)
            for part in kept.body.parts
        }
        texts = [note_texts.section_text(kept.body, "data") for kept in notes.everything(db, demo.vault)]
    assert sources == {"clinician", "questionnaire", "worksheet"}
    assert all(texts)


def _at_once(hours: list[TherapySession], but: date) -> Iterator[tuple[date, time | None]]:
    """Hours that begin before the one before has ended; today's are close together late at night."""
    times = sorted((body.on, body.start, body.end) for body in hours if body.on != but)
    for (day, _, end), (next_day, start, _) in pairwise(times):
        if day == next_day and (end is None or start is None or start < end):
            yield day, start


@pytest.mark.slow
@pytest.mark.usefixtures("at_the_floor")
@pytest.mark.parametrize(("weekday", "hour"), [(0, 14), (1, 0), (2, 9), (3, 23), (4, 14), (5, 6), (6, 17)])
def test_today_is_full_whenever_it_is_opened(demo: Demo, tmp_path: Path, weekday: int, hour: int) -> None:
    now = datetime(2026, 6, 1 + weekday, hour, 25, tzinfo=UTC)
    engine = open_store(tmp_path / "data")
    vault = demo_practice.build(engine, now=now, content=demo.told)
    with reading(engine) as db:
        day = today.of(db, vault, now=now)
        trails.check(db, vault)
        hours = [kept.body for kept in sessions.everything(db, vault)]
    engine.dispose()
    held = [body for body in hours if body.took_place]
    assert day.next and len(day.later) == 2 and len(day.earlier) == 1 and not day.open
    assert len(day.to_finish) == 3
    assert [line.who for line in day.to_ask] == ["I. O."]
    assert len({line.on for line in day.upcoming}) >= 3
    assert all(line.on.weekday() < 5 for line in day.upcoming)
    assert all(body.on <= now.astimezone().date() for body in held)
    assert all(body.on.weekday() < 5 for body in held if body.on < now.astimezone().date())
    assert not list(_at_once(hours, but=day.on))


def test_it_opens_with_the_passphrase_it_tells(demo: Demo) -> None:
    with writing(demo.engine) as db:
        vault = practice.unlock(db, demo.told.practice.passphrase, now=NOW)
        settings = practice.read(db, vault).body
    assert isinstance(vault, Vault)
    assert settings.demo and settings.sheet_proved
    practice.check_code(settings, demo.told.practice.return_code)


@pytest.mark.slow
def test_it_is_made_in_less_than_ten_seconds(place: Path, demo: Demo) -> None:
    engine = open_store(place)
    began = process_time()
    demo_practice.build(engine, now=NOW)
    assert process_time() - began < 10
    engine.dispose()


def test_a_questionnaire_of_its_own_is_on_offer_and_is_the_one_in_the_docs(demo: Demo) -> None:
    with reading(demo.engine) as db:
        own = [one for one in own_questionnaires.on_offer(db, demo.vault) if one.own]
        [kept] = own_questionnaires.everything(db, demo.vault)
    assert [one.title for one in own] == ["How I rest"]
    example = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
    assert kept.body.definition == example.read_bytes()
