"""What lists need to know of hand-overs: which ones still need the clinician."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, register_facts
from clinic_toolkit.record.handovers.handover_record import HANDOVER
from clinic_toolkit.vault.vault import Vault


class RingHandovers(msgspec.Struct, frozen=True, array_like=True):
    """The ids of the hand-overs of one ring that are not closed."""

    open_ids: tuple[bytes, ...]


def _compute_handover_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingHandovers:
    handovers = records.list_records_in_rings(db, vault, HANDOVER, rings)
    return RingHandovers(tuple(handover.id.bytes for handover in handovers if not handover.final))


RING_HANDOVERS = register_facts(
    FactsKind(name="handovers", kinds=(HANDOVER,), facts_type=RingHandovers, compute=_compute_handover_facts)
)
