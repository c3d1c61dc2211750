"""The drill: a backup is restored into a temporary folder, opened with a secret, checked, and thrown away.

So a person knows before the day it is needed that the file, and the passphrase or the sheet, are enough.
"""

from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.backup import branches, verification
from clinic_toolkit.backup.progress import Report
from clinic_toolkit.backup.verification import BackupReport, OpenVault

OTHER_BRANCH = (
    "The audit trail in this backup does not lead to the record that is open: it is of another practice, or "
    "of a copy that went its own way."
)


class DrillResult(Struct, frozen=True, kw_only=True):
    """What the drill found; without faults the restore is proved. `report.manifest` says of which moment."""

    report: BackupReport
    faults: tuple[str, ...]


def prove_restore(
    file: Path, workspace: Path, *, open_vault: OpenVault, live_db: Connection | None, report: Report
) -> DrillResult:
    """Restore a backup into a temporary folder, open and check everything in it, and remove it.

    Args:
        workspace: an existing folder, in which the temporary one is made.
        open_vault: opens the practice with the secret that was typed.
        live_db: the record that is open, to be compared; None if there is none.

    Raises:
        NotABackup, BackupRefused: it cannot be restored.
        WrongSecret: the secret does not open it.
    """
    found = verification.verify_backup(file, workspace, open_vault=open_vault, report=report)
    is_other = live_db is not None and not branches.leads_to(live_db, found.manifest)
    return DrillResult(report=found, faults=(*found.faults, OTHER_BRANCH) if is_other else found.faults)
