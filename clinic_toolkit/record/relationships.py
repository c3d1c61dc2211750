"""Relationships: whom a questionnaire is about, in the client's own word, and of which kind."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.record import rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.watched import Watched
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

relationship = sealed_table("relationship")


class Relationship(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """`word` is the client's own word or an initial; `frame` the id of a frame in `instruments`.

    `watched` is the question of their own that the check-in asks here, if one was chosen.
    """

    client: bytes
    word: str
    frame: str
    watched: Watched | None = None

    @property
    def client_id(self) -> UUID:
        """Whose relationship it is."""
        return UUID(bytes=self.client)


def add(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    *,
    word: str,
    frame: str,
    now: datetime,
    number: UUID | None = None,
) -> Kept[Relationship]:
    """Name a relationship of this client; `number` is the one-time number of the form."""
    body = Relationship(client=client_id.bytes, word=word, frame=frame)
    return rows.begin(
        db,
        vault,
        relationship,
        body,
        ring=vault.ring_of(client_id, "record"),
        state="active",
        event="relationship.added",
        now=now,
        final=True,
        id=number,
    )


def revise(
    db: Connection, vault: Vault, seen: Kept[Relationship], *, word: str, frame: str, now: datetime
) -> Kept[Relationship]:
    """Change the word or the frame; questionnaires already given keep the frame they were given with.

    Raises:
        rows.Stale: it was changed meanwhile.
    """
    body = msgspec.structs.replace(seen.body, word=word, frame=frame)
    return rows.append(
        db, vault, relationship, seen, body, state=seen.state, event="relationship.revised", now=now
    )


def watch(
    db: Connection, vault: Vault, seen: Kept[Relationship], watched: Watched | None, *, now: datetime
) -> Kept[Relationship]:
    """Choose the question that the check-in asks here, or none; check-ins already given keep theirs.

    Raises:
        rows.Stale: the relationship was changed meanwhile.
    """
    body = msgspec.structs.replace(seen.body, watched=watched)
    return rows.append(
        db, vault, relationship, seen, body, state=seen.state, event="relationship.watched", now=now
    )


def put_away(db: Connection, vault: Vault, seen: Kept[Relationship], *, now: datetime) -> Kept[Relationship]:
    """Leave it out of the choices from now on; what was answered about it stays."""
    return rows.append(
        db, vault, relationship, seen, seen.body, state="archived", event="relationship.archived", now=now
    )


def take_up(db: Connection, vault: Vault, seen: Kept[Relationship], *, now: datetime) -> Kept[Relationship]:
    """Offer it among the choices again."""
    return rows.append(
        db, vault, relationship, seen, seen.body, state="active", event="relationship.restored", now=now
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Relationship]:
    """One relationship.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, relationship, id, Relationship)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Relationship]]:
    """The relationships of a client, in the order they were named, put-away ones last."""
    found = rows.in_rings(db, vault, relationship, [vault.ring_of(client_id, "record")], Relationship)
    return sorted(found, key=lambda kept: kept.state == "archived")
