"""Which damage a practice may take along when every key is replaced, and whether it is the same afterwards.

What cannot be opened now can never be opened with the new keys, so it is carried over only after a person saw
each part of it named. The record must go on naming it: a store that looked whole would hide the loss.
"""

from collections.abc import Set
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal.inspection import Report
from clinic_toolkit.journal.inspection_keys import Finding, FindingSubject
from clinic_toolkit.store.transactions import store_of
from clinic_toolkit.vault import new_keys
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault


class KeysNotReplaced(ClinicError):
    """The practice cannot get new keys as it is now; nothing was changed."""


class DamageFound(KeysNotReplaced):
    """Something does not open that nobody has agreed yet to leave so."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("Parts of the record do not open. Nothing was changed.")
        self.findings = findings


def check_carried_damage(db: Connection, vault: Vault, report: Report, accepted: Set[str]) -> None:
    """Check that what is wrong with the record can be taken along, and that a person agreed to all of it.

    Args:
        report: the full check of the record with this vault.
        accepted: the sentences of the findings that a person agreed to.

    Raises:
        KeysNotReplaced: the audit log, the file or the way of sharing is in doubt.
        DamageFound: there are findings that were not agreed to; it holds all that there are.
    """
    if not store_of(db.engine).verdict.is_clean:
        raise KeysNotReplaced(
            "The data file is in doubt. Nothing was changed. See “Condition of the record” first, "
            "and decide about what it says."
        )
    has_gaps = vault.inventory is None or vault.inventory.gaps
    if has_gaps or any(finding.subject == FindingSubject.LINE for finding in report.findings):
        raise KeysNotReplaced(
            "Lines of the audit trail cannot be read, so nobody could verify the trail under new keys. "
            "Nothing was changed. Restore a backup that is whole; then the practice can get new keys."
        )
    usable = {(key.ring_class, key.owner) for key in new_keys.list_usable_rings(vault)}
    own = {(RingClass.PRACTICE, vault.vault_id), (RingClass.OWN, vault.user_id)}
    if vault.outdated_rings or vault.rings.closed or not own <= usable:
        raise KeysNotReplaced(
            "The practice’s own keys are damaged, or who shares them is in doubt. Nothing was changed. "
            "Restore a backup that is whole; then the practice can get new keys."
        )
    if not {finding.sentence for finding in report.findings} <= accepted:
        raise DamageFound(report.findings)


def is_same_damage(
    vault: Vault, report: Report, new_report: Report, unopened: Set[tuple[str, UUID, int]]
) -> bool:
    """Whether the new store has the damage of the old one, no less in its records and no more anywhere.

    Faults of keys may be gone, because all keys are new.

    Args:
        vault: the vault of the old store.
        unopened: the versions that did not open when they were copied.
    """
    lost_rings = {
        *vault.damaged_rings,
        *(vault.rings.list_open_rings() - {key.ring for key in new_keys.list_usable_rings(vault)}),
    }
    known = {finding.sentence for finding in report.findings if finding.subject == FindingSubject.KEYS}
    return _list_versions(new_report) == _list_versions(report) | unopened and all(
        finding.subject == FindingSubject.KEYS and (finding.sentence in known or finding.ring in lost_rings)
        for finding in new_report.findings
        if finding.subject != FindingSubject.VERSION
    )


def _list_versions(report: Report) -> set[tuple[str, UUID, int]]:
    return {finding.version for finding in report.findings if finding.version is not None}
