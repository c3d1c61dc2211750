"""The second copy of the head of the practice: what opens everything else, in a file beside the store.

The head is the practice's ids, the ways in, the clinician's identity and the practice's own ring. One
bit in it would make the whole record unreadable. The copy holds the same sealed bytes as the store and
nothing else, so it opens for the same secrets alone. It is written right before the commit of every
transaction that changes a way in: an old passphrase is never left in it. It is used only where the
store's own does not open, and only if the trail names its list of ways in as the newest; that trail is
signed with the identity, so an older copy put in its place opens nothing.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, create_engine, or_, select
from sqlalchemy.exc import DBAPIError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.engine import before_commit, if_rolled_back
from clinic_toolkit.store.trouble import StorageTrouble
from clinic_toolkit.store.types import Id
from clinic_toolkit.vault import head_file, identity, rings, slots
from clinic_toolkit.vault.vault import Vault

# What can be wrong: the copy is not there, or not the newest, or it was needed.
MISSING, OLD, USED = "missing", "old", "used"

# In the order in which the file holds them; the columns as the tables have them.
TABLES: tuple[Table, ...] = (
    identity.vault,
    identity.identity,
    rings.ring,
    rings.ring_grant,
    slots.slot,
    slots.slot_list,
)
_Row = tuple[bytes | int | None, ...]


class Head(msgspec.Struct, array_like=True, frozen=True):
    """The rows of the head, table by table in the order of `TABLES`; ids as their bytes."""

    generation: int
    tables: tuple[tuple[_Row, ...], ...]


log = logging.getLogger("clinic")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Head).decode


def standing(db: Connection, vault: Vault) -> Head:
    """The head as it stands in the store."""
    mine, ours = vault.user_id, vault.practice_ring
    asked = (
        select(identity.vault),
        select(identity.identity).where(identity.identity.c.user == mine),
        select(rings.ring).where(rings.ring.c.ring == ours),
        select(rings.ring_grant).where(rings.ring_grant.c.ring == ours, rings.ring_grant.c.user == mine),
        select(slots.slot).where(slots.slot.c.user == mine).order_by(slots.slot.c.kind),
        select(slots.slot_list).where(slots.slot_list.c.user == mine),
    )
    tables = tuple(tuple(_plain(row) for row in db.execute(each)) for each in asked)
    return Head(vault.slot_generation, tables)


def kept(db: Connection) -> Head | None:
    """The second copy beside this store; None if it is not there or not as it was written."""
    held = head_file.read(identity.place(db))
    try:
        head = _decode(held) if held else None
    except msgspec.DecodeError:
        return None
    return head if head and len(head.tables) == len(TABLES) else None


def fault(db: Connection, vault: Vault) -> str:
    """What is wrong with the second copy, seen from a store that opened by itself; "" if nothing."""
    copy = kept(db)
    if copy is None:
        return MISSING
    return "" if copy == standing(db, vault) else OLD


def has_other_ids(db: Connection) -> bool:
    """Whether a copy that can be read gives the practice other ids than the store."""
    copy = kept(db)
    there = tuple(_plain(row) for row in db.execute(select(identity.vault)))
    return copy is not None and copy.tables[0] != there


def owe(db: Connection, vault: Vault) -> None:
    """Write the second copy right before this transaction is committed.

    A list of ways in that nobody vouches for is not copied: that would hide who changed it. Then there is
    no copy, for the one that stands there opens for the secret that was just replaced.
    """
    before_commit(db, lambda: _write(db, vault))


def offer(db: Connection, vault: Vault) -> None:
    """Write the second copy as `owe` does; where that is refused, the transaction is committed all the same.

    For an act that leaves every secret as it is: the copy that stands there lets no old one in.
    """

    def write() -> None:
        try:
            _write(db, vault)
        except StorageTrouble:
            log.exception("head.not_written")

    before_commit(db, write)


def _write(db: Connection, vault: Vault) -> None:
    place = identity.place(db)
    if vault.slots_intact:
        take_back = head_file.write(place, _encode(standing(db, vault)))
    else:
        take_back = head_file.remove(place)
    if_rolled_back(db, take_back)


def opened(db: Connection, open_it: Callable[[Connection], Vault]) -> Vault | None:
    """Open the practice by its second copy and the other rings of the store; None if that fails as well.

    Whether the copy is the newest is for the caller to ask: the trail says it.

    Raises:
        WrongSecret: the copy is as it was written and opens, but not by this secret.
    """
    head = kept(db)
    if head is None or _is_in(db, head):
        return None
    try:
        with _beside(db, head) as both:
            vault = open_it(both)
    except slots.WrongSecret:
        raise
    except (ClinicError, DBAPIError, ValueError):
        return None
    if not vault.slots_intact or vault.slot_generation != head.generation:
        return None
    vault.head_fault = USED
    return vault


def put_back(db: Connection) -> None:
    """Put the head into the store again as the second copy has it. The caller knows that it is the newest."""
    head = kept(db)
    if head is None:
        return
    (ring,), (grant,) = head.tables[2], head.tables[3]
    # There is one clinician, so these tables hold nothing else; a hurt row may have any key.
    for table in (identity.vault, identity.identity, slots.slot, slots.slot_list):
        db.execute(table.delete())
    known, granted = _named(rings.ring, ring), _named(rings.ring_grant, grant)
    same = (rings.ring.c.ring == known["ring"], rings.ring.c.signature == known["signature"])
    db.execute(rings.ring.delete().where(or_(*same)))
    sealed = rings.ring_grant.c.sealed == granted["sealed"]
    db.execute(rings.ring_grant.delete().where(or_(rings.ring_grant.c.ring == granted["ring"], sealed)))
    _insert(db, head)


@contextmanager
def _beside(db: Connection, head: Head) -> Iterator[Connection]:
    """A small store in memory: the head of the copy, and all other rings of the store."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as both:
            for table in TABLES:
                table.create(both)
            _insert(both, head)
            ours = {row[0] for row in head.tables[2]}
            for table in (rings.ring, rings.ring_grant):
                for row in db.execute(select(table)):
                    if row.ring.bytes not in ours:
                        both.execute(table.insert().values(**row._mapping))
            yield both
    finally:
        engine.dispose()


def _insert(db: Connection, head: Head) -> None:
    for table, rows in zip(TABLES, head.tables, strict=True):
        for row in rows:
            db.execute(table.insert().values(**_named(table, row)))


def _is_in(db: Connection, head: Head) -> bool:
    """Whether the store holds the very same rows: then it cannot open where the store did not."""
    for table, rows in zip(TABLES, head.tables, strict=True):
        there = {_plain(row) for row in db.execute(select(table))}
        if not set(rows) <= there:
            return False
    return True


def _plain(row: Any) -> _Row:
    return tuple(value.bytes if isinstance(value, UUID) else value for value in row)


def _named(table: Table, row: _Row) -> dict[str, Any]:
    pairs = zip(table.columns, row, strict=True)
    return {
        column.name: UUID(bytes=value) if isinstance(value, bytes) and _is_id(column) else value
        for column, value in pairs
    }


def _is_id(column: Any) -> bool:
    return isinstance(column.type, Id)
