"""Hours of a calendar file: proposed, confirmed, kept once, and never changed once something is in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic_toolkit.calendars.file_hours import HourStatus
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_kind import list_kinds
from clinic_toolkit.record.calendars import calendar_links, hour_decisions, own_hours
from clinic_toolkit.record.calendars.calendar_link_record import CALENDAR_LINK
from clinic_toolkit.record.calendars.client_matching import MatchReason
from clinic_toolkit.record.calendars.hour_decisions import HourNotChanged
from clinic_toolkit.record.calendars.hour_obstacles import HourObstacle
from clinic_toolkit.record.calendars.proposals import ChangeKind
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import Attendance
from clinic_toolkit.record.scheduling import series
from clinic_toolkit.record.scheduling.series_record import SessionSeries
from clinic_toolkit.record.scheduling.series_rule import Repetition
from clinic_toolkit.record.writing import handouts, notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.worksheets import catalogue
from tests.fixtures.calendar_hours import (
    FIRST_START,
    compare,
    follow,
    keep,
    list_sessions,
    make_hour,
    take,
)
from tests.fixtures.practices import NOW, Work, giving
from tests.record.test_client_erasure import ask, erase

MOVED_TO = FIRST_START + timedelta(days=1, hours=2)


def test_hours_that_are_confirmed_are_planned_sessions_at_their_time(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    made = take(work, client, [make_hour(0), make_hour(1)])
    assert [(each.payload.starts_at, each.payload.minutes) for each in made] == [
        (FIRST_START, 50),
        (FIRST_START + timedelta(weeks=1), 50),
    ]
    assert {each.payload.attendance for each in made} == {Attendance.PLANNED}
    assert {each.payload.present_ids for each in made} == {(client.id,)}


def test_nothing_is_entered_before_it_is_confirmed(work: Work) -> None:
    work.client("Ivo Lindqvist")
    found = compare(work, make_hour(summary="Ivo Lindqvist"))
    assert found.new[0].reason == MatchReason.TITLE
    assert list_sessions(work) == []


def test_second_import_changes_nothing(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    hours = [make_hour(week) for week in range(3)]
    take(work, client, hours)
    again = compare(work, *hours)
    assert again.is_empty
    assert again.unchanged == 3
    take(work, client, hours)
    assert len(list_sessions(work)) == 3


def test_new_sequence_number_alone_changes_nothing(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour()])
    assert compare(work, make_hour(sequence=7)).is_empty


def test_series_is_known_after_one_hour_was_confirmed(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    made = take(work, client, [make_hour(0)])
    found = compare(work, make_hour(0), make_hour(1, summary="whatever"))
    assert [(each.suggested_case_id, each.reason) for each in found.new] == [
        (made[0].payload.case_id, MatchReason.KNOWN)
    ]


def test_series_that_was_split_is_offered_as_the_same_hours(work: Work) -> None:
    made = take(work, work.client("Ivo Lindqvist"), [make_hour(0), make_hour(1)])
    split = make_hour(1, uid="later@example.org", recurrence="")
    further = make_hour(2, uid="later@example.org", recurrence="2")
    found = compare(work, make_hour(0), split, further)
    assert [(each.hour, each.session.id) for each in found.same] == [(split, made[1].id)]
    assert [each.suggested_case_id for each in found.new] == [made[0].payload.case_id]
    assert not found.changes
    with writing(work.engine) as db:
        calendar_links.link_session(
            db, work.vault, found.same[0].session, split, source="Practice", by_file=False, now=NOW
        )
    assert not compare(work, make_hour(0), split).same
    assert compare(work, make_hour(0), split).is_empty
    assert len(list_sessions(work)) == 2


def test_hour_that_was_typed_in_is_offered_as_the_same(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    made = take(work, client, [make_hour(0)])
    typed_in = make_hour(0, uid="another@example.org")
    assert [each.session.id for each in compare(work, typed_in).same] == [made[0].id]


def test_hour_of_a_series_here_is_the_same_and_becomes_one_session(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    start = FIRST_START.astimezone()
    with writing(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        series.begin_series(
            db,
            work.vault,
            case,
            SessionSeries(
                case_id_bytes=case.id.bytes,
                first_on=start.date(),
                start=start.time().replace(tzinfo=None),
                minutes=50,
                repetition=Repetition.WEEKLY,
                zone="",
                present=(client.id.bytes,),
            ),
            now=NOW,
        )
    hours = [make_hour(0), make_hour(1)]
    found = compare(work, *hours)
    assert [each.hour for each in found.same] == hours and not found.new
    with writing(work.engine) as db:
        hour_decisions.accept_same(
            db, work.vault, found.same[0], source="Practice", by_file=frozenset(), now=NOW
        )
    (session,) = list_sessions(work)
    assert session.payload.series_date == start.date()
    again = compare(work, *hours)
    assert (again.unchanged, [each.hour for each in again.same]) == (1, hours[1:])
    with reading(work.engine) as db:
        own = own_hours.list_own_hours(
            db,
            work.vault,
            first=start.date(),
            last=start.date() + timedelta(days=7),
            titles=own_hours.HourTitles.INITIALS,
        )
    assert [(hour.starts_at, hour.sequence, hour.title) for hour in own.hours] == [
        (FIRST_START, 1, "I. L."),
        (FIRST_START + timedelta(weeks=1), 0, "I. L."),
    ]
    back = [make_hour(week, uid=hour.uid, recurrence="") for week, hour in enumerate(own.hours)]
    assert compare(work, *back, source="Own").is_empty


def test_hour_at_the_time_of_another_client_is_not_the_same(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    work.client("Zadie Okafor")
    found = compare(work, make_hour(0), make_hour(0, uid="another@example.org", summary="Zadie Okafor"))
    assert not found.same
    assert len(found.new) == 1


def test_moved_hour_is_proposed_and_followed(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    moved = make_hour(0, starts_at=MOVED_TO, sequence=1)
    (change,) = compare(work, moved).changes
    assert (change.kind, change.obstacle) == (ChangeKind.MOVED, None)
    follow(work, change)
    (session,) = list_sessions(work)
    assert session.payload.starts_at == MOVED_TO
    assert session.payload.on == MOVED_TO.astimezone().date()
    assert compare(work, moved).is_empty


def test_series_that_is_moved_as_a_whole_keeps_its_hours(work: Work) -> None:
    made = take(work, work.client("Ivo Lindqvist"), [make_hour(0), make_hour(1)])
    later = [
        make_hour(week, starts_at=FIRST_START + timedelta(weeks=week, hours=1), recurrence=f"new {week}")
        for week in range(2)
    ]
    found = compare(work, *later)
    assert [(each.kind, each.session.id) for each in found.changes] == [
        (ChangeKind.MOVED, each.id) for each in made
    ]
    assert not found.new


def test_answered_change_is_not_asked_again_until_the_file_says_something_else(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    moved = make_hour(0, starts_at=MOVED_TO)
    keep(work, compare(work, moved).changes[0])
    assert compare(work, moved).is_empty
    assert list_sessions(work)[0].payload.starts_at == FIRST_START
    further = make_hour(0, starts_at=MOVED_TO + timedelta(hours=1))
    assert [each.kind for each in compare(work, further).changes] == [ChangeKind.MOVED]


def test_older_file_says_nothing(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0, sequence=4)])
    found = compare(work, make_hour(0, starts_at=MOVED_TO, sequence=3))
    assert found.is_empty
    assert found.older == 1


@pytest.mark.parametrize(
    ("hours", "kind"),
    [
        ([make_hour(0), make_hour(1, status=HourStatus.CANCELLED)], ChangeKind.CANCELLED),
        ([make_hour(0)], ChangeKind.GONE),
    ],
    ids=["cancelled", "gone"],
)
def test_cancelled_or_missing_hour_becomes_cancelled_and_never_did_not_come(
    work: Work, hours: list[Any], kind: ChangeKind
) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0), make_hour(1)])
    (change,) = compare(work, *hours).changes
    assert change.kind == kind
    assert follow(work, change).payload.attendance == Attendance.CANCELLED
    assert compare(work, *hours).is_empty
    again = compare(work, make_hour(0), make_hour(1))
    assert [each.kind for each in again.changes] == [ChangeKind.PLANNED_AGAIN]
    assert follow(work, again.changes[0]).payload.attendance == Attendance.PLANNED


def test_file_of_another_calendar_says_nothing_of_what_is_missing(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    other = make_hour(3, uid="dentist@example.org", summary="dentist")
    assert not compare(work, other, source="Private").changes
    assert compare(work, other).changes, "the control: of the same calendar it would"


def test_cancelled_hour_that_is_not_here_is_not_offered(work: Work) -> None:
    assert compare(work, make_hour(status=HourStatus.CANCELLED)).is_empty


def test_past_hour_that_is_missing_is_left_as_it_is(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    later = FIRST_START + timedelta(days=1)
    assert not compare(work, now=later).changes


def _write_note(work: Work, session: Any, client: Any) -> None:
    part = NotePart(section="data", source=PartSource.CLINICIAN, text="rang before")
    with writing(work.engine) as db:
        notes.create_note(db, work.vault, session, (part,), now=NOW)


def _give_sheet(work: Work, session: Any, client: Any) -> None:
    with writing(work.engine) as db:
        handouts.create_handout(
            db,
            work.vault,
            catalogue.list_worksheets()[0],
            client_id=client.id,
            therapy_session_id=session.id,
            client_sentence="",
            now=NOW,
        )


def _begin_form(work: Work, session: Any, client: Any) -> None:
    work.begun(client, giving(), session=session.id)


def _agree(work: Work, session: Any, client: Any) -> None:
    with writing(work.engine) as db:
        therapy_sessions.record_agreement(db, work.vault, session, "call M.", now=NOW)


def _open(work: Work, session: Any, client: Any) -> None:
    with writing(work.engine) as db:
        therapy_sessions.open_therapy_session(db, work.vault, session, now=NOW)


@pytest.mark.parametrize(
    ("fill", "obstacle"),
    [
        (_write_note, HourObstacle.HOLDS_SOMETHING),
        (_give_sheet, HourObstacle.HOLDS_SOMETHING),
        (_begin_form, HourObstacle.HOLDS_SOMETHING),
        (_agree, HourObstacle.HOLDS_SOMETHING),
        (_open, HourObstacle.BEGUN),
    ],
)
def test_hour_that_has_begun_or_holds_something_is_never_changed(
    work: Work, fill: Callable[[Work, Any, Any], None], obstacle: HourObstacle
) -> None:
    client = work.client("Ivo Lindqvist")
    (session,) = take(work, client, [make_hour(0)])
    moved = make_hour(0, starts_at=MOVED_TO)
    unfilled = compare(work, moved).changes[0]
    assert unfilled.obstacle is None, "the control"
    fill(work, session, client)
    before = list_sessions(work)
    assert compare(work, moved).changes[0].obstacle == obstacle
    # Also where the page was opened before something was written.
    with pytest.raises(HourNotChanged):
        follow(work, unfilled)
    assert list_sessions(work) == before


def test_hour_whose_time_has_come_is_never_changed(work: Work) -> None:
    take(work, work.client("Ivo Lindqvist"), [make_hour(0)])
    (change,) = compare(work, make_hour(0, starts_at=MOVED_TO), now=FIRST_START).changes
    assert change.obstacle == HourObstacle.BEGUN
    with pytest.raises(HourNotChanged):
        follow(work, change, now=FIRST_START)


def test_passed_over_entry_is_not_offered_again(work: Work) -> None:
    with writing(work.engine) as db:
        calendar_links.pass_over(db, work.vault, "series@example.org", source="Practice", now=NOW)
    with writing(work.engine) as db:
        assert calendar_links.pass_over(db, work.vault, "series@example.org", source="", now=NOW) is None
    found = compare(work, make_hour(0), make_hour(1))
    assert found.is_empty
    assert found.passed_over == 2


def test_zone_that_differs_from_its_rules_is_read_as_it_was_chosen(work: Work) -> None:
    hour = make_hour(0, zone="America/Sao_Paulo", name_offset=-180, file_offset=-120)
    assert hour.is_ambiguous
    (session,) = take(work, work.client("Ivo Lindqvist"), [hour], by_file=frozenset(("America/Sao_Paulo",)))
    assert session.payload.starts_at == datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
    assert compare(work, hour).is_empty
    by_name = msgspec.structs.replace(hour, uid="other@example.org")
    (other,) = take(work, work.client("Zadie Okafor"), [by_name])
    assert other.payload.starts_at == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def test_title_of_an_entry_is_kept_nowhere(work: Work) -> None:
    title = "Ivo Lindqvist, about the letter"
    take(work, work.client("Ivo Lindqvist"), [make_hour(0, summary=title)])
    with reading(work.engine) as db:
        kept = [
            msgspec.msgpack.encode(record.payload)
            for kind in list_kinds()
            for record in records.list_all_records(db, work.vault, kind)
        ]
    assert any(b"Ivo Lindqvist" in each for each in kept), "the control: the name of the client is"
    assert not any(b"about the letter" in each for each in kept)


def test_links_of_an_erased_client_go_with_the_client(work: Work) -> None:
    ivo, zadie = work.client("Ivo Lindqvist"), work.client("Zadie Okafor")
    take(work, ivo, [make_hour(0)])
    take(work, zadie, [make_hour(0, uid="other@example.org")])
    hours = [make_hour(0), make_hour(0, uid="other@example.org")]
    ask(work, ivo)
    # Nothing of a person who is to be erased is asked about any more.
    leaving = compare(work, *hours)
    assert (leaving.is_empty, leaving.passed_over, leaving.unchanged) == (True, 1, 1)
    erase(work, ivo)
    with reading(work.engine) as db:
        links = records.list_all_records(db, work.vault, CALENDAR_LINK)
    assert [link.payload.uid for link in links] == ["other@example.org"]
    gone = compare(work, *hours)
    assert [(series.uid, series.reason) for series in gone.new] == [(hours[0].uid, MatchReason.NONE)]
