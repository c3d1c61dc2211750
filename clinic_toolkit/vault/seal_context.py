"""Seal contexts: the key and the associated data that bind a sealed row to its table and ring."""

from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.crypto.encoding import EncodingTemplate, Placeholder
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.vault.ring_keys import RingKey


class SealedVersion(Struct, frozen=True, kw_only=True):
    """A sealed version: what goes into its row, and the content id that audit entries refer to."""

    key_id: bytes
    blob: bytes
    content_id: bytes
    signature: bytes | None


class SealContext(NamedTuple):
    """Key and associated data for the rows of one table in one ring, without record and version."""

    ring: UUID
    key: SealingKey
    aad_template: EncodingTemplate


def create_seal_context(vault_id: UUID, table: str, key: RingKey) -> SealContext:
    """Create the seal context of this table and this ring key."""
    # Exactly the fields that locate the row, so that a blob moved to another row, table, version or ring
    # does not open. Author, times and state are inside the seal.
    aad_template = EncodingTemplate(
        "rec", vault_id, SUITE, table, Placeholder(16), Placeholder(8), key.ring, key.key_id
    )
    return SealContext(ring=key.ring, key=key.key, aad_template=aad_template)
