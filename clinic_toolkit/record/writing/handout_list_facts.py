"""What lists need to know of handouts: which sheets are out."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.writing.handout_record import HANDOUT, OUT_STATES
from clinic_toolkit.vault.vault import Vault


class RingHandouts(msgspec.Struct, frozen=True, array_like=True):
    """Whether a sheet of one ring is out."""

    has_sheet_out: bool


def _compute_handout_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingHandouts:
    return RingHandouts(
        any(
            handout.state in OUT_STATES
            for handout in records.list_records_in_rings(db, vault, HANDOUT, rings)
        )
    )


RING_HANDOUTS = register_facts(
    FactsKind(name="handouts", kinds=(HANDOUT,), facts_type=RingHandouts, compute=_compute_handout_facts)
)


def list_clients_with_sheet_out(db: Connection, vault: Vault, reader: FactsReader) -> set[UUID]:
    """Return the clients who have a sheet out, joined ones by their primary entry."""
    primary_by_id = clients.load_client_joins(db, vault)
    owners = {
        vault.rings.find_owner(ring)
        for ring, facts in reader.load_of_rings(RING_HANDOUTS)
        if facts.has_sheet_out
    }
    return {primary_by_id.get(owner, owner) for owner in owners if owner}
