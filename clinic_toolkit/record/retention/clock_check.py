"""Whether the clock of the computer can be believed, as far as the times of the audit log tell."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_entries
from clinic_toolkit.vault.vault import Vault

MAX_STEP = timedelta(days=1)


def find_clock_step(db: Connection, vault: Vault, *, from_entry: int, now: datetime) -> timedelta | None:
    """Return the largest step of more than a day between two entries that follow each other, up to now.

    A step may be days without the program, or a clock that was set: only a person can tell. Forward steps are
    positive.

    Args:
        from_entry: the number of the entry to begin with.
    """
    times = [
        result.entry.recorded_at
        for result in audit_entries.iter_entries_after(db, vault, from_entry - 1)
        if result.entry and not result.entry.is_keyless
    ]
    steps = [after - before for before, after in zip(times, [*times[1:], now], strict=True)]
    largest = max(steps, key=abs, default=timedelta(0))
    return largest if abs(largest) > MAX_STEP else None
