"""The moment of a session: worked out from the local times, and kept while these stay as they are."""

import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import msgspec
import pytest
import tzlocal

from clinic_toolkit.record.people import cases, therapy_session_moment, therapy_sessions
from clinic_toolkit.record.people.therapy_session_moment import with_moment
from clinic_toolkit.record.people.therapy_session_record import TherapySession, TherapySessionKind
from clinic_toolkit.store.transactions import writing
from tests.fixtures.practices import NOW, Work

pytestmark = pytest.mark.skipif(not hasattr(clock, "tzset"), reason="only POSIX can be moved by TZ")


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """This machine's clock shows the time of another zone."""
    with pytest.MonkeyPatch.context() as moved:
        moved.setenv("TZ", zone)
        look_again()
        yield
    look_again()


def look_again() -> None:
    """Have the C library and tzlocal read the time zone anew."""
    clock.tzset()
    tzlocal.reload_localzone()


def session(on: date, start: time | None = None, end: time | None = None) -> TherapySession:
    return TherapySession(
        case_id_bytes=bytes(16), kind=TherapySessionKind.SESSION, on=on, start=start, end=end
    )


def test_the_start_is_kept_in_utc_with_minutes_and_zone() -> None:
    with machine_in("America/New_York"):
        found = with_moment(session(date(2026, 7, 1), time(14), time(14, 50)))
    assert found.starts_at == datetime(2026, 7, 1, 18, tzinfo=UTC)
    assert (found.minutes, found.zone) == (50, "America/New_York")
    assert (found.start, found.end) == (time(14), time(14, 50))


def test_minutes_are_counted_through_a_change_of_the_clock() -> None:
    with machine_in("Europe/Dublin"):
        found = with_moment(session(date(2026, 10, 25), time(0, 30), time(3)))
    assert found.minutes == 210


def test_without_times_there_is_no_moment() -> None:
    found = with_moment(session(date(2026, 7, 1)))
    assert (found.starts_at, found.minutes) == (None, None)
    assert with_moment(session(date(2026, 7, 1), time(9))).minutes is None


def test_a_save_elsewhere_moves_nothing_unless_the_times_change() -> None:
    with machine_in("Europe/Dublin"):
        first = with_moment(session(date(2026, 7, 1), time(14), time(15)))
    with machine_in("America/New_York"):
        place = msgspec.structs.replace(first, place="Room 2")
        assert with_moment(place, first).starts_at == first.starts_at
        assert with_moment(place, first).zone == "Europe/Dublin"
        later = msgspec.structs.replace(first, end=time(16))
        assert with_moment(later, first).zone == "America/New_York"


def test_every_way_to_save_a_session_keeps_its_moment(work: Work) -> None:
    client = work.client()
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        today = NOW.astimezone().date()
        planned = therapy_sessions.create_therapy_session(
            db, work.vault, case, session(today, time(9), time(9, 50)), now=NOW
        )
        assert planned.payload.minutes == 50 and planned.payload.starts_at is not None
        opened = therapy_sessions.open_therapy_session(db, work.vault, planned, now=NOW)
        agreed = therapy_sessions.record_agreement(db, work.vault, opened, "Rest.", now=NOW)
        assert agreed.payload.starts_at == planned.payload.starts_at
        longer = msgspec.structs.replace(agreed.payload, end=time(10, 20))
        revised = therapy_sessions.revise_therapy_session(db, work.vault, agreed, longer, now=NOW)
        assert revised.payload.minutes == 80
        closed = therapy_sessions.close_therapy_session(db, work.vault, revised, now=NOW)
        assert closed.payload.minutes == 80


def test_a_machine_that_names_no_zone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def contradicting() -> str:
        raise ValueError("two settings contradict each other")

    monkeypatch.setattr("tzlocal.get_localzone_name", contradicting)
    assert therapy_session_moment.local_zone_name() == ""
