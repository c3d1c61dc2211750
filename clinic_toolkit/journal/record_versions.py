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
from sqlalchemy import Row

from clinic_toolkit.journal.integrity_reasons import IntegrityReason
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.types import cached_uuid, from_microseconds, to_microseconds
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)


class VersionHeader(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The author, time, state and predecessor of a version; `recorded_at` is in microseconds since 1970."""

    schema_version: int
    author_id: bytes
    recorded_at: int
    state: str
    final: bool
    previous_content_id: bytes | None
    follows_final: bool = False


class RecordVersion(msgspec.Struct, Generic[P], frozen=True, kw_only=True, gc=False):
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

    @property
    def is_substitute(self) -> bool:
        """Whether this stands in for a record that cannot be read."""
        return self.state in (UNREADABLE_STATE, NEWER_STATE)


_encode_version = msgspec.msgpack.Encoder().encode


@cache
def _decoder(payload_type: type[Any]) -> Any:
    shape: Any = tuple[VersionHeader, payload_type]  # type: ignore[valid-type]  # a type that is only known here
    return msgspec.msgpack.Decoder(shape)


def as_read(kind: RecordKind[P], version: RecordVersion[P]) -> RecordVersion[P]:
    """Return a version that was saved as it will be when it is read.

    Raises:
        msgspec.DecodeError: its payload does not have the shape of its kind, and will not be read.
    """
    payload = msgspec.msgpack.decode(_encode_version(version.payload), type=kind.payload_type)
    return msgspec.structs.replace(version, payload=payload)


# The header has the same shape in all versions; the content stays encoded.
decode_header = msgspec.msgpack.Decoder(tuple[VersionHeader, msgspec.Raw]).decode
_decode_fields = msgspec.msgpack.Decoder(list[Any]).decode


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
    kind: RecordKind[P],
    payload: P,
    pending: PendingVersion,
    *,
    now: datetime,
    signature_purpose: str | None = None,
) -> tuple[RecordVersion[P], dict[str, Any]]:
    """Seal a version for its place in the table.

    Args:
        signature_purpose: sign the content for this purpose, such as "sig/note"; None for no signature.

    Returns:
        The version, and the values of its row.
    """
    header = VersionHeader(
        kind.schema_version,
        vault.user_id.bytes,
        to_microseconds(now),
        pending.state,
        pending.final,
        pending.previous_content_id,
        pending.follows_final,
    )
    sealed = vault.seal(
        table=kind.name,
        record=pending.id,
        version=pending.version,
        ring=pending.ring,
        content=_encode_version((header, payload)),
        signature_label=signature_purpose,
    )
    row = {
        "record": pending.id,
        "version": pending.version,
        "ring": pending.ring,
        "key_id": sealed.key_id,
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


# The states of what stands in for a record that cannot be read. They are never stored.
UNREADABLE_STATE, NEWER_STATE = "unreadable", "newer"


def open_versions(
    vault: Vault, kind: RecordKind[P], rows: Sequence[Row[Any] | SealedRow]
) -> list[RecordVersion[P] | IntegrityReason]:
    """Open rows of a kind and compare the plain `final` column of each with the sealed header.

    Content of an earlier schema version is brought to today's shape.

    Returns:
        One item for each row: the version, or why there is none. DAMAGED for a row that does not open, does
        not decode or does not match; NEWER for content of a schema version that this program does not know.
    """
    # Each step runs over all rows before the next; going row by row takes twice as long.
    plain_contents = vault.open_rows(kind.name, rows)
    content_ids = [plain.content_id if plain else b"" for plain in plain_contents]
    decode = _decoder(kind.payload_type).decode
    decoded = [_decode_content(kind, decode, plain) if plain else None for plain in plain_contents]
    return [
        _version_or_reason(row, plain, content, content_id)
        for row, plain, content_id, content in zip(rows, plain_contents, content_ids, decoded, strict=True)
    ]


def _version_or_reason(
    row: Any, plain: PlainContent | None, content: Any, content_id: bytes
) -> RecordVersion[Any] | IntegrityReason:
    if plain is None:
        return IntegrityReason.DAMAGED
    if isinstance(content, IntegrityReason):
        return content
    header, payload = content
    if header.final != bool(row.final):
        return IntegrityReason.DAMAGED
    return _record_version(row, header, payload, content_id=content_id, signature=plain.signature)


def _decode_content(kind: RecordKind[Any], decode: Callable[[bytes], Any], plain: PlainContent) -> Any:
    """Return header and payload, or the reason why there are none."""
    try:
        decoded = decode(plain.content)
        if decoded[0].schema_version == kind.schema_version:
            return decoded
    except msgspec.DecodeError:
        pass
    # The content has another shape than today's, or is damaged.
    try:
        header, content = decode_header(plain.content)
        if header.schema_version > kind.schema_version:
            return IntegrityReason.NEWER
        if 1 <= header.schema_version < kind.schema_version:
            return header, kind.upcast_content(_decode_fields(content), header.schema_version)
    except msgspec.DecodeError:
        pass
    return IntegrityReason.DAMAGED
