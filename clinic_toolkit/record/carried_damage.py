"""Which damage a practice may take along when every key is replaced, and whether it is the same afterwards.

What cannot be opened now can never be opened with the new keys, so it is carried over only after a person saw
each part of it named. The record must go on naming it: a store that looked whole would hide the loss.
"""

from collections.abc import Set
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.audit_log import audit_log_table
from clinic_toolkit.journal.audit_reader import EntryFault
from clinic_toolkit.journal.incarnations import RESTORE_PREFIX
from clinic_toolkit.journal.inspection import Report, build_line_finding
from clinic_toolkit.journal.inspection_keys import Finding, FindingSubject
from clinic_toolkit.store.transactions import store_of, transaction_of
from clinic_toolkit.vault import new_keys
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

# More than this is no damage of a disk.
MOST_LINES = 1_000


class KeysNotReplaced(ClinicError):
    """The practice cannot get new keys as it is now; nothing was changed."""


class DamageFound(KeysNotReplaced):
    """Something does not open that nobody has agreed yet to leave so."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("Parts of the record do not open. Nothing was changed.")
        self.findings = findings


def check_carried_damage(db: Connection, vault: Vault, report: Report, accepted: Set[str]) -> frozenset[int]:
    """Check that what is wrong with the record can be taken along, and that a person agreed to all of it.

    Args:
        report: the full check of the record with this vault.
        accepted: the sentences of the findings that a person agreed to.

    Returns:
        The lines of the audit log that are missing, or that nobody believes.

    Raises:
        KeysNotReplaced: the file, the practice's own keys or the way of sharing is in doubt.
        DamageFound: there are findings that were not agreed to; it holds all that there are.
    """
    if not store_of(db.engine).verdict.is_clean:
        raise KeysNotReplaced(
            "The data file is in doubt. Nothing was changed. See “Condition of the record” first, "
            "and decide about what it says."
        )
    usable = {(key.ring_class, key.owner) for key in new_keys.list_usable_rings(vault)}
    own = {(RingClass.PRACTICE, vault.vault_id), (RingClass.OWN, vault.user_id)}
    if vault.inventory is None or vault.outdated_rings or vault.rings.closed or not own <= usable:
        raise KeysNotReplaced(
            "The practice’s own keys are damaged, or who shares them is in doubt. Nothing was changed. "
            "Restore a backup that is whole; then the practice can get new keys."
        )
    known = {finding.line for finding in report.findings if finding.line is not None}
    unread = frozenset({*known, *vault.inventory.gaps})
    if len(unread) > MOST_LINES or _has_beginning(db, unread):
        raise KeysNotReplaced(
            "Too much of the audit trail cannot be read, so it could not be verified under new keys. "
            "Nothing was changed. Restore a backup that is whole; then the practice can get new keys."
        )
    refused = [build_line_finding(line, EntryFault.UNREADABLE) for line in sorted(unread - known)]
    findings = (*report.findings, *refused)
    if not {finding.sentence for finding in findings} <= accepted:
        raise DamageFound(findings)
    return unread


def _has_beginning(db: Connection, lines: Set[int]) -> bool:
    """Whether one of these lines began an incarnation: without it nobody knows that of the lines before."""
    entries = transaction_of(db)
    return any(
        row.body[:1] == RESTORE_PREFIX
        for line in lines
        for row in entries.iter_entries(audit_log_table, line, line)
    )


class KeptDamage(Struct, frozen=True):
    """What was carried over as it is: versions, lines, and the versions that only such lines may name."""

    versions: Set[tuple[str, UUID, int]]
    lines: Set[int]
    named: Set[tuple[str, UUID, int]]

    @property
    def count(self) -> int:
        """How many versions and lines that are."""
        return len(self.versions) + len(self.lines)


def is_same_damage(vault: Vault, report: Report, new_report: Report, kept: KeptDamage) -> bool:
    """Whether the new store has the damage of the old one, no less of it and no more anywhere.

    Faults of keys may be gone, because all keys are new. A version may be named by no line any more, if only
    a line that nobody believes named it.

    Args:
        vault: the vault of the old store.
    """
    lost_rings = {
        *vault.damaged_rings,
        *(vault.rings.list_open_rings() - {key.ring for key in new_keys.list_usable_rings(vault)}),
    }
    known = {finding.sentence for finding in report.findings if finding.subject == FindingSubject.KEYS}
    before, after = _list_versions(report) | kept.versions, _list_versions(new_report)
    lines = {finding.line for finding in new_report.findings if finding.line is not None}
    return (
        before <= after <= before | kept.named
        and lines == kept.lines
        and all(
            finding.sentence in known or finding.ring in lost_rings
            for finding in new_report.findings
            if finding.subject == FindingSubject.KEYS
        )
    )


def _list_versions(report: Report) -> set[tuple[str, UUID, int]]:
    return {finding.version for finding in report.findings if finding.version is not None}
