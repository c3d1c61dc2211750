"""Which backups are kept: the newest of 7 days, 4 weeks and 12 months, counted in the order of the trail.

The order is that of the audit trail, which no clock can change, and a day counts only if a backup was made on
it: so a clock that is wrong by years makes no backup older. A time that does not fit the order is not
believed, and its backup stays.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.store.types import from_microseconds

DAYS, WEEKS, MONTHS = 7, 4, 12
# These stay whatever the rest of the rule says.
NEWEST_KEPT = 3
LONGEST_PAUSE = timedelta(days=366)


def list_expired(backups: Sequence[KnownBackup]) -> list[KnownBackup]:
    """The backups that the rule does not keep.

    Args:
        backups: the usable backups of one practice, by their place in the audit trail, the newest first.
    """
    dated = [(backup, from_microseconds(backup.manifest.made_at)) for backup in backups if backup.manifest]
    whole = [backup for backup, _ in dated if backup.manifest and not backup.manifest.faults]
    newest = [*whole[:NEWEST_KEPT], *(backup for backup, _ in dated[:NEWEST_KEPT])]
    kept = {backup.file for backup in newest}
    believed: list[tuple[KnownBackup, datetime]] = []
    earliest = None
    for place, (backup, moment) in enumerate(dated):
        if earliest is not None and moment > earliest:
            # It says that it is younger than one that was made after it.
            kept.add(backup.file)
        elif earliest is not None and earliest - moment > LONGEST_PAUSE:
            # A wrong clock, or a year without a backup: nothing from before it goes.
            kept |= {backup.file for backup, _ in dated[place:]}
            break
        else:
            believed.append((backup, moment))
            earliest = moment
    for limit, period_of in ((DAYS, _day_of), (WEEKS, _week_of), (MONTHS, _month_of)):
        kept |= _newest_of_each(believed, limit, period_of)
    return [backup for backup, _ in dated if backup.file not in kept]


def _newest_of_each(
    believed: list[tuple[KnownBackup, datetime]], limit: int, period_of: Callable[[datetime], Hashable]
) -> set[Path]:
    newest: dict[Hashable, Path] = {}
    for backup, moment in believed:
        newest.setdefault(period_of(moment), backup.file)
    return set(list(newest.values())[:limit])


def _day_of(moment: datetime) -> Hashable:
    return moment.date()


def _week_of(moment: datetime) -> Hashable:
    return moment.isocalendar()[:2]


def _month_of(moment: datetime) -> Hashable:
    return moment.year, moment.month
