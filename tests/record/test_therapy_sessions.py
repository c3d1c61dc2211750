"""Sessions: whether one is open follows what is said of it; the day says what each still waits for."""

from datetime import date, time, timedelta

import msgspec
import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal import version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, therapy_session_timeline, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    TherapySession,
    TherapySessionKind,
)
from clinic_toolkit.record.questionnaires import progress
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, signed


def opened(work: Work, *, days: int = 0) -> RecordVersion[TherapySession]:
    """A session opened so many days ago."""
    client = work.client()
    then = NOW - timedelta(days=days)
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        body = TherapySession(
            case_id_bytes=case.id.bytes,
            kind=TherapySessionKind.SESSION,
            on=then.date(),
            present=(client.id.bytes,),
        )
        kept = therapy_sessions.create_therapy_session(db, work.vault, case, body, now=then)
        return therapy_sessions.open_therapy_session(db, work.vault, kept, now=then)


def revised(
    work: Work, kept: RecordVersion[TherapySession], **changes: object
) -> RecordVersion[TherapySession]:
    """The session after these facts were changed."""
    with writing(work.engine) as db:
        body = msgspec.structs.replace(kept.payload, **changes)
        return therapy_sessions.revise_therapy_session(db, work.vault, kept, body, now=NOW)


@pytest.mark.parametrize(
    ("attendance", "state"),
    [
        ("came", "open"),
        ("late", "open"),
        ("cancelled", "closed"),
        ("no_show", "closed"),
        ("planned", "entered"),
    ],
)
def test_only_a_session_that_takes_place_is_open(work: Work, attendance: str, state: str) -> None:
    assert revised(work, opened(work), attendance=attendance).state == state


def test_a_closed_session_stays_closed_whatever_its_facts(work: Work) -> None:
    missed = revised(work, opened(work), attendance="no_show")
    assert revised(work, missed, attendance="came").state == "closed"


def test_the_same_agreement_makes_no_new_version(work: Work) -> None:
    kept = opened(work)
    with writing(work.engine) as db:
        once = therapy_sessions.record_agreement(db, work.vault, kept, "a walk", now=NOW)
        again = therapy_sessions.record_agreement(db, work.vault, once, "a walk", now=NOW)
        found = version_history.list_versions(db, work.vault, THERAPY_SESSION, kept.id)
    assert again.version == once.version == found[-1].version == kept.version + 1


def waiting(work: Work) -> list[tuple[str, ...]]:
    with reading(work.engine) as db:
        return [
            line.unfinished_work
            for line in daily_overview.build_daily_overview(db, work.vault, now=NOW).unfinished_sessions
        ]


def test_the_day_says_what_each_session_waits_for(work: Work) -> None:
    client = work.client()
    assert waiting(work) == []
    session = work.session(client, on=date(2026, 11, 12))
    assert waiting(work) == [("no note yet",)]
    begun = work.begun(client, catalogue.load_instrument("giving"), session=session.id)
    assert waiting(work) == [("questionnaire not finished", "no note yet")]
    with writing(work.engine) as db:
        notes.create_note(db, work.vault, session, [], now=NOW)
    assert waiting(work) == [("questionnaire not finished", "note not signed")]
    with writing(work.engine) as db:
        progress.stop_administration(db, work.vault, begun, now=NOW)
    assert waiting(work) == [("note not signed",)]


@pytest.mark.parametrize(
    ("hours", "words"),
    [(72, "note not signed"), (73, "note not signed for 3 days"), (24 * 90, "note not signed for 90 days")],
)
def test_a_draft_stays_on_the_page_and_says_how_old_it_is_after_three_days(
    work: Work, hours: int, words: str
) -> None:
    begun_at = NOW - timedelta(hours=hours)
    session = work.session(work.client(), on=begun_at.date())
    with writing(work.engine) as db:
        part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
        draft = notes.create_note(db, work.vault, session, [part], now=begun_at)
    assert waiting(work) == [(words,)]
    with writing(work.engine) as db:
        # Saved again it is no younger.
        other = msgspec.structs.replace(part, text="Came late.")
        draft = notes.revise_note(
            db, work.vault, draft, [other], expected_version=draft.version, now=NOW - timedelta(hours=1)
        )
    assert waiting(work) == [(words,)]
    with writing(work.engine) as db:
        signed(db, work.vault, session, draft)
    assert waiting(work) == []


def test_a_session_never_ended_is_unfinished_and_not_open_now(work: Work) -> None:
    opened(work, days=90)
    opened(work)
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert [line.session_date for line in day.open_sessions] == [day.today]
    assert [line.unfinished_work for line in day.unfinished_sessions] == [("not ended",)]


def test_a_planned_session_that_is_past_waits_for_how_it_went(work: Work) -> None:
    revised(work, opened(work), attendance="planned", on=date(2026, 11, 18), start=time(9))
    assert waiting(work) == [("attendance not entered",)]


def test_what_was_agreed_is_said_with_its_day(work: Work) -> None:
    kept = revised(work, opened(work, days=14), attendance="came", agreed_for_next="a walk")
    with writing(work.engine) as db:
        therapy_sessions.close_therapy_session(db, work.vault, kept, now=NOW)
        case = cases.load_case(db, work.vault, kept.payload.case_id)
        for on in (date(2026, 11, 12), date(2026, 11, 19)):
            body = TherapySession(
                case_id_bytes=case.id.bytes, kind=TherapySessionKind.SESSION, on=on, start=time(23, 59)
            )
            therapy_sessions.create_therapy_session(db, work.vault, case, body, now=NOW)
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert day.next_session is not None
    assert (day.next_session.agreement, day.next_session.agreement_date) == ("a walk", kept.payload.on)


def test_of_two_sessions_of_one_day_the_one_added_first_comes_first_everywhere(work: Work) -> None:
    client = work.client()
    today = NOW.astimezone().date()
    first, second = work.session(client, today), work.session(client, today)
    revised(work, first, agreed_for_next="a walk")
    revised(work, second, attendance="planned")
    with reading(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, work.vault, [case])
        assert [session.id for session in sessions] == [second.id, first.id]
        agreed = [therapy_session_timeline.find_last_agreement(sessions, session) for session in sessions]
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    assert agreed == [sessions[1].payload, None]
    assert day.next_session is not None and day.next_session.agreement == "a walk"
