"""The ledger: the inventory of the record, told from the audit trail and kept sealed between unlocks.

Reading the whole trail at every unlock would take longer each month, so now and then what it adds up
to is sealed beside it, with the line it reaches to. A copy that is missing, older or damaged costs
time and nothing else: the trail is read from its beginning then.
"""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import CheckConstraint, Column, Connection, Integer, LargeBinary, Table, select
from sqlalchemy.dialects.sqlite import insert

from clinic_toolkit.journal import audit_log, audit_reader, inventory_replay, unsigned_entries
from clinic_toolkit.store.base import metadata
from clinic_toolkit.store.engine import is_writing, on_rollback
from clinic_toolkit.vault.inventory import Inventory, KnownVersion
from clinic_toolkit.vault.vault import SealBroken, Vault

# A new copy is worth its writing when reading the lines since the last one would be felt at an unlock:
# a hundred lines take about 7 ms, a copy of a thousand records about 3.
SNAPSHOT_INTERVAL = 200
_RECORDS_A_LINE = 20

inventory_snapshot_table = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("kid", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_strict=True,
)

_LoggedVersions = list[tuple[bytes, KnownVersion]]
_encode_snapshot = msgspec.msgpack.Encoder().encode
_SnapshotPayload = tuple[bytes, _LoggedVersions, int]
_decode_snapshot = msgspec.msgpack.Decoder(_SnapshotPayload).decode


def load_inventory(db: Connection, vault: Vault) -> Inventory:
    """What this vault is known to hold; told once, and kept up by every line that is added."""
    if vault.inventory is None:
        return _install_inventory(
            db, vault, inventory_replay.replay_inventory(db, vault, _load_snapshot(db, vault))
        )
    return vault.inventory


def refresh_inventory(db: Connection, vault: Vault) -> Inventory:
    """The same, with every line that this view of the store has; another window may have added some.

    It may know of lines that were added since this view was taken. Without the lines of the view
    nothing that was found in it may be called hurt.
    """
    inventory = load_inventory(db, vault)
    if inventory.seq < audit_reader.last_entry_number(db):
        return _install_inventory(db, vault, inventory_replay.extend_inventory(db, vault, inventory))
    return inventory


def accept_unsigned_entries(db: Connection, vault: Vault, *, now: datetime) -> bool:
    """Vouch for what was written without a key; False if a line of it is not as this program writes it."""
    if unsigned_entries.sign_unsigned_entries(db, vault, now=now) is not None:
        return True
    mark_unreliable_from(db, vault)
    return False


def mark_unreliable_from(db: Connection, vault: Vault) -> None:
    """The lines after the last signature do not fit: what they told is not believed."""
    unsigned = 0
    try:
        unsigned_entries.check_unsigned_entries(db, vault)
    except audit_log.ChainBroken as broken:
        # A file that is only looked at takes no line that would say so.
        unsigned = broken.seq
    _install_inventory(
        db,
        vault,
        inventory_replay.replay_inventory(db, vault, _load_snapshot(db, vault), refused_entry=unsigned),
    )


def _install_inventory(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    vault.inventory = inventory
    if is_writing(db):
        # Lines of this very transaction may be in it.
        on_rollback(db, lambda: setattr(vault, "inventory", None))
    vault.load_new_rings(db, inventory.ring_ids())
    return inventory


def save_snapshot(db: Connection, vault: Vault) -> None:
    """Seal a new copy if the last one is many lines behind."""
    inventory = load_inventory(db, vault)
    last = db.scalar(select(inventory_snapshot_table.c.seq)) or 0
    if not is_writing(db) or inventory.gaps or inventory.seq - last < SNAPSHOT_INTERVAL:
        return
    body = _encode_snapshot((inventory.tip_hash, inventory.items(), inventory.slot_generation))
    sealed = vault.seal(
        table="ledger",
        record=vault.incarnation,
        version=inventory.seq,
        ring=vault.practice_ring,
        payload=body,
    )
    row = {"seq": inventory.seq, "kid": sealed.kid, "sealed": sealed.blob}
    db.execute(
        insert(inventory_snapshot_table)
        .values(id=1, **row)
        .on_conflict_do_update(index_elements=["id"], set_=row)
    )


def _load_snapshot(db: Connection, vault: Vault) -> Inventory | None:
    row = db.execute(select(inventory_snapshot_table)).first()
    if row is None:
        return None
    try:
        head, lines, number = _open_snapshot(vault, row)
    except (SealBroken, msgspec.DecodeError):
        return None
    if audit_log.find_entry_hash(db, row.seq) != head:
        return None
    inventory = Inventory()
    for record, known in lines:
        inventory.set_version(record, known)
    inventory.seq, inventory.tip_hash, inventory.slot_generation = row.seq, head, number
    return inventory


def _open_snapshot(vault: Vault, row: Any) -> _SnapshotPayload:
    inside = vault.open(
        table="ledger",
        record=vault.incarnation,
        version=row.seq,
        ring=vault.practice_ring,
        kid=row.kid,
        blob=row.sealed,
    )
    body: _SnapshotPayload = _decode_snapshot(inside.payload)
    return body
