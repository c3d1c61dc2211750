"""The place that a row is sealed for: what opens and seals the rows of one table in one ring."""

from typing import NamedTuple
from uuid import UUID

from clinic_toolkit.crypto.encoding import EncodingTemplate, Placeholder
from clinic_toolkit.crypto.seal import SUITE, SealingKey
from clinic_toolkit.vault.rings import RingKey


class SealContext(NamedTuple):
    """What opens and seals the rows of one table in one ring; the template lacks record and version."""

    ring: UUID
    key: SealingKey
    aad_template: EncodingTemplate


def create_seal_context(vault_id: UUID, table: str, key: RingKey) -> SealContext:
    """What seals and opens the rows of this table with this key."""
    # What is needed to find the row, and no more: moving a sealed blob to another row, table,
    # version or ring makes it unreadable. Author, times and state are inside.
    place = EncodingTemplate(
        "rec", vault_id, SUITE, table, Placeholder(16), Placeholder(8), key.ring, key.kid
    )
    return SealContext(ring=key.ring, key=key.key, aad_template=place)
