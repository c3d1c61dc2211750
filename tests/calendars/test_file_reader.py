"""Calendar files: each made case gives the hours worked out by hand, and a second library agrees."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import vobject

from clinic_toolkit.calendars import file_reader
from clinic_toolkit.calendars.calendar_limits import CalendarProblem, CalendarRefused
from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour, HourStatus

_HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = tomllib.loads((_HERE / "cases.toml").read_text("utf-8"))["case"]
_FIRST, _LAST = date(2026, 1, 1), date(2026, 12, 31)


def make_file(*events: list[str], zone: str = "", head: tuple[str, ...] = ()) -> bytes:
    """A calendar file with these entries; each gets the id and the title that it does not bring."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Made by hand//EN", *head]
    if zone:
        lines += _zone_lines(*zone.split("|"))
    for event in events:
        given = {line.split(":")[0].split(";")[0] for line in event}
        lines += ["BEGIN:VEVENT", *event]
        lines += [
            line
            for line in ("UID:one@example.org", "SUMMARY:Q. V.")
            if line[:3] not in {g[:3] for g in given}
        ]
        lines += ["END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _zone_lines(
    name: str, winter: str, summer: str, to_summer: str, rule_1: str, to_winter: str, rule_2: str
) -> list[str]:
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for kind, before, after, start, rule in (
        ("DAYLIGHT", winter, summer, to_summer, rule_1),
        ("STANDARD", summer, winter, to_winter, rule_2),
    ):
        month, day = rule.split(",")
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{start}",
            f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={day}",
            f"TZOFFSETFROM:{before}",
            f"TZOFFSETTO:{after}",
            f"END:{kind}",
        ]
    return [*lines, "END:VTIMEZONE"]


def _read_case(case: dict[str, Any]) -> CalendarContent:
    file = make_file(case["entries"], *case.get("changes", []), zone=case.get("zone", ""))
    return file_reader.read_calendar(file, first=case.get("first", _FIRST), last=case.get("last", _LAST))


