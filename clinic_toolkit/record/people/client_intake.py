"""Taking in many clients at once, from a list that another program gave out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import inventory_snapshot
from clinic_toolkit.record.people import cases, clients, display_names
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.vault.vault import Vault


class NewClient(msgspec.Struct, frozen=True, kw_only=True):
    """One client to be added; `id` is chosen by the caller, so that a repeated call adds nobody twice."""

    id: UUID
    details: Client


def add_clients(
    db: Connection,
    vault: Vault,
    new_clients: Sequence[NewClient],
    couples: Sequence[tuple[UUID, UUID]],
    *,
    now: datetime,
) -> int:
    """Add these clients, each with initials that nobody else has, and then the couples among them.

    Whoever was added under the same id before is left as they are, and so is a couple of such clients.

    Returns:
        How many clients were added.

    Raises:
        ClientIsMinor: one of them is younger than 18; nothing may be committed then.
    """
    inventory = inventory_snapshot.load_inventory(db, vault)
    missing = [new for new in new_clients if inventory.find_newest(new.id.bytes) is None]
    details = display_names.fill_in_codes(db, vault, [new.details for new in missing])
    for new, filled_in in zip(missing, details, strict=True):
        clients.create_client(db, vault, filled_in, now=now, idempotency_key=new.id)
    added_ids = {new.id for new in missing}
    for first, second in couples:
        if first in added_ids or second in added_ids:
            cases.create_couple_case(db, vault, first, second, now=now)
    return len(missing)
