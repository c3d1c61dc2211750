"""The inventory of the record, and its sealed snapshot in the database.

Replaying the whole audit log at every unlock would take longer each month, so from time to time the
inventory is sealed, in the clinician's own ring, together with the number of the last entry that it includes,
the rings that the clinician holds, and the list facts (`list_facts.py`). It is signed, because the sheets of
an executor open that ring too. A snapshot that is missing, outdated, damaged or not signed costs only time:
the log is then replayed from its beginning.
"""

import time
from datetime import datetime

import msgspec
from sqlalchemy import CheckConstraint, Column, Connection, Integer, LargeBinary, Table, select

from clinic_toolkit import __version__
from clinic_toolkit.crypto.signature import verify_signature
from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    audit_reader,
    inventory_replay,
    ring_references,
    tombstones,
    unsigned_entries,
)
from clinic_toolkit.journal.inventory_replay import ProgressCallback, ignore_progress
from clinic_toolkit.store.base import HIDES_INSERTION_ORDER, metadata
from clinic_toolkit.store.transactions import is_writing, on_rollback
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault.inventory import Inventory, KeptFacts
from clinic_toolkit.vault.known_versions import KnownVersion
from clinic_toolkit.vault.vault import SealBroken, Vault

# A new snapshot pays off once replaying the entries since the last one would be felt at an unlock: a hundred
# entries take about 13 ms, most of it for their signatures, a snapshot of a thousand records about 3 ms.
SNAPSHOT_INTERVAL = 200
# The same for list facts that no snapshot holds: computing those of a subject again takes a few milliseconds.
MIN_UNSAVED_FACTS = 20

# The name in the store and in its seals; a stored name stays.
SNAPSHOT_TABLE_NAME = "ledger"
_SIGNATURE_LABEL = "sig/ledger"

