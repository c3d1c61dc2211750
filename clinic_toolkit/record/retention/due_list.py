"""The lists of what is due: who can be erased now, who waits, whose record need not be kept any longer."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record.people import client_list_facts
from clinic_toolkit.record.people.client_record import UNLISTED_STATES, UNREADABLE_NAME
from clinic_toolkit.record.retention import last_sessions, retention_list_facts, retentions
from clinic_toolkit.record.retention.retention_record import is_undo_over
from clinic_toolkit.vault.vault import Vault


class DueErasure(Struct, frozen=True, kw_only=True):
    """A client who is to be erased: the primary entry, the initials, and when the undo time is over."""

    client_id: UUID
    initials: str
    due_at: datetime

    @property
    def due_on(self) -> date:
        """The local day on which the undo time is over."""
        return self.due_at.astimezone().date()

    def is_due(self, now: datetime) -> bool:
        """Whether the undo time is over."""
        return is_undo_over(self.due_at, now)


class PastDate(Struct, frozen=True, kw_only=True):
    """A client whose record need not be kept any longer: since the day after `keep_until`."""

    client_id: UUID
    last_seen: date
    keep_until: date


def list_erasures(reader: FactsReader, initials_by_id: Mapping[UUID, str]) -> tuple[DueErasure, ...]:
    """Return every client who is to be erased, the earliest first."""
    erasures = [
        DueErasure(
            client_id=facts.client_id,
            initials=initials_by_id.get(facts.client_id, UNREADABLE_NAME),
            due_at=facts.due_at,
        )
        for facts in retention_list_facts.list_retention_facts(reader)
        if facts.due_at
    ]
    return tuple(sorted(erasures, key=lambda erasure: erasure.due_at))


def list_due_erasures(
    reader: FactsReader, initials_by_id: Mapping[UUID, str], *, now: datetime
) -> tuple[DueErasure, ...]:
    """Return the clients who can be erased now, because the undo time is over."""
    return tuple(one for one in list_erasures(reader, initials_by_id) if one.is_due(now))


def list_past_dates(db: Connection, vault: Vault, *, today: date) -> list[PastDate]:
    """Return the clients whose record need not be kept any longer by the rule, the earliest first.

    Those under a legal hold and those who are to be erased already are left out; without a rule there is
    nobody.
    """
    rule = retentions.load_rule(db, vault)
    if rule is None:
        return []
    reader = FactsReader(db, vault)
    retention_by_client = {
        facts.client_id: facts for facts in retention_list_facts.list_retention_facts(reader)
    }
    last_seen = last_sessions.list_last_seen(db, vault, reader)
    found = []
    for client in client_list_facts.list_client_facts(reader):
        retention = retention_by_client.get(client.id)
        is_listed = client.state not in UNLISTED_STATES and client.id in last_seen
        if not is_listed or (retention and retention.is_held):
            continue
        own_date = retention.keep_until if retention else None
        until = retentions.keep_until(last_seen[client.id], rule.payload, own_date)
        if until and not retentions.must_keep(until, today):
            found.append(PastDate(client_id=client.id, last_seen=last_seen[client.id], keep_until=until))
    return sorted(found, key=lambda one: one.keep_until)
