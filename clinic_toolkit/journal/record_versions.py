"""One version of one record: how it is sealed into a row, and opened again.

Author, time, state and predecessor are inside the seal; the row shows only what is needed to find it.
Never reads or writes the database.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Row, Table

from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.store.types import cached_uuid, from_microseconds, to_microseconds
from clinic_toolkit.vault.envelope import Envelope
from clinic_toolkit.vault.inventory import KnownVersion
from clinic_toolkit.vault.vault import Vault

SCHEMA_VERSION = 1

P = TypeVar("P", bound=msgspec.Struct)


class VersionHeader(msgspec.Struct, array_like=True, frozen=True):
    """The author, time, state and predecessor of a version; `recorded_at` is in microseconds since 1970."""

    schema_version: int
    author_id: bytes
    recorded_at: int
    state: str
    final: bool
    previous_content_id: bytes | None
    follows_final: bool = False


class RecordVersion(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """One decrypted version of one record."""

    id: UUID
    version: int
    ring: UUID
    state: str
    final: bool
    author_id: UUID
    recorded_at: datetime
    content_id: bytes
    signature: bytes | None
    previous_content_id: bytes | None
    follows_final: bool
    payload: P


_encode_version = msgspec.msgpack.Encoder().encode


@cache
def _decoder(payload_type: type[Any]) -> Any:
    shape: Any = tuple[VersionHeader, payload_type]  # type: ignore[valid-type]  # a type that is only known here
    return msgspec.msgpack.Decoder(shape)


class PendingVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The id, version, ring and state of a version to be written, and which content it follows."""

    id: UUID
    version: int
    ring: UUID
    state: str
    final: bool
    previous_content_id: bytes | None
    follows_final: bool = False


def seal_version(
    vault: Vault,
    table: Table,
    payload: P,
    pending: PendingVersion,
    *,
    now: datetime,
    signature_label: str | None = None,
) -> tuple[RecordVersion[P], dict[str, Any]]:
    """Seal a version for its place in the table.

    Args:
        signature_label: sign the content under this label, such as "sig/note"; None for no signature.

    Returns:
        The version, and the values of its row.
    """
    header = VersionHeader(
        SCHEMA_VERSION,
        vault.user_id.bytes,
        to_microseconds(now),
        pending.state,
        pending.final,
        pending.previous_content_id,
        pending.follows_final,
    )
    sealed = vault.seal(
        table=str(table.name),
        record=pending.id,
        version=pending.version,
        ring=pending.ring,
        payload=_encode_version((header, payload)),
        signature_label=signature_label,
    )
    row = {
        "record": pending.id,
        "version": pending.version,
        "ring": pending.ring,
        "kid": sealed.kid,
        "final": int(pending.final),
        "sealed": sealed.blob,
    }
    return _record_version(
        pending, header, payload, content_id=sealed.content_id, signature=sealed.signature
    ), row


def _record_version(
    source: Any, header: VersionHeader, payload: P, *, content_id: bytes, signature: bytes | None
) -> RecordVersion[P]:
    return RecordVersion(
        id=source.id if isinstance(source, PendingVersion) else source.record,
        version=source.version,
        ring=source.ring,
        state=header.state,
        final=header.final,
        author_id=cached_uuid(header.author_id),
        recorded_at=from_microseconds(header.recorded_at),
        content_id=content_id,
        signature=signature,
        previous_content_id=header.previous_content_id,
        follows_final=header.follows_final,
        payload=payload,
    )


# Returns the payload that stands in for an unreadable record, derived from its ring; None if there is none.
Fallback = Callable[[Vault, UUID], P | None]
UNREADABLE_STATE = "hurt"


def no_fallback(vault: Vault, ring: UUID) -> None:
    """Return None: an unreadable record of this kind has no substitute."""


def fallback_version(
    vault: Vault, record_id: UUID, ring: UUID, logged: KnownVersion, payload: P
) -> RecordVersion[P]:
    """Build the version that stands in for an unreadable record, from what the log knows and `payload`."""
    return RecordVersion(
        id=record_id,
        version=logged.version,
        ring=ring,
        state=UNREADABLE_STATE,
        final=True,
        author_id=vault.user_id,
        recorded_at=from_microseconds(0),
        content_id=logged.content_id,
        signature=None,
        previous_content_id=None,
        follows_final=False,
        payload=payload,
    )


def open_versions(
    vault: Vault, table: Table, rows: Sequence[Row[Any] | SealedRow], payload_type: type[P]
) -> list[RecordVersion[P] | None]:
    """Open rows of a table and compare the plain `final` column of each with the sealed header.

    Returns:
        One item for each row; None for a row that does not open, does not decode or does not match.
    """
    # Each step runs over all rows before the next; going row by row takes twice as long.
    envelopes = vault.open_rows(str(table.name), rows)
    content_ids = [envelope.content_id if envelope else b"" for envelope in envelopes]
    decode = _decoder(payload_type).decode
    contents = [_decode_or_none(decode, envelope) for envelope in envelopes]
    return [
        _record_version(row, *content, content_id=content_id, signature=envelope.signature)
        if envelope and content and content[0].final == bool(row.final)
        else None
        for row, envelope, content_id, content in zip(rows, envelopes, content_ids, contents, strict=True)
    ]


def _decode_or_none(decode: Callable[[bytes], Any], envelope: Envelope | None) -> Any:
    try:
        return decode(envelope.payload) if envelope else None
    except msgspec.DecodeError:
        return None
