"""After a restore the record is backed up again, and the backups of what it was before harm none of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from clinic_toolkit.backup import backup_files, backup_run, backup_state, branches
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.store.transactions import reading, store_of
from clinic_toolkit.store.types import to_microseconds
from tests.fixtures.backups import forged, restored, unlocked
from tests.fixtures.practices import NOW, Work


@pytest.fixture
def chosen(work: Work, tmp_path: Path) -> Path:
    """The place that the practice has chosen for its backups."""
    (tmp_path / "kept").mkdir()
    backup_run.choose_place(tmp_path / "data", tmp_path / "kept")
    return tmp_path / "kept"


def run(work: Work, place: Path, days: int) -> MadeBackup:
    """A whole run, so many days after the practice was founded."""
    now, data = NOW + timedelta(days=days), place.parent / "data"
    store = store_of(work.engine)
    return backup_run.run_backup(store, data, place, vault=work.vault, now=now, report=report_nothing)


def is_due(work: Work, data: Path, days: int) -> bool:
    """Whether one is due, so many days after the practice was founded."""
    state = backup_state.load_state(data)
    return backup_run.is_due(state, store_of(work.engine), now=NOW + timedelta(days=days))


def test_a_restored_record_is_backed_up_at_once_and_again(work: Work, chosen: Path, tmp_path: Path) -> None:
    """It has fewer lines than the last backup, which is no reason to wait until it has more."""
    data = tmp_path / "data"
    first = run(work, chosen, 0)
    for name in ("Femi Adeyemi", "Ines Moreau", "Tomas Lindqvist"):
        work.client(name)
    run(work, chosen, 1)
    assert not is_due(work, data, 9), "the control: nothing was saved since"
    work.engine.dispose()
    before = backup_state.load_state(data)
    restored(first, data, replace=True)
    assert backup_state.load_state(data).last_made is None
    assert backup_state.load_state(data).place == str(chosen), "the place stays"
    again = unlocked(data, work.groups)
    assert is_due(again, data, 1)
    assert backup_run.is_due(before, store_of(again.engine), now=NOW + timedelta(days=9)), "whatever it says"
    run(again, chosen, 3)
    assert not is_due(again, data, 9)
    again.client("Noor Haddad")
    assert is_due(again, data, 9)


def listed(work: Work, place: Path) -> list[Path]:
    """The backups in a place, in the order in which they are shown."""
    known = backup_files.list_backups(place, work.vault.vault_id.hex[:8])
    with reading(work.engine) as db:
        return [backup.file for backup in branches.sort_live_first(db, known)]


def test_new_backups_are_first_and_expire_by_themselves(work: Work, chosen: Path, tmp_path: Path) -> None:
    """Those of the record before have more lines, and earlier times."""
    first = run(work, chosen, 0)
    for name in ("Femi Adeyemi", "Ines Moreau", "Tomas Lindqvist"):
        work.client(name)
    late = [run(work, chosen, day).file for day in (1, 2)]
    work.engine.dispose()
    restored(first, tmp_path / "data", replace=True)
    again = unlocked(tmp_path / "data", work.groups)
    made = [run(again, chosen, day).file for day in range(3, 6)]
    files = listed(again, chosen)
    assert files[0] == made[-1] and files[-2:] == late[::-1], "those that it does not lead to come last"
    assert first.file not in files or files.index(first.file) == len(files) - 3, "this one it goes on from"
    made += [run(again, chosen, day).file for day in range(6, 33)]
    files = listed(again, chosen)
    assert not set(late) & set(files), "they go as they would have gone without a restore"
    kept = [file for file in made if file in files]
    assert made[-7:] == kept[-7:] and len(kept) < 15, "seven days, and few more"


@pytest.mark.parametrize("unlocked_now", [True, False])
def test_forged_manifests_remove_nothing(
    unlocked_now: bool, work: Work, chosen: Path, tmp_path: Path
) -> None:
    """They look newer and would fill every day, week and month of the rule."""
    genuine = [run(work, chosen, day).file for day in range(4)]
    short_id = work.vault.vault_id.hex[:8]
    for number in range(1, 20):
        forged(
            genuine[0], chosen / f"clinic-backup-y{number:02}-{short_id}.tar", last_line=10**6 + number,
            made_at=to_microseconds(NOW + timedelta(days=31 * number)),
        )  # fmt: skip
    assert len(listed(work, chosen)) == 23, "the control: all look usable"
    vault = work.vault if unlocked_now else None
    made = backup_run.run_backup(
        store_of(work.engine), tmp_path / "data", chosen, vault=vault, now=NOW + timedelta(days=5),
        report=report_nothing,
    )  # fmt: skip
    assert made.file.exists() and all(file.exists() for file in genuine)


def test_the_one_just_made_is_never_removed(work: Work, chosen: Path) -> None:
    """Even if others claim its own line, which anybody can read in its manifest."""
    run(work, chosen, 0)
    made = run(work, chosen, 1)
    short_id = work.vault.vault_id.hex[:8]
    for number in range(1, 20):
        forged(
            made.file, chosen / f"clinic-backup-y{number:02}-{short_id}.tar",
            made_at=to_microseconds(NOW + timedelta(days=1 + 31 * number)),
        )  # fmt: skip
    removed = backup_run.remove_expired(store_of(work.engine), chosen, made, vault=work.vault)
    assert removed and made.file.exists(), "the control: the rule removes something"
