"""The clinician's own ring, where it is needed: the one there is, or a new one if there never was one."""

from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.ring_errors import OwnRingLost
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault


def ensure_own_ring(db: Connection, vault: Vault) -> UUID:
    """Return the clinician's own ring, and create it if there never was one.

    Raises:
        OwnRingLost: some ring in the store or in the audit log does not open, and may be this one.
    """
    if vault.own_ring:
        return vault.own_ring
    logged_rings = vault.inventory.ring_ids() if vault.inventory else set()
    if vault.damaged_rings or not all(vault.rings.holds(cached_uuid(ring)) for ring in logged_rings):
        raise OwnRingLost
    return vault.rings.create_ring(db, owner=vault.user_id, ring_class=RingClass.OWN)
