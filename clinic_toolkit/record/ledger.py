"""The ledger: the inventory of the record, told from the audit trail and kept sealed between unlocks.

Reading the whole trail at every unlock would take longer each month, so now and then what it adds up
to is sealed beside it, with the line it reaches to. A copy that is missing, older or damaged costs
time and nothing else: the trail is read from its beginning then.
"""

from typing import Any

import msgspec
from sqlalchemy import CheckConstraint, Column, Connection, Integer, LargeBinary, Table, select
from sqlalchemy.dialects.sqlite import insert

from clinic_toolkit.record import audit, replay, trail
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.engine import if_rolled_back, writes
from clinic_toolkit.vault.inventory import Inventory, Known
from clinic_toolkit.vault.vault import SealBroken, Vault

# A new copy is worth its writing when reading the lines since the last one would be felt at an unlock:
# a hundred lines take about 7 ms, a copy of a thousand records about 3.
TAIL = 200
_RECORDS_A_LINE = 20

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("kid", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_strict=True,
)

_Lines = list[tuple[bytes, Known]]
_encode = msgspec.msgpack.Encoder().encode
_Body = tuple[bytes, _Lines, int]
_decode = msgspec.msgpack.Decoder(_Body).decode


def of(db: Connection, vault: Vault) -> Inventory:
    """What this vault is known to hold; told once, and kept up by every line that is added."""
    if vault.inventory is None:
        return _take(db, vault, replay.told(db, vault, _copy(db, vault)))
    return vault.inventory


def in_view(db: Connection, vault: Vault) -> Inventory:
    """The same, with every line that this view of the store has; another window may have added some.

    It may know of lines that were added since this view was taken. Without the lines of the view
    nothing that was found in it may be called hurt.
    """
    inventory = of(db, vault)
    if inventory.seq < trail.tip(db):
        return _take(db, vault, replay.going_on(db, vault, inventory))
    return inventory


def doubt(db: Connection, vault: Vault) -> None:
    """The lines after the last signature do not fit: what they told is not believed."""
    unsigned = 0
    try:
        audit.unvouched(db, vault)
    except audit.ChainBroken as broken:
        # A file that is only looked at takes no line that would say so.
        unsigned = broken.seq
    _take(db, vault, replay.told(db, vault, _copy(db, vault), unsigned=unsigned))


def _take(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    vault.inventory = inventory
    if writes(db):
        # Lines of this very transaction may be in it.
        if_rolled_back(db, lambda: setattr(vault, "inventory", None))
    vault.learn_rings(db, inventory.rings())
    return inventory


def keep(db: Connection, vault: Vault) -> None:
    """Seal a new copy if the last one is many lines behind."""
    inventory = of(db, vault)
    last = db.scalar(select(ledger.c.seq)) or 0
    if not writes(db) or inventory.gaps or inventory.seq - last < TAIL:
        return
    body = _encode((inventory.head, inventory.everything(), inventory.ways_in))
    sealed = vault.seal(
        table="ledger",
        record=vault.incarnation,
        version=inventory.seq,
        ring=vault.practice_ring,
        body=body,
    )
    row = {"seq": inventory.seq, "kid": sealed.kid, "sealed": sealed.blob}
    db.execute(insert(ledger).values(id=1, **row).on_conflict_do_update(index_elements=["id"], set_=row))


def _copy(db: Connection, vault: Vault) -> Inventory | None:
    row = db.execute(select(ledger)).first()
    if row is None:
        return None
    try:
        head, lines, number = _opened(vault, row)
    except (SealBroken, msgspec.DecodeError):
        return None
    if audit.hash_of(db, row.seq) != head:
        return None
    inventory = Inventory()
    for record, known in lines:
        inventory.put(record, known)
    inventory.seq, inventory.head, inventory.ways_in = row.seq, head, number
    return inventory


def _opened(vault: Vault, row: Any) -> _Body:
    inside = vault.open(
        table="ledger",
        record=vault.incarnation,
        version=row.seq,
        ring=vault.practice_ring,
        kid=row.kid,
        blob=row.sealed,
    )
    body: _Body = _decode(inside.body)
    return body
