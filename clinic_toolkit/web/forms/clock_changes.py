"""Refuses a local time that does not exist, since the clocks go forward in that night."""

from datetime import date, time

from wtforms.validators import ValidationError

from clinic_toolkit.dates import format_date, format_time
from clinic_toolkit.record.scheduling import local_moments
from clinic_toolkit.record.scheduling.local_moments import ClockChange


def refuse_skipped_time(on: date | None, at: time | None) -> None:
    """Refuse a time of this machine's clock that it skips on this day; nothing if either is missing.

    Raises:
        ValidationError: it does not exist; the message names the first time after it.
    """
    if on is None or at is None:
        return
    moment = local_moments.resolve_moment(on, at, None)
    if moment.change == ClockChange.SKIPPED:
        after = format_time(moment.local)
        raise ValidationError(
            f"{format_time(at)} does not exist on {format_date(on)}, because the clock is put forward. "
            f"{after} is the first time after it: write that, or another time."
        )
