"""The full inspection: the audit log, every seal, every signature, and whether anything is missing.

Never writes. Each fault becomes one finding, and the inspection goes on, so that a person learns how far
the damage reaches.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, MetaData, Table, func, inspect, select

from clinic_toolkit.crypto.seal import SUITE
from clinic_toolkit.journal import (
    audit_log,
    audit_reader,
    inspection_keys,
    inventory_snapshot,
    key_slot_events,
    sealed_rows,
)
from clinic_toolkit.journal.inspection_keys import Finding, FindingSubject
from clinic_toolkit.journal.integrity_reasons import REASON_TEXTS, IntegrityReason
from clinic_toolkit.journal.logged_versions import LoggedVersions
from clinic_toolkit.journal.record_kind import nouns_of, signature_purpose_of
from clinic_toolkit.journal.record_versions import VersionHeader, decode_header
from clinic_toolkit.journal.reference_filter import ReferenceFilter
from clinic_toolkit.store.base import metadata
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.ring_tables import ring_table
from clinic_toolkit.vault.vault import SealBroken, Vault

# Called with (done, total) after each audit entry and each row; raise an exception in it to stop.
ProgressCallback = Callable[[int, int], None]

# Suite, salt, commitment, the smallest padded content, tag.
MIN_SEALED_BYTES = 1 + 24 + 32 + 256 + 16
_BATCH_SIZE = 200


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How many audit entries and rows were checked, and what was found wrong."""

    entries_checked: int
    rows_checked: int
    findings: tuple[Finding, ...]


def inspect_all(
    db: Connection,
    vault: Vault | None,
    report_progress: ProgressCallback,
    *,
    known_tables: MetaData = metadata,
) -> Report:
    """Check everything, or without a vault only what needs no key: the chain and the form of each seal.

    Args:
        vault: the unlocked vault; None to check without keys.
        report_progress: called with (done, total) after each audit entry and each row.
        known_tables: the tables that may hold sealed rows.
    """
    if vault and vault.inventory is None:
        # No unlock has run in this process, so the entries after the last signature are still unchecked.
        inventory_snapshot.rebuild_after_check(db, vault)
    existing_names = set(inspect(db).get_table_names())
    tables = [table for table in sealed_rows.list_sealed_tables(known_tables) if table.name in existing_names]
    foreign_rings = _list_foreign_rings(db, vault) if vault else frozenset()
    row_count = sum(_count_rows(db, table, foreign_rings) for table in tables)
    entry_count = audit_reader.last_entry_number(db)
    findings: list[Finding] = []
    logged = LoggedVersions()
    steps = chain(
        _inspect_audit_log(db, vault, logged), _inspect_rows(db, vault, tables, logged, foreign_rings)
    )
    for done, step_findings in enumerate(steps, 1):
        findings += step_findings
        report_progress(min(done, entry_count + row_count), entry_count + row_count)
    findings += inspection_keys.inspect_header(db, vault)
    if vault is not None:
        findings += inspection_keys.inspect_key_slots(vault, logged)
        findings += inspection_keys.inspect_public_keys(vault)
        findings += inspection_keys.inspect_users(db, vault)
        findings += inspection_keys.inspect_rings(db, vault, logged)
        logged.forget_rings(inventory_snapshot.refresh_inventory(db, vault).erased_rings)
        findings += inspection_keys.inspect_erasures(db, vault)
        findings += _list_missing(logged, {str(table.name) for table in tables})
    return Report(entries_checked=entry_count, rows_checked=row_count, findings=tuple(findings))


def _inspect_audit_log(
    db: Connection, vault: Vault | None, logged: LoggedVersions
) -> Iterator[list[Finding]]:
    reference_filter = ReferenceFilter(db, vault) if vault else None
    untrusted = set(inventory_snapshot.load_inventory(db, vault).gaps) if vault else set()
    for entry in audit_reader.iter_checked_entries(db, vault):
        logged.is_complete = logged.is_complete and not entry.fault and entry.seq not in untrusted
        is_written_by_us = vault is not None and entry.actor_id == vault.user_id
        # Untrusted entries do not count, because no signature covers them. The exception is an entry whose
        # only fault is that it does not continue the chain: it may itself be intact.
        if entry.seq not in untrusted or entry.fault == audit_reader.EntryFault.CHANGED:
            if not audit_log.is_read_only_event(entry.event):
                logged.ring_ids |= {reference.ring for reference in entry.references}
            for reference in reference_filter.select(entry) if reference_filter else ():
                logged.add_reference(reference, entry.actor_id, is_written_by_us=is_written_by_us)
            if is_written_by_us:
                logged.slot_generation = max(
                    logged.slot_generation, key_slot_events.slot_generation_of(entry.event)
                )
        yield [build_line_finding(entry.seq, entry.fault)] if entry.fault else []


def build_line_finding(seq: int, fault: audit_reader.EntryFault) -> Finding:
    """The finding about a line of the audit log."""
    sentence = audit_reader.ENTRY_FAULT_SENTENCES[fault].format(seq=seq)
    return Finding(sentence=sentence, subject=FindingSubject.LINE, line=seq)


def _inspect_rows(
    db: Connection,
    vault: Vault | None,
    tables: list[Table],
    logged: LoggedVersions,
    foreign_rings: frozenset[UUID],
) -> Iterator[list[Finding]]:
    key_ids = load_key_ids(db)
    for table in tables:
        for batch in sealed_rows.iter_batches(db, table, _BATCH_SIZE):
            for row in (row for row in batch if row.ring not in foreign_rings):
                logged.found_rows.add((row.record.bytes, row.version))
                fault = _outer_fault(row, key_ids) or (
                    _inner_fault(vault, table, row, logged) if vault and not vault.is_closed(row.ring) else ""
                )
                yield [_build_finding(table.name, row.record, row.version, fault, row.ring)] if fault else []


