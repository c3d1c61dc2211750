"""Handouts: a worksheet given to a client."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from clinic_toolkit.record import clients, joined, rows
from clinic_toolkit.record.given import Given, in_hour
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault
from clinic_toolkit.worksheets.model import Worksheet

handout = sealed_table("handout")


class Handout(Given, array_like=True, frozen=True, kw_only=True):
    """Which sheet, in which version, given in which hour, with which sentence of the client's.

    `about` is the relationship it is about, or None; `room_only` says that it was not to leave the room.
    """

    worksheet: str
    worksheet_version: str
    digest: str
    title: str
    sentence: str
    given: datetime
    about: bytes | None = None
    room_only: bool = False

    @property
    def about_id(self) -> UUID | None:
        """Whom it is about; None is nobody in particular."""
        return UUID(bytes=self.about) if self.about else None


def give(
    db: Connection,
    vault: Vault,
    worksheet: Worksheet,
    *,
    client_id: UUID,
    session_id: UUID | None,
    sentence: str,
    now: datetime,
    about: UUID | None = None,
    room_only: bool = False,
    number: UUID | None = None,
) -> Kept[Handout]:
    """Record that a client was given this sheet. Whether it may be given is asked before (`record.fear`).

    Args:
        number: the one-time number of the form; it becomes the handout's id.
    """
    body = Handout(
        client=client_id.bytes,
        session=session_id.bytes if session_id else None,
        worksheet=worksheet.slug,
        worksheet_version=worksheet.version,
        digest=worksheet.digest,
        title=worksheet.title,
        sentence=sentence,
        given=now,
        about=about.bytes if about else None,
        room_only=room_only,
    )
    return rows.begin(
        db,
        vault,
        handout,
        body,
        ring=vault.ring_of(client_id, "record"),
        state="given",
        event="handout.given",
        now=now,
        final=True,
        id=number,
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Handout]:
    """One handout.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, handout, id, Handout)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Handout]]:
    """The sheets a client was given, newest first; to read (`joined`)."""
    found = rows.in_rings(db, vault, handout, clients.rings(db, vault, client_id), Handout)
    found = joined.of(db, vault).as_one(found)
    return sorted(found, key=lambda kept: kept.body.given, reverse=True)


def of_session(
    db: Connection, vault: Vault, client_ids: tuple[UUID, ...], session_id: UUID
) -> list[Kept[Handout]]:
    """The sheets given to these clients in one hour, oldest first."""
    return in_hour(lambda client_id: of_client(db, vault, client_id), client_ids, session_id)
