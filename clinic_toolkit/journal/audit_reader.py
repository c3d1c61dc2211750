"""Reads the audit log, for display and for checks: each entry is verified as it is read.

A bad entry is returned with its fault and reading goes on, so that the reader sees how far damage reaches.
Never writes.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from clinic_toolkit.journal import audit_entries, incarnations, keyless_events, sequence_gaps
from clinic_toolkit.journal.audit_log import (
    KEYLESS_PREFIX,
    SEALED_PREFIX,
    EntryPayload,
    VersionReference,
    audit_log_table,
    chain_hash,
)
from clinic_toolkit.journal.unsigned_entries import UnsignedEntriesEvent
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.transactions import remember_in_snapshot, transaction_of
from clinic_toolkit.store.types import from_microseconds
from clinic_toolkit.vault.inventory import GENESIS_HASH
from clinic_toolkit.vault.vault import SealBroken, Vault

PAGE_SIZE = 50
# A search by client or kind opens at most this many entries before it asks whether to look further back.
MAX_ENTRIES_SEARCHED = 20_000
_BATCH_SIZE = 500


class EntryFault(StrEnum):
    """What can be wrong with an entry."""

    MISSING = "missing"
    CHANGED = "changed"
    SIGNATURE = "signature"
    UNREADABLE = "unreadable"
    # A keyless entry whose event this program never writes without a key; its text is never shown.
    UNKNOWN_EVENT = "not ours"


# How the inspection names each fault.
ENTRY_FAULT_SENTENCES = {
    EntryFault.MISSING: "Line {seq} of the audit trail is missing.",
    EntryFault.CHANGED: "Line {seq} of the audit trail does not fit the line before it: it was "
    "changed or moved.",
    EntryFault.SIGNATURE: "The signature under line {seq} of the audit trail is not valid.",
    EntryFault.UNKNOWN_EVENT: "Line {seq} of the audit trail was not written by this program.",
    EntryFault.UNREADABLE: "Line {seq} of the audit trail cannot be opened.",
}


class CheckedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry and its fault, if any; if it could not be opened, only number, hash and fault are known."""

    seq: int
    hash: bytes = b""
    event: str = ""
    recorded_at: datetime | None = None
    actor_id: UUID | None = None
    references: tuple[VersionReference, ...] = ()
    has_signature: bool = False
    fault: EntryFault | None = None
    # A colleague's entry about records that this clinician does not hold; what it says is left out.
    is_concealed: bool = False


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries, newest first.

    `next_before` is the `before_number` of the next page, or None if there is nothing older;
    `oldest_examined` is the number of the oldest entry that was read.
    """

    entries: tuple[CheckedEntry, ...]
    next_before: int | None
    oldest_examined: int


def last_entry_number(db: Connection) -> int:
    """Return the number of the newest entry; 0 if the log is empty."""
    tip = remember_in_snapshot(
        db, audit_log_table.name, lambda: transaction_of(db).find_chain_tip(audit_log_table)
    )
    return tip.seq if tip else 0


def last_signed_entry_number(db: Connection) -> int:
    """Return the number of the newest signed entry, whose signature covers all before it; 0 if none."""
    return (
        db.scalar(select(func.max(audit_log_table.c.seq)).where(audit_log_table.c.signature.is_not(None)))
        or 0
    )


def is_signed_afterwards(db: Connection, vault: Vault, seq: int) -> bool:
    """Return whether the next signed entry says that this keyless one was checked and accepted.

    After a restore the entry that begins an incarnation is signed before it, and says nothing of it.
    """
    table = audit_log_table
    query = select(table.c.seq).where(table.c.seq > seq, table.c.signature.is_not(None))
    for signed_seq in db.scalars(query.order_by(table.c.seq).limit(2)).all():
        for entry in iter_checked_entries(db, vault, first=signed_seq, last=signed_seq):
            code, _, accepted_range = entry.event.partition(" ")
            if code == incarnations.RestoreEvent.RESTORED and not entry.fault:
                continue
            if entry.fault or code != UnsignedEntriesEvent.ACCEPTED:
                return False
            first, _, last = accepted_range.partition("-")
            return int(first) <= seq <= int(last)
    return False


def read_audit_page(
    db: Connection,
    vault: Vault,
    *,
    before_number: int | None = None,
    matches: Callable[[CheckedEntry], bool] = lambda line: True,
    size: int = PAGE_SIZE,
) -> AuditPage:
    """Return one page of matching entries, newest first.

    Args:
        before_number: only entries with a lower number; None for the end of the log.
        matches: which entries to include.
        size: the largest number of entries on the page.
    """
    last = last_entry_number(db)
    upper = min(last, before_number - 1) if before_number else last
    oldest = max(1, upper - MAX_ENTRIES_SEARCHED + 1)
    entries: list[CheckedEntry] = []
    # Usually every entry matches, and then no more are checked than the page shows.
    batch_size = size
    while upper >= oldest:
        lower, batch_size = max(oldest, upper - batch_size + 1), _BATCH_SIZE
        for checked in reversed(list(iter_checked_entries(db, vault, first=lower, last=upper))):
            entry = _conceal_foreign_records(vault, checked)
            if matches(entry):
                entries.append(entry)
                if len(entries) == size:
                    next_before = entry.seq if entry.seq > 1 else None
                    return AuditPage(
                        entries=tuple(entries), next_before=next_before, oldest_examined=entry.seq
                    )
        upper = lower - 1
    return AuditPage(
        entries=tuple(entries), next_before=oldest if oldest > 1 else None, oldest_examined=oldest
    )


def iter_checked_entries(
    db: Connection, vault: Vault | None, *, first: int = 1, last: int | None = None
) -> Iterator[CheckedEntry]:
    """Yield these entries, oldest first, each checked for its place in the chain and its signature.

    Args:
        vault: if None, only the chain is checked: sealed entries are not opened and no signature is verified.
        first, last: the numbers of the first and last entry; None for the end of the log.
    """
    incarnation_of = incarnations.find_incarnations(db, vault)
    previous_hash = (
        db.scalar(select(audit_log_table.c.hash).where(audit_log_table.c.seq == first - 1)) or GENESIS_HASH
    )
    expected_seq, signatures = first, audit_entries.SignatureCheck(db, vault) if vault else None
    for row in transaction_of(db).iter_entries(audit_log_table, first, last):
        for missing_seq in sequence_gaps.missing_numbers(expected_seq, row.seq):
            yield CheckedEntry(seq=missing_seq, fault=EntryFault.MISSING)
        entry_hash = chain_hash(incarnation_of(row.seq), row.seq, previous_hash, row.body)
        fault = None if entry_hash == row.hash else EntryFault.CHANGED
        yield _check_entry(vault, signatures, row, fault=fault)
        previous_hash, expected_seq = row.hash, row.seq + 1


def matches_incarnation(db: Connection, incarnation: UUID) -> bool:
    """Return whether the newest entry was chained under this incarnation."""
    newest_rows = db.execute(select(audit_log_table).order_by(audit_log_table.c.seq.desc()).limit(2)).all()
    if not newest_rows:
        return True
    previous_hash = newest_rows[1].hash if newest_rows[1:] else GENESIS_HASH
    return bool(
        newest_rows[0].hash == chain_hash(incarnation, newest_rows[0].seq, previous_hash, newest_rows[0].body)
    )


def is_signed_by_member(db: Connection, vault: Vault, *, first: bool = False) -> bool:
    """Return whether the newest signed entry, or with `first` the oldest one, is signed by its author.

    The signature covers the vault's incarnation. In a practice of one clinician it is the vault's own.
    Keyless entries prove nothing here: they are chained under whatever ids the store held at that time.
    """
    query, seq_column = (
        select(audit_log_table).where(audit_log_table.c.signature.is_not(None)),
        audit_log_table.c.seq,
    )
    row = db.execute(query.order_by(seq_column if first else seq_column.desc()).limit(1)).first()
    return row is None or audit_entries.SignatureCheck(db, vault).is_signed_by_author(row)


def _conceal_foreign_records(vault: Vault, entry: CheckedEntry) -> CheckedEntry:
    """Leave out what a colleague's entry says of records that this clinician does not hold."""
    if entry.actor_id in (None, vault.user_id) or not entry.references:
        return entry
    held = tuple(one for one in entry.references if not vault.is_foreign(UUID(bytes=one.ring)))
    if held:
        return replace(entry, references=held)
    return replace(entry, references=(), event="", is_concealed=True)


