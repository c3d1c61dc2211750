"""The proposals of a calendar file in words, as its page shows them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time

from msgspec import Struct

from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour
from clinic_toolkit.dates import format_day_and_month, format_short_date, format_time_range, weekday_name
from clinic_toolkit.record.calendars.client_matching import MatchReason
from clinic_toolkit.record.calendars.hour_decisions import local_times
from clinic_toolkit.record.calendars.hour_obstacles import HourObstacle
from clinic_toolkit.record.calendars.proposals import Change, ChangeKind, NewSeries, SameHour
from clinic_toolkit.record.calendars.taken_entries import TakenEntry
from clinic_toolkit.web import context

_REASONS = {
    MatchReason.NONE: "",
    MatchReason.KNOWN: "You confirmed earlier hours of this entry for this client.",
    MatchReason.SAME_TIME: "Another hour of this entry is at the time of a session of this client.",
    MatchReason.TITLE: "The title has what only this client has.",
}
_OBSTACLES = {
    HourObstacle.BEGUN: "It has begun, or its time has come, so no file changes it.",
    HourObstacle.ANSWERED: "How it went is entered already, so no file changes it.",
    HourObstacle.HOLDS_SOMETHING: "Something is written or given in it, so no file changes it.",
    HourObstacle.UNREADABLE: "It cannot be read, so no file changes it.",
}
_KEY_LENGTH = 16
_NO_TITLE = "(without a title)"


class SeriesLine(Struct, frozen=True, kw_only=True):
    """The new hours of one entry, and for whom they are proposed."""

    key: str
    title: str
    hours: tuple[str, ...]
    series: NewSeries
    reason: str


class SameLine(Struct, frozen=True, kw_only=True):
    """An entry that may be a session that is here."""

    key: str
    title: str
    when: str
    same: SameHour


class ChangeLine(Struct, frozen=True, kw_only=True):
    """What the file says now of an hour; `follow` is what the button would do."""

    key: str
    sentence: str
    follow: str
    obstacle: str
    change: Change


class ZoneLine(Struct, frozen=True, kw_only=True):
    """A time zone with two readings: an hour by the one and by the other."""

    key: str
    zone: str
    by_name: str
    by_file: str


class TakenLine(Struct, frozen=True, kw_only=True):
    """An entry whose hours are sessions of a client."""

    key: str
    who: str
    words: str


def describe_series(series: NewSeries) -> SeriesLine:
    """One line for the new hours of an entry."""
    return SeriesLine(
        key=_key_of("series", series.uid, series.summary),
        title=series.summary or _NO_TITLE,
        hours=tuple(map(_describe_hour, series.hours)),
        series=series,
        reason=_REASONS[series.reason],
    )


def describe_same(same: SameHour) -> SameLine:
    """One line for an entry that may be a session."""
    return SameLine(
        key=_key_of("same", same.hour.uid, same.hour.recurrence),
        title=same.hour.summary or _NO_TITLE,
        when=_describe_hour(same.hour),
        same=same,
    )


def describe_change(change: Change) -> ChangeLine:
    """One line for an hour of which the file says something else."""
    session = change.session.payload
    is_here = _format_when(datetime.combine(session.on, session.start), session.end) if session.start else ""
    in_file = _describe_hour(change.hour) if change.hour else ""
    sentence, follow = {
        ChangeKind.MOVED: (f"Here: {is_here}. In the file: {in_file}.", "Move it here too"),
        ChangeKind.CANCELLED: (f"{is_here}: cancelled in the file.", "Mark it as cancelled"),
        ChangeKind.GONE: (f"{is_here}: not in the file any more.", "Mark it as cancelled"),
        ChangeKind.PLANNED_AGAIN: (
            f"Cancelled here. In the file it is planned: {in_file}.",
            "Plan it again",
        ),
    }[change.kind]
    return ChangeLine(
        key=change.link.id.hex,
        sentence=sentence,
        follow=follow,
        obstacle=_OBSTACLES[change.obstacle] if change.obstacle else "",
        change=change,
    )


def key_of_entry(entry: TakenEntry) -> str:
    """What stands for an entry in a form."""
    return _key_of("entry", entry.uid, entry.case_id.hex)


def describe_taken(entry: TakenEntry, who: str) -> TakenLine:
    """One line for an entry whose hours are sessions here."""
    following = entry.sessions[0].payload
    when = (
        _format_when(datetime.combine(following.on, following.start), following.end)
        if following.start
        else ""
    )
    count = len(entry.sessions)
    return TakenLine(
        key=key_of_entry(entry),
        who=who,
        words=f"{when}, and {count - 1} more to come" if count > 1 else when,
    )


def describe_released(cancelled: int, left: int) -> str:
    """What became of the hours of an entry that was taken for the wrong client."""
    words = f"Sessions marked as cancelled: {cancelled}. The entry is proposed anew when a file is read."
    return f"{words} Left as they are, since something is in them: {left}." if left else words


def list_zones(hours: Sequence[FileHour]) -> tuple[ZoneLine, ...]:
    """The time zones of these hours that have two readings, each with its first hour."""
    first_by_zone: dict[str, FileHour] = {}
    for hour in hours:
        if hour.is_ambiguous:
            first_by_zone.setdefault(hour.zone, hour)
    return tuple(
        ZoneLine(
            key=_key_of("zone", zone),
            zone=zone,
            by_name=f"{_describe_reading(hour, by_file=False)} ({_offset_words(hour.name_offset)})",
            by_file=f"{_describe_reading(hour, by_file=True)} ({_offset_words(hour.file_offset)})",
        )
        for zone, hour in sorted(first_by_zone.items())
    )


def describe_left_out(content: CalendarContent, *, older: int, passed_over: int) -> tuple[str, ...]:
    """What of the file is not proposed, and why."""
    counted = (
        (content.whole_day, "for whole days", "They have no hour."),
        (content.too_long, "longer than twelve hours", ""),
        (content.unreadable, "not readable, without an end, or repeated within a day", ""),
        (older, "older than what was read before", "This seems to be an earlier file."),
        (passed_over, "passed over, or of a client who is to be erased", ""),
    )
    lines = [
        f"{'1 entry' if count == 1 else f'{count} entries'} {what}. {why}".strip()
        for count, what, why in counted
        if count
    ]
    lines += [
        f"Entries in the time zone “{zone}”: its name is not known, and the file does not say what it is, so "
        "when they are cannot be told. Enter them by hand."
        for zone in content.unknown_zones
    ]
    return tuple(lines)


def _describe_hour(hour: FileHour) -> str:
    words = _describe_reading(hour, by_file=False)
    if hour.is_ambiguous:
        by_file = _describe_reading(hour, by_file=True)
        return f"{words} by the name of its time zone, {by_file} by the file’s rules"
    if not hour.zone:
        return f"{words}; no time zone in the file, so by the clock of this computer"
    return words


def _describe_reading(hour: FileHour, *, by_file: bool) -> str:
    start, end = local_times(hour.starts_at(by_file=by_file), hour.minutes)
    return _format_when(start, end)


def _format_when(start: datetime, end: time | None) -> str:
    day = f"{weekday_name(start)[:3]} {format_day_and_month(start)}"
    if start.year != context.today().year:
        day = f"{weekday_name(start)[:3]} {format_short_date(start)}"
    return f"{day}, {format_time_range(start.time(), end)}"


def _offset_words(minutes: int | None) -> str:
    total = minutes or 0
    hours, rest = divmod(abs(total), 60)
    return f"UTC{'-' if total < 0 else '+'}{hours:02}:{rest:02}"


def _key_of(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_KEY_LENGTH]
