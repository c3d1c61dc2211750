"""What lists need to know of the practice's closures: all of those that stand."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.scheduling.closure_record import PRACTICE_CLOSURE, ClosureState, PracticeClosure
from clinic_toolkit.vault.vault import Vault


class RingClosures(msgspec.Struct, frozen=True, array_like=True):
    """The closures of one ring that stand."""

    closures: tuple[PracticeClosure, ...]


def _compute_closure_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingClosures:
    return RingClosures(
        tuple(
            closure.payload
            for closure in records.list_records_in_rings(db, vault, PRACTICE_CLOSURE, rings)
            if closure.state == ClosureState.PLANNED
        )
    )


RING_CLOSURES = register_facts(
    FactsKind(
        name="closures", kinds=(PRACTICE_CLOSURE,), facts_type=RingClosures, compute=_compute_closure_facts
    )
)


def list_standing_closures(reader: FactsReader) -> list[PracticeClosure]:
    """Return every closure that stands."""
    return [closure for _, ring in reader.load_of_rings(RING_CLOSURES) for closure in ring.closures]
