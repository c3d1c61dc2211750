"""A calendar file is read in: proposed, confirmed, kept once; and one's own hours leave as one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import vobject

from clinic_toolkit.calendars.calendar_limits import PROBLEM_SENTENCES, CalendarProblem
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
)
from clinic_toolkit.store.sqlite import write_lock
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.forms.calendars import ADDRESS_SENTENCE
from tests.calendars.test_file_reader import make_file
from tests.fixtures.sites import Site
from tests.journeys.pages import Page
from tests.journeys.person import Person

SOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=3"
OLD_RULES = "America/Sao_Paulo|-0300|-0200|20181104T000000|10,1SU|20190217T000000|2,3SU"


def hour(*more: str, at: datetime = SOON, title: str = "I. L.", uid: str = "weekly") -> list[str]:
    """The lines of an entry of fifty minutes."""
    return [
        f"UID:{uid}",
        f"DTSTART:{at:%Y%m%dT%H%M%SZ}",
        f"DTEND:{at + timedelta(minutes=50):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{title}",
        *more,
    ]


def read(site: Site, me: Person, file: bytes) -> Page:
    """Choose a file and have it read."""
    # Put together here, since the test client would write a long file to the disk.
    start = (
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{site.token()}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="calendar"; filename="Calendar of Ivo.ics"\r\n'
        "Content-Type: text/calendar\r\n\r\n"
    )
    answer = site.browser.post(
        "/calendar",
        base_url=site.origin,
        data=start.encode() + file + b"\r\n--edge--\r\n",
        headers={"Origin": site.origin},
        content_type="multipart/form-data; boundary=edge",
    )
    if answer.status_code != 303:
        return Page("/calendar", answer.status_code, dict(answer.headers), answer.data)
    return me.open(answer.headers["Location"])


def field_names(page: Page, start: str) -> list[str]:
    """The names of the fields of a page that begin like this."""
    return sorted(name for form in page.forms for name in form.names if name.startswith(start))


def list_sessions(site: Site) -> list[RecordVersion[TherapySession]]:
    """Every session."""
    with reading(site.work.engine) as db:
        return records.list_all_records(db, site.work.vault, THERAPY_SESSION)


def test_hours_of_a_client_are_proposed_confirmed_and_kept_once(site: Site, me: Person) -> None:
    client = site.work.client("Ivo Lindqvist")
    page = read(site, me, make_file(hour(WEEKLY)))
    assert "only this client has" in page.text and list_sessions(site) == []
    done = me.press(page, "Save what is chosen")
    assert "Sessions added: 3" in done.text and "Nothing in the file waits" in done.text
    assert {each.payload.present_ids for each in list_sessions(site)} == {(client.id,)}
    # Sent twice, and the same file once more.
    me.press(page, "Save what is chosen")
    again = read(site, me, make_file(hour(WEEKLY, "SEQUENCE:3")))
    assert "3 entries are as before" in again.text
    assert len(list_sessions(site)) == 3


def test_initials_of_two_are_for_nobody_until_one_is_chosen(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    other = site.work.client("Ida Lund")
    page = read(site, me, make_file(hour()))
    assert "only this client has" not in page.text
    me.press(page, "Save what is chosen")
    assert list_sessions(site) == []
    (name,) = field_names(page, "for-")
    value = page.source.partition(">Ida Lund</option>")[0].rpartition('value="')[2].rstrip('"')
    me.send(me.open("/calendar"), {name: value})
    assert [each.payload.present_ids for each in list_sessions(site)] == [(other.id,)]


def test_moved_and_cancelled_hours_are_answered_one_by_one(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    me.press(read(site, me, make_file(hour(WEEKLY))), "Save what is chosen")
    moved = [f"RECURRENCE-ID:{SOON:%Y%m%dT%H%M%SZ}", *hour(at=SOON + timedelta(hours=2))]
    second = SOON + timedelta(weeks=1)
    off = [f"RECURRENCE-ID:{second:%Y%m%dT%H%M%SZ}", "STATUS:CANCELLED", *hour(at=second)]
    file = make_file(hour(WEEKLY), moved, off)
    page = read(site, me, file)
    assert "cancelled in the file" in page.text and "In the file:" in page.text
    names = field_names(page, "change-")
    done = me.send(page, dict.fromkeys(names, "follow"))
    assert "Sessions changed: 2" in done.text
    assert {(each.payload.starts_at, each.payload.attendance) for each in list_sessions(site)} == {
        (SOON + timedelta(hours=2), Attendance.PLANNED),
        (second, Attendance.CANCELLED),
        (SOON + timedelta(weeks=2), Attendance.PLANNED),
    }
    assert "Nothing in the file waits" in read(site, me, file).text


def test_an_hour_in_which_something_was_agreed_is_left_and_said(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    me.press(read(site, me, make_file(hour())), "Save what is chosen")
    (session,) = list_sessions(site)
    me.send(me.open(f"/sessions/{session.id}"), {"agreed": "call the sister"})
    page = read(site, me, make_file(hour(at=SOON + timedelta(hours=2))))
    assert "Something is written or given in it" in page.text
    names = field_names(page, "change-")
    me.post("/calendar/answers", {"csrf_token": page.typed("csrf_token") or "", names[0]: "follow"})
    assert list_sessions(site)[0].payload.starts_at == SOON


def test_zone_with_two_readings_is_asked_about_before_anything_is_saved(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    entry = [
        "UID:far",
        f"DTSTART;TZID=America/Sao_Paulo:{SOON:%Y%m%d}T140000",
        "DURATION:PT50M",
        "SUMMARY:I. L.",
    ]
    page = read(site, me, make_file(entry, zone=OLD_RULES))
    assert "UTC-03:00" in page.text and "UTC-02:00" in page.text
    refused = me.press(page, "Save what is chosen")
    assert refused.status == 422 and "Choose which of the two is meant" in refused.text
    assert list_sessions(site) == []
    (name,) = field_names(refused, "zone-")
    me.send(refused, {name: "file"})
    assert [each.payload.starts_at for each in list_sessions(site)] == [SOON.replace(hour=16)]


def test_entry_that_is_no_session_is_not_asked_about_again(site: Site, me: Person) -> None:
    page = read(site, me, make_file(hour(title="Dentist")))
    (name,) = field_names(page, "for-")
    me.send(page, {name: "pass"})
    assert "Dentist" not in read(site, me, make_file(hour(title="Dentist"))).text

    page = me.press(me.open("/calendar"), "Ask about them again")
    assert "passed over" not in page.text
    assert "Dentist" in read(site, me, make_file(hour(title="Dentist"))).text


def test_wrong_client_is_put_right_and_the_entry_proposed_anew(site: Site, me: Person) -> None:
    wrong, right = site.work.client("Ivo Lindqvist"), site.work.client("Petra Novak")
    file = make_file(hour(WEEKLY))
    me.press(read(site, me, file), "Save what is chosen")
    kept = list_sessions(site)[1]
    me.send(me.open(f"/sessions/{kept.id}"), {"agreed": "call the sister"})
    done = me.press(me.open("/calendar"), "Cancel these for I. L.")
    assert "marked as cancelled: 2" in done.text and "something is in them: 1" in done.text
    page = read(site, me, file)
    (name,) = field_names(page, "for-")
    value = page.source.partition(">Petra Novak</option>")[0].rpartition('value="')[2].rstrip('"')
    me.send(page, {name: value})
    found = {
        (each.payload.present_ids, each.payload.attendance, each.payload.starts_at)
        for each in list_sessions(site)
    }
    assert found == {
        ((wrong.id,), Attendance.CANCELLED, SOON),
        ((wrong.id,), Attendance.PLANNED, SOON + timedelta(weeks=1)),
        ((wrong.id,), Attendance.CANCELLED, SOON + timedelta(weeks=2)),
        ((right.id,), Attendance.PLANNED, SOON),
        ((right.id,), Attendance.PLANNED, SOON + timedelta(weeks=2)),
    }


def test_what_was_read_is_gone_after_a_lock(site: Site, me: Person) -> None:
    site.work.client("Ivo Lindqvist")
    page = read(site, me, make_file(hour(title="I. L. and her dog")))
    assert "her dog" in page.text
    site.app.worker.logins["known"].values.clear()
    answer = me.press(page, "Save what is chosen")
    assert answer.status == 422 and "Choose the file once more" in answer.text
    assert list_sessions(site) == []


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (b"%PDF-1.7", CalendarProblem.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", CalendarProblem.BROKEN),
        (b"x" * 2_700_000, CalendarProblem.TOO_LARGE),
        (b"x" * 4_000_000, CalendarProblem.TOO_LARGE),
    ],
    ids=["no calendar", "cut off", "too large", "over the limit of the request"],
)
def test_file_that_is_not_read_is_said_at_its_field(
    site: Site, me: Person, file: bytes, problem: CalendarProblem
) -> None:
    page = read(site, me, file)
    assert page.status in (413, 422) and PROBLEM_SENTENCES[problem] in page.text
    assert not write_lock.writer_lock.locked(), "nobody could save"


def test_calendar_without_an_end_is_stopped_and_said(
    site: Site, me: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(request: bytes) -> bytes:
        raise ParsingFailed(ParserOutcome.SLOW)

    monkeypatch.setattr(site.app.worker.keeper, "parse_definition", stop)
    page = read(site, me, make_file(hour()))
    assert page.status == 422 and "took too long and was stopped" in page.text


def test_newest_file_of_a_place_is_read_when_it_is_asked_for(site: Site, me: Person, tmp_path: Path) -> None:
    site.work.client("Ivo Lindqvist")
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "notes.txt").write_text("no calendar", encoding="utf-8")
    kept = me.send(me.open("/calendar"), {"place": str(folder)})
    assert "Saved." in kept.text
    assert "no calendar file in this folder" in me.press(kept, "Look there now").text
    (folder / "practice.ICS").write_bytes(make_file(hour()))
    assert "I. L." in me.press(me.open("/calendar"), "Look there now").text
    me.send(me.open("/calendar"), {"place": str(folder / "gone.ics")})
    assert "no file at this place now" in me.press(me.open("/calendar"), "Look there now").text
    me.send(me.open("/calendar"), {"place": ""})
    assert "Look there now" not in me.open("/calendar").text


@pytest.mark.parametrize(
    "address",
    [
        "https://calendar.example/x.ics",
        "webcal://calendar.example/x",
        "HTTP://x",
        "\\\\server\\share",
        "file:///x",
    ],
)
def test_address_on_the_internet_is_refused_kindly(site: Site, me: Person, address: str) -> None:
    page = me.send(me.open("/calendar"), {"place": address})
    assert page.status == 422 and ADDRESS_SENTENCE in page.text
    assert "Look there now" not in me.open("/calendar").text


def test_half_a_path_is_refused(site: Site, me: Person) -> None:
    page = me.send(me.open("/calendar"), {"place": "calendars"})
    assert page.status == 422 and "Write the whole path" in page.text


def test_own_hours_leave_with_initials_alone_and_are_known_when_they_come_back(
    site: Site, me: Person
) -> None:
    site.work.client("Ivo Lindqvist")
    me.press(read(site, me, make_file(hour(WEEKLY))), "Save what is chosen")
    page = me.open("/calendar/own")
    assert "This program can neither change nor delete it there" in page.text
    saved = me.press(page, "Save the file")
    assert saved.headers["Content-Type"].startswith("text/calendar")
    assert "Lindqvist" not in saved.headers["Content-Disposition"]
    calendar = vobject.readOne(saved.body.decode())
    assert [(each.summary.value, each.dtstart.value) for each in calendar.vevent_list] == [
        ("I. L.", SOON + timedelta(weeks=week)) for week in range(3)
    ]
    assert b"Lindqvist" not in saved.body and b"Harbour" not in saved.body
    back = read(site, me, saved.body)
    assert "3 entries are as before" in back.text
    neutral = me.send(page, {"titles": "neutral"})
    assert b"I. L." not in neutral.body and b"SUMMARY:Session" in neutral.body


def test_range_that_ends_before_it_begins_is_said(site: Site, me: Person) -> None:
    page = me.open("/calendar/own")
    answer = me.send(page, {"first": "2026-12-05", "last": "2026-12-01"})
    assert answer.status == 422 and "The last day is before the first one" in answer.text
    assert "no session with a time" in me.press(page, "Save the file").text
