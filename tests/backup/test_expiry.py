"""What a restore or new keys ended expires as the open record goes on, and never makes any of it expire."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.branches import Lineage
from clinic_toolkit.backup.expiry import list_expired_over_time
from clinic_toolkit.backup.manifest import Manifest, SignedManifest
from clinic_toolkit.backup.retention import list_expired
from clinic_toolkit.store.types import to_microseconds
from tests.backup.test_retention import START

KEYS, RESTORED, OPEN = (UUID(int=number) for number in (1, 2, 3))
LINEAGE = Lineage((KEYS,), (RESTORED,))


def known(incarnation: UUID, line: int, moment: datetime) -> KnownBackup:
    """A backup of this incarnation with this last line, made at this moment."""
    manifest = Manifest(
        made_at=to_microseconds(moment), program="", store_format=7, vault=bytes(16),
        incarnation=incarnation.bytes, last_line=line, last_hash=bytes(32), counts=(), parts=(), faults=0,
        deletions=(), signer=None,
    )  # fmt: skip
    return KnownBackup(file=Path(f"{incarnation}-{line}.tar"), signed=SignedManifest(manifest, b"", b""))


def days_of(incarnation: UUID, count: int, first_line: int, start: datetime) -> list[KnownBackup]:
    """One backup a day, the newest first, thinned out each day."""
    kept: list[KnownBackup] = []
    for day in range(count):
        kept = [known(incarnation, first_line + day, start + timedelta(days=day)), *kept]
        expired = list_expired(kept)
        kept = [backup for backup in kept if backup not in expired]
    return kept


def go_on(
    live: list[KnownBackup], ended: list[KnownBackup], doubtful: list[KnownBackup], days: range
) -> tuple[list[KnownBackup], list[KnownBackup], list[KnownBackup]]:
    """What is left of each after one more backup of the open record a day."""
    for day in days:
        live = [known(OPEN, 100 + day, START + timedelta(days=day)), *live]
        expired = list_expired_over_time(LINEAGE, live, ended, doubtful)
        live, ended, doubtful = (
            [backup for backup in backups if backup not in expired] for backups in (live, ended, doubtful)
        )
    return live, ended, doubtful


def test_what_a_restore_ended_is_gone_after_a_year() -> None:
    # It had more lines than the record that goes on from before them.
    ended = days_of(RESTORED, 90, 1000, START)
    assert len(ended) > 8, "the control"
    soon = go_on([], ended, [], range(90, 97))
    assert len(soon[1]) >= 3, "not at once: weeks and months are filled from it too"
    live, left, _ = go_on(*soon, range(97, 90 + 400))
    assert left == [] and len(live) > 15


def test_what_new_keys_ended_or_nobody_signed_is_gone_as_well() -> None:
    ended = days_of(KEYS, 60, 5000, START - timedelta(days=60))
    doubtful = days_of(RESTORED, 60, 1000, START)
    _, first, second = go_on([], ended, doubtful, range(60, 460))
    assert (first, second) == ([], [])


def test_no_ended_branch_makes_a_live_backup_expire() -> None:
    """Whatever it says: it would fill every day, week and month."""
    live = days_of(OPEN, 40, 100, START)
    ended = [known(RESTORED, 10**6 + day, START + timedelta(days=40 - day)) for day in range(100)]
    for is_signed in (True, False):
        others = (ended, []) if is_signed else ([], ended)
        expired = list_expired_over_time(LINEAGE, live, *others)
        assert not [backup for backup in expired if backup in live]
    mixed = sorted([*live, *ended], key=lambda backup: backup.manifest.made_at if backup.manifest else 0)
    assert [backup for backup in list_expired(mixed[::-1]) if backup in live], "the control"


def test_what_nobody_signed_makes_nothing_else_expire() -> None:
    live = days_of(OPEN, 3, 100, START + timedelta(days=400))
    ended = [known(RESTORED, 50 + number, START + timedelta(days=390, hours=number)) for number in range(2)]
    doubtful = [known(RESTORED, 10**6 + day, START + timedelta(days=390 - day)) for day in range(60)]
    without = list_expired_over_time(LINEAGE, live, ended)
    expired = list_expired_over_time(LINEAGE, live, ended, doubtful)
    assert [backup for backup in expired if backup not in doubtful] == without


def test_a_wrong_clock_makes_nothing_of_an_ended_branch_expire() -> None:
    ended = days_of(RESTORED, 90, 1000, START)
    for years in (-10, 10):
        live = [known(OPEN, 2000, START + timedelta(days=90 + 365 * years))]
        assert list_expired_over_time(LINEAGE, live, ended) == []


def test_the_newest_stay_where_a_restore_has_just_begun() -> None:
    ended = days_of(RESTORED, 10, 1000, START)
    live = [known(OPEN, 500, START + timedelta(days=10))]
    left = [backup for backup in ended if backup not in list_expired_over_time(LINEAGE, live, ended)]
    assert left[:6] == ended[:6]
