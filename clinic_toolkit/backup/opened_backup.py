"""A backup of this practice, opened beside the record: unpacked as it is sealed, and removed at the end.

What a kill leaves of it the next start removes, as after a drill.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.backup import backup_files, backup_run, refusals, verification
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.backup.progress import ByteCount, Report
from clinic_toolkit.backup.verification import OpenVault
from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.journal import inspection
from clinic_toolkit.store.opening import open_read_only
from clinic_toolkit.store.protocol import ReadOnlyView
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault.vault import Vault


class OpenedBackup(Struct, frozen=True, kw_only=True):
    """A backup that is open: what it says of itself, its store, and the vault that a secret of it opened.

    `begin_step` returns the report of the next long step after unpacking, whatever that counts.
    """

    file: Path
    manifest: Manifest
    view: ReadOnlyView
    vault: Vault
    begin_step: Callable[[], Report]

    @property
    def own_name(self) -> str:
        """The name that the program gives such a backup, whatever the file is called now."""
        return backup_files.build_name(self.manifest.short_id, from_microseconds(self.manifest.made_at))


@contextmanager
def opened(
    file: Path,
    vault_id: UUID,
    workspace: Path,
    *,
    open_vault: OpenVault,
    report: Report,
    further_steps: int = 0,
) -> Iterator[OpenedBackup]:
    """Open a backup of the practice with this id; nobody else makes, proves or opens one meanwhile.

    Args:
        workspace: the data folder, in which it is unpacked.
        report: called with (done, total) in bytes; raise in it to stop.
        further_steps: how many long steps the caller takes while it is open.

    Raises:
        NotABackup: it is none, damaged, or of another version.
        BackupRefused: it is of another practice, cannot be read, or there is no room to unpack it.
    """
    signed = backup_files.read_signed_manifest(file)
    manifest = signed.manifest
    if manifest.vault != vault_id.bytes:
        raise refusals.BackupRefused(f"{file.name} is a backup of another practice.")
    count = ByteCount(report, total=(1 + further_steps) * manifest.size)
    with (
        backup_run.hold_turn(),
        verification.unpacked(file, manifest, workspace, count.add) as place,
        open_read_only(place) as view,
    ):
        for sentence in (*view.problems, *verification.list_contradictions(view.db, manifest)):
            raise refusals.contradicted(file, sentence)
        try:
            vault = open_vault(view.db)
        except DamagedFile:
            # Its sentence would name the folder that the backup was unpacked into.
            raise refusals.changed(file, "its keys") from None
        yield OpenedBackup(
            file=file,
            manifest=manifest,
            view=view,
            vault=vault,
            begin_step=lambda: count.share(manifest.size),
        )


def check_rings(backup: OpenedBackup, rings: Collection[UUID], report: Report) -> None:
    """Check everything in a backup, and refuse it for a fault in these rings or in what holds for all.

    Raises:
        BackupDamaged: there is one.
    """
    # Read anew, so that the entries after the last signature are checked too.
    backup.vault.inventory = None
    found = inspection.inspect_all(backup.view.db, backup.vault, report)
    for finding in found.findings:
        if finding.ring is None or finding.ring in rings:
            raise refusals.damaged_inside(backup.file, finding.sentence)
