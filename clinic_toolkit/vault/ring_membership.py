"""Who is or was a member of a ring, according to the verified statements."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection, select

from clinic_toolkit.crypto.seal import DecryptionError
from clinic_toolkit.vault.key_directory import KeyDirectory
from clinic_toolkit.vault.ring_keys import RingKey
from clinic_toolkit.vault.ring_statements import parse_members, verify_statements
from clinic_toolkit.vault.ring_tables import ring_table


def list_members(db: Connection, vault_id: UUID, directory: KeyDirectory, key: RingKey) -> frozenset[bytes]:
    """Return every user whom a verified statement of the ring lists, in any generation: 16 bytes each.

    The statements are read anew, because a colleague may have been added since the unlock. Those after
    the first one that does not verify are ignored.

    Args:
        key: a key of this ring that was granted to the clinician; unless a verified statement names it, the
            statements are not those of the ring, and nobody is a member.
    """
    query = select(ring_table).where(ring_table.c.ring == key.ring).order_by(ring_table.c.generation)
    rows = db.execute(query).all()
    if any(directory.find_key(row.grantor) is None and row.grantor not in directory.faults for row in rows):
        directory.load_rows(db)
    verified_count, members = 0, set[bytes]()
    with suppress(DecryptionError):
        while verified_count < len(rows):
            verify_statements(vault_id, directory, rows[: verified_count + 1])
            members |= parse_members(rows[verified_count].members).keys()
            verified_count += 1
    is_of_this_ring = any(row.key_id == key.key_id for row in rows[:verified_count])
    return frozenset(members) if is_of_this_ring else frozenset()
