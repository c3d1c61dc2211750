"""Reads a calendar file: every hour between two days, repeated entries one by one. Only without keys."""

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple, TypeAlias

import recurring_ical_events
from icalendar import Calendar

from clinic_toolkit.calendars import file_scan, file_times, file_zones
from clinic_toolkit.calendars.calendar_limits import (
    MAX_HOURS,
    MAX_MINUTES,
    MAX_TEXT_LENGTH,
    MAX_UID_LENGTH,
    CalendarProblem,
    CalendarRefused,
)
from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour, HourStatus

_DENSE_RULES = frozenset(("SECONDLY", "MINUTELY", "HOURLY"))
_MAX_UNKNOWN_ZONES = 20


# A property of the library may be any of thirty kinds; what a file holds shows when it is read.
Entry: TypeAlias = Any


class _Series(NamedTuple):
    """All entries with one id: the repeated one, and those that change one of its hours."""

    uid: str
    entries: list[Entry]


class _Findings:
    """What was found so far."""

    def __init__(self) -> None:
        self.hours: list[FileHour] = []
        self.whole_day = self.too_long = self.unreadable = 0
        self.unknown_zones: dict[str, None] = {}


def read_calendar(data: bytes, *, first: date, last: date) -> CalendarContent:
    """Read every hour that begins between two days, both included, in the zone that the file gives it.

    Raises:
        CalendarRefused: it is no calendar file, or holds too much.
    """
    text = file_scan.extract_needed_lines(data, first=first, last=last)
    with warnings.catch_warnings():
        # Said where a zone is known by the end of its name; the page shows the name as it is in the file.
        warnings.simplefilter("ignore")
        return _read_text(text, first, last)


def _read_text(text: str, first: date, last: date) -> CalendarContent:
    file_zones.forget_earlier_files()
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, LookupError) as error:
        raise CalendarRefused(CalendarProblem.BROKEN) from error
    rules = file_zones.read_file_rules(calendar)
    all_cancelled = _text_of(calendar, "METHOD").upper() == "CANCEL"
    found = _Findings()
    for series in _list_series(calendar, found):
        try:
            for occurrence in _expand(series, first, last):
                _take_hour(found, series, occurrence, rules, all_cancelled=all_cancelled)
        except CalendarRefused:
            raise
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a stranger's entry; what the libraries raise is not foreseen
            found.unreadable += 1
    return CalendarContent(
        source=_clean(_text_of(calendar, "X-WR-CALNAME") or _text_of(calendar, "PRODID")),
        first=first,
        last=last,
        hours=tuple(sorted(found.hours, key=lambda hour: (hour.local, hour.uid))),
        whole_day=found.whole_day,
        too_long=found.too_long,
        unreadable=found.unreadable,
        unknown_zones=tuple(found.unknown_zones)[:_MAX_UNKNOWN_ZONES],
    )


def _list_series(calendar: Calendar, found: _Findings) -> Iterator[_Series]:
    by_uid: dict[str, list[Entry]] = {}
    for entry in calendar.walk("VEVENT"):
        start = entry.get("DTSTART")
        if not _is_readable(entry):
            found.unreadable += 1
        elif not isinstance(start.dt, datetime):
            found.whole_day += 1
        elif start.dt.tzinfo is None and "TZID" in start.params:
            # The library reads it as a time without a zone, which would be an hour wrong without a word.
            found.unknown_zones[_clean(str(start.params["TZID"]))] = None
        else:
            by_uid.setdefault(_uid_of(entry), []).append(entry)
    return (_Series(uid, entries) for uid, entries in by_uid.items())


def _is_readable(entry: Entry) -> bool:
    """Whether an entry has a start, an end that is not before it, and rules that an hour can have."""
    try:
        start, end = entry["DTSTART"].dt, entry["DTEND"].dt if "DTEND" in entry else None
        # The library would exchange them.
        is_turned = end is not None and type(end) is type(start) and end < start
        return not is_turned and not _repeats_within_a_day(entry)
    except Exception:  # noqa: BLE001 - a broken property, or two starts, one with a zone
        return False


def _repeats_within_a_day(entry: Entry) -> bool:
    """Whether a rule repeats by the hour or faster: no hour with a client does, and it has no end in time."""
    rules = entry.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        if {str(each).upper() for each in rule.get("FREQ", ())} & _DENSE_RULES:
            return True
        if any(rule.get(part) for part in ("BYMINUTE", "BYSECOND")) or len(rule.get("BYHOUR", ())) > 1:
            return True
    return False


def _uid_of(entry: Entry) -> str:
    uid = _text_of(entry, "UID")
    if not uid:
        # An entry without an id can be known again only by what it is.
        start = entry["DTSTART"].dt.isoformat()
        uid = "no id " + hashlib.sha256(f"{start} {_text_of(entry, 'SUMMARY')}".encode()).hexdigest()
    return uid if len(uid) <= MAX_UID_LENGTH else hashlib.sha256(uid.encode()).hexdigest()


