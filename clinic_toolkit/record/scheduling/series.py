"""Series of hours: begin, end or change one; leave an hour out."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.scheduling import series_rule
from clinic_toolkit.record.scheduling.series_record import (
    SESSION_SERIES,
    SeriesEvent,
    SeriesState,
    SessionSeries,
)
from clinic_toolkit.record.scheduling.taken_hours import (
    NotAnHourOfSeries,
    find_session_of_hour,
    list_sessions_of_series,
)
from clinic_toolkit.vault.vault import Vault

_DAY = timedelta(days=1)
MAX_MINUTES = 480


class SeriesEndsBeforeStart(ClinicError):
    """The last day of a series would be before its first."""

    def __init__(self) -> None:
        super().__init__("The end is before the beginning. Write the first day, or a later one.")


class HourTaken(ClinicError):
    """The hour is a session of its own by now."""

    def __init__(self) -> None:
        super().__init__("This hour was opened or moved meanwhile. Its own page says what happens to it.")


class LengthOutOfRange(ClinicError):
    """An hour of no length, or of more than eight hours."""

    def __init__(self) -> None:
        super().__init__(f"Write whole minutes from 1 to {MAX_MINUTES}.")


def _check(series: SessionSeries) -> None:
    if not 1 <= series.minutes <= MAX_MINUTES:
        raise LengthOutOfRange
    if series.last_on and series.last_on < series.first_on:
        raise SeriesEndsBeforeStart


def begin_series(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    series: SessionSeries,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[SessionSeries]:
    """Begin a series, in the ring of its case.

    Raises:
        LengthOutOfRange: the hours have no length, or more than `MAX_MINUTES`.
        SeriesEndsBeforeStart: the last day is before the first.
    """
    _check(series)
    return records.create_record(
        db,
        vault,
        SESSION_SERIES,
        series,
        ring=case.ring,
        state=SeriesState.RUNNING,
        event=SeriesEvent.BEGUN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def load_series(db: Connection, vault: Vault, series_id: UUID) -> RecordVersion[SessionSeries]:
    """Load one series.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, SESSION_SERIES, series_id)


def list_series_of_cases(
    db: Connection, vault: Vault, cases: list[RecordVersion[Case]]
) -> list[RecordVersion[SessionSeries]]:
    """Return the series of these cases, in the order of creation."""
    return records.list_records_in_rings(db, vault, SESSION_SERIES, [case.ring for case in cases])


def skip_hour(
    db: Connection, vault: Vault, current: RecordVersion[SessionSeries], day: date, *, now: datetime
) -> RecordVersion[SessionSeries]:
    """Leave out the hour of this day; nothing if it is left out already.

    Raises:
        NotAnHourOfSeries: the series has none on this day.
        HourTaken: the hour is a session of its own by now.
    """
    if day in current.payload.skipped:
        return current
    if find_session_of_hour(db, vault, current, day):
        raise HourTaken
    if not series_rule.is_date_of(current.payload.rule, day):
        raise NotAnHourOfSeries
    skipped = tuple(sorted((*current.payload.skipped, day)))
    return _append(db, vault, current, SeriesEvent.SKIPPED, now=now, skipped=skipped)


def take_back_hour(
    db: Connection, vault: Vault, current: RecordVersion[SessionSeries], day: date, *, now: datetime
) -> RecordVersion[SessionSeries]:
    """Let an hour that was left out take place after all; nothing if it was not left out."""
    if day not in current.payload.skipped:
        return current
    skipped = tuple(each for each in current.payload.skipped if each != day)
    return _append(db, vault, current, SeriesEvent.TAKEN_BACK, now=now, skipped=skipped)


def end_series(
    db: Connection, vault: Vault, current: RecordVersion[SessionSeries], last_on: date, *, now: datetime
) -> RecordVersion[SessionSeries]:
    """End a series on this day; its hours that are sessions of their own stay.

    Args:
        last_on: the last day on which it may have an hour; the day before its first leaves it without any.

    Raises:
        SeriesEndsBeforeStart: this is earlier than that.
    """
    if last_on < current.payload.first_on - _DAY:
        raise SeriesEndsBeforeStart
    if current.payload.last_on == last_on:
        return current
    return _append(db, vault, current, SeriesEvent.ENDED, now=now, state=SeriesState.ENDED, last_on=last_on)


def end_all_series(db: Connection, vault: Vault, case: RecordVersion[Case], *, now: datetime) -> None:
    """End every series of a case yesterday, since nobody comes any more; what was held or moved stays."""
    yesterday = now.astimezone().date() - _DAY
    for current in records.list_records_in_rings(db, vault, SESSION_SERIES, [case.ring]):
        last_on = current.payload.last_on
        if last_on is None or last_on > yesterday:
            before_first = current.payload.first_on - _DAY
            end_series(db, vault, current, max(yesterday, before_first), now=now)


def change_series_from(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    current: RecordVersion[SessionSeries],
    changed: SessionSeries,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[SessionSeries]:
    """End a series and go on with another from the first day of that; returns the new one.

    What was left out, moved or entered from then on counts for the new series too, so that nobody is
    expected twice in a week.

    Raises:
        LengthOutOfRange: the hours have no length, or more than `MAX_MINUTES`.
        SeriesEndsBeforeStart: the last day of the new one is before its first.
    """
    _check(changed)
    held = [day for day in current.payload.skipped if day >= changed.first_on]
    held += [
        session.payload.series_date
        for session in list_sessions_of_series(db, vault, current)
        if session.payload.series_date
        and max(session.payload.series_date, session.payload.on) >= changed.first_on
    ]
    following = msgspec.structs.replace(changed, skipped=(), follows=current.id.bytes)
    skipped = series_rule.list_held_dates(following.rule, held)
    following = msgspec.structs.replace(following, skipped=tuple(sorted(skipped)))
    last_on = max(changed.first_on, current.payload.first_on) - _DAY
    end_series(db, vault, current, min(last_on, current.payload.last_on or last_on), now=now)
    return begin_series(db, vault, case, following, now=now, idempotency_key=idempotency_key)


def _append(
    db: Connection,
    vault: Vault,
    current: RecordVersion[SessionSeries],
    event: SeriesEvent,
    *,
    now: datetime,
    state: str | None = None,
    **changes: object,
) -> RecordVersion[SessionSeries]:
    payload = msgspec.structs.replace(current.payload, **changes)
    return records.append_version(
        db, vault, SESSION_SERIES, current, payload, state=state or current.state, event=event, now=now
    )
