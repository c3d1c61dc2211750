"""What may be repeated before an hour: by the agreement, its end and its day, and from kept facts alone."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.outcomes import hour_list_facts, repeat_agreements
from clinic_toolkit.record.outcomes.hour_list_facts import DueForm
from clinic_toolkit.record.people import cases, clients, therapy_sessions
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.over_time import given, named
from tests.fixtures.practices import NOW, Work

DAY = timedelta(days=1)
PURPOSE = "To see whether the step holds."


def due(work: Work, client: RecordVersion[Client], now: datetime) -> tuple[DueForm, ...]:
    with reading(work.engine) as db:
        facts = hour_list_facts.load_person_hour(db, work.vault, FactsReader(db, work.vault), client.id)
        return hour_list_facts.list_due_forms(db, work.vault, facts, now=now)


def agree(work: Work, form: RecordVersion[Administration], **more: Any) -> None:
    told: dict[str, Any] = {"purpose": PURPOSE, "end_date": None, "max_rounds": None, "baseline": 3} | more
    with writing(work.engine) as db:
        repeat_agreements.agree_to_repeat(db, work.vault, None, form.payload, **told, now=NOW)


@pytest.fixture
def client(work: Work) -> RecordVersion[Client]:
    return work.client("Runa Falk")


def test_a_form_is_due_by_its_agreement_once_it_is_long_enough_ago(
    work: Work, client: RecordVersion[Client]
) -> None:
    form = given(work, client, named(work, client), 3)
    assert not due(work, client, NOW + 40 * DAY), "nothing was agreed"
    agree(work, form)
    assert not due(work, client, NOW + 27 * DAY)
    [found] = due(work, client, NOW + 28 * DAY)
    assert (found.title, found.purpose, found.latest.id) == ("How I give", PURPOSE, form.id)


def test_a_later_round_and_a_decline_are_known_at_once(work: Work, client: RecordVersion[Client]) -> None:
    about = named(work, client)
    form = given(work, client, about, 3)
    agree(work, form)
    later = NOW + 30 * DAY
    assert due(work, client, later), "the control; its facts are kept from now on"
    with writing(work.engine) as db:
        [agreement] = repeat_agreements.list_agreements(db, work.vault, client.id).values()
        repeat_agreements.record_decline(db, work.vault, agreement, form.payload, now=later)
    assert not due(work, client, later) and due(work, client, later + DAY)
    given(work, client, about, 2, at=later + DAY)
    assert not due(work, client, later + 2 * DAY)


@pytest.mark.parametrize("end", [{"end_date": (NOW + 20 * DAY).date()}, {"max_rounds": 1}])
def test_what_has_come_to_its_agreed_end_is_not_due(
    work: Work, client: RecordVersion[Client], end: dict[str, date | int]
) -> None:
    agree(work, given(work, client, named(work, client), 3), **end)
    assert not due(work, client, NOW + 40 * DAY)


def test_of_another_client_nothing_is_due(work: Work, client: RecordVersion[Client]) -> None:
    agree(work, given(work, client, named(work, client), 3))
    other = work.client("Oda Lind")
    assert due(work, client, NOW + 40 * DAY) and not due(work, other, NOW + 40 * DAY)


def marked_since(work: Work, client: RecordVersion[Client], day: date | None) -> int:
    with reading(work.engine) as db:
        facts = hour_list_facts.load_person_hour(db, work.vault, FactsReader(db, work.vault), client.id)
    return facts.count_marked_since(day)


def test_marks_are_counted_from_a_day_on_also_of_a_joined_entry(
    work: Work, client: RecordVersion[Client]
) -> None:
    about = named(work, client)
    given(work, client, about, 3, marked=2)
    given(work, client, about, 3, at=NOW + 7 * DAY, marked=1, stopped=True)
    today = (NOW + 7 * DAY).date()
    assert [marked_since(work, client, day) for day in (None, NOW.date(), today, today + DAY)] == [3, 3, 1, 0]
    other = work.client("Runa F.")
    given(work, other, None, 3, at=NOW + 8 * DAY, marked=4)
    assert marked_since(work, client, None) == 3, "the control"
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, other, client.id, now=NOW + 8 * DAY)
    assert marked_since(work, client, today) == marked_since(work, other, today) == 5


def test_today_counts_from_the_last_hour_also_of_a_joined_entry(
    work: Work, client: RecordVersion[Client]
) -> None:
    other, today = work.client("Runa F."), NOW.astimezone().date()
    given(work, client, None, 3, at=NOW - 9 * DAY, marked=2)
    given(work, client, None, 3, at=NOW - 2 * DAY, marked=1)
    work.session(other, today - 4 * DAY)
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        planned = TherapySession(case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=today)
        session = therapy_sessions.create_therapy_session(db, work.vault, case, planned, now=NOW)

    def hour() -> tuple[int, bool]:
        with reading(work.engine) as db:
            found = daily_overview.build_daily_overview(db, work.vault, now=NOW).coming_hours[session.id]
        return found.marked_count, found.begins_with_check_in

    assert hour() == (3, False), "the control"
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, other, client.id, now=NOW)
    assert hour() == (1, True)
