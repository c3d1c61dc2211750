"""Which backups are of the record that is open, and which of a copy that went its own way.

After a restore there are backups of both. A manifest needs no key, so anybody can write one: it is believed
if it names a line of this audit trail by its hash, or if a clinician of the practice signed it.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.journal import audit_entries
from clinic_toolkit.vault.vault import Vault


def leads_to(live_db: Connection, manifest: Manifest) -> bool:
    """Whether the audit trail of this record holds the last line of the backup."""
    found = audit_entries.find_entry_hash(live_db, manifest.last_line)
    return found == manifest.last_hash


def sort_live_first(live_db: Connection, backups: Sequence[KnownBackup]) -> list[KnownBackup]:
    """The same backups: first those of this record, then those of others, then those that are unusable."""
    return sorted(backups, key=lambda backup: _rank(live_db, backup))


def list_branches(
    live_db: Connection, vault: Vault | None, backups: Sequence[KnownBackup]
) -> list[list[KnownBackup]]:
    """The backups that can be believed, in their order: first those of this record, then each other branch.

    Args:
        vault: knows the clinicians' keys; None while locked, when no other branch can be believed.
    """
    live: list[KnownBackup] = []
    others: dict[bytes, list[KnownBackup]] = defaultdict(list)
    for backup in backups:
        if backup.signed is None:
            continue
        manifest = backup.signed.manifest
        if leads_to(live_db, manifest):
            live.append(backup)
        elif vault is not None and backup.signed.is_signed_by_member(vault):
            others[manifest.incarnation].append(backup)
    return [live, *others.values()]


def _rank(live_db: Connection, backup: KnownBackup) -> int:
    if backup.manifest is None:
        return 2
    return 0 if leads_to(live_db, backup.manifest) else 1
