"""The two readings of a time zone in a calendar file: by the rules that the file brings, and by its name.

The library believes a name that it knows and passes over the rules of the file, others do it the other way
round, and the two may be an hour apart. So both are worked out, and a person chooses.
"""

from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.timezone import tzp

from clinic_toolkit.calendars.calendar_limits import MAX_OFFSET_MINUTES

_SECONDS_PER_MINUTE = 60


def forget_earlier_files() -> None:
    """Forget the zones of files read before: the library would read this one's by their rules."""
    tzp.use_default()


def read_file_rules(calendar: Calendar) -> dict[str, tzinfo]:
    """The zones that the file describes itself, by name; one with broken rules is left out."""
    rules: dict[str, tzinfo] = {}
    zones: list[Any] = calendar.walk("VTIMEZONE")
    for zone in zones:
        # A stranger's rules; what they raise is not foreseen.
        with suppress(Exception):
            rules[str(zone["TZID"])] = zone.to_tz(lookup_tzid=False)
    return rules


def offset_by_name(moment: datetime) -> int | None:
    """The offset in minutes by the name of the zone; None if the zone is not known by its name."""
    return _offset_of(moment) if isinstance(moment.tzinfo, ZoneInfo) else None


def offset_by_file(moment: datetime, rules: tzinfo | None) -> int | None:
    """The offset in minutes by the rules in the file; None if it has none for this zone."""
    return None if rules is None else _offset_of(moment.replace(tzinfo=rules))


def _offset_of(moment: datetime) -> int | None:
    try:
        offset = moment.utcoffset()
    except Exception:  # noqa: BLE001 - as above
        return None
    minutes = None if offset is None else int(offset.total_seconds() // _SECONDS_PER_MINUTE)
    return minutes if minutes is not None and abs(minutes) <= MAX_OFFSET_MINUTES else None
