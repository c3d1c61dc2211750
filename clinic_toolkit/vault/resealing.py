"""Sealing again what another vault of the same practice opened: the content stays, its seal is new.

The content id and a signature inside the seal do not change, because neither covers a key.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from clinic_toolkit.crypto.encoding import encode_u64
from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.plain_content import InvalidContent, PlainContent, pack_content, unpack_content
from clinic_toolkit.vault.ring_keys import ring_sealing_key
from clinic_toolkit.vault.seal_broken import SealBroken
from clinic_toolkit.vault.seal_context import create_seal_context
from clinic_toolkit.vault.vault import Vault


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
        "kid": key.kid,
        "final": row.final,
        "sealed": context.key.seal(pack_content(plain), place),
    }


def open_with_past_key(
    vault: Vault, table: str, record: UUID, version: int, *, kid: bytes, secret: bytes, blob: bytes
) -> PlainContent:
    """Open what was sealed in the practice's ring with a key that was replaced.

    Raises:
        SealBroken: any byte, or its table, record or version, differs from what was sealed.
    """
    present_key = vault.rings.get_key(vault.practice_ring)
    past_key = replace(present_key, kid=kid, key=ring_sealing_key(secret))
    context = create_seal_context(vault.vault_id, table, past_key)
    try:
        return unpack_content(
            context.key.open(blob, context.aad_template.fill(record.bytes, encode_u64(version)))
        )
    except (DecryptionError, InvalidContent, ValueError):
        raise SealBroken(table=table, record=record) from None
