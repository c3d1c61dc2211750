"""The sealed row that every noun of the record shares, and the only three ways to write one.

`begin` writes the first version, `rewrite` replaces a draft, `append` adds a version to what is
final. Each write carries the version its author saw, so two writers never overwrite one another
(`UNIQUE(record, version)` decides), and each adds its line to the audit trail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Table, select, true
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import audit, memory
from clinic_toolkit.store import statements
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import from_us, now_us
from clinic_toolkit.vault.vault import SealBroken, Vault

SCHEMA = 1

B = TypeVar("B", bound=msgspec.Struct)


class NotThere(ClinicError):
    """No such record, or none that this clinician may see: the two are never told apart."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


class Stale(ClinicError):
    """Someone, perhaps the same person in another tab, saved a newer version meanwhile."""

    def __init__(self) -> None:
        super().__init__("This was changed in another window after you opened it here.")


class Stamp(msgspec.Struct, array_like=True, frozen=True):
    """Who wrote this version, when, in which state, and after which content."""

    schema: int
    author: bytes
    at: int
    state: str
    final: bool
    previous: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept(Generic[B]):
    """One version of one record, opened."""

    id: UUID
    version: int
    ring: UUID
    state: str
    final: bool
    author: UUID
    at: datetime
    content_id: bytes
    signature: bytes | None
    body: B


_encode = msgspec.msgpack.Encoder().encode


@cache
def _decoder(kind: type[Any]) -> Any:
    shape: Any = tuple[Stamp, kind]  # type: ignore[valid-type]  # a type that is only known here
    return msgspec.msgpack.Decoder(shape)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Version:
    id: UUID
    version: int
    ring: UUID
    state: str
    final: bool
    previous: bytes | None


def begin(
    db: Connection,
    vault: Vault,
    table: Table,
    body: B,
    *,
    ring: UUID,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    id: UUID | None = None,
) -> Kept[B]:
    """Write the first version of a new record."""
    first = _Version(id=id or uuid4(), version=1, ring=ring, state=state, final=final, previous=None)
    return _insert(db, vault, table, body, first, event=event, now=now)


def append(
    db: Connection,
    vault: Vault,
    table: Table,
    seen: Kept[B],
    body: B,
    *,
    state: str,
    event: str,
    now: datetime,
) -> Kept[B]:
    """Add a version after a final one, which stays as it is.

    Raises:
        Stale: a newer version exists than the one the author saw.
    """
    return _insert(db, vault, table, body, _after(seen, state, final=True), event=event, now=now)


def rewrite(
    db: Connection,
    vault: Vault,
    table: Table,
    seen: Kept[B],
    body: B,
    *,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    sign: str | None = None,
) -> Kept[B]:
    """Replace a draft by its next version; with `final`, for the last time.

    Args:
        sign: a signature label such as "sig/note"; the signature is kept inside the seal.

    Raises:
        Stale: the draft moved on, or became final, since the author saw it.
    """
    kept, values = _sealed(vault, table, body, _after(seen, state, final=final), now=now, sign=sign)
    if not statements.replace(db, table, values, seen=seen.id, seen_version=seen.version):
        raise Stale
    audit.note(db, vault, event, [entry(table, kept)], now=now)
    return kept


def _after(seen: Kept[Any], state: str, *, final: bool) -> _Version:
    return _Version(
        id=seen.id,
        version=seen.version + 1,
        ring=seen.ring,
        state=state,
        final=final,
        previous=seen.content_id,
    )


def _insert(
    db: Connection, vault: Vault, table: Table, body: B, place: _Version, *, event: str, now: datetime
) -> Kept[B]:
    kept, values = _sealed(vault, table, body, place, now=now)
    try:
        db.execute(statements.insert(table), values)
    except IntegrityError as clash:
        raise Stale from clash
    audit.note(db, vault, event, [entry(table, kept)], now=now)
    return kept


def _sealed(
    vault: Vault, table: Table, body: B, place: _Version, *, now: datetime, sign: str | None = None
) -> tuple[Kept[B], dict[str, Any]]:
    stamp = Stamp(SCHEMA, vault.user_id.bytes, now_us(now), place.state, place.final, place.previous)
    sealed = vault.seal(
        table=str(table.name),
        record=place.id,
        version=place.version,
        ring=place.ring,
        body=_encode((stamp, body)),
        sign=sign,
    )
    row = {
        "record": place.id,
        "version": place.version,
        "ring": place.ring,
        "kid": sealed.kid,
        "final": int(place.final),
        "sealed": sealed.blob,
    }
    return _kept(place, stamp, body, content_id=sealed.content_id, signature=sealed.signature), row


def _kept(place: Any, stamp: Stamp, body: B, *, content_id: bytes, signature: bytes | None) -> Kept[B]:
    return Kept(
        id=place.id if isinstance(place, _Version) else place.record,
        version=place.version,
        ring=place.ring,
        state=stamp.state,
        final=stamp.final,
        author=UUID(bytes=stamp.author),
        at=from_us(stamp.at),
        content_id=content_id,
        signature=signature,
        body=body,
    )


def latest(db: Connection, vault: Vault, table: Table, id: UUID, kind: type[B]) -> Kept[B]:
    """The newest version of one record.

    Raises:
        NotThere: there is none, or its ring is not open to this clinician.
        SealBroken: the stored bytes are not what was written.
    """
    row = statements.newest(db, table, id)
    if row is None or not vault.holds(row.ring):
        raise NotThere
    return opened(vault, table, row, kind)


def in_rings(
    db: Connection, vault: Vault, table: Table, rings: Iterable[UUID], kind: type[B]
) -> list[Kept[B]]:
    """The newest version of every record of these rings, in the order they were begun."""
    return _newest(db, vault, table, kind, table.c.ring.in_(list(rings)))


def everywhere(db: Connection, vault: Vault, table: Table, kind: type[B]) -> list[Kept[B]]:
    """The newest version of every record of this table that this clinician may open."""
    return _newest(db, vault, table, kind, true())


def _newest(
    db: Connection, vault: Vault, table: Table, kind: type[B], which: ColumnElement[bool]
) -> list[Kept[B]]:
    found: list[Kept[B]] = memory.newest(db, vault, table, which, lambda row: opened(vault, table, row, kind))
    return found


def versions(db: Connection, vault: Vault, table: Table, id: UUID, kind: type[B]) -> list[Kept[B]]:
    """Every version still kept of one record, oldest first."""
    rows = db.execute(select(table).where(table.c.record == id).order_by(table.c.version))
    return [opened(vault, table, row, kind) for row in rows if vault.holds(row.ring)]


def opened(vault: Vault, table: Table, row: Row[Any] | SealedRow, kind: type[B]) -> Kept[B]:
    """Open one row and compare its plain hint with what is sealed.

    Raises:
        SealBroken: the row is not what was written at this place.
    """
    inside = vault.open(
        table=str(table.name),
        record=row.record,
        version=row.version,
        ring=row.ring,
        kid=row.kid,
        blob=row.sealed,
    )
    stamp, body = _decoder(kind).decode(inside.body)
    if stamp.final != bool(row.final):
        raise SealBroken(table=str(table.name), record=row.record)
    return _kept(row, stamp, body, content_id=inside.content_id, signature=inside.signature)


def entry(table: Table, kept: Kept[Any]) -> audit.Entry:
    """The audit entry that names this version."""
    return audit.Entry(str(table.name), kept.ring.bytes, kept.id.bytes, kept.version, kept.content_id)
