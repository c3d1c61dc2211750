"""How ids and times are stored: 16 raw bytes, and microseconds since 1970 in UTC."""

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
    """Column type of a random UUID, stored as 16 bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        """Convert a UUID to bytes."""
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        """Convert bytes to a UUID."""
        return None if value is None else UUID(bytes=value)


@lru_cache(maxsize=4096)
def cached_uuid(raw: bytes) -> UUID:
    """The UUID of these 16 bytes, cached for ids that occur in thousands of rows (rings, authors)."""
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
        ValueError: it is outside the years 2 to 9998, where converting it to a time zone could overflow.
    """
    if not _MIN_MICROSECONDS <= microseconds <= _MAX_MICROSECONDS:
        raise ValueError("not a moment")
    return _EPOCH + timedelta(0, 0, microseconds)
