"""One version of one record: how it is sealed into a row, and opened again.

Who wrote it, when, in which state and after what stands inside the seal; the row shows only what is
needed to find it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Row, Table

from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import from_us, now_us, often
from clinic_toolkit.vault.envelope import Envelope
from clinic_toolkit.vault.inventory import Known
from clinic_toolkit.vault.vault import Vault

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


class Kept(msgspec.Struct, Generic[B], frozen=True, kw_only=True):
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


class Place(msgspec.Struct, frozen=True, kw_only=True):
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
        author=often(stamp.author),
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


def opened(
    vault: Vault, table: Table, rows: Sequence[Row[Any] | SealedRow], kind: type[B]
) -> list[Kept[B] | None]:
    """Open rows of a table and compare the plain hint of each with what is sealed.

    None stands for a row that is not what was written at its place.
    """
    # One kind of work for all of them, then the next: the same acts row by row take twice as long.
    sealed = vault.open_all(str(table.name), rows)
    named = [inside.content_id if inside else b"" for inside in sealed]
    decode = _decoder(kind).decode
    told = [_told(decode, inside) for inside in sealed]
    return [
        _kept(row, *read, content_id=name, signature=inside.signature)
        if inside and read and read[0].final == bool(row.final)
        else None
        for row, inside, name, read in zip(rows, sealed, named, told, strict=True)
    ]


def _told(decode: Callable[[bytes], Any], inside: Envelope | None) -> Any:
    try:
        return decode(inside.body) if inside else None
    except msgspec.DecodeError:
        return None
