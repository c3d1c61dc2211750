"""One version of one record: how it is sealed into a row, and opened again.

Who wrote it, when, in which state and after what stands inside the seal; the row shows only what is
needed to find it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Row, Table

from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import from_us, now_us
from clinic_toolkit.vault.inventory import Known
from clinic_toolkit.vault.vault import SealBroken, Vault

SCHEMA = 1

B = TypeVar("B", bound=msgspec.Struct)


class Stamp(msgspec.Struct, array_like=True, frozen=True):
    """Who wrote this version, when, in which state, and after which content."""

    schema: int
    author: bytes
    at: int
    state: str
    final: bool
    previous: bytes | None
    follows_final: bool = False


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
    previous: bytes | None
    follows_final: bool
    body: B


_encode = msgspec.msgpack.Encoder().encode


@cache
def _decoder(kind: type[Any]) -> Any:
    shape: Any = tuple[Stamp, kind]  # type: ignore[valid-type]  # a type that is only known here
    return msgspec.msgpack.Decoder(shape)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a version goes, and what it follows."""

    id: UUID
    version: int
    ring: UUID
    state: str
    final: bool
    previous: bytes | None
    follows_final: bool = False


def sealed_row(
    vault: Vault, table: Table, body: B, place: Place, *, now: datetime, sign: str | None = None
) -> tuple[Kept[B], dict[str, Any]]:
    """Seal a version for its place; returns it with the row that keeps it."""
    stamp = Stamp(
        SCHEMA,
        vault.user_id.bytes,
        now_us(now),
        place.state,
        place.final,
        place.previous,
        place.follows_final,
    )
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
        id=place.id if isinstance(place, Place) else place.record,
        version=place.version,
        ring=place.ring,
        state=stamp.state,
        final=stamp.final,
        author=UUID(bytes=stamp.author),
        at=from_us(stamp.at),
        content_id=content_id,
        signature=signature,
        previous=stamp.previous,
        follows_final=stamp.follows_final,
        body=body,
    )


# What others go on with when a record is hurt, told from its ring; None if there is nothing to tell.
StandIn = Callable[[Vault, UUID], B | None]
HURT = "hurt"


def nothing(vault: Vault, ring: UUID) -> None:
    """Nothing stands in."""


def stands_in(vault: Vault, id: UUID, ring: UUID, known: Known, body: B) -> Kept[B]:
    """A version that is not in the file: what is known of a hurt record, and a body to go on with."""
    return Kept(
        id=id,
        version=known.version,
        ring=ring,
        state=HURT,
        final=True,
        author=vault.user_id,
        at=from_us(0),
        content_id=known.content_id,
        signature=None,
        previous=None,
        follows_final=False,
        body=body,
    )


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
