"""Hours: whether one is open follows what is said of it; the day says what each still waits for."""

from datetime import date, time, timedelta

import msgspec
import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import cases, notes, progress, rows, sessions, today
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures.practices import NOW, Work


def opened(work: Work, *, days: int = 0) -> Kept[TherapySession]:
    """An hour opened so many days ago."""
    client = work.client()
    then = NOW - timedelta(days=days)
    with writing(work.engine) as db:
        case = cases.single_of(db, work.vault, client.id)
        body = TherapySession(case=case.id.bytes, kind="session", on=then.date(), present=(client.id.bytes,))
        kept = sessions.plan(db, work.vault, case, body, now=then)
        return sessions.open_now(db, work.vault, kept, now=then)


def revised(work: Work, kept: Kept[TherapySession], **changes: object) -> Kept[TherapySession]:
    """The hour after these facts were changed."""
    with writing(work.engine) as db:
        body = msgspec.structs.replace(kept.body, **changes)
        return sessions.revise(db, work.vault, kept, body, now=NOW)


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
def test_only_an_hour_that_takes_place_is_open(work: Work, attendance: str, state: str) -> None:
    assert revised(work, opened(work), attendance=attendance).state == state


def test_a_closed_hour_stays_closed_whatever_its_facts(work: Work) -> None:
    missed = revised(work, opened(work), attendance="no_show")
    assert revised(work, missed, attendance="came").state == "closed"


def test_the_same_agreement_makes_no_new_version(work: Work) -> None:
    kept = opened(work)
    with writing(work.engine) as db:
        once = sessions.agree(db, work.vault, kept, "a walk", now=NOW)
        again = sessions.agree(db, work.vault, once, "a walk", now=NOW)
        found = rows.versions(db, work.vault, sessions.therapy_session, kept.id, TherapySession)
    assert again.version == once.version == found[-1].version == kept.version + 1


def waiting(work: Work) -> list[tuple[str, ...]]:
    with reading(work.engine) as db:
        return [line.waiting for line in today.of(db, work.vault, now=NOW).to_finish]


def test_the_day_says_what_each_hour_waits_for(work: Work) -> None:
    client = work.client()
    assert waiting(work) == []
    hour = work.hour(client, on=date(2026, 11, 12))
    assert waiting(work) == [("no note yet",)]
    begun = work.begun(client, catalogue.instrument("giving"), session=hour.id)
    assert waiting(work) == [("questionnaire not finished", "no note yet")]
    with writing(work.engine) as db:
        notes.begin(db, work.vault, hour, [], now=NOW)
    assert waiting(work) == [("questionnaire not finished", "note not signed")]
    with writing(work.engine) as db:
        progress.stop(db, work.vault, begun, now=NOW)
    assert waiting(work) == [("note not signed",)]


def test_an_hour_never_ended_is_unfinished_and_not_open_now(work: Work) -> None:
    opened(work, days=90)
    opened(work)
    with reading(work.engine) as db:
        day = today.of(db, work.vault, now=NOW)
    assert [line.on for line in day.open] == [day.on]
    assert [line.waiting for line in day.to_finish] == [("not ended",)]


def test_a_planned_hour_that_is_past_waits_for_how_it_went(work: Work) -> None:
    revised(work, opened(work), attendance="planned", on=date(2026, 11, 18), start=time(9))
    assert waiting(work) == [("attendance not entered",)]


def test_what_was_agreed_is_said_with_its_day(work: Work) -> None:
    kept = revised(work, opened(work, days=14), attendance="came", agreed="a walk")
    with writing(work.engine) as db:
        sessions.close(db, work.vault, kept, now=NOW)
        case = cases.get(db, work.vault, kept.body.case_id)
        for on in (date(2026, 11, 12), date(2026, 11, 19)):
            body = TherapySession(case=case.id.bytes, kind="session", on=on, start=time(23, 59))
            sessions.plan(db, work.vault, case, body, now=NOW)
        day = today.of(db, work.vault, now=NOW)
    assert day.next is not None
    assert (day.next.agreed, day.next.agreed_on) == ("a walk", kept.body.on)
