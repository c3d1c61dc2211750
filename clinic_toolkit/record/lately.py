"""Who comes first in a long list: those who were seen, named or asked about last."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.record import administrations, cases, clients, sessions
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.vault.vault import Vault


def people(db: Connection, vault: Vault, client_id: UUID, found: Iterable[Kept[Relationship]]) -> list[UUID]:
    """These people of a client, the one who was named, changed or asked about last first."""
    asked: dict[UUID, datetime] = {}
    for kept in administrations.of_client(db, vault, client_id):
        if about := kept.body.relationship_id:
            asked[about] = max(asked.get(about, kept.at), kept.at)
    last = {kept.id: max(kept.at, asked.get(kept.id, kept.at)) for kept in found}
    return sorted(last, key=lambda id: last[id], reverse=True)


def seen(
    db: Connection, vault: Vault, found: Iterable[Kept[Client]], *, most: int, today: date
) -> list[Kept[Client]]:
    """At most so many of these clients: those with the latest sessions, or taken in or changed last.

    They keep their order. A session that is planned counts as one of today.
    """
    into = clients.joined(db, vault)
    whose = {kept.id: kept.body.client_ids for kept in cases.everything(db, vault)}
    last: dict[UUID, date] = {}
    for hour in sessions.everything(db, vault):
        for id in whose.get(hour.body.case_id, ()):
            under = into.get(id, id)
            last[under] = max(last.get(under, hour.body.on), min(hour.body.on, today))
    listed = list(found)
    changed = {kept.id: kept.at.astimezone().date() for kept in listed}
    latest = sorted(listed, key=lambda kept: max(last.get(kept.id, date.min), changed[kept.id]), reverse=True)
    chosen = {kept.id for kept in latest[:most]}
    return [kept for kept in listed if kept.id in chosen]