inventory_snapshot_table = Table(
    SNAPSHOT_TABLE_NAME,
    metadata,
    Column("user", UuidType, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("key_id", LargeBinary(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    CheckConstraint('length("user") = 16', name="ids"),
    info=HIDES_INSERTION_ORDER,
)

# Record id, version, content id, entry of the newest version, entry of the first one, whether it is own.
_SavedVersion = tuple[bytes, int, bytes, int, int, bool]


class _SavedFacts(msgspec.Struct, frozen=True, array_like=True):
    """List facts of one kind and subject, as `KeptFacts` explains them."""

    kind: str
    subject: bytes
    seq: int
    rings: tuple[bytes, ...]
    facts: msgspec.Raw


class _SnapshotPayload(msgspec.Struct, frozen=True, array_like=True):
    """The content of a snapshot.

    `versions` holds a list for each table and ring, encoded, so that only one of them is decoded at a time.
    `facts_context` says under which conditions the facts were computed.
    """

    tip_hash: bytes
    versions: list[tuple[str, bytes, msgspec.Raw]]
    slot_generation: int
    rings: list[bytes]
    checked_seq: int
    facts_context: str
    facts: list[_SavedFacts]


_encode_snapshot = msgspec.msgpack.Encoder().encode
_decode_snapshot = msgspec.msgpack.Decoder(_SnapshotPayload).decode
_decode_versions = msgspec.msgpack.Decoder(list[_SavedVersion]).decode


def load_inventory(
    db: Connection, vault: Vault, report_progress: ProgressCallback = ignore_progress
) -> Inventory:
    """Return the vault's inventory; built once, then updated by every entry that is appended.

    Args:
        report_progress: called while it is built; if it raises, nothing is built.
    """
    if vault.inventory is None:
        inventory = inventory_replay.replay_inventory(
            db, vault, lambda: _load_snapshot(db, vault), report_progress=report_progress
        )
        return _install_inventory(db, vault, inventory)
    return _apply_new_entries(db, vault, vault.inventory) if vault.inventory.is_behind else vault.inventory


def refresh_inventory(db: Connection, vault: Vault) -> Inventory:
    """Return the inventory, including every entry visible in this transaction.

    Another window may have added entries, and a record must not be called damaged before they are applied.
    The inventory may also include entries that are newer than this transaction.
    """
    inventory = load_inventory(db, vault)
    return _apply_new_entries(db, vault, inventory)


def _apply_new_entries(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    if inventory.seq >= audit_reader.last_entry_number(db):
        return inventory
    undo = inventory_replay.apply_new_entries(db, vault, inventory)
    if undo is None:
        return _install_inventory(db, vault, inventory_replay.replay_inventory(db, vault, lambda: None))
    # The new entries may include those of this very transaction.
    for take_out in undo:
        on_rollback(db, take_out)
    if tombstones.has_new_tombstones(inventory):
        on_rollback(db, lambda: setattr(vault, "inventory", None))
        tombstones.note_erasures(db, vault, inventory)
    _note_rings(db, vault, inventory)
    return inventory


def _note_rings(db: Connection, vault: Vault, inventory: Inventory) -> None:
    known = inventory.known_rings - inventory.erased_rings
    vault.rings.note_known_rings(db, known, ring_references.list_named_statements(inventory))


def accept_unsigned_entries(db: Connection, vault: Vault, *, now: datetime) -> bool:
    """Check and sign the entries written without a key; returns False if one of them is not valid."""
    if unsigned_entries.sign_unsigned_entries(db, vault, now=now) is not None:
        return True
    rebuild_after_check(db, vault)
    return False


def rebuild_after_check(
    db: Connection, vault: Vault, report_progress: ProgressCallback = ignore_progress
) -> None:
    """Check the entries after the last signature; rebuild the inventory without those that are invalid."""
    refused_entry = 0
    try:
        unsigned_entries.check_unsigned_entries(db, vault)
    except audit_log.ChainBroken as error:
        # A read-only store cannot record the refusal as an entry, so it is passed on as an argument.
        refused_entry = error.seq
    inventory = inventory_replay.replay_inventory(
        db,
        vault,
        lambda: _load_snapshot(db, vault),
        refused_entry=refused_entry,
        report_progress=report_progress,
    )
    _install_inventory(db, vault, inventory)


def _install_inventory(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    vault.inventory = inventory
    if is_writing(db):
        # The inventory may include entries of this very transaction.
        on_rollback(db, lambda: setattr(vault, "inventory", None))
    tombstones.note_erasures(db, vault, inventory)
    vault.load_new_rings(db, inventory.ring_ids() | inventory.known_rings)
    _note_rings(db, vault, inventory)
    return inventory


def needs_snapshot(db: Connection, vault: Vault) -> bool:
    """Return whether the last snapshot is so far behind that a new one pays off."""
    inventory = load_inventory(db, vault)
    if inventory.gaps or vault.own_ring is None or not vault.can_sign:
        return False
    is_own_row = inventory_snapshot_table.c.user == vault.user_id
    last_seq = db.scalar(select(inventory_snapshot_table.c.seq).where(is_own_row)) or 0
    return inventory.unsaved_facts >= MIN_UNSAVED_FACTS or inventory.seq - last_seq >= SNAPSHOT_INTERVAL


def save_snapshot(db: Connection, vault: Vault) -> None:
    """Seal a new snapshot if the last one is too far behind, and if this is a write transaction."""
    if not is_writing(db) or not needs_snapshot(db, vault) or vault.own_ring is None:
        return
    inventory = load_inventory(db, vault)
    unsaved_facts, inventory.unsaved_facts = inventory.unsaved_facts, 0
    on_rollback(db, lambda: setattr(inventory, "unsaved_facts", unsaved_facts))
    rings = sorted(
        {ring.bytes for ring in vault.rings.list_open_rings()}
        | (inventory.known_rings - inventory.erased_rings)
    )
    payload = _SnapshotPayload(
        inventory.tip_hash,
        _versions_to_save(inventory),
        inventory.slot_generation,
        rings,
        inventory.checked_seq,
        _facts_context(),
        _facts_to_save(inventory),
    )
    sealed = vault.seal(
        table=SNAPSHOT_TABLE_NAME,
        record=vault.incarnation,
        version=inventory.seq,
        ring=vault.own_ring,
        content=_encode_snapshot(payload),
        signature_label=_SIGNATURE_LABEL,
    )
    db.execute(inventory_snapshot_table.delete().where(inventory_snapshot_table.c.user == vault.user_id))
    row = {"user": vault.user_id, "seq": inventory.seq, "key_id": sealed.key_id, "sealed": sealed.blob}
    db.execute(inventory_snapshot_table.insert().values(**row))


def _facts_context() -> str:
    # Another version may compute facts by other rules, and local days depend on the time zone.
    return " ".join((__version__, *time.tzname))


def _versions_to_save(inventory: Inventory) -> list[tuple[str, bytes, msgspec.Raw]]:
    return [
        (table, ring, msgspec.Raw(_encode_snapshot([_saved_version(*version) for version in versions])))
        for (table, ring), versions in inventory.iter_places()
    ]


def _saved_version(record: bytes, newest: KnownVersion) -> _SavedVersion:
    return record, newest.version, newest.content_id, newest.seq, newest.first_seq, newest.is_written_by_us


def _facts_to_save(inventory: Inventory) -> list[_SavedFacts]:
    return [
        _SavedFacts(kind, subject, kept.seq, kept.rings, msgspec.Raw(_encode_snapshot(kept.facts)))
        for (kind, subject), kept in list(inventory.kept_facts.items())
        if not kept.failures
    ]


def _load_snapshot(db: Connection, vault: Vault) -> Inventory | None:
    try:
        seq, snapshot = _open_snapshot(db, vault) or (0, None)
        if snapshot is None:
            return None
        covered, held = set(snapshot.rings), vault.rings
        if any(ring.bytes not in covered and not held.is_creator(ring) for ring in held.list_open_rings()):
            # A ring was granted since; what colleagues wrote in it before was passed over.
            return None
        if audit_entries.find_entry_hash(db, seq) != snapshot.tip_hash:
            return None
        return _build_inventory(seq, snapshot)
    except (SealBroken, msgspec.DecodeError):
        return None


def _open_snapshot(db: Connection, vault: Vault) -> tuple[int, _SnapshotPayload] | None:
    is_own_row = inventory_snapshot_table.c.user == vault.user_id
    row = db.execute(select(inventory_snapshot_table).where(is_own_row)).first()
    if row is None or vault.own_ring is None:
        return None
    plain = vault.open(
        table=SNAPSHOT_TABLE_NAME,
        record=vault.incarnation,
        version=row.seq,
        ring=vault.own_ring,
        key_id=row.key_id,
        blob=row.sealed,
    )
    signed, signature = (vault.vault_id, vault.incarnation, row.seq, plain.content_id), plain.signature
    if not verify_signature(vault.public_key, _SIGNATURE_LABEL, *signed, signature=signature or b""):
        return None
    return row.seq, _decode_snapshot(plain.content)


def _build_inventory(seq: int, snapshot: _SnapshotPayload) -> Inventory:
    inventory = Inventory()
    for table, ring, versions in snapshot.versions:
        inventory.set_versions(
            (table, ring),
            {
                record: KnownVersion(table, ring, version, content_id, seq, first_seq, is_ours)
                for record, version, content_id, seq, first_seq, is_ours in _decode_versions(versions)
            },
        )
    inventory.seq, inventory.tip_hash = seq, snapshot.tip_hash
    inventory.slot_generation, inventory.known_rings = snapshot.slot_generation, set(snapshot.rings)
    inventory.checked_seq = snapshot.checked_seq
    for saved in snapshot.facts if snapshot.facts_context == _facts_context() else ():
        # A copy, because the original keeps the whole snapshot in memory.
        facts = msgspec.Raw(bytes(saved.facts))
        inventory.kept_facts[saved.kind, saved.subject] = KeptFacts(
            saved.seq, saved.rings, facts, is_checked=False
        )
    return inventory
