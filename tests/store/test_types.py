"""Times and ids as they lie in the store."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.store.types import from_microseconds, to_microseconds

moments = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
)


@given(moments)
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


LAST_US = 253_370_764_800_000_000


@given(st.integers(LAST_US + 1, 1 << 70) | st.integers(-(1 << 70), -LAST_US - 1))
def test_what_no_clock_tells_is_no_moment(at: int) -> None:
    with pytest.raises(ValueError, match="not a moment"):
        from_microseconds(at)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001
