"""What was opened once is not opened again while the vault is open.

*Today* looks at every hour of the practice; opening six thousand of them takes most of a second, and
comparing what they are takes a twentieth. The memory belongs to the vault and ends with its process.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from clinic_toolkit.store import statements
from clinic_toolkit.store.statements import RawRow, SealedRow, to_sealed_row
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.vault import Vault

T = TypeVar("T")

# Version byte, salt and commitment of a seal: no two seals share them, and a different content has others.
SEAL_HEAD_BYTES = 57


# So many rows at a time: enough to open them in one go, and few enough to lie about in no memory.
BATCH_SIZE = 100


def cached_for_table(
    db: Connection, vault: Vault, table: Table, cache_key: str, compute: Callable[[], T]
) -> T:
    """What is told from all rows of a table, made anew only after a row was added; pages ask for it often.

    For a table in which versions are only added. No two seals have the same head, so the last row tells
    whether these are the rows that it was told from; without it, what was told is made anew.
    """
    head = func.substr(table.c.sealed, 1, SEAL_HEAD_BYTES)
    last = db.execute(select(table.c.id, head).order_by(table.c.id.desc()).limit(1)).first()
    state = tuple(last) if last else ()
    kept = vault.record_cache.setdefault(f"{table.name}: {cache_key}", {})
    if 0 not in kept or kept[0][0] != state:
        kept[0] = (state, compute())
    found: T = kept[0][1]
    return found


def iter_newest_versions(
    db: Connection,
    vault: Vault,
    table: Table,
    rings: Iterable[UUID] | None,
    open_rows: Callable[[list[SealedRow]], Sequence[Any]],
) -> Iterator[tuple[bytes, Any]]:
    """The newest version of each record of these rings or of all, opened or remembered, by its id's bytes.

    A row is remembered by everything that stands in it plainly and by the head of its seal, so one
    that was changed in any way is opened again, and refused if it should be. For one that did not
    open there is None.
    """
    known = vault.record_cache.setdefault(str(table.name), {})
    # Where nothing is remembered, everything will be opened: then each row is read once and not twice.
    head = SEAL_HEAD_BYTES if known else None
    rows = (row for row in _iter_rows(db, table, rings, head) if vault.has_grant(cached_uuid(row[3])))
    while some := list(islice(rows, BATCH_SIZE)):
        keys = {row[0]: (*row[:6], row[6][:SEAL_HEAD_BYTES]) for row in some}
        # Each is asked for once: another thread may meanwhile remember another version in its place.
        remembered = ((id, key, known.get(id)) for id, key in keys.items())
        found = {id: each for id, key, each in remembered if each is not None and each[0] == key}
        unknown = [row for row in some if row[0] not in found]
        if head:
            unknown = [row for id, *_ in unknown if (row := statements.find_row(db, table, id))]
        for row, kept in zip(unknown, open_rows([to_sealed_row(row) for row in unknown]), strict=True):
            found[row[0]] = (keys[row[0]], kept)
        known.update((id, each) for id, each in found.items() if each[1] is not None)
        for row in some:
            if row[0] in found:
                yield row[1], found[row[0]][1]


def _iter_rows(
    db: Connection, table: Table, rings: Iterable[UUID] | None, head_bytes: int | None
) -> Iterator[RawRow]:
    for ring in [None] if rings is None else rings:
        yield from statements.iter_newest_rows(db, table, ring, prefix_bytes=head_bytes)
