"""Which backups are of the record that is open, and which of another branch: of a past or a copy of it.

A restore and a change of keys each begin another incarnation, and a backup names the one that it was made
in. A manifest needs no key, so anybody can write one: it is believed if it names a line of this audit trail
by its hash, or if a clinician of the practice signed it.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.manifest import Manifest
from clinic_toolkit.journal import audit_entries, incarnations, key_changes
from clinic_toolkit.vault.vault import Vault


class Branch(StrEnum):
    """Where a backup stands to the record that is open.

    OPEN leads to it. BEFORE_RESTORE went its own way until a restore ended it, BEFORE_NEW_KEYS opens with the
    secrets from before every key was replaced, and of ELSEWHERE nothing more is known.
    """

    OPEN = "open"
    BEFORE_RESTORE = "before a restore"
    BEFORE_NEW_KEYS = "before new keys"
    ELSEWHERE = "elsewhere"


class Lineage(Struct, frozen=True):
    """The incarnations that led to the record that is open, oldest first.

    `before_new_keys` are those from before every key was replaced, `before_restore` those that a restore
    ended since. Both are empty while locked, when nobody can read them.
    """

    before_new_keys: tuple[UUID, ...] = ()
    before_restore: tuple[UUID, ...] = ()

    def rank(self, incarnation: bytes) -> int:
        """The place of an incarnation in this order; the present one, and one that is unknown, come last."""
        order = (*self.before_new_keys, *self.before_restore)
        return next((rank for rank, one in enumerate(order) if one.bytes == incarnation), len(order))


def load_lineage(live_db: Connection, vault: Vault | None) -> Lineage:
    """The incarnations that led to this record, as its audit trail says."""
    if vault is None:
        return Lineage()
    incarnations.load_past_incarnations(live_db, vault)
    return Lineage(
        key_changes.list_replaced_incarnations(live_db, vault),
        tuple(incarnation for _, incarnation in vault.past_incarnations or ()),
    )


def leads_to(live_db: Connection, manifest: Manifest) -> bool:
    """Whether the audit trail of this record holds the last line of the backup."""
    found = audit_entries.find_entry_hash(live_db, manifest.last_line)
    return found == manifest.last_hash


def find_branch(live_db: Connection, lineage: Lineage, manifest: Manifest) -> Branch:
    """Where a backup stands to this record, if it says what is true."""
    if leads_to(live_db, manifest):
        return Branch.OPEN
    incarnation = UUID(bytes=manifest.incarnation)
    if incarnation in lineage.before_new_keys:
        return Branch.BEFORE_NEW_KEYS
    return Branch.BEFORE_RESTORE if incarnation in lineage.before_restore else Branch.ELSEWHERE


def sort_live_first(live_db: Connection, backups: Sequence[KnownBackup]) -> list[KnownBackup]:
    """The same backups: first those of this record, then those of others, then those that are unusable."""
    return sorted(backups, key=lambda backup: _rank(live_db, backup))


def _rank(live_db: Connection, backup: KnownBackup) -> int:
    if backup.manifest is None:
        return 2
    return 0 if leads_to(live_db, backup.manifest) else 1
