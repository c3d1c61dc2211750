"""Which public keys an author's signature on a record may verify by.

A clinician whose keys may be in other hands gets a new identity. What the old one signed before stays
signed; what it signs afterwards must not count. So the old key counts only for records that the audit log
named before the key was replaced. Whoever was an executor can seal a version of the record that keeps it, so
only the version that the log names says which key that was.
"""

from collections.abc import Iterator
from uuid import UUID

from clinic_toolkit.vault.inventory import Inventory
from clinic_toolkit.vault.key_directory import AuthorState, KeyDirectory


def list_signing_keys(
    directory: KeyDirectory, inventory: Inventory | None, author_id: UUID, record: UUID
) -> Iterator[bytes]:
    """Yield the key of the author, and then those that the clinician of the vault had before."""
    key = directory.find_key(author_id)
    if key is not None:
        yield key.signing_key
    if inventory is None or directory.author_state(author_id) != AuthorState.OWN:
        return
    for past in directory.past_keys:
        noted = inventory.find_newest(past.record_id.bytes)
        if (
            noted is not None
            and noted.is_written_by_us
            and noted.content_id == past.content_id
            and inventory.first_seq(record.bytes) < noted.first_seq
        ):
            yield past.signing_key
