"""Which entry of a file is which of the hours that were confirmed before."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from clinic_toolkit.calendars.file_hours import FileHour
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.calendars.calendar_link_record import CalendarLink

Link = RecordVersion[CalendarLink]
# A series that is moved as a whole gets new numbers for its hours; an hour stays in its week.
_MAX_MOVE = timedelta(days=3)


class PairedEntries(Struct, frozen=True, kw_only=True):
    """Links with their entry of the file, the links and entries without one, and how many were older."""

    pairs: tuple[tuple[Link, FileHour], ...]
    links: tuple[Link, ...]
    hours: tuple[FileHour, ...]
    older: int


def pair_entries(links: Sequence[Link], hours: Sequence[FileHour]) -> PairedEntries:
    """Pair by number, then by time within one series, then by the nearest time of its week.

    An entry with a lower sequence number than the one read last is of an older file, and says nothing.
    """
    by_uid: dict[str, list[FileHour]] = {}
    for hour in hours:
        by_uid.setdefault(hour.uid, []).append(hour)
    pairs: list[tuple[Link, FileHour]] = []
    left_links: list[Link] = []
    for uid, of_series in _group_links(links).items():
        waiting, rest = _take_by_key(
            of_series,
            by_uid.get(uid, []),
            lambda link: link.recurrence,
            lambda hour: (hour.recurrence,),
            pairs,
        )
        waiting, rest = _take_by_key(waiting, rest, lambda link: link.starts_at, list_readings, pairs)
        waiting, rest = _take_nearest(waiting, rest, pairs)
        left_links += waiting
        by_uid[uid] = rest
    current = [(link, hour) for link, hour in pairs if hour.sequence >= link.payload.sequence]
    return PairedEntries(
        pairs=tuple(current),
        links=tuple(left_links),
        hours=tuple(hour for rest in by_uid.values() for hour in rest),
        older=len(pairs) - len(current),
    )


def _group_links(links: Sequence[Link]) -> dict[str, list[Link]]:
    grouped: dict[str, list[Link]] = {}
    for link in links:
        grouped.setdefault(link.payload.uid, []).append(link)
    return grouped


def list_readings(hour: FileHour) -> tuple[datetime, ...]:
    """When an hour is: one moment, or two where the file and the name of its zone differ."""
    return tuple({hour.starts_at(): None, hour.starts_at(by_file=True): None})


def _take_by_key(
    links: Sequence[Link],
    hours: Sequence[FileHour],
    key_of: Callable[[CalendarLink], object],
    keys_of: Callable[[FileHour], Sequence[object]],
    pairs: list[tuple[Link, FileHour]],
) -> tuple[list[Link], list[FileHour]]:
    """Add the pairs that have a key in common; returns what is left of both."""
    waiting = {key_of(link.payload): link for link in links}
    # Two links with one key do not come about; if they did, the second would wait in vain.
    left_links = [link for link in links if waiting[key_of(link.payload)] is not link]
    left_hours = []
    for hour in hours:
        key = next((key for key in keys_of(hour) if key in waiting), None)
        if key is None:
            left_hours.append(hour)
        else:
            pairs.append((waiting.pop(key), hour))
    return [*left_links, *waiting.values()], left_hours


def _take_nearest(
    links: Sequence[Link], hours: Sequence[FileHour], pairs: list[tuple[Link, FileHour]]
) -> tuple[list[Link], list[FileHour]]:
    left_links, left_hours = [], list(hours)
    for link in links:
        nearest = min(left_hours, key=lambda hour: _distance(link, hour), default=None)
        if nearest is None or _distance(link, nearest) > _MAX_MOVE:
            left_links.append(link)
        else:
            left_hours.remove(nearest)
            pairs.append((link, nearest))
    return left_links, left_hours


def _distance(link: Link, hour: FileHour) -> timedelta:
    starts_at = link.payload.starts_at
    return abs(starts_at - hour.starts_at()) if starts_at else timedelta.max
