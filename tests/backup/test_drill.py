"""The drill: restored aside, opened with a secret, checked against the record, and thrown away."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from clinic_toolkit.backup import drill, verification
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.refusals import BackupCancelled
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots
from clinic_toolkit.vault.vault import Vault
from tests.fixtures import practices
from tests.fixtures.backups import listing, make_backup
from tests.fixtures.practices import Work


def with_sheet(work: Work) -> verification.OpenVault:
    """Opens with the sheet of this practice."""
    return lambda db: key_slots.unlock_with_recovery_sheet(db, " ".join(work.groups))


def test_a_restore_is_proved_and_leaves_nothing(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    before = listing(tmp_path)
    with reading(work.engine) as db:
        found = drill.prove_restore(
            made.file, tmp_path, open_vault=with_sheet(work), live_db=db, report=report_nothing
        )
    assert found.faults == () and found.report.with_keys and found.report.rows_checked > 3
    assert listing(tmp_path) == before


def test_a_wrong_secret_proves_nothing(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    other = practices.founded(tmp_path / "other")
    with pytest.raises(key_slots.WrongSecret):
        drill.prove_restore(
            made.file, tmp_path, open_vault=with_sheet(other), live_db=None, report=report_nothing
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept", "other"]


def test_a_branch_that_went_its_own_way_is_named(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    other = practices.founded(tmp_path / "other")
    with reading(other.engine) as db:
        found = drill.prove_restore(
            made.file, tmp_path, open_vault=with_sheet(work), live_db=db, report=report_nothing
        )
    assert found.faults == (drill.OTHER_BRANCH,)


def test_a_record_that_is_missing_in_the_backup_is_named(work: Work, tmp_path: Path) -> None:
    """What the frames and the chain cannot show: the trail names a record that is not there."""
    with writing(work.engine) as db:
        db.execute(text("DELETE FROM relationship WHERE final = 0"))
        assert db.execute(text("SELECT count(*) FROM relationship")).scalar() in (0, 1)
        db.execute(text("DROP TRIGGER no_delete_client"))
        db.execute(text("DELETE FROM client"))
        db.execute(
            text(
                "CREATE TRIGGER no_delete_client BEFORE DELETE ON client WHEN OLD.final = 1 BEGIN "
                "SELECT RAISE(ABORT, 'a final version stays as it is'); END"
            )
        )
    made = make_backup(work, tmp_path)
    assert made.faults == (), "the control: without a key nothing is seen"
    found = drill.prove_restore(
        made.file, tmp_path, open_vault=with_sheet(work), live_db=None, report=report_nothing
    )
    assert any("not in the file" in fault for fault in found.faults)


def test_a_manifest_signed_by_somebody_else_is_named(work: Work, tmp_path: Path) -> None:
    stranger = practices.founded(tmp_path / "stranger").vault
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work.vault, "sign", stranger.sign)
        made = make_backup(work, tmp_path)
    found = drill.prove_restore(
        made.file, tmp_path, open_vault=with_sheet(work), live_db=None, report=report_nothing
    )
    assert found.faults == (verification.SIGNATURE_SENTENCE,)


def test_stopped_it_leaves_nothing(work: Work, made: MadeBackup, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise BackupCancelled

    def never(db: Connection) -> Vault:
        raise AssertionError

    with pytest.raises(BackupCancelled):
        drill.prove_restore(made.file, tmp_path, open_vault=never, live_db=None, report=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "kept"]