def load_key_ids(db: Connection) -> set[tuple[UUID, bytes]]:
    """Every key id that a ring has or had, with the ring."""
    return {(row.ring, row.key_id) for row in db.execute(select(ring_table))}


def find_outer_fault(table: Table, row: Any, key_ids: set[tuple[UUID, bytes]]) -> Finding | None:
    """The finding about a row that shows without a key, or None."""
    fault = _outer_fault(row, key_ids)
    return _build_finding(str(table.name), row.record, row.version, fault, row.ring) if fault else None


def _list_foreign_rings(db: Connection, vault: Vault) -> frozenset[UUID]:
    """Return the rings of colleagues that were never granted to this clinician."""
    rings = db.scalars(select(ring_table.c.ring).distinct())
    return frozenset(ring for ring in rings if vault.is_foreign(ring))


def _count_rows(db: Connection, table: Table, foreign_rings: frozenset[UUID]) -> int:
    count = db.scalar(select(func.count()).select_from(table)) or 0
    for ring in foreign_rings:
        count -= db.scalar(select(func.count()).select_from(table).where(table.c.ring == ring)) or 0
    return count


def _outer_fault(row: Any, key_ids: set[tuple[UUID, bytes]]) -> str:
    """Return the fault that shows without a key (suite, length, key id of the ring), or ""."""
    if (
        not isinstance(row.sealed, bytes)
        or row.sealed[:1] != bytes([SUITE])
        or len(row.sealed) < MIN_SEALED_BYTES
    ):
        return "its bytes are not a sealed entry"
    if (row.ring, row.key_id) not in key_ids:
        return "it names a key that this practice does not have"
    return ""


def _inner_fault(vault: Vault, table: Table, row: Any, logged: LoggedVersions) -> str:
    try:
        plain = vault.open(
            table=str(table.name),
            record=row.record,
            version=row.version,
            ring=row.ring,
            key_id=row.key_id,
            blob=row.sealed,
        )
        header, _ = decode_header(plain.content)
    except (SealBroken, msgspec.DecodeError):
        return "its bytes were changed or damaged outside this program"
    if header.final != bool(row.final):
        return "its mark as final was changed outside this program"
    if _has_invalid_signature(vault, table, row, header, plain):
        return "the signature inside it is not valid"
    return _audit_log_fault(logged, table, row, header, plain)


def _has_invalid_signature(
    vault: Vault, table: Table, row: Any, header: VersionHeader, plain: PlainContent
) -> bool:
    purpose = signature_purpose_of(str(table.name)) if header.final else None
    if purpose and plain.signature_label != purpose:
        return True
    if plain.signature_label is None or plain.signature is None:
        return plain.signature is not None
    return not vault.is_signed(
        plain.signature_label,
        author_id=UUID(bytes=header.author_id),
        record=row.record,
        version=row.version,
        content_id=plain.content_id,
        signature=plain.signature,
    )


def _audit_log_fault(
    logged: LoggedVersions, table: Table, row: Any, header: VersionHeader, plain: PlainContent
) -> str:
    """Return how a version contradicts the audit log, or ""."""
    reference = logged.references.get((row.record.bytes, row.version))
    if reference is None:
        return "the audit trail does not mention it"
    if (reference.table, reference.ring, reference.content_id) != (
        table.name,
        row.ring.bytes,
        plain.content_id,
    ):
        return "the audit trail describes other content for it"
    if logged.writers[row.record.bytes, row.version] != UUID(bytes=header.author_id):
        return REASON_TEXTS[IntegrityReason.AUTHOR]
    earlier_versions = [version for version in logged.versions[row.record.bytes] if version < row.version]
    previous = logged.references[row.record.bytes, max(earlier_versions)] if earlier_versions else None
    if header.previous_content_id is not None and (
        previous is None or previous.content_id != header.previous_content_id
    ):
        return "the version before it is not the right one"
    if header.follows_final and previous:
        logged.required_final[row.record.bytes, previous.version] = row.ring
    if not header.final and row.version < logged.newest_references[row.record.bytes].version:
        return "it is an old version that was put back"
    return ""


def _list_missing(logged: LoggedVersions, tables: set[str]) -> Iterator[Finding]:
    """Yield a finding for each version that the audit log or a later version requires and that is missing."""
    found_records = {record for record, _ in logged.found_rows}
    for record, reference in logged.newest_references.items():
        if reference.table in tables and (record, reference.version) not in logged.found_rows:
            fault = "an older version is in its place" if record in found_records else "it is not in the file"
            yield _build_finding(
                reference.table, UUID(bytes=record), reference.version, fault, UUID(bytes=reference.ring)
            )
    for record, version in logged.required_final.keys() - logged.found_rows:
        reference, ring = logged.references[record, version], logged.required_final[record, version]
        yield _build_finding(reference.table, UUID(bytes=record), version, "it is not in the file", ring)


def _build_finding(table: str, record: UUID, version: int, fault: str, ring: UUID) -> Finding:
    noun = nouns_of(table).in_sentence
    return Finding(
        sentence=f"{noun[0].upper()}{noun[1:]} ({record.hex[:8]}, version {version}): {fault}.",
        subject=FindingSubject.VERSION,
        ring=ring,
        version=(table, record, version),
    )
