"""Hurt records: what the file no longer holds as it was written. Named, never shown, and not in the way.

A record is hurt when its bytes do not open, when it is gone, when an older version stands in the place
of the newest, or when no line of the audit trail names it: a row of a copied folder opens with the same
keys. The trail tells which. The others of the same page are read as ever.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Table

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import ledger, replay, trail
from clinic_toolkit.store.types import now_us
from clinic_toolkit.vault.inventory import Inventory, Known
from clinic_toolkit.vault.vault import Vault

# What a person calls an entry of each table.
NOUNS = {
    "practice": "the settings of the practice",
    "client": "a client’s details",
    "clinical_case": "the case that sessions belong to",
    "relationship": "a relationship",
    "therapy_session": "a session",
    "administration": "a questionnaire",
    "rhythm": "what was agreed about repeating a questionnaire",
    "handout": "a worksheet that was given",
    "handover": "a form that was handed to a client",
    "risk_entry": "a risk entry",
    "clinical_note": "a progress note",
    "own_questionnaire": "a questionnaire of your own",
    "draft": "a form that was started and not finished",
}

WHAT = {
    "damaged": "its bytes were changed or damaged outside this program",
    "missing": "it is missing from the file",
    "older": "an older version is in its place",
    "moved": "it was moved to another place in the file",
    "unnamed": "the audit trail does not mention it, so it was added from outside this program, or its "
    "line was removed",
    "back": "an old version was put back beside it",
}


class Hurt(Struct, frozen=True, kw_only=True):
    """One hurt record; `what` is a key of `WHAT`, `version` that of the row that was found, 0 for none."""

    table: str
    record: UUID
    ring: UUID
    what: str
    version: int = 0

    @property
    def noun(self) -> str:
        """What a person calls such an entry."""
        return NOUNS.get(self.table, "an entry")


class Unreadable(ClinicError):
    """This record is hurt. It is never shown, not even in part."""

    def __init__(self, hurt: Hurt) -> None:
        super().__init__(
            f"This cannot be shown: {hurt.noun} was damaged or changed: {WHAT[hurt.what]}. Everything "
            "else can be used. A backup may still hold it, so keep a copy of the data folder."
        )
        self.hurt = hurt


def note(vault: Vault, table: Table, record: UUID, ring: UUID, what: str, *, version: int = 0) -> Unreadable:
    """Remember a hurt record until it is found well again; returns the error that names it."""
    found = Hurt(table=str(table.name), record=record, ring=ring, what=what, version=version)
    vault.hurt[record.bytes] = found
    return Unreadable(found)


def well(vault: Vault, record: bytes) -> None:
    """It could be read, and is what the trail names."""
    vault.hurt.pop(record, None)


def against_the_trail(db: Connection, vault: Vault, table: Table, kept: Any) -> str:
    """What is wrong with a record that opened, by what the trail says of it: a key of `WHAT`, or "".

    Args:
        kept: the newest version that was found: `id`, `version`, `ring`, `at` and `content_id`.
    """
    known = ledger.of(db, vault).known(kept.id.bytes)
    if known and _is(known, table, kept):
        vault.unconfirmed.pop(kept.id.bytes, None)
        return ""
    # Only now, since it is rare: the list in memory may be of another moment than this view of the store.
    inventory = ledger.in_view(db, vault)
    known = inventory.known(kept.id.bytes)
    if known and known.seq > trail.tip(db):
        named = replay.namings(db, vault, kept.id, known, inventory.gaps)
        known = named[max(named)] if named else None
    if known and _is(known, table, kept):
        return ""
    if known and (known.table, known.ring) != (table.name, kept.ring.bytes):
        return "moved"
    if known and kept.version < known.version:
        return "older"
    return _unnamed(vault, inventory, table, kept, known)


def earlier(db: Connection, vault: Vault, table: Table, kept: Any) -> str:
    """What is wrong with an earlier version that no later one follows: a key of `WHAT`, or ""."""
    inventory = ledger.in_view(db, vault)
    known = inventory.known(kept.id.bytes)
    named = replay.namings(db, vault, kept.id, known, inventory.gaps) if known else {}
    entry = named.get(kept.version)
    if entry and _is(entry, table, kept):
        return ""
    before = [one for version, one in named.items() if version < kept.version]
    return _unnamed(vault, inventory, table, kept, max(before, key=lambda one: one.version, default=None))


def _is(known: Known, table: Table, kept: Any) -> bool:
    place = (table.name, kept.ring.bytes, kept.version, kept.content_id)
    return (known.table, known.ring, known.version, known.content_id) == place


def _unnamed(vault: Vault, inventory: Inventory, table: Table, kept: Any, before: Known | None) -> str:
    """No line names it. One that cannot be read may have, if it was written when this was sealed."""
    since, version = (before.seq, before.version) if before else (0, 0)
    at, versions = now_us(kept.at), kept.version - version
    if versions < 1 or not inventory.may_have_named(at, since=since, versions=versions):
        return "unnamed"
    vault.unconfirmed[kept.id.bytes] = Hurt(
        table=str(table.name), record=kept.id, ring=kept.ring, what="unnamed", version=kept.version
    )
    return ""


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
    return known.seq <= trail.tip(db)
