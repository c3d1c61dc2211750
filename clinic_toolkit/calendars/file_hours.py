"""What is taken out of a calendar file: each hour once, with both readings of its time zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import msgspec


class HourStatus(StrEnum):
    """What the file says of an hour."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class FileHour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a calendar file.

    `recurrence` is the start that an hour of a series had at first, "" for an entry that does not repeat.
    `local` is the wall clock time as the file has it, and `zone` the zone as the file names it: "" for the
    clock of whoever reads it. `file_offset` is the offset from UTC in minutes by the rules in the file, and
    `name_offset` that by the name of the zone; None where there are no such rules.
    """

    uid: str
    recurrence: str
    local: datetime
    minutes: int
    zone: str
    file_offset: int | None
    name_offset: int | None
    sequence: int
    status: HourStatus
    summary: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether the rules in the file and the name of its zone give two different hours."""
        return (
            self.file_offset is not None
            and self.name_offset is not None
            and self.file_offset != self.name_offset
        )

    def starts_at(self, *, by_file: bool = False) -> datetime:
        """The start in UTC.

        Args:
            by_file: by the rules in the file where they differ from the name of the zone.
        """
        offset = self.file_offset if by_file or self.name_offset is None else self.name_offset
        offset = self.name_offset if offset is None else offset
        if offset is None:
            # The clock of this computer, as a session that is typed in has it.
            return self.local.astimezone(UTC)
        return self.local.replace(tzinfo=timezone(timedelta(minutes=offset))).astimezone(UTC)

    def __repr__(self) -> str:
        return "<FileHour>"


class CalendarContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar file holds between two days.

    `source` is the name of the calendar or of the program that wrote it. The rest is counted or named, since
    it is no hour: whole-day entries, entries that are too long, entries that cannot be read, time zones that
    are known neither by name nor by the file.
    """

    source: str
    first: date
    last: date
    hours: tuple[FileHour, ...] = ()
    whole_day: int = 0
    too_long: int = 0
    unreadable: int = 0
    unknown_zones: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<CalendarContent>"
