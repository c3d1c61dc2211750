"""A small store with a chain of its own: what the anchor needs to know of an audit trail, and no more."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, MetaData, func, select

from clinic_toolkit.store import base
from clinic_toolkit.store.chain import ChainRow
from clinic_toolkit.store.folder import ANCHOR_FILE
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import anchor_slot
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES, AnchorSlot
from clinic_toolkit.store.transactions import reading, transaction_of, writing

METADATA = MetaData(naming_convention=base.metadata.naming_convention)
SAMPLE = base.sealed_table("sample", METADATA)
CHAIN = base.chain_table(METADATA)
INCARNATION = UUID("8c1d7f44-3f0a-4c11-9d25-6c1f0f0e5a11")


@dataclass
class Entry:
    """What an audit line names."""

    table: str
    ring: bytes
    record: bytes


def opened(place: Path) -> Engine:
    """The store in this folder."""
    return open_store(place, METADATA)


def line(db: Connection, *entries: Entry, way: bytes = b"") -> int:
    """Add a line to the chain. `way` makes it another line than it would have been."""
    tip = db.execute(select(CHAIN).order_by(CHAIN.c.seq.desc()).limit(1)).first()
    seq, before = (tip.seq + 1, tip.hash) if tip else (1, bytes(32))
    head = hashlib.sha256(before + way + b"".join(entry.record for entry in entries)).digest()
    transaction_of(db).append_entry(
        CHAIN, ChainRow(seq, way, head, None), incarnation=INCARNATION, at=seq * 1_000_000, references=entries
    )
    return seq


def save(engine: Engine, *, way: bytes = b"", record: UUID | None = None) -> UUID:
    """Save one version of a record, with its line."""
    with writing(engine) as db:
        return save_in(db, way=way, record=record)


def save_in(db: Connection, *, way: bytes = b"", record: UUID | None = None) -> UUID:
    """The same, in a transaction that is open."""
    record, ring = record or uuid4(), uuid4()
    newest = db.scalar(select(func.max(SAMPLE.c.version)).where(SAMPLE.c.record == record)) or 0
    row = {"record": record, "version": newest + 1, "ring": ring, "key_id": bytes(16), "final": 0}
    db.execute(SAMPLE.insert().values(**row, sealed=record.bytes * 30))
    line(db, Entry("sample", ring.bytes, record.bytes), way=way)
    return record


def tip(engine: Engine) -> int:
    """How far the chain has come."""
    with reading(engine) as db:
        return db.scalar(select(func.max(CHAIN.c.seq))) or 0


def slots(place: Path) -> list[AnchorSlot | None]:
    """Both slots, as they lie in the folder."""
    raw = (place / ANCHOR_FILE).read_bytes()
    assert len(raw) == 2 * SLOT_BYTES
    return [anchor_slot.decode_slot(raw[:SLOT_BYTES]), anchor_slot.decode_slot(raw[SLOT_BYTES:])]


def newest(place: Path) -> AnchorSlot:
    """The slot that counts."""
    return max((slot for slot in slots(place) if slot), key=lambda slot: slot.write_count)


def as_killed(place: Path, target: Path) -> Path:
    """What a kill at this moment would leave: all files, and nothing that only memory holds."""
    shutil.copytree(place, target, ignore=shutil.ignore_patterns("*-shm"))
    return target


def spoil(file: Path, change: Callable[[bytearray], object]) -> None:
    """Change the bytes of a file."""
    raw = bytearray(file.read_bytes())
    change(raw)
    file.write_bytes(bytes(raw))


def without_anchor(place: Path) -> tuple[str, int]:
    """What SQLite alone makes of the store: its own check, and the number of lines."""
    with closing(sqlite3.connect(place / "clinic.db")) as db:
        try:
            lines = db.execute("SELECT count(*) FROM audit_line").fetchone()[0]
            return db.execute("PRAGMA integrity_check").fetchone()[0], lines
        except sqlite3.DatabaseError:
            return "damaged", 0


def shortened(place: Path, last: int) -> None:
    """Take the end of the chain away, as an older copy of the file would have it."""
    with closing(sqlite3.connect(place / "clinic.db")) as db, db, refusing_nothing(db):
        db.execute("DELETE FROM audit_line WHERE seq > ?", [last])


@contextmanager
def refusing_nothing(db: sqlite3.Connection) -> Iterator[None]:
    """Take away what the chain refuses, as someone from outside can, and put it back at the end."""
    refusals = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_line'"
    ).fetchall()
    for name, _ in refusals:
        db.execute(f"DROP TRIGGER {name}")
    yield
    for _, definition in refusals:
        db.execute(definition)


def newest_version(db: Connection, record: UUID) -> int:
    """The newest version of a record."""
    return db.scalar(select(func.max(SAMPLE.c.version)).where(SAMPLE.c.record == record)) or 0


def tip_in(db: Connection) -> int:
    """How far the chain has come, in a transaction that is open."""
    return db.scalar(select(func.max(CHAIN.c.seq))) or 0
