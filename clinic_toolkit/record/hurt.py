"""Hurt records: what the file no longer holds as it was written. Named, never shown, and not in the way.

A record is hurt when its bytes do not open, when it is gone, or when an older version stands in the
place of the newest; the audit trail tells which. The others of the same page are read as ever.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Table, func, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import audit, ledger
from clinic_toolkit.vault.inventory import Known
from clinic_toolkit.vault.vault import Vault

# What a person calls an entry of each table.
NOUNS = {
    "practice": "the settings of the practice",
    "client": "a client’s details",
    "clinical_case": "the case that hours belong to",
    "relationship": "a relationship",
    "therapy_session": "an hour",
    "administration": "a questionnaire",
    "rhythm": "what was agreed about repeating a questionnaire",
    "handout": "a worksheet that was given",
    "handover": "a form that was handed to a client",
    "risk_entry": "a risk entry",
    "clinical_note": "a progress note",
    "own_questionnaire": "a questionnaire of your own",
}

WHAT = {
    "damaged": "its bytes were changed or damaged outside this program",
    "missing": "it is not in the file any more",
    "older": "an older version stands in its place",
    "moved": "it stands in another place than it was written to",
}


class Hurt(Struct, frozen=True, kw_only=True):
    """One hurt record; `what` is a key of `WHAT`."""

    table: str
    record: UUID
    ring: UUID
    what: str

    @property
    def noun(self) -> str:
        """What a person calls such an entry."""
        return NOUNS.get(self.table, "an entry")


class Unreadable(ClinicError):
    """This record is hurt. It is never shown, not even in part."""

    def __init__(self, hurt: Hurt) -> None:
        super().__init__(
            f"This cannot be shown: {hurt.noun} is not as it was saved; {WHAT[hurt.what]}. Everything else "
            "can be used. A backup may still hold it, so keep a copy of the data folder."
        )
        self.hurt = hurt


def note(vault: Vault, table: Table, record: UUID, ring: UUID, what: str) -> Unreadable:
    """Remember a hurt record until it is found well again; returns the error that names it."""
    found = Hurt(table=str(table.name), record=record, ring=ring, what=what)
    vault.hurt[record.bytes] = found
    return Unreadable(found)


def well(vault: Vault, record: bytes) -> None:
    """It could be read."""
    vault.hurt.pop(record, None)


def against_the_trail(db: Connection, vault: Vault, table: Table, kept: Any) -> str:
    """What is wrong with a record that opened, by what the trail says of it: a key of `WHAT`, or "".

    Args:
        kept: with `id`, `version`, `ring` and `content_id`, as found in the file.
    """
    known = ledger.of(db, vault).known(kept.id.bytes)
    if known is None:
        return ""
    if (known.table, known.ring) != (table.name, kept.ring.bytes):
        return "moved"
    if kept.version > known.version or (kept.version, kept.content_id) == (known.version, known.content_id):
        return ""
    return "older" if _reached(db, known) else ""


def missing(db: Connection, vault: Vault, table: Table, record: UUID) -> Known | None:
    """What the trail says of a record that was not found, or None if it was never there."""
    known = ledger.of(db, vault).known(record.bytes)
    return known if known and known.table == table.name and _reached(db, known) else None


def missing_beside(
    db: Connection, vault: Vault, table: Table, rings: list[UUID] | None, found: set[bytes]
) -> list[tuple[UUID, Known]]:
    """The records of a table, in these rings or in any, that the trail names and that were not found."""
    inventory = ledger.of(db, vault)
    places = None if rings is None else [ring.bytes for ring in rings]
    lost = inventory.records(str(table.name), places) - found
    named = [(UUID(bytes=record), inventory.known(record)) for record in lost]
    return [(record, known) for record, known in named if known is not None and _reached(db, known)]


def _reached(db: Connection, known: Known) -> bool:
    # A page may read from a view that is a moment older than the list: what was saved since is not missing.
    return known.seq <= (db.scalar(select(func.max(audit.audit_line.c.seq))) or 0)
