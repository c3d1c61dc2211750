"""What a local time means where the clocks are changed: a time that does not exist, or comes twice."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MINUTE = timedelta(minutes=1)


class ClockChange(StrEnum):
    """What a change of the clocks does to a local time."""

    NONE = ""
    SKIPPED = "skipped"
    TWICE = "twice"


class LocalMoment(NamedTuple):
    """A moment in UTC, its date and time in the zone that was asked for, and what the clocks did to it."""

    at: datetime
    local: datetime
    change: ClockChange


def find_zone(name: str) -> tzinfo | None:
    """Return the time zone of an IANA name; None, which means that of this machine, if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def resolve_moment(day: date, at: time, zone: tzinfo | None) -> LocalMoment:
    """Return the moment of a local time.

    A time that the clocks skip becomes the first that exists after it; one that comes twice is the first of
    the two.

    Args:
        zone: None is the zone of this machine.
    """
    local = datetime.combine(day, at)
    first, second = to_utc(local, zone), to_utc(local.replace(fold=1), zone)
    if first == second:
        return LocalMoment(first, local, ClockChange.NONE)
    if first < second:
        return LocalMoment(first, local, ClockChange.TWICE)
    # The clocks go forward after `second`, and not after `first`.
    before, after = second, first
    while after - before > _MINUTE:
        middle = before + ((after - before) // _MINUTE // 2) * _MINUTE
        if to_local(middle, zone) >= local:
            after = middle
        else:
            before = middle
    return LocalMoment(after, to_local(after, zone), ClockChange.SKIPPED)


def to_utc(local: datetime, zone: tzinfo | None) -> datetime:
    """Return a naive local time in UTC; `fold` says which of two is meant."""
    return (local if zone is None else local.replace(tzinfo=zone)).astimezone(UTC)


def to_local(at: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment as the naive local time of a zone; None is the zone of this machine."""
    return at.astimezone(zone).replace(tzinfo=None)


def zone_city(zone: str) -> str:
    """Return the place that an IANA name names: "New York" of "America/New_York"."""
    return zone.rpartition("/")[2].replace("_", " ")
