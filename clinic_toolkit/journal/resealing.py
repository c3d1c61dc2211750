"""Copies every version and every line of the log into a store with new keys, and compares the two.

A version that the old vault cannot open, and a line of the log that nobody believes, are carried over as the
bytes that they are, and stay damaged.
"""

from collections.abc import Callable, Set
from contextlib import suppress
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_entries, past_log
from clinic_toolkit.journal.audit_log import ChainBroken, audit_log_table
from clinic_toolkit.journal.inventory_snapshot import inventory_snapshot_table
from clinic_toolkit.journal.past_log import UnreadLine
from clinic_toolkit.journal.sealed_rows import iter_batches, list_sealed_tables
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.transactions import transaction_of, writing
from clinic_toolkit.vault.header_rows import HEADER_TABLES
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.key_directory import public_key_table
from clinic_toolkit.vault.resealing import holds_unopened, is_unopened_kept, reseal, reseal_unopened
from clinic_toolkit.vault.vault import Vault

# Rows in one transaction: enough to be quick, few enough to keep little plaintext in memory.
BATCH_SIZE = 500
# What is made anew and not copied: keys, and what can be computed from everything else.
_REMADE = {*HEADER_TABLES, public_key_table, audit_log_table, inventory_snapshot_table}


class CannotReseal(ClinicError):
    """The store holds something that cannot be carried over as it is."""


class CopyDiffers(ClinicError):
    """What was sealed again is not what it was; the old store goes on."""

    def __init__(self) -> None:
        super().__init__(
            "The record under its new keys was compared with the one before, and they differ. Nothing was "
            "changed: the practice goes on as it was."
        )


def count_steps(db: Connection) -> tuple[int, int]:
    """How many versions and how many lines there are.

    Raises:
        CannotReseal: a table that is neither sealed again nor made anew holds something.
    """
    for table in set(metadata.sorted_tables) - _REMADE - set(list_sealed_tables()):
        if db.scalar(select(func.count()).select_from(table)):
            raise CannotReseal(
                "A questionnaire is still in the hands of a client. Take it back first; then the practice "
                "can get new keys."
            )
    rows = sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in list_sealed_tables())
    return rows, db.scalar(select(func.count()).select_from(audit_log_table)) or 0


def copy_versions(
    db: Connection, old: Vault, new_engine: Engine, new: Vault, report_step: Callable[[], None]
) -> set[tuple[str, UUID, int]]:
    """Seal every version of every record again, drafts too.

    Returns:
        Table, record and number of each version that does not open, or did not at an earlier change of keys.
    """
    unopened = set()
    for table in list_sealed_tables():
        for batch in iter_batches(db, table, BATCH_SIZE):
            with writing(new_engine) as new_db:
                for row, plain in zip(batch, old.open_rows(table.name, batch), strict=True):
                    if plain is None or holds_unopened(plain):
                        unopened.add((str(table.name), row.record, row.version))
                    if plain is None:
                        values = reseal_unopened(new, table.name, row)
                    else:
                        values = reseal(new, table.name, row, plain)
                    transaction_of(new_db).insert_row(table, values)
            # Outside the transaction, since others wait for it.
            for _ in batch:
                report_step()
    return unopened


def copy_log(
    db: Connection,
    old: Vault,
    new_engine: Engine,
    new: Vault,
    report_step: Callable[[], None],
    *,
    unread: Set[int] = frozenset(),
) -> tuple[int, bytes]:
    """Seal every line of the log again; returns the number and the hash of the last old line.

    Args:
        unread: the lines that are missing, or that nobody believes; they are kept as they are.

    Raises:
        ChainBroken: another line is missing.
        SealBroken, DecodeError, OverflowError, ValueError: another one cannot be read.
    """
    tip, at = (0, GENESIS_HASH), 0
    rows = transaction_of(db).iter_entries(audit_log_table, 1)
    while batch := list(islice(rows, BATCH_SIZE)):
        with writing(new_engine) as new_db:
            for row in batch:
                for missing in range(tip[0] + 1, row.seq):
                    if missing not in unread:
                        raise ChainBroken(missing)
                    past_log.keep_unread_line(new_db, new, UnreadLine(), at=at)
                tip = row.seq, row.hash
                if row.seq in unread:
                    past_log.keep_unread_line(
                        new_db, new, UnreadLine(row.body, row.hash, row.signature), at=at
                    )
                    continue
                payload = audit_entries.open_payload(old, row.seq, row.body)
                past_log.reseal_line(new_db, new, row, payload)
                at = payload.recorded_at
        for _ in batch:
            report_step()
    return tip


def list_named_versions(db: Connection, vault: Vault, lines: Set[int]) -> set[tuple[str, UUID, int]]:
    """Table, record and number of every version that these lines name, as far as they can be opened."""
    found = set()
    for line in lines:
        for row in transaction_of(db).iter_entries(audit_log_table, line, line):
            with suppress(*audit_entries.UNREADABLE_ERRORS):
                payload = audit_entries.open_payload(vault, row.seq, row.body)
                found |= {(one.table, UUID(bytes=one.record), one.version) for one in payload.references}
    return found


def compare_versions(
    db: Connection, old: Vault, new_db: Connection, new: Vault, report_step: Callable[[], None]
) -> None:
    """Compare every version with what it was: place, content, content id, signature, and whether it is final.

    Raises:
        CopyDiffers: one of them is missing or differs.
    """
    for table in list_sealed_tables():
        others = (row for batch in iter_batches(new_db, table, BATCH_SIZE) for row in batch)
        for batch in iter_batches(db, table, BATCH_SIZE):
            copies = [next(others, None) for _ in batch]
            pairs = zip(
                batch,
                old.open_rows(table.name, batch),
                copies,
                new.open_rows(table.name, [copy for copy in copies if copy is not None]),
                strict=False,
            )
            if None in copies or not all(_is_same(new, table.name, *pair) for pair in pairs):
                raise CopyDiffers
            for _ in batch:
                report_step()


def _is_same(new: Vault, table: str, row: Any, plain: Any, copy: Any, other: Any) -> bool:
    place = (row.record, row.version, row.ring, row.final)
    if place != (copy.record, copy.version, copy.ring, copy.final):
        return False
    if plain is None:
        return is_unopened_kept(new, table, row, copy)
    return bool(plain == other)
