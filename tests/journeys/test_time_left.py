"""Before a long form: whether the planned session has room for it. Times are the clinician's own."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic_toolkit.record.people import therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import Attendance, TherapySession, TherapySessionKind
from clinic_toolkit.store.transactions import writing
from tests.fixtures.sites import Site
from tests.journeys.person import Person

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
TODAY = NOW.astimezone().date()
SAID = "Less than twenty minutes of the planned session are left."


def clock(minutes: int) -> time:
    return (NOW.astimezone() + timedelta(minutes=minutes)).time().replace(tzinfo=None)


@pytest.mark.parametrize(
    ("on", "end", "left"),
    [
        (TODAY, clock(50), 50),
        (TODAY, clock(19), 19),
        (TODAY, clock(0), 0),
        (TODAY, clock(-1), None),
        (TODAY, None, None),
        (TODAY - timedelta(days=1), clock(50), None),
    ],
)
def test_the_minutes_left_are_those_of_a_session_of_today(
    on: date, end: time | None, left: int | None
) -> None:
    body = TherapySession(case_id_bytes=b"", kind=TherapySessionKind.SESSION, on=on, end=end)
    assert therapy_sessions.minutes_left(body, now=NOW) == left


@pytest.mark.parametrize(("minutes", "said"), [(18, True), (25, False), (None, False)])
def test_it_is_said_where_a_questionnaire_is_chosen(
    site: Site, me: Person, monkeypatch: pytest.MonkeyPatch, minutes: int | None, said: bool
) -> None:
    client = site.work.client()
    session = site.work.session(client, TODAY)
    body = TherapySession(
        case_id_bytes=session.payload.case_id_bytes,
        kind=TherapySessionKind.SESSION,
        on=TODAY,
        end=None if minutes is None else clock(minutes),
        attendance=Attendance.CAME,
        present=session.payload.present,
    )
    with writing(site.work.engine) as db:
        therapy_sessions.revise_therapy_session(db, site.work.vault, session, body, now=NOW)
    real = therapy_sessions.minutes_left
    monkeypatch.setattr(therapy_sessions, "minutes_left", lambda body, *, now: real(body, now=NOW))
    page = me.open(f"/sessions/{session.id}/questionnaire")
    assert page.status == 200 and (SAID in page.text) == said
