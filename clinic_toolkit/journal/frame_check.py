"""The check that needs no key: the chain of the audit log, and the frame of every seal.

It finds the same faults as the full inspection does without a vault, but for a missing header backup. Rows
are judged by the engine, so that a backup of a large record does not take much longer than copying it.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, MetaData, Table, and_, func, inspect, or_, select

from clinic_toolkit.crypto.seal import SUITE
from clinic_toolkit.journal import audit_reader, chain_check, inspection, sealed_rows
from clinic_toolkit.journal.inspection import ProgressCallback
from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.store.base import metadata
from clinic_toolkit.vault.ring_tables import ring_table

# Ids of rows that one statement judges.
_BATCH_SIZE = 20_000


def check_frames(
    db: Connection, report_progress: ProgressCallback, *, known_tables: MetaData = metadata
) -> inspection.Report:
    """Check the chain and the form of each seal.

    Args:
        report_progress: called after some entries and rows.
        known_tables: the tables that may hold sealed rows.
    """
    existing_names = set(inspect(db).get_table_names())
    tables = [table for table in sealed_rows.list_sealed_tables(known_tables) if table.name in existing_names]
    row_count = sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    entry_count = audit_reader.last_entry_number(db)
    findings: list[Finding] = []
    done, total = 0, entry_count + row_count
    for checked, faults in chain_check.iter_chain_faults(db):
        findings += [inspection.build_line_finding(seq, fault) for seq, fault in faults]
        done += checked
        report_progress(min(done, total), total)
    for table in tables:
        for checked, found in _check_table(db, table):
            findings += found
            done += checked
            report_progress(min(done, total), total)
    return inspection.Report(entries_checked=entry_count, rows_checked=row_count, findings=tuple(findings))


def _check_table(db: Connection, table: Table) -> Iterator[tuple[int, list[Finding]]]:
    """Yield for each batch how many rows it has, and what is wrong with them."""
    has_no_ring = ~(
        select(ring_table.c.ring)
        .where(and_(ring_table.c.ring == table.c.ring, ring_table.c.kid == table.c.kid))
        .exists()
    )
    is_no_seal = or_(
        func.substr(table.c.sealed, 1, 1) != bytes([SUITE]),
        func.coalesce(func.length(table.c.sealed), 0) < inspection.MIN_SEALED_BYTES,
    )
    next_id: int | None = sealed_rows.LEAST_ID
    while next_id is not None:
        ids = (
            select(table.c.id).where(table.c.id >= next_id).order_by(table.c.id).limit(_BATCH_SIZE).subquery()
        )
        last_id, checked = db.execute(select(func.max(ids.c.id), func.count()).select_from(ids)).one()
        if not checked:
            return
        in_batch = table.c.id.between(next_id, last_id)
        suspects = db.execute(select(table).where(in_batch, or_(is_no_seal, has_no_ring))).all()
        key_ids = inspection.load_key_ids(db) if suspects else set()
        findings = [inspection.find_outer_fault(table, row, key_ids) for row in suspects]
        yield checked, [finding for finding in findings if finding]
        next_id = last_id + 1 if last_id < sealed_rows.GREATEST_ID else None
