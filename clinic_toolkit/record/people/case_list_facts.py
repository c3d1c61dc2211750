"""What lists need to know of cases: which clients each case belongs to."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.vault.vault import Vault


class CaseFacts(msgspec.Struct, frozen=True, array_like=True):
    """One case and its clients; none if it cannot be read."""

    id_bytes: bytes
    is_couple: bool
    client_id_bytes: tuple[bytes, ...]

    @property
    def id(self) -> UUID:
        """The id of the case."""
        return UUID(bytes=self.id_bytes)

    @property
    def client_ids(self) -> tuple[UUID, ...]:
        """The clients who take part."""
        return tuple(UUID(bytes=id) for id in self.client_id_bytes)


class RingCases(msgspec.Struct, frozen=True, array_like=True):
    """The cases of one ring: one, unless something is damaged."""

    cases: tuple[CaseFacts, ...]


def _compute_case_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingCases:
    return RingCases(
        tuple(
            CaseFacts(case.id.bytes, case.payload.is_couple, tuple(case.payload.client_id_bytes))
            for case in records.list_records_in_rings(db, vault, CASE, rings)
        )
    )


RING_CASES = register_facts(
    FactsKind(name="cases", kinds=(CASE,), facts_type=RingCases, compute=_compute_case_facts)
)


def list_case_facts(reader: FactsReader) -> list[CaseFacts]:
    """Return every case, in the order of creation."""
    all_facts = [facts for _, ring in reader.load_of_rings(RING_CASES) for facts in ring.cases]
    return sorted(all_facts, key=lambda facts: reader.first_seq(facts.id_bytes))
