"""The condition of the record: what is known to be wrong with it, and what the clinician decided about it.

Never repairs anything. A loss is reported until the clinician acknowledges it, and the acknowledgement is
an audit entry.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from clinic_toolkit.journal import audit_log, condition_findings, inventory_snapshot, public_key_findings
from clinic_toolkit.journal.condition_findings import Finding, NamesOfRing
from clinic_toolkit.store.transactions import on_rollback, store_of, transaction_of
from clinic_toolkit.vault.vault import Vault


class ConditionEvent(StrEnum):
    """What the audit log says the clinician read or decided; the first is followed by the missing lines."""

    MISSING_SEEN = "anchor.missing_seen"
    ABSENT_SEEN = "anchor.absent_seen"
    EXCHANGE_SEEN = "anchor.exchange_seen"
    OTHER_TAKEN = "anchor.other_taken"


def is_sound(engine: Engine, vault: Vault) -> bool:
    """Return whether nothing is known to be wrong so far; cheap, so every page can call it."""
    gaps = vault.inventory is not None and vault.inventory.gaps
    return (
        store_of(engine).verdict.is_clean
        and not vault.integrity_failures
        and not gaps
        and not vault.header_fault
        and not vault.key_directory.faults
    )


def list_findings(db: Connection, vault: Vault, load_names: Callable[[], NamesOfRing]) -> tuple[Finding, ...]:
    """Return everything that is known to be wrong, the most serious first.

    Args:
        load_names: returns the lookup from ring to client names; called only if a finding needs names.
    """
    verdict = store_of(db.engine).verdict
    findings = (
        [condition_findings.schema_damage_finding(verdict.schema_damage)] if verdict.schema_damage else []
    )
    findings += (
        [condition_findings.file_replaced_finding(verdict.file_replaced)] if verdict.file_replaced else []
    )
    findings += (
        [condition_findings.chain_mismatch_finding(verdict.chain_mismatch)] if verdict.chain_mismatch else []
    )
    findings += [condition_findings.HEADER_FINDINGS[vault.header_fault]] if vault.header_fault else []
    findings += public_key_findings.list_public_key_findings(vault.key_directory.faults, own_id=vault.user_id)
    findings += public_key_findings.list_confirmed_colleague_findings(vault)
    names_of_ring = (
        load_names() if verdict.missing_entries or vault.integrity_failures or vault.unnamed_records else None
    )
    findings += [
        condition_findings.missing_finding(db, vault, missing, names_of_ring)
        for missing in verdict.missing_entries
        if names_of_ring
    ]
    findings += [condition_findings.anchor_absent_finding(absence) for absence in verdict.anchor_absences]
    if names_of_ring and vault.integrity_failures:
        findings.append(condition_findings.unreadable_finding(vault, names_of_ring))
    gaps = inventory_snapshot.load_inventory(db, vault).gaps
    if gaps:
        findings.append(
            condition_findings.gaps_finding(
                gaps,
                list(condition_findings.failure_sentences(vault.unnamed_records, names_of_ring))
                if names_of_ring
                else [],
            )
        )
    # If the schema is damaged, nothing can be written, so no decision can be recorded.
    return (
        tuple(replace(finding, act=None) for finding in findings)
        if verdict.schema_damage
        else tuple(findings)
    )


def findings_digest(engine: Engine) -> str:
    """Return a short token of the current findings, so that a decision applies only to what was shown."""
    verdict = store_of(engine).verdict
    parts = [f"{missing.first_seq}-{missing.last_seq}" for missing in verdict.missing_entries]
    parts += [f"absent-{absence.tip}" for absence in verdict.anchor_absences]
    parts += [f"other-{verdict.chain_mismatch.tip}"] if verdict.chain_mismatch else []
    parts += ["built"] if verdict.schema_damage else []
    parts += [f"exchanged-{len(verdict.file_replaced.rescue_copies)}"] if verdict.file_replaced else []
    return " ".join(parts)


def acknowledge_losses(db: Connection, vault: Vault, *, now: datetime) -> None:
    """Record that the clinician has read what is missing; the record continues without it."""
    verdict = store_of(db.engine).verdict
    for missing in verdict.missing_entries:
        audit_log.append_entry(
            db, vault, f"{ConditionEvent.MISSING_SEEN} {missing.first_seq}-{missing.last_seq}", now=now
        )
    if verdict.anchor_absences:
        audit_log.append_entry(db, vault, ConditionEvent.ABSENT_SEEN, now=now)
    if verdict.file_replaced:
        audit_log.append_entry(db, vault, ConditionEvent.EXCHANGE_SEEN, now=now)
    transaction_of(db).acknowledge_losses()


def can_accept_older_files(engine: Engine) -> bool:
    """Return whether the file can be written, so that the clinician may accept it as the record."""
    return store_of(engine).verdict.schema_damage is None


def accept_older_files(engine: Engine) -> Callable[[], None]:
    """Accept a file that is not the one last written; returns a function that undoes this."""
    return store_of(engine).accept_older_files()


def record_accepted_files(db: Connection, vault: Vault, undo: Callable[[], None], *, now: datetime) -> None:
    """Check the unsigned entries, then record that the clinician accepted this file.

    Whether one of them was refused is in `vault.refused_entry` afterwards.

    Args:
        undo: what `accept_older_files` returned; called if the transaction is rolled back.
    """
    on_rollback(db, undo)
    # The store was read-only at the unlock, so the result of checking these entries was not recorded then.
    inventory_snapshot.accept_unsigned_entries(db, vault, now=now)
    audit_log.append_entry(db, vault, ConditionEvent.OTHER_TAKEN, now=now)
