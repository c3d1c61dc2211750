"""What lists need to know of retention: who is to be erased, who is held, who is kept longer."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsKind, FactsReader, register_facts
from clinic_toolkit.record.retention.retention_record import RETENTION
from clinic_toolkit.vault.vault import Vault


class RetentionFacts(msgspec.Struct, frozen=True, array_like=True):
    """The retention of one client. `due_at` is when the undo time of an erasure is over; None if none."""

    client: bytes
    is_held: bool
    keep_until: date | None
    due_at: datetime | None
    entries: tuple[bytes, ...]
    couples: tuple[bytes, ...]

    @property
    def client_id(self) -> UUID:
        """The client, by the primary entry."""
        return UUID(bytes=self.client)


class RingRetention(msgspec.Struct, frozen=True, array_like=True):
    """The retention of the clients of one ring: one at most, unless two windows made one at once."""

    retentions: tuple[RetentionFacts, ...]


def _compute_retention_facts(db: Connection, vault: Vault, rings: Sequence[UUID]) -> RingRetention:
    found = []
    for version in records.list_records_in_rings(db, vault, RETENTION, rings):
        payload, erasure = version.payload, version.payload.erasure
        found.append(
            RetentionFacts(
                payload.client,
                bool(payload.hold_reason),
                payload.keep_until,
                erasure.due_at if erasure else None,
                erasure.entries if erasure else (),
                erasure.couples if erasure else (),
            )
        )
    return RingRetention(tuple(found))


RING_RETENTION = register_facts(
    FactsKind(
        name="retention", kinds=(RETENTION,), facts_type=RingRetention, compute=_compute_retention_facts
    )
)


def list_retention_facts(reader: FactsReader) -> list[RetentionFacts]:
    """Return the retention of every client about whom anything was decided."""
    return [facts for _, ring in reader.load_of_rings(RING_RETENTION) for facts in ring.retentions]


def list_leaving_owners(reader: FactsReader) -> frozenset[UUID]:
    """Return the clients and couples that are to be erased: their records are left out of lists."""
    return frozenset(
        UUID(bytes=id)
        for facts in list_retention_facts(reader)
        if facts.due_at
        for id in (*facts.entries, *facts.couples)
    )
