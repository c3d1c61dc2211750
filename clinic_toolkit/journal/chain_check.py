"""The check of the whole chain of the audit log without a key, as quick as hashing it allows.

It finds the faults that `audit_reader.iter_checked_entries` finds without a vault, and builds nothing for the
entries that have none.
"""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection

from clinic_toolkit.journal import audit_entries, audit_reader, incarnations, sequence_gaps
from clinic_toolkit.journal.audit_log import SEALED_PREFIX, audit_log_table, build_chain_hasher
from clinic_toolkit.journal.audit_reader import EntryFault
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.vault.inventory import GENESIS_HASH

# Larger batches are slower: the processor's cache does not hold them.
_BATCH_SIZE = 200
_SEALED_BYTE = SEALED_PREFIX[0]

NumberedFault = tuple[int, EntryFault]


def iter_chain_faults(db: Connection) -> Iterator[tuple[int, list[NumberedFault]]]:
    """Yield for each batch of entries how many there are, and the number and fault of each that has one."""
    first, previous_hash = 1, audit_entries.find_entry_hash(db, 0) or GENESIS_HASH
    for last, incarnation in incarnations.list_spans(db):
        hash_entry = build_chain_hasher(incarnation)
        rows = transaction_of(db).iter_entries(audit_log_table, first, last)
        while batch := list(islice(rows, _BATCH_SIZE)):
            faults: list[NumberedFault] = []
            for row in batch:
                seq, body, entry_hash, signature = row
                is_continued = hash_entry(seq, previous_hash, body) == entry_hash
                if not (is_continued and seq == first and signature and body and body[0] == _SEALED_BYTE):
                    missing = sequence_gaps.missing_numbers(first, seq)
                    faults += [(number, EntryFault.MISSING) for number in missing]
                    if fault := audit_reader.find_keyless_fault(row, is_continued=is_continued):
                        faults.append((seq, fault))
                previous_hash, first = entry_hash, seq + 1
            yield len(batch), faults
