"""The check that needs no key: the chain of the audit log, and the frame of every seal.

It finds the same faults as the full inspection does without a vault, but for a missing header backup. Rows
are judged by the engine, so that a backup of a large record does not take much longer than copying it.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, and_, func, inspect, or_, select

from clinic_toolkit.crypto.seal import SUITE
from clinic_toolkit.journal import audit_reader, chain_check, inspection, sealed_rows
from clinic_toolkit.journal.inspection import ProgressCallback
from clinic_toolkit.journal.inspection_keys import Finding
from clinic_toolkit.store.base import metadata
from clinic_toolkit.vault.ring_tables import ring_table

# Called with the number of entries that were checked since the last call; raise in it to stop.
CountChecked = Callable[[int], None]
FindInChain = Callable[[CountChecked], list[Finding]]


def check_frames(
    db: Connection,
    report_progress: ProgressCallback,
    *,
    find_in_chain: FindInChain | None = None,
    known_tables: MetaData = metadata,
) -> inspection.Report:
    """Check the chain and the form of each seal.

    Args:
        report_progress: called after some entries and rows.
        find_in_chain: gives the findings of `check_chain` where it runs elsewhere already.
        known_tables: the tables that may hold sealed rows.
    """
    counts = {
        table: db.scalar(select(func.count()).select_from(table)) or 0
        for table in _list_tables(db, known_tables)
    }
    entry_count, row_count = audit_reader.last_entry_number(db), sum(counts.values())
    done, total = 0, entry_count + row_count

    def count_checked(number: int) -> None:
        nonlocal done
        done += number
        report_progress(min(done, total), total)

    findings: list[Finding] = []
    for table, number in counts.items():
        findings += _check_table(db, table)
        count_checked(number)
    in_chain = find_in_chain(count_checked) if find_in_chain else check_chain(db, count_checked)
    findings = [*in_chain, *findings]
    return inspection.Report(entries_checked=entry_count, rows_checked=row_count, findings=tuple(findings))


def check_chain(db: Connection, count_checked: CountChecked) -> list[Finding]:
    """Check the chain alone."""
    findings: list[Finding] = []
    for checked, faults in chain_check.iter_chain_faults(db):
        findings += [inspection.build_line_finding(seq, fault) for seq, fault in faults]
        count_checked(checked)
    return findings


def check_seals(db: Connection, *, known_tables: MetaData = metadata) -> list[Finding]:
    """Check the form of each seal alone; `known_tables` are those that may hold sealed rows."""
    return [finding for table in _list_tables(db, known_tables) for finding in _check_table(db, table)]


def _list_tables(db: Connection, known_tables: MetaData) -> list[Table]:
    existing_names = set(inspect(db).get_table_names())
    return [table for table in sealed_rows.list_sealed_tables(known_tables) if table.name in existing_names]


def _check_table(db: Connection, table: Table) -> list[Finding]:
    """What is wrong with the rows of a table; no row is fetched that has nothing wrong."""
    has_no_ring = ~(
        select(ring_table.c.ring)
        .where(and_(ring_table.c.ring == table.c.ring, ring_table.c.key_id == table.c.key_id))
        .exists()
    )
    is_no_seal = or_(
        func.substr(table.c.sealed, 1, 1) != bytes([SUITE]),
        func.coalesce(func.length(table.c.sealed), 0) < inspection.MIN_SEALED_BYTES,
    )
    findings: list[Finding] = []
    key_ids: set[tuple[UUID, bytes]] = set()
    for row in db.execute(select(table).where(or_(is_no_seal, has_no_ring)).order_by(table.c.id)):
        key_ids = key_ids or inspection.load_key_ids(db)
        if finding := inspection.find_outer_fault(table, row, key_ids):
            findings.append(finding)
    return findings
