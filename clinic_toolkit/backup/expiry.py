"""Which backups are to be removed: the rule of days, weeks and months, over all branches of a record.

What a restore or new keys ended gets no new backups, so by itself it would keep its newest for good. It
counts as older than the record that is open, and goes as that goes on. But nothing of an ended branch makes a
backup of the open record expire, and nothing that cannot be believed makes any other one expire.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection

from clinic_toolkit.backup import branches, retention
from clinic_toolkit.backup.backup_files import KnownBackup
from clinic_toolkit.backup.branches import Branch, Lineage
from clinic_toolkit.vault.vault import Vault


def list_expired_backups(
    live_db: Connection, vault: Vault | None, backups: Sequence[KnownBackup]
) -> list[KnownBackup]:
    """The backups of this practice that the rule does not keep.

    Args:
        vault: knows the clinicians' keys and what the trail says; None while locked, when only the backups of
            the open record expire.
        backups: those of the practice, by their place in the audit trail, the newest first.
    """
    lineage = branches.load_lineage(live_db, vault)
    live: list[KnownBackup] = []
    ended: list[KnownBackup] = []
    doubtful: list[KnownBackup] = []
    copies: dict[bytes, list[KnownBackup]] = defaultdict(list)
    for backup in backups:
        if backup.signed is None:
            continue
        branch = branches.find_branch(live_db, lineage, backup.signed.manifest)
        # What a key signed that was replaced is not believed: others may have that key.
        is_signed = vault is not None and backup.signed.is_signed_by_member(vault)
        if branch == Branch.OPEN:
            live.append(backup)
        elif branch != Branch.ELSEWHERE:
            (ended if is_signed else doubtful).append(backup)
        elif is_signed:
            copies[backup.signed.manifest.incarnation].append(backup)
    expired = list_expired_over_time(lineage, live, ended, doubtful)
    for copy in copies.values():
        expired += retention.list_expired(copy)
    return expired


def list_expired_over_time(
    lineage: Lineage,
    live: Sequence[KnownBackup],
    ended: Sequence[KnownBackup],
    doubtful: Sequence[KnownBackup] = (),
) -> list[KnownBackup]:
    """The backups of the open record, and of what it was before, that the rule does not keep.

    Args:
        live: those of the open record, the newest first.
        ended: those of a branch that ended, signed by a key that counts.
        doubtful: those that anybody may have written.
    """
    expired = retention.list_expired(live)
    believed = _in_order(lineage, [*live, *ended])
    gone = {backup.file for backup in retention.list_expired(believed)}
    expired += [backup for backup in ended if backup.file in gone]
    for backup in doubtful:
        # By itself among those that are believed: so it can be removed, and removes no other.
        if backup in retention.list_expired(_in_order(lineage, [*believed, backup])):
            expired.append(backup)
    return expired


def _in_order(lineage: Lineage, backups: Sequence[KnownBackup]) -> list[KnownBackup]:
    """The newest first, as the trail of the open record went on."""

    def place(backup: KnownBackup) -> tuple[int, int, int]:
        if (said := backup.manifest) is None:
            return 0, 0, 0
        return lineage.rank(said.incarnation), said.last_line, said.made_at

    return sorted(backups, key=place, reverse=True)
