"""Sealing again what another vault of the same practice opened: the content stays, its seal is new.

The content id and a signature inside the seal do not change, because neither covers a key. What did not open
is sealed as the bytes that it was: so it stays damaged for every reader, and old keys open nothing of it.
"""

import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from clinic_toolkit.crypto.encoding import encode_u64
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.plain_content import (
    CONTENT_SALT_BYTES,
    InvalidContent,
    PlainContent,
    pack_content,
    unpack_content,
)
from clinic_toolkit.vault.ring_keys import RingClass, ring_sealing_key
from clinic_toolkit.vault.seal_broken import SealBroken
from clinic_toolkit.vault.seal_context import create_seal_context
from clinic_toolkit.vault.vault import Vault

# No msgpack begins with this byte, so nobody can take what follows for the content of a record.
_UNOPENED_PREFIX = b"\xc1"


def reseal(vault: Vault, table: str, row: Any, plain: PlainContent) -> dict[str, Any]:
    """Seal an opened version with the newest key of its ring, for the place that it has.

    Returns:
        The values of its row.

    Raises:
        DecryptionError: the vault does not hold the ring.
    """
    key = vault.rings.get_key(row.ring)
    context = vault.seal_context(table, key)
    place = context.aad_template.fill(row.record.bytes, encode_u64(row.version))
    return {
        "record": row.record,
        "version": row.version,
        "ring": row.ring,
        "key_id": key.key_id,
        "final": row.final,
        "sealed": context.key.seal(pack_content(plain), place),
    }


def reseal_unopened(vault: Vault, table: str, row: Any) -> dict[str, Any]:
    """Seal the bytes of a version that did not open, as they are, for the place that it has.

    Where the vault does not hold the ring, the key of the clinician's own ring seals them.

    Returns:
        The values of its row.

    Raises:
        UnknownRing: the clinician's own ring does not open.
    """
    place = _readable_place(vault, row)
    salt = secrets.token_bytes(CONTENT_SALT_BYTES)
    values = reseal(vault, table, place, PlainContent(content=_pack_unopened(row), content_salt=salt))
    return values | {"ring": row.ring}


def holds_unopened(plain: PlainContent) -> bool:
    """Whether this is what `reseal_unopened` sealed, and no content of a record."""
    return plain.content.startswith(_UNOPENED_PREFIX)


def is_unopened_kept(vault: Vault, table: str, row: Any, kept: Any) -> bool:
    """Whether `kept` holds, byte for byte, the row of a version that did not open."""
    place = _readable_place(vault, kept)
    try:
        plain = vault.open(
            table=table,
            record=place.record,
            version=place.version,
            ring=place.ring,
            key_id=kept.key_id,
            blob=kept.sealed,
        )
    except SealBroken:
        return False
    return plain.content == _pack_unopened(row)


class _Place(msgspec.Struct, frozen=True):
    """Where a version is sealed."""

    record: UUID
    version: int
    ring: UUID
    final: int


def _readable_place(vault: Vault, row: Any) -> _Place:
    held = vault.rings.is_open(row.ring)
    ring = row.ring if held else vault.rings.get_ring(vault.user_id, RingClass.OWN)
    return _Place(row.record, row.version, ring, row.final)


def _pack_unopened(row: Any) -> bytes:
    return _UNOPENED_PREFIX + msgspec.msgpack.encode([row.key_id, row.sealed])


def open_with_past_key(
    vault: Vault, table: str, record: UUID, version: int, *, key_id: bytes, secret: bytes, blob: bytes
) -> PlainContent:
    """Open what was sealed in the practice's ring with a key that was replaced.

    Raises:
        SealBroken: any byte, or its table, record or version, differs from what was sealed.
    """
    present_key = vault.rings.get_key(vault.practice_ring)
    past_key = replace(present_key, key_id=key_id, key=ring_sealing_key(secret))
    context = create_seal_context(vault.vault_id, table, past_key)
    try:
        return unpack_content(
            context.key.open(blob, context.aad_template.fill(record.bytes, encode_u64(version)))
        )
    except (DecryptionError, InvalidContent, ValueError):
        raise SealBroken(table=table, record=record) from None
