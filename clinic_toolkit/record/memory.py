"""What was opened once is not opened again while the vault is open.

*Today* looks at every hour of the practice; opening six thousand of them takes most of a second, and
comparing what they are takes a twentieth. The memory belongs to the vault and ends with its process.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from clinic_toolkit.vault.vault import Vault

# Version byte, salt and commitment of a seal: no two seals share them, and a different content has others.
HEAD = 57
# SQLite takes many more; a few hundred at a time keeps each question short.
_AT_ONCE = 500


def newest(
    db: Connection,
    vault: Vault,
    table: Table,
    which: ColumnElement[bool],
    open_row: Callable[[Row[Any]], Any],
) -> list[tuple[UUID, Any]]:
    """The newest version of each record, opened or remembered, by its id; None if it did not open.

    A row is remembered by everything that stands in it plainly and by the head of its seal, so one
    that was changed in any way is opened again, and refused if it should be.
    """
    # SQLite gives the other columns of the row that holds the maximum.
    columns = [table.c[name] for name in ("id", "record", "ring", "kid", "final")]
    heads = (
        select(*columns, func.max(table.c.version), func.substr(table.c.sealed, 1, HEAD))
        .where(which)
        .group_by(table.c.record)
    )
    found = [tuple(row) for row in db.execute(heads) if vault.holds(row.ring)]
    known = vault.memory.setdefault(str(table.name), {})
    unknown = [key[0] for key in found if known.get(key[0], (None,))[0] != key]
    fresh: dict[int, Any] = {}
    for at in range(0, len(unknown), _AT_ONCE):
        rows = db.execute(select(table).where(table.c.id.in_(unknown[at : at + _AT_ONCE])))
        fresh.update((row.id, open_row(row)) for row in rows)
    known.update((key[0], (key, fresh[key[0]])) for key in found if fresh.get(key[0]) is not None)
    return [(key[1], fresh[key[0]] if key[0] in fresh else known[key[0]][1]) for key in found]