def _expand(series: _Series, first: date, last: date) -> list[Entry]:
    calendar = Calendar()
    for entry in series.entries:
        calendar.add_component(entry)
    begin, end = datetime.combine(first, time.min), datetime.combine(last + timedelta(days=1), time.min)
    occurrences = recurring_ical_events.of(calendar).between(begin, end)
    # What began before the first day and reaches into it is no hour of these days.
    return [each for each in occurrences if first <= each["DTSTART"].dt.date() <= last]


def _take_hour(
    found: _Findings,
    series: _Series,
    occurrence: Entry,
    rules: Mapping[str, tzinfo],
    *,
    all_cancelled: bool,
) -> None:
    start = occurrence["DTSTART"].dt
    if not isinstance(start, datetime):
        found.whole_day += 1
        return
    is_repeated = _is_repeated(series)
    minutes = _minutes_of(occurrence, is_repeated=is_repeated)
    if not 0 < minutes <= MAX_MINUTES:
        found.too_long += minutes > MAX_MINUTES
        found.unreadable += minutes <= 0
        return
    zone = _zone_in_file(series, occurrence)
    offset_by_name = file_zones.offset_by_name(start)
    offset_by_file = file_zones.offset_by_file(start, rules.get(zone))
    if start.tzinfo is not None and offset_by_name is None and offset_by_file is None:
        found.unknown_zones[_clean(zone)] = None
        return
    if len(found.hours) == MAX_HOURS:
        raise CalendarRefused(CalendarProblem.TOO_MANY_HOURS)
    status = _text_of(occurrence, "STATUS").upper()
    found.hours.append(
        FileHour(
            uid=series.uid,
            recurrence=_first_start_of(series, occurrence) if is_repeated else "",
            local=start.replace(tzinfo=None),
            minutes=minutes,
            zone=_clean(zone),
            file_offset=offset_by_file,
            name_offset=offset_by_name,
            sequence=max(0, int(occurrence.get("SEQUENCE", 0))),
            status=HourStatus.CANCELLED if all_cancelled or status == "CANCELLED" else HourStatus.PLANNED,
            summary=_clean(_text_of(occurrence, "SUMMARY")),
        )
    )


def _is_repeated(series: _Series) -> bool:
    return any(name in entry for entry in series.entries for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def _minutes_of(occurrence: Entry, *, is_repeated: bool) -> int:
    """The length in whole minutes; 0 if there is none.

    Of a repeated entry it is the length by the clock: one of 50 minutes at the hour that the clock skips in
    spring would otherwise end before it starts.
    """
    start, end = occurrence["DTSTART"].dt, occurrence["DTEND"].dt
    by_clock = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    if (start.tzinfo is None) != (end.tzinfo is None):
        return 0
    if start.tzinfo is None or (is_repeated and str(start.tzinfo) == str(end.tzinfo)):
        length = by_clock
    else:
        length = end.astimezone(UTC) - start.astimezone(UTC)
        length = length if length > timedelta() else by_clock
    return int(length // timedelta(minutes=1))


def _zone_in_file(series: _Series, occurrence: Entry) -> str:
    """The name of the zone as the file writes it, such as one of Windows; "" for a time without a zone."""
    start = occurrence["DTSTART"].dt
    if start.tzinfo is None:
        return ""
    for entry in series.entries:
        written = entry["DTSTART"]
        if written.dt.tzinfo is start.tzinfo or str(written.dt.tzinfo) == str(start.tzinfo):
            return str(written.params.get("TZID", "UTC"))
    return str(start.tzinfo)


def _first_start_of(series: _Series, occurrence: Entry) -> str:
    """The start that an hour of a series had before it was moved: in UTC, or by the clock without a zone."""
    first_start = occurrence["RECURRENCE-ID"].dt
    for entry in series.entries:
        written = entry.get("RECURRENCE-ID")
        if written is not None and written.params.get("RANGE") and written.dt == first_start:
            # It moves all later hours as well, and the library gives them all the id of the first one.
            moved_by = _clock_of(entry["DTSTART"].dt, entry) - _clock_of(first_start, entry)
            first_start = occurrence["DTSTART"].dt - moved_by
            break
    if not isinstance(first_start, datetime):
        return file_times.write_day(first_start)
    return file_times.write_time(first_start)


def _clock_of(moment: Any, entry: Entry) -> datetime:
    """A start as the clock of the entry's own zone shows it."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    zone = entry["DTSTART"].dt.tzinfo
    return (moment.astimezone(zone) if moment.tzinfo and zone else moment).replace(tzinfo=None)


def _text_of(component: Entry, name: str) -> str:
    value = component.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value)


def _clean(text: str) -> str:
    """One line of printable characters, shortened."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:MAX_TEXT_LENGTH]
