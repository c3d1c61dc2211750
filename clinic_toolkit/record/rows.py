"""The sealed row that every noun of the record shares, and the only three ways to write one.

`begin` writes the first version, `rewrite` replaces a draft, `append` adds a version to what is
final. Each write carries the version its author saw, so two writers never overwrite one another
(`UNIQUE(record, version)` decides), and each adds its line to the audit trail.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.exc import IntegrityError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import audit, hurt, ledger, memory
from clinic_toolkit.record.kept import Kept, Place, StandIn, nothing, opened, sealed_row, stands_in
from clinic_toolkit.store import statements
from clinic_toolkit.store.anchor_slot import LAST
from clinic_toolkit.store.statements import SealedRow
from clinic_toolkit.vault.vault import Vault

B = TypeVar("B", bound=msgspec.Struct)


class NotThere(ClinicError):
    """No such record, or none that this clinician may see: the two are never told apart."""

    def __init__(self) -> None:
        super().__init__("There is nothing here that you can open.")


class Stale(ClinicError):
    """Someone, perhaps the same person in another tab, saved a newer version meanwhile."""

    def __init__(self) -> None:
        super().__init__("This was changed in another window after you opened it here.")


def begin(
    db: Connection,
    vault: Vault,
    table: Table,
    body: B,
    *,
    ring: UUID,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    id: UUID | None = None,
) -> Kept[B]:
    """Write the first version of a new record."""
    first = Place(id=id or uuid4(), version=1, ring=ring, state=state, final=final, previous=None)
    return _insert(db, vault, table, body, first, event=event, now=now)


def append(
    db: Connection,
    vault: Vault,
    table: Table,
    seen: Kept[B],
    body: B,
    *,
    state: str,
    event: str,
    now: datetime,
) -> Kept[B]:
    """Add a version after a final one, which stays as it is.

    Raises:
        Stale: a newer version exists than the one the author saw.
    """
    return _insert(db, vault, table, body, _after(seen, state, final=True), event=event, now=now)


def rewrite(
    db: Connection,
    vault: Vault,
    table: Table,
    seen: Kept[B],
    body: B,
    *,
    state: str,
    event: str,
    now: datetime,
    final: bool = False,
    sign: str | None = None,
) -> Kept[B]:
    """Replace a draft by its next version; with `final`, for the last time.

    Args:
        sign: a signature label such as "sig/note"; the signature is kept inside the seal.

    Raises:
        Stale: the draft moved on, or became final, since the author saw it.
    """
    kept, values = sealed_row(vault, table, body, _after(seen, state, final=final), now=now, sign=sign)
    if not statements.replace(db, table, values, seen=seen.id, seen_version=seen.version):
        raise Stale
    audit.note(db, vault, event, [entry(table, kept)], now=now)
    return kept


def _after(seen: Kept[Any], state: str, *, final: bool) -> Place:
    return Place(
        id=seen.id,
        version=seen.version + 1,
        ring=seen.ring,
        state=state,
        final=final,
        previous=seen.content_id,
        follows_final=seen.final,
    )


def _insert(
    db: Connection, vault: Vault, table: Table, body: B, place: Place, *, event: str, now: datetime
) -> Kept[B]:
    kept, values = sealed_row(vault, table, body, place, now=now)
    try:
        db.execute(statements.insert(table), values)
    except IntegrityError as clash:
        raise Stale from clash
    audit.note(db, vault, event, [entry(table, kept)], now=now)
    return kept


def latest(
    db: Connection, vault: Vault, table: Table, id: UUID, kind: type[B], stand_in: StandIn[B] = nothing
) -> Kept[B]:
    """The newest version of one record.

    Args:
        stand_in: for a record that others hang on: what to go on with when it is hurt, or None.

    Raises:
        NotThere: there is none, or its ring is not open to this clinician.
        hurt.Unreadable: it is not as it was written, or not the newest that was.
    """
    ledger.in_view(db, vault)
    row = statements.newest(db, table, id)
    if row is None or not vault.holds(row.ring):
        lost = hurt.missing(db, vault, table, id)
        if not lost:
            raise NotThere
        wrong = hurt.note(vault, table, id, UUID(bytes=lost.ring), "moved" if row else "missing")
        return _instead(db, vault, table, wrong, stand_in)
    (kept,) = opened(vault, table, [row], kind)
    if kept is None:
        return _instead(db, vault, table, _damaged(vault, table, row), stand_in)
    if what := hurt.against_the_trail(db, vault, table, kept):
        return _instead(db, vault, table, _wrong(vault, table, kept, what), stand_in)
    hurt.well(vault, id.bytes)
    return kept


def in_rings(
    db: Connection,
    vault: Vault,
    table: Table,
    rings: Iterable[UUID],
    kind: type[B],
    stand_in: StandIn[B] = nothing,
) -> list[Kept[B]]:
    """The newest version of every record of these rings, in the order they were begun.

    A hurt record is named in `vault.hurt`, and left out if nothing stands in for it.
    """
    return _newest(db, vault, table, kind, list(rings), stand_in)


def everywhere(
    db: Connection, vault: Vault, table: Table, kind: type[B], stand_in: StandIn[B] = nothing
) -> list[Kept[B]]:
    """The newest version of every record of this table that this clinician may open.

    A hurt record is named in `vault.hurt`, and left out if nothing stands in for it.
    """
    return _newest(db, vault, table, kind, None, stand_in)


def _newest(
    db: Connection,
    vault: Vault,
    table: Table,
    kind: type[B],
    rings: list[UUID] | None,
    stand_in: StandIn[B],
) -> list[Kept[B]]:
    wrong: list[hurt.Unreadable] = []

    def open_rows(rows: list[SealedRow]) -> list[Kept[B] | None]:
        found = opened(vault, table, rows, kind)
        for row, kept in zip(rows, found, strict=True):
            if kept is None:
                wrong.append(_damaged(vault, table, row))
        return found

    known = ledger.in_view(db, vault)
    looked_at = set()
    found: list[tuple[int, Kept[B]]] = []
    for record, kept in memory.newest(db, vault, table, rings, open_rows):
        looked_at.add(record)
        what = hurt.against_the_trail(db, vault, table, kept) if kept else ""
        if what and kept:
            wrong.append(_wrong(vault, table, kept, what))
        elif kept:
            hurt.well(vault, record)
            found.append((known.begun(record), kept))
    for lost, place in hurt.missing_beside(db, vault, table, rings, looked_at):
        wrong.append(hurt.note(vault, table, lost, UUID(bytes=place.ring), "missing"))
    for each in wrong:
        with suppress(hurt.Unreadable):
            found.append((known.begun(each.hurt.record.bytes), _instead(db, vault, table, each, stand_in)))
    # Row numbers are plain columns, so they do not decide the order.
    found.sort(key=itemgetter(0))
    return [kept for _, kept in found]


def _instead(
    db: Connection, vault: Vault, table: Table, wrong: hurt.Unreadable, stand_in: StandIn[B]
) -> Kept[B]:
    """What goes on in the place of a hurt record; a version written after it makes it well.

    That comes after the row that stands there, even if it is none of ours: two of one number cannot be.
    """
    found = wrong.hurt
    known = ledger.of(db, vault).known(found.record.bytes)
    ring = UUID(bytes=known.ring) if known else found.ring
    body = stand_in(vault, ring) if known else None
    if known is None or body is None:
        raise wrong
    version = max(known.version, found.version) if found.version < LAST else known.version
    return stands_in(vault, found.record, ring, known._replace(version=version), body)


def versions(db: Connection, vault: Vault, table: Table, id: UUID, kind: type[B]) -> list[Kept[B]]:
    """Every version still kept of one record, oldest first; hurt ones are left out and named.

    One counts if the trail names it, or if the one after it, which counts, says that it follows it.
    """
    ledger.in_view(db, vault)
    rows = db.execute(select(table).where(table.c.record == id).order_by(table.c.version)).all()
    found = []
    for row, kept in zip(rows, opened(vault, table, rows, kind), strict=True):
        if kept is None:
            _damaged(vault, table, row)
        else:
            found.append(kept)
    genuine = _genuine(db, vault, table, found)
    _name_lost_versions(db, vault, table, id, genuine)
    return genuine


def _genuine(db: Connection, vault: Vault, table: Table, found: list[Kept[B]]) -> list[Kept[B]]:
    genuine: list[Kept[B]] = []
    for kept in reversed(found):
        above = genuine[-1] if genuine else None
        if above and above.previous == kept.content_id and above.version > kept.version:
            # A draft is replaced by the version after it, so the two never stand side by side.
            what = "" if kept.final else "back"
        else:
            what = hurt.against_the_trail(db, vault, table, kept)
            what = hurt.earlier(db, vault, table, kept) if what == "older" else what
        if what:
            _wrong(vault, table, kept, what)
        else:
            genuine.append(kept)
    return genuine[::-1]


def _name_lost_versions(db: Connection, vault: Vault, table: Table, id: UUID, found: list[Kept[Any]]) -> None:
    # Each version names the content of the one before it; only what a draft was before it became final
    # is not kept.
    whole = all(later.previous == earlier.content_id for earlier, later in pairwise(found))
    if id.bytes in vault.hurt:
        return
    if found and (not whole or found[0].follows_final):
        hurt.note(vault, table, id, found[0].ring, "missing")
    elif not found and (lost := hurt.missing(db, vault, table, id)):
        hurt.note(vault, table, id, UUID(bytes=lost.ring), "missing")


def _damaged(vault: Vault, table: Table, row: Row[Any] | SealedRow) -> hurt.Unreadable:
    return hurt.note(vault, table, row.record, row.ring, "damaged", version=row.version)


def _wrong(vault: Vault, table: Table, kept: Kept[Any], what: str) -> hurt.Unreadable:
    return hurt.note(vault, table, kept.id, kept.ring, what, version=kept.version)


def entry(table: Table, kept: Kept[Any]) -> audit.Entry:
    """The audit entry that names this version."""
    return audit.Entry(str(table.name), kept.ring.bytes, kept.id.bytes, kept.version, kept.content_id)
