"""Relationships: whom a questionnaire is about, in the client's own word, and of which kind."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.names.folding import fold
from clinic_toolkit.record import clients, memory, rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.watched import Watched
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

relationship = sealed_table("relationship")

JOINED = "joined"


class NotTheSame(ClinicError):
    """These two entries cannot be of one person."""

    def __init__(self) -> None:
        super().__init__(
            "These two entries cannot be joined: they are joined already, or one belongs to another client."
        )


class Relationship(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """`word` is the client's own word or an initial; `frame` the id of a frame in `instruments`.

    `watched` is the question of their own that the check-in asks here, if one was chosen. `joined_to` is the
    entry of the same person under which everything of this one is shown.
    """

    client: bytes
    word: str
    frame: str
    watched: Watched | None = None
    joined_to: bytes | None = None

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


def join(
    db: Connection, vault: Vault, seen: Kept[Relationship], other: UUID, *, now: datetime
) -> Kept[Relationship]:
    """Show everything of this entry under another one of the same person. Nothing moves and nothing is lost.

    Raises:
        NotTheSame: it is the same entry, shown under this one already, or another client's.
        rows.NotThere: there is no such other entry.
    """
    client_id = seen.body.client_id
    into = joined(db, vault)
    target = get(db, vault, into.get(other, other))
    if into.get(target.id, target.id) == seen.id or seen.body.joined_to:
        raise NotTheSame
    if target.body.client_id not in clients.together(db, vault, client_id):
        raise NotTheSame
    body = msgspec.structs.replace(seen.body, joined_to=target.id.bytes)
    return rows.append(
        db, vault, relationship, seen, body, state=JOINED, event="relationship.joined", now=now
    )


def take_apart(
    db: Connection, vault: Vault, seen: Kept[Relationship], *, now: datetime
) -> Kept[Relationship]:
    """Let this entry stand by itself again, with all that was ever given about it."""
    body = msgspec.structs.replace(seen.body, joined_to=None)
    return rows.append(
        db, vault, relationship, seen, body, state="active", event="relationship.taken_apart", now=now
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Relationship]:
    """One relationship.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, relationship, id, Relationship)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Relationship]]:
    """The relationships of a client, as they were named, put-away ones last, without joined ones."""
    found = [kept for kept in _every(db, vault, client_id) if kept.state != JOINED]
    return sorted(found, key=lambda kept: kept.state == "archived")


def joined(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    """Each joined entry of any client, with the one that it is shown under."""
    return memory.told_once(db, vault, relationship, "joined", lambda: _joined(db, vault))


def _joined(db: Connection, vault: Vault) -> dict[UUID, UUID]:
    found = rows.everywhere(db, vault, relationship, Relationship)
    return clients.followed({kept.id: kept.body.joined_to for kept in found if kept.body.joined_to})


def joined_to(db: Connection, vault: Vault, kept: Kept[Relationship]) -> list[Kept[Relationship]]:
    """The entries that are shown under this one."""
    into = joined(db, vault)
    return [each for each in _every(db, vault, kept.body.client_id) if into.get(each.id) == kept.id]


def added(db: Connection, vault: Vault, kept: Kept[Relationship]) -> date:
    """The day on which this entry was made; of two with the same word it tells which."""
    first = next(iter(rows.versions(db, vault, relationship, kept.id, Relationship)), kept)
    return first.at.astimezone().date()


def alike(
    db: Connection, vault: Vault, client_id: UUID, word: str, *, besides: UUID | None = None
) -> list[Kept[Relationship]]:
    """Those of the client's relationships that have this word already."""
    found = of_client(db, vault, client_id)
    return [kept for kept in found if kept.id != besides and fold(kept.body.word) == fold(word)]


def words(found: list[Kept[Relationship]]) -> dict[UUID, str]:
    """The word of each; of two with one word the later one has a number."""
    told: dict[UUID, str] = {}
    taken: set[str] = set()
    for kept in found:
        number, free = 1, kept.body.word
        while fold(free) in taken:
            number += 1
            free = f"{kept.body.word} {number}"
        told[kept.id] = free
        taken.add(fold(free))
    return told


def _every(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Relationship]]:
    return rows.in_rings(db, vault, relationship, clients.rings(db, vault, client_id), Relationship)
