"""Cases: what a therapy session belongs to, either one client or a couple."""

from collections.abc import Collection, Sequence, Set
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import case_list_facts
from clinic_toolkit.record.people.case_record import CASE, Case, CaseEvent, CaseKind, CaseState
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault


class SameClientTwice(ClinicError):
    """A couple's case needs two different clients."""

    def __init__(self) -> None:
        super().__init__("Choose two different clients for a couple.")


def create_single_case(
    db: Connection, vault: Vault, client_id: UUID, *, now: datetime
) -> RecordVersion[Case]:
    """Create the case of one client, in that client's record ring."""
    return records.create_record(
        db,
        vault,
        CASE,
        Case(kind=CaseKind.SINGLE, client_id_bytes=(client_id.bytes,)),
        ring=record_ring(vault, client_id),
        state=CaseState.ACTIVE,
        event=CaseEvent.OPENED,
        now=now,
        final=True,
    )


def create_couple_case(
    db: Connection, vault: Vault, first: UUID, second: UUID, *, now: datetime
) -> RecordVersion[Case]:
    """Create the case of a couple, in a ring of its own.

    Joint sessions and notes are stored in that ring. One partner's answers never are: they stay in that
    partner's own ring.

    Raises:
        SameClientTwice: both ids are the same.
    """
    if first == second:
        raise SameClientTwice
    id = uuid4()
    ring = vault.rings.create_ring(db, owner=id, ring_class=RingClass.RECORD)
    return records.create_record(
        db,
        vault,
        CASE,
        Case(kind=CaseKind.COUPLE, client_id_bytes=(first.bytes, second.bytes)),
        ring=ring,
        state=CaseState.ACTIVE,
        event=CaseEvent.OPENED,
        now=now,
        final=True,
        record_id=id,
    )


def load_case(db: Connection, vault: Vault, case_id: UUID) -> RecordVersion[Case]:
    """Load one case.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, CASE, case_id)


def list_cases(db: Connection, vault: Vault) -> list[RecordVersion[Case]]:
    """Return every case, in the order of creation."""
    return records.list_all_records(db, vault, CASE)


def list_cases_of_client(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Case]]:
    """Return the cases that a client takes part in: their own first, then couples."""
    facts = case_list_facts.list_case_facts(FactsReader(db, vault))
    cases = [load_case(db, vault, case.id) for case in facts if client_id.bytes in case.client_id_bytes]
    return sorted(cases, key=lambda case: case.payload.is_couple)


def load_single_case(db: Connection, vault: Vault, client_id: UUID) -> RecordVersion[Case]:
    """Load the client's own case.

    Raises:
        RecordNotFound: there is none.
    """
    single_cases = records.list_records_in_rings(db, vault, CASE, [record_ring(vault, client_id)])
    if not single_cases:
        raise records.RecordNotFound
    return single_cases[0]


def is_couple_archived(client_ids: Sequence[UUID], active_ids: Set[UUID]) -> bool:
    """Return whether neither partner is among the active clients."""
    # If a couple's case is unreadable, its members are unknown; still list it.
    return bool(client_ids) and active_ids.isdisjoint(client_ids)


def leave_couple(
    db: Connection, vault: Vault, case: RecordVersion[Case], gone_ids: Collection[UUID], *, now: datetime
) -> None:
    """Take partners who were erased out of a couple whose joint records stay for the other."""
    remaining = tuple(id.bytes for id in case.payload.client_ids if id not in gone_ids)
    left = msgspec.structs.replace(case.payload, client_id_bytes=remaining)
    records.append_version(
        db, vault, CASE, case, left, state=case.state, event=CaseEvent.PARTNER_ERASED, now=now
    )


def rejoin_couple(
    db: Connection, vault: Vault, case: RecordVersion[Case], client_ids: Sequence[UUID], *, now: datetime
) -> None:
    """Put a partner who was brought back into the couple again; nothing if both are in it already.

    Args:
        client_ids: both partners, in the order in which they were.
    """
    both = tuple(id.bytes for id in client_ids)
    if set(case.payload.client_id_bytes) != set(both):
        joined = msgspec.structs.replace(case.payload, client_id_bytes=both)
        records.append_version(
            db, vault, CASE, case, joined, state=case.state, event=CaseEvent.PARTNER_BACK, now=now
        )
