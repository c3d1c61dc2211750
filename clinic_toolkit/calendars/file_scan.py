"""A first look at a calendar file, line by line: how much it holds, and what of it is needed.

Pictures, descriptions, guests and alarms are dropped before a library sees them, and so is what lies outside
the time that is read. A calendar of ten years is then as quick to read as one of a month.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from clinic_toolkit.calendars.calendar_limits import (
    MAX_EVENTS,
    MAX_EVENTS_IN_WINDOW,
    MAX_FILE_BYTES,
    CalendarProblem,
    CalendarRefused,
)
from clinic_toolkit.calendars.file_times import write_day

_FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_DAY = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_CALENDAR_LINES = frozenset(("PRODID", "VERSION", "METHOD", "X-WR-CALNAME"))
_EVENT_LINES = frozenset(
    "UID DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID SEQUENCE STATUS SUMMARY DTSTAMP".split()
)
_TIME_LINES = ("DTSTART", "DTEND", "RECURRENCE-ID")
# An entry is placed by the day in its own zone, which may be the day before or after that in another one.
_MARGIN = timedelta(days=2)


def extract_needed_lines(data: bytes, *, first: date, last: date) -> str:
    """The file with nothing in it but what says when its entries are, and their titles.

    Args:
        first: the first day that is read.
        last: the last day that is read.

    Raises:
        CalendarRefused: it is too large, holds too many entries, or is no calendar file.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CalendarRefused(CalendarProblem.TOO_LARGE)
    text = _FOLD.sub("", _decode(data)).lstrip("\ufeff \t\r\n")
    if not text[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise CalendarRefused(CalendarProblem.NO_CALENDAR)
    kept = ["BEGIN:VCALENDAR"]
    count = in_window = 0
    for part in _iter_parts(text):
        if part[0] == "BEGIN:VEVENT":
            count += 1
            if count > MAX_EVENTS:
                raise CalendarRefused(CalendarProblem.TOO_MANY_EVENTS)
            if not _may_lie_between(part, first - _MARGIN, last + _MARGIN):
                continue
            in_window += 1
            if in_window > MAX_EVENTS_IN_WINDOW:
                raise CalendarRefused(CalendarProblem.TOO_MANY_IN_WINDOW)
        kept += part
    return "\r\n".join([*kept, "END:VCALENDAR", ""])


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    # Older Outlook writes the code page of its machine; the titles alone are concerned.
    return data.decode("cp1252", "replace")


def _iter_parts(text: str) -> Iterator[list[str]]:
    """The lines of the calendar itself, one by one, then each entry and each time zone as a whole."""
    part: list[str] = []
    inner: list[str] = []
    for line in _LINE_END.split(text):
        match = _NAME.match(line)
        name = match.group().upper() if match else ""
        if name == "BEGIN":
            inner.append(line[6:].strip().upper())
            if len(inner) == 2:
                part = [f"BEGIN:{inner[1]}"]
            elif len(inner) > 2 and inner[1] == "VTIMEZONE":
                part.append(line)
        elif name == "END" and inner:
            ended = inner.pop()
            if ended != line[4:].strip().upper():
                raise CalendarRefused(CalendarProblem.BROKEN)
            if inner and inner[1:2] == ["VTIMEZONE"]:
                part.append(line)
            elif len(inner) == 1 and ended in ("VEVENT", "VTIMEZONE"):
                yield [*part, f"END:{ended}"]
        elif inner[1:] in (["VTIMEZONE"], ["VTIMEZONE", "STANDARD"], ["VTIMEZONE", "DAYLIGHT"]) or (
            inner[1:] == ["VEVENT"] and name in _EVENT_LINES
        ):
            part.append(line)
        elif len(inner) == 1 and name in _CALENDAR_LINES:
            yield [line]
    if inner:
        # Cut off on its way: what is missing would look as if it had been taken out of the calendar.
        raise CalendarRefused(CalendarProblem.BROKEN)


def _may_lie_between(lines: list[str], first: date, last: date) -> bool:
    earliest, latest = write_day(first), write_day(last)
    days = []
    for line in lines:
        head = line.upper()
        if head.startswith(("RRULE", "RDATE")) or "RANGE=" in head.partition(":")[0]:
            return True
        if head.startswith(_TIME_LINES):
            days += _DAY.findall(line.replace("T", " "))
    # An entry without a day is kept: it is counted as one that cannot be read.
    return not days or (min(days) <= latest and max(days) >= earliest)
