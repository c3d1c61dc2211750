"""One's own hours as a calendar file: when each is, and a title that names nobody."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from clinic_toolkit.calendars.file_hours import HourStatus
from clinic_toolkit.calendars.file_times import write_time

# Bytes of a line, as the format asks; a longer one goes on behind a space.
_MAX_LINE_BYTES = 75


class OwnHour(Struct, frozen=True, kw_only=True):
    """One hour; `sequence` grows with each change, so that another calendar takes the newest."""

    uid: str
    starts_at: datetime
    minutes: int
    sequence: int
    status: HourStatus
    title: str


def write_calendar(hours: Iterable[OwnHour], *, written_at: datetime) -> bytes:
    """Write hours as a calendar file, every time in UTC; it names no program, no place and no practice."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for hour in hours:
        lines += _write_hour(hour, written_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line)).encode()


def _write_hour(hour: OwnHour, written_at: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{hour.uid}",
        f"DTSTAMP:{write_time(written_at)}",
        f"DTSTART:{write_time(hour.starts_at)}",
        f"DTEND:{write_time(hour.starts_at + timedelta(minutes=hour.minutes))}",
        f"SEQUENCE:{hour.sequence}",
        f"STATUS:{'CANCELLED' if hour.status == HourStatus.CANCELLED else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        f"SUMMARY:{_escape(hour.title)}",
        "END:VEVENT",
    ]


def _escape(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(text.split())


def _fold(line: str) -> Iterator[str]:
    """A line in parts of at most 75 bytes, none of which ends inside a letter."""
    part = ""
    for char in line:
        if len((part + char).encode()) > _MAX_LINE_BYTES:
            yield part
            part = " "
        part += char
    yield part