def _in_words(hour: FileHour, *, by_file: bool = False) -> str:
    words = f"{hour.starts_at(by_file=by_file):%Y-%m-%d %H:%M} {hour.minutes}"
    return words + (" cancelled" if hour.status == HourStatus.CANCELLED else "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_hours_of_a_made_case(case: dict[str, Any]) -> None:
    content = _read_case(case)
    assert [_in_words(hour) for hour in content.hours] == case.get("hours", [])
    if "file" in case:
        assert [_in_words(hour, by_file=True) for hour in content.hours] == case["file"]
    if "first_starts" in case:
        assert [hour.recurrence for hour in content.hours] == case["first_starts"]
    if "in_zone" in case:
        assert {hour.zone for hour in content.hours} == {case["in_zone"]}
    for counted in ("whole_day", "too_long", "unreadable"):
        assert getattr(content, counted) == case.get(counted, 0), counted
    assert list(content.unknown_zones) == case.get("unknown_zones", [])


@pytest.mark.parametrize("case", [each for each in CASES if "file" in each], ids=lambda case: case["name"])
def test_second_library_reads_the_rules_of_the_file_alike(case: dict[str, Any]) -> None:
    file = make_file(case["entries"], zone=case["zone"]).decode()
    entry = vobject.readOne(file).vevent
    started = entry.dtstart.value.astimezone(UTC)
    assert [f"{started:%Y-%m-%d %H:%M}"] == [" ".join(each.split()[:2]) for each in case["file"]]


def test_only_a_zone_with_other_rules_than_its_name_is_ambiguous() -> None:
    ambiguous = {case["name"] for case in CASES for hour in _read_case(case).hours if hour.is_ambiguous}
    assert ambiguous == {"São Paulo by the name, with the old rules in the file"}


def test_second_file_is_not_read_by_the_zone_of_the_first() -> None:
    entry = ["DTSTART;TZID=Praxis:20260630T100000", "DURATION:PT50M"]
    zones = ("+0100|+0200", "+0500|+0600")
    starts = [
        file_reader.read_calendar(
            make_file(entry, zone=f"Praxis|{zone}|20070325T020000|3,-1SU|20071028T030000|10,-1SU"),
            first=_FIRST,
            last=_LAST,
        )
        .hours[0]
        .starts_at()
        .hour
        for zone in zones
    ]
    assert starts == [8, 4]


@pytest.mark.parametrize(
    ("sample", "first", "starts"),
    [
        ("america_new_york", date(2014, 8, 1), [datetime(2014, 8, 29, 12, 0, tzinfo=UTC)]),
        ("bom_calendar", date(2014, 8, 1), []),
        ("google_export_with_alarm", date(2024, 10, 1), [datetime(2024, 10, 4, 18, 15, tzinfo=UTC)]),
        (
            "issue_1081_event_with_rrule",
            date(2025, 1, 1),
            [datetime(2025, 1, day, 10, 0, tzinfo=UTC) for day in range(1, 11)],
        ),
        ("issue_722_missing_timezones", date(2014, 8, 1), [datetime(2014, 8, 29, 12, 0, tzinfo=UTC)]),
    ],
)
def test_samples_of_other_programs(sample: str, first: date, starts: list[datetime]) -> None:
    data = (_HERE / "samples" / f"{sample}.ics").read_bytes()
    content = file_reader.read_calendar(data, first=first, last=first.replace(day=31, month=12))
    # An entry without an end has no length, so its hours are only counted.
    assert [hour.starts_at() for hour in content.hours] == (
        starts if sample != "issue_1081_event_with_rrule" else []
    )
    assert content.unreadable == {"issue_1081_event_with_rrule": 10, "issue_722_missing_timezones": 1}.get(
        sample, 0
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", CalendarProblem.NO_CALENDAR),
        (b"PK\x03\x04 a zip", CalendarProblem.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n", CalendarProblem.BROKEN),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", CalendarProblem.BROKEN),
        (make_file(*[["DTSTART:20200101T100000Z"]] * 50_000), CalendarProblem.TOO_MANY_EVENTS),
        (make_file(*[["DTSTART:20260301T100000Z"]] * 5_000), CalendarProblem.TOO_MANY_IN_WINDOW),
        (b"BEGIN:VCALENDAR" + b" " * 13 * 2**20, CalendarProblem.TOO_LARGE),
    ],
    ids=lambda value: str(value) if isinstance(value, CalendarProblem) else "",
)
def test_what_is_not_read(data: bytes, problem: CalendarProblem) -> None:
    with pytest.raises(CalendarRefused) as refused:
        file_reader.read_calendar(data, first=_FIRST, last=_LAST)
    assert refused.value.problem == problem


def test_entries_that_repeat_too_often_are_refused() -> None:
    daily = [
        [f"UID:{n}", "DTSTART:20200101T100000Z", "DURATION:PT50M", "RRULE:FREQ=DAILY"] for n in range(12)
    ]
    with pytest.raises(CalendarRefused) as refused:
        file_reader.read_calendar(make_file(*daily), first=_FIRST, last=_LAST)
    assert refused.value.problem == CalendarProblem.TOO_MANY_HOURS


def test_ten_years_of_single_entries_are_read_for_the_weeks_that_are_asked_for() -> None:
    entries = [
        [f"UID:{year}-{day}", f"DTSTART:{year}{1 + day % 12:02d}{1 + day % 28:02d}T100000Z", "DURATION:PT50M"]
        for year in range(2016, 2026)
        for day in range(1_500)
    ]
    wanted = [["UID:now", "DTSTART:20260301T100000Z", "DURATION:PT50M"]]
    content = file_reader.read_calendar(
        make_file(*entries, *wanted), first=_FIRST.replace(month=2), last=_LAST
    )
    assert [hour.uid for hour in content.hours] == ["now"]


def test_titles_alone_are_taken_and_in_one_line() -> None:
    file = make_file(
        [
            "DTSTART:20260301T100000Z",
            "DURATION:PT50M",
            "SUMMARY:Q. V.\\n\x1b in the\r\n  morning " + "x" * 300,
            "DESCRIPTION:very private",
            "BEGIN:VALARM",
            "TRIGGER:-PT10M",
            "SUMMARY:Alarm",
            "END:VALARM",
        ]
    )
    content = file_reader.read_calendar(file, first=_FIRST, last=_LAST)
    assert content.hours[0].summary.startswith("Q. V. in the morning xxx")
    assert len(content.hours[0].summary) == 200
    assert b"very private" in file
    assert b"very private" not in msgspec.msgpack.encode(content)
