"""The moment of a session: its start in UTC, its length, and the time zone of the clinician.

The date and the times that people read are local, as they were entered. The moment is worked out when they
are saved, so that a later program or a machine in another time zone knows when the session was.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import tzlocal

from clinic_toolkit.record.people.therapy_session_record import TherapySession

_MINUTE_SECONDS = 60


def local_zone_name() -> str:
    """Return the IANA name of this machine's time zone, such as "Europe/Dublin"; "" if it names none."""
    try:
        return str(tzlocal.get_localzone_name() or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The settings of the machine contradict each other, or cannot be read.
        return ""


def with_moment(therapy_session: TherapySession, before: TherapySession | None = None) -> TherapySession:
    """Return the session with the moment of its local times.

    Args:
        before: the session as it was; if its date and times are the same, so is the moment, even if this
            machine is in another time zone by now. A new moment that the session brings itself stays if it
            is that of its local times.
    """
    if before is not None and _local_times(before) == _local_times(therapy_session):
        return msgspec.structs.replace(
            therapy_session, starts_at=before.starts_at, minutes=before.minutes, zone=before.zone
        )
    start, end = therapy_session.start, therapy_session.end
    local_start = datetime.combine(therapy_session.on, start) if start else None
    given = therapy_session.starts_at
    if given and (before is None or given != before.starts_at) and _is_clock_time(given, local_start):
        # From a calendar file, which says which of the two hours is meant that a clock shows twice.
        return msgspec.structs.replace(therapy_session, zone=local_zone_name())
    return msgspec.structs.replace(
        therapy_session,
        starts_at=local_start.astimezone(UTC) if local_start else None,
        minutes=_minutes_between(local_start, datetime.combine(therapy_session.on, end))
        if local_start and end
        else None,
        zone=local_zone_name(),
    )


def _is_clock_time(moment: datetime, local_start: datetime | None) -> bool:
    return local_start is not None and moment.astimezone().replace(tzinfo=None) == local_start


def _local_times(therapy_session: TherapySession) -> tuple[object, ...]:
    return (therapy_session.on, therapy_session.start, therapy_session.end)


def _minutes_between(start: datetime, end: datetime) -> int:
    # In UTC, because the clock may be put forward or back in between.
    return int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() // _MINUTE_SECONDS)