def find_keyless_fault(row: ChainRow, *, is_continued: bool) -> EntryFault | None:
    """The fault of an entry that shows without a key, or None.

    Args:
        is_continued: whether its hash continues the chain.
    """
    if is_continued and row.signature is not None and row.body[:1] == SEALED_PREFIX:
        return None
    return _check_entry(None, None, row, fault=None if is_continued else EntryFault.CHANGED).fault


def _check_entry(
    vault: Vault | None,
    signatures: audit_entries.SignatureCheck | None,
    row: Any,
    *,
    fault: EntryFault | None,
) -> CheckedEntry:
    has_signature = row.signature is not None
    known_fields = {"seq": row.seq, "hash": row.hash, "has_signature": has_signature}
    try:
        payload = _open_payload(vault, row)
        recorded_at = from_microseconds(payload.recorded_at) if payload else None
        actor_id = UUID(bytes=payload.actor_id) if payload and payload.actor_id else None
    except keyless_events.UnknownKeylessEvent:
        return CheckedEntry(**known_fields, fault=fault or EntryFault.UNKNOWN_EVENT)
    except (SealBroken, msgspec.DecodeError, OverflowError, ValueError):
        return CheckedEntry(**known_fields, fault=fault or EntryFault.UNREADABLE)
    if row.body[:1] != KEYLESS_PREFIX and not has_signature:
        # All others are always signed.
        fault = fault or EntryFault.SIGNATURE
    if vault and signatures and has_signature and not fault:
        author_id = actor_id or vault.user_id
        fault = None if signatures.is_signed_by(row, author_id) else EntryFault.SIGNATURE
    if payload is None:
        return CheckedEntry(**known_fields, fault=fault)
    return CheckedEntry(
        **known_fields,
        event=payload.event,
        recorded_at=recorded_at,
        actor_id=actor_id,
        references=payload.references,
        fault=fault,
    )


def _open_payload(vault: Vault | None, row: Any) -> EntryPayload | None:
    """Open the body of an entry; without a vault, None for one that is sealed."""
    if vault is not None:
        return audit_entries.open_payload(vault, row.seq, row.body)
    return None if row.body[:1] == SEALED_PREFIX else audit_entries.decode_plain_body(row.body)
