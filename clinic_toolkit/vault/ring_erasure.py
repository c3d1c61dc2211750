"""Destroying rings: without its grants nothing that was sealed in a ring can be opened again."""

from collections.abc import Callable, Set
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.transactions import on_rollback
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault


class RingIsShared(ClinicError):
    """Somebody else holds the key of this ring, or made it, so destroying one's own grant erases nothing."""

    def __init__(self) -> None:
        super().__init__("This was not erased: a colleague has the key of a part of it. Nothing was changed.")


def check_may_destroy(vault: Vault, ids: Set[UUID]) -> None:
    """Check that these are rings of owners, that this clinician made them, and that nobody else is a member.

    Raises:
        UnknownRing: this clinician does not hold one, or it is the practice's or the clinician's own ring.
        RingIsShared: a colleague is or was a member of one, or made it.
    """
    kept = {vault.practice_ring, vault.own_ring}
    if any(id in kept or not vault.rings.holds(id) for id in ids):
        raise UnknownRing
    # A closed ring is for psychotherapy notes, and only their author ever holds one.
    if any(
        vault.rings.is_shared(id) or not (vault.rings.is_creator(id) or vault.is_closed(id)) for id in ids
    ):
        raise RingIsShared


def destroy_rings(db: Connection, vault: Vault, ids: Set[UUID]) -> None:
    """Remove every grant and statement of these rings, and forget their keys; undone if `db` fails.

    Raises:
        UnknownRing, RingIsShared: see `check_may_destroy`.
    """
    check_may_destroy(vault, ids)
    for table in (ring_grant_table, ring_table):
        db.execute(table.delete().where(table.c.ring.in_(ids)))
    on_rollback(db, forget_rings(vault, ids))


def forget_rings(vault: Vault, ids: Set[UUID]) -> Callable[[], None]:
    """Forget the keys of these rings, so that nothing in them opens; returns a function that undoes it."""
    undo = vault.rings.forget(ids)
    for place in [place for place, context in list(vault.seal_contexts.items()) if context.ring in ids]:
        vault.seal_contexts.pop(place, None)
    vault.record_cache.clear()
    return undo


def list_owner_rings(vault: Vault, owner: UUID) -> frozenset[UUID]:
    """List the rings of one owner, of whichever class; also those that are closed for now."""
    classes = [ring_class for ring_class in RingClass if owner in vault.rings.list_owners(ring_class)]
    closed = {id for id, closed_owner in vault.rings.closed.items() if closed_owner == owner}
    return frozenset({vault.rings.get_ring(owner, ring_class) for ring_class in classes} | closed)
