"""A cache of opened versions, so that what is looked at again and again is decrypted once.

Comparing a row with the cache takes a twentieth of the time of opening it. The cache is bounded, belongs to
the vault and ends with its process.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table

from clinic_toolkit.store.rows import RawRow, SealedRow, to_sealed_row
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.vault import Vault

T = TypeVar("T")

# Version byte, salt and commitment of a seal: together they are unique to each seal.
SEAL_HEAD_BYTES = 57

# Rows opened at a time: enough for efficient decryption, few enough to keep little plaintext in memory.
BATCH_SIZE = 100

# The most versions of one table that are kept opened; those that were opened first go first.
MAX_CACHED = 1_000


def iter_newest_versions(
    db: Connection,
    vault: Vault,
    table: Table,
    rings: Iterable[UUID] | None,
    open_rows: Callable[[list[SealedRow]], Sequence[Any]],
) -> Iterator[tuple[bytes, Any]]:
    """Yield the newest version of each record, opened or from the cache, as (record id bytes, version).

    A row is cached under all its plain columns and the first bytes of its seal, so a row that was changed in
    any of these is opened again and checked. The version is None for a row that did not open.

    Args:
        rings: only records in these rings; None for all rings.
        open_rows: opens rows; returns one version or None for each.
    """
    cache = vault.record_cache.setdefault(str(table.name), {})
    # If the cache is empty, everything will be opened, so read whole rows at once instead of twice.
    head_bytes = SEAL_HEAD_BYTES if cache else None
    rows = (row for row in _iter_rows(db, table, rings, head_bytes) if vault.has_grant(cached_uuid(row[3])))
    while batch := list(islice(rows, BATCH_SIZE)):
        keys = {row[0]: (*row[:6], row[6][:SEAL_HEAD_BYTES]) for row in batch}
        # Look up each id only once: another thread may replace the cached version in between.
        cached = ((id, key, cache.get(id)) for id, key in keys.items())
        entries = {id: entry for id, key, entry in cached if entry is not None and entry[0] == key}
        uncached = [row for row in batch if row[0] not in entries]
        if head_bytes:
            uncached = [row for id, *_ in uncached if (row := transaction_of(db).find_row(table, id))]
        for row, version in zip(uncached, open_rows([to_sealed_row(row) for row in uncached]), strict=True):
            entries[row[0]] = (keys[row[0]], version)
        cache.update((id, entry) for id, entry in entries.items() if entry[1] is not None)
        for id in list(islice(cache, max(0, len(cache) - MAX_CACHED))):
            # Another thread may have dropped it already.
            cache.pop(id, None)
        for row in batch:
            if row[0] in entries:
                yield row[1], entries[row[0]][1]


def _iter_rows(
    db: Connection, table: Table, rings: Iterable[UUID] | None, head_bytes: int | None
) -> Iterator[RawRow]:
    for ring in [None] if rings is None else rings:
        yield from transaction_of(db).iter_newest_rows(table, ring, prefix_bytes=head_bytes)
