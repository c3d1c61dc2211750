"""The one-time number of a form that makes a record: it becomes the id of that record.

A form that is sent twice, by a double click or because the first answer was lost, carries the same number
both times. So the second time the record is there already and is found by its id, in this process or in one
that was started later; and where two are sent at once, `UNIQUE(record, version)` lets one of them in.
"""

from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import ledger, rows
from clinic_toolkit.record.administrations import Administration, administration
from clinic_toolkit.record.clients import Client, client
from clinic_toolkit.record.handouts import Handout, handout
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship, relationship
from clinic_toolkit.record.risk_entries import RiskEntry, risk_entry
from clinic_toolkit.record.sessions import TherapySession, therapy_session
from clinic_toolkit.vault.vault import Vault

B = TypeVar("B", bound=msgspec.Struct)

TABLES: dict[type[msgspec.Struct], Table] = {
    Administration: administration,
    Client: client,
    Handout: handout,
    Relationship: relationship,
    RiskEntry: risk_entry,
    TherapySession: therapy_session,
}


class NumberTaken(ClinicError):
    """The number belongs to a record of another kind, another client or another clinician."""

    def __init__(self) -> None:
        super().__init__("This page is out of date and cannot be sent. Open it again, and enter it there.")


def made_with(db: Connection, vault: Vault, number: UUID, kind: type[B], *, ring: UUID) -> Kept[B] | None:
    """The record that a form with this number made, as it was first written; None if there is none yet.

    Args:
        ring: the ring in which that form makes its record; for a client, who has none before, the
            client's own.

    Raises:
        NumberTaken: the number is that of something else; nothing of it is told.
        hurt.Unreadable: the record is not as it was written.
    """
    if number in (vault.vault_id, vault.user_id):
        raise NumberTaken
    known = ledger.of(db, vault).known(number.bytes)
    if known is None:
        return None
    table = TABLES[kind]
    if (known.table, known.ring) != (table.name, ring.bytes):
        raise NumberTaken
    newest = rows.latest(db, vault, table, number, kind)
    first = newest if newest.version == 1 else rows.versions(db, vault, table, number, kind)[0]
    if first.author != vault.user_id:
        raise NumberTaken
    return first


def client_made_with(db: Connection, vault: Vault, number: UUID) -> Kept[Client] | None:
    """The client whom a form with this number took in; None if there is none yet.

    Raises:
        NumberTaken: the number is that of something else.
    """
    known = ledger.of(db, vault).known(number.bytes)
    ring = UUID(bytes=known.ring) if known and vault.owner(UUID(bytes=known.ring)) == number else number
    return made_with(db, vault, number, Client, ring=ring)
