"""Seven days, four weeks, twelve months are kept, by the order of the trail; a wrong clock prunes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.manifest import Manifest, SignedManifest
from clinic_toolkit.backup.retention import list_expired
from clinic_toolkit.store.types import to_microseconds

START = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


def known(line: int, moment: datetime, *, faults: int = 0) -> KnownBackup:
    """A backup with this last line, made at this moment."""
    manifest = Manifest(
        made_at=to_microseconds(moment), program="", store_format=4, vault=bytes(16), incarnation=bytes(16),
        last_line=line, last_hash=bytes(32), counts=(), parts=(), faults=faults, deletions=(), signer=None,
    )  # fmt: skip
    return KnownBackup(file=Path(f"{line}.tar"), signed=SignedManifest(manifest, b"", b""))


def years_of_days(days: int) -> list[KnownBackup]:
    """What is left after one backup a day, pruned each day."""
    kept: list[KnownBackup] = []
    for day in range(days):
        kept = prune([known(day + 1, START + timedelta(days=day)), *kept])
    return kept


def prune(backups: list[KnownBackup]) -> list[KnownBackup]:
    """The backups that the rule keeps."""
    expired = list_expired(backups)
    return [backup for backup in backups if backup not in expired]


def ages(backups: list[KnownBackup], today: datetime) -> list[int]:
    """How many days old each is."""
    return [
        (today - timedelta(microseconds=backup.manifest.made_at) - datetime(1970, 1, 1, tzinfo=UTC)).days
        for backup in backups
        if backup.manifest
    ]


def test_a_year_and_a_half_of_days() -> None:
    kept = years_of_days(550)
    lines = [550 - backup.manifest.last_line for backup in kept if backup.manifest]
    assert lines[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert 16 <= len(kept) <= 23
    moments = [START + timedelta(days=549 - line) for line in lines]
    assert len({moment.isocalendar()[:2] for moment in moments[:11]}) >= 4
    assert len({(moment.year, moment.month) for moment in moments}) == 12


def test_several_a_day_leave_one_and_the_newest_three() -> None:
    backups = [
        known(100 - number, START + timedelta(hours=5) - timedelta(minutes=number)) for number in range(9)
    ]
    assert prune(backups) == backups[:3]


def test_the_clock_alone_prunes_nothing() -> None:
    """What expired by age would be gone after a jump of ten years; here a jump changes nothing."""
    kept = years_of_days(400)
    for years in (-10, 10):
        jumped = known(1000, START + timedelta(days=400 + 365 * years))
        assert prune([jumped, *kept]) == [jumped, *kept]


def test_while_the_clock_is_wrong_and_after_it_was_set_right() -> None:
    kept = years_of_days(400)
    wrong = [known(500 + number, START + timedelta(days=400 + 3650 + number)) for number in range(3)]
    after_wrong = kept
    for backup in wrong:
        after_wrong = prune([backup, *after_wrong])
    assert after_wrong == [*reversed(wrong), *kept]
    right = known(600, START + timedelta(days=410))
    after_right = prune([right, *after_wrong])
    assert [backup for backup in wrong if backup not in after_right] == [], "a time that does not fit stays"
    assert [backup for backup in after_right if backup in kept] == prune([right, *kept])[1:]


def test_the_three_newest_without_faults_stay_whatever_came_after() -> None:
    whole = [known(10 - number, START - timedelta(minutes=number)) for number in range(3)]
    damaged = [
        known(20 - number, START + timedelta(hours=2, minutes=-number), faults=1) for number in range(8)
    ]
    kept = prune([*damaged, *whole])
    assert [backup for backup in whole if backup not in kept] == []
    assert len(kept) < 11, "the control: something was pruned"
