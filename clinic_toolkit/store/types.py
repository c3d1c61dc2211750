"""Ids and times as they lie in the store: sixteen raw bytes, and microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years 2 to 9998.
_MIN_MICROSECONDS, _MAX_MICROSECONDS = -62_104_060_800_000_000, 253_370_764_800_000_000
_MICROSECOND = timedelta(microseconds=1)


class UuidType(TypeDecorator[UUID]):
    """A random UUID as its sixteen bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        """Python to store."""
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        """Store to Python."""
        return None if value is None else UUID(bytes=value)


@lru_cache(maxsize=4096)
def cached_uuid(raw: bytes) -> UUID:
    """The id of these sixteen bytes, for those that stand in thousands of rows: a ring, an author."""
    return UUID(bytes=raw)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; exact, because no float is involved.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The moment that `to_microseconds` stored, in UTC.

    Raises:
        ValueError: no clock can have said so, and in a time zone it might fall off the calendar.
    """
    if not _MIN_MICROSECONDS <= microseconds <= _MAX_MICROSECONDS:
        raise ValueError("not a moment")
    return _EPOCH + timedelta(0, 0, microseconds)
