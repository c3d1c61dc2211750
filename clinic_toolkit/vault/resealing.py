"""Sealing again what another vault of the same practice opened: the content stays, its seal is new.

The content id and a signature inside the seal do not change, because neither covers a key.
"""

from typing import Any
from uuid import UUID

from clinic_toolkit.crypto.encoding import encode_u64
from clinic_toolkit.crypto.seal import DecryptionError, SealingKey
from clinic_toolkit.vault.plain_content import InvalidContent, PlainContent, pack_content, unpack_content
from clinic_toolkit.vault.ring_keys import RingClass, RingKey
from clinic_toolkit.vault.seal_broken import SealBroken
from clinic_toolkit.vault.seal_context import SealContext, create_seal_context
from clinic_toolkit.vault.vault import Vault


class Resealer:
    """Seals opened versions with the newest keys of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._contexts: dict[tuple[str, bytes], SealContext] = {}

    def reseal(self, table: str, row: Any, plain: PlainContent) -> dict[str, Any]:
        """Seal a version for the place that it has; returns the values of its row.

        Raises:
            DecryptionError: the vault does not hold the ring.
        """
        key = self._vault.rings.get_key(row.ring)
        context = self._contexts.get((table, key.kid))
        if context is None:
            context = create_seal_context(self._vault.vault_id, table, key)
            self._contexts[table, key.kid] = context
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
    ring = vault.rings.get_key(vault.practice_ring)
    key = RingKey(
        ring=ring.ring,
        generation=ring.generation,
        kid=kid,
        key=SealingKey(secret, hedge_label="ring-hedge", key_label="rec-key"),
        owner=ring.owner,
        ring_class=RingClass.PRACTICE,
        creation_order=ring.creation_order,
        creator=ring.creator,
    )
    context = create_seal_context(vault.vault_id, table, key)
    try:
        return unpack_content(
            context.key.open(blob, context.aad_template.fill(record.bytes, encode_u64(version)))
        )
    except (DecryptionError, InvalidContent, ValueError):
        raise SealBroken(table=table, record=record) from None
