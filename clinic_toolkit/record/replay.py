"""Replaying the audit trail: what its lines say is in the record, and which of them are not believed.

A chain needs no key to be made, so a line counts for what a clinician's signature covers. At an unlock
the lines after the last signature are checked; what did not fit then is never believed later.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from clinic_toolkit.record import audit, ways_in
from clinic_toolkit.record.audit import KEYLESS, NOT_ADOPTED, Told, audit_line
from clinic_toolkit.store.types import now_us
from clinic_toolkit.vault.inventory import Inventory, Known, Span
from clinic_toolkit.vault.vault import Vault

_EVER = 1 << 62


class Refused(NamedTuple):
    """An unlock found that `line` does not fit; `lines` are those that nobody's signature covers.

    `alone`: only one of them is sealed, as when a single bit of it was turned.
    """

    line: int
    lines: range
    alone: bool


def told(db: Connection, vault: Vault, begun: Inventory | None, *, unsigned: int = 0) -> Inventory:
    """What the trail adds up to.

    Args:
        begun: what is known of its beginning.
        unsigned: a line after the last signature that does not fit, where no line says so yet.
    """
    inventory, said = _replayed(db, vault, begun, [])
    said += [(unsigned, inventory.seq + 1)] if unsigned else []
    if not said:
        return inventory
    refused = [_refused(db, vault, line, at) for line, at in said]
    if begun and min(each.lines.start for each in refused) <= begun.seq:
        begun = None
    return _replayed(db, vault, begun, refused)[0]


def going_on(db: Connection, vault: Vault, inventory: Inventory) -> Inventory:
    """What is known, with the lines that were added since; it is itself left as it is."""
    begun = inventory.copy()
    # What lies in a gap is told from the lines around it, so it is told from the beginning.
    whole = not begun.gaps and (begun.seq == 0 or audit.hash_of(db, begun.seq) == begun.head)
    return told(db, vault, begun if whole else None)


def namings(db: Connection, vault: Vault, record: UUID, known: Known, gaps: list[int]) -> dict[int, Known]:
    """Every version of a record that a line of this view names. Reads the trail: for the rare case only."""
    found = {}
    for line in audit.since(db, vault, known.begun - 1):
        for entry in _entries(line) if line.seq not in gaps else ():
            if entry.record == record.bytes:
                found[entry.version] = Known(
                    entry.table, entry.ring, entry.version, entry.content_id, line.seq, known.begun
                )
    return found


def _entries(line: Told) -> tuple[audit.Entry, ...]:
    return () if line.line is None or audit.only_shows(line.line.event) else line.line.entries


def _replayed(
    db: Connection, vault: Vault, begun: Inventory | None, refused: list[Refused]
) -> tuple[Inventory, list[tuple[int, int]]]:
    """The inventory; and the lines that an unlock found not to fit, each with the line that says so."""
    inventory = begun.copy() if begun else Inventory()
    unnamed, said = {each.line for each in refused}, []
    waiting: list[int] = []
    since = -_EVER
    for told in audit.since(db, vault, inventory.seq):
        doubt = next((each for each in refused if told.seq in each.lines), None)
        line = None if told.seq in unnamed else told.line
        if line is None or (doubt and not line.keyless):
            inventory.gaps.append(told.seq)
            inventory.add(told.seq, told.hash, ())
            if doubt is None or doubt.alone:
                waiting.append(told.seq)
        elif line.keyless:
            # Anyone can write such a line, so neither its time nor its word on the ways in counts.
            inventory.add(told.seq, told.hash, ())
        else:
            inventory.add(told.seq, told.hash, _entries(told), ways_in.named(line.event))
            at = now_us(line.at)
            inventory.spans += [Span(seq, since, at) for seq in waiting]
            waiting, since = [], at
            if line.event.startswith(NOT_ADOPTED):
                said.append((int(line.event.removeprefix(NOT_ADOPTED)), told.seq))
    inventory.spans += [Span(seq, since, _EVER) for seq in waiting]
    inventory.gaps += sorted(unnamed - set(inventory.gaps))
    return inventory, said


def _refused(db: Connection, vault: Vault, line: int, at: int) -> Refused:
    """What is not believed when the line `at` says that this one does not fit."""
    before = audit_line.c.seq < line, audit_line.c.signature.is_not(None)
    first = 1
    for row in db.execute(select(audit_line).where(*before).order_by(audit_line.c.seq.desc())):
        if audit.is_signed(vault, row):
            first = row.seq + 1
            break
    doubted = audit_line.c.seq.between(first, at - 1), func.substr(audit_line.c.body, 1, 1) != KEYLESS
    sealed = db.scalar(select(func.count()).where(*doubted)) or 0
    return Refused(line=line, lines=range(first, at), alone=sealed == 1)
