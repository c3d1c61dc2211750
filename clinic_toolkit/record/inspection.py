"""Checking everything: the audit trail, every seal, every signature, and that nothing is missing.

It reads and never writes. Each thing that is wrong becomes one finding with a sentence; what comes
after it is checked as ever, so that a person learns how far the damage reaches.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, MetaData, Table, func, inspect, select

from clinic_toolkit.crypto.seal import SUITE
from clinic_toolkit.record import audit, ledger, trail, ways_in
from clinic_toolkit.record.hurt import NOUNS
from clinic_toolkit.record.kept import Stamp
from clinic_toolkit.store.base import metadata
from clinic_toolkit.vault import second_copy
from clinic_toolkit.vault.envelope import Envelope
from clinic_toolkit.vault.rings import ring as ring_table
from clinic_toolkit.vault.vault import SealBroken, Vault

# Told after each line and each row; whoever wants to stop raises an error of their own.
Progress = Callable[[int, int], None]

_SEALED = {"record", "version", "ring", "kid", "final", "sealed"}
# Suite, salt, commitment, the smallest padded envelope, tag.
_SHORTEST = 1 + 24 + 32 + 256 + 16
_AT_ONCE = 200

LINES = {
    trail.MISSING: "Line {seq} of the audit trail is missing.",
    trail.CHANGED: "Line {seq} of the audit trail does not fit the line before it: it was changed or moved.",
    trail.UNSIGNED: "The signature under line {seq} of the audit trail is not valid.",
    trail.NOT_OURS: "Line {seq} of the audit trail was not written by this program.",
    trail.UNREADABLE: "Line {seq} of the audit trail cannot be opened.",
}

HEADS = {
    second_copy.USED: "The keys of the practice are damaged in the data file; they were opened with "
    "their second copy, the file clinic.head.",
    second_copy.MISSING: "The second copy of the practice’s keys, the file clinic.head, is missing or cannot "
    "be read.",
    second_copy.OLD: "The second copy of the practice’s keys, the file clinic.head, is out of date.",
}

_decode = msgspec.msgpack.Decoder(tuple[Stamp, msgspec.Raw]).decode


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was written; `ring` says whose it is, where that is known."""

    sentence: str
    ring: UUID | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found wrong."""

    lines: int
    rows: int
    findings: tuple[Finding, ...]


@dataclass(kw_only=True)
class _Named:
    """What the trail says was written: the content of every version, and the newest of each record."""

    contents: dict[tuple[bytes, int], audit.Entry] = field(default_factory=dict)
    newest: dict[bytes, audit.Entry] = field(default_factory=dict)
    # The versions of each record, and every ring that holds something.
    versions: dict[bytes, list[int]] = field(default_factory=dict)
    rings: set[bytes] = field(default_factory=set)
    whole: bool = True
    ways_in: int = 0
    held: set[tuple[bytes, int]] = field(default_factory=set)
    # Versions that must stand because a later one follows them as final.
    final: dict[tuple[bytes, int], UUID] = field(default_factory=dict)

    def add(self, entry: audit.Entry) -> None:
        self.contents[entry.record, entry.version] = entry
        self.versions.setdefault(entry.record, []).append(entry.version)
        self.rings.add(entry.ring)
        before = self.newest.get(entry.record)
        if before is None or entry.version >= before.version:
            self.newest[entry.record] = entry


def everything(
    db: Connection, vault: Vault | None, progress: Progress, *, known: MetaData = metadata
) -> Report:
    """Check all there is. Without a vault: the chain of the trail and the outside of every seal."""
    there = set(inspect(db).get_table_names())
    sealed = [table for table in known.sorted_tables if set(table.c.keys()) >= _SEALED]
    tables = [table for table in sealed if table.name in there]
    rows = sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    lines = trail.tip(db)
    findings: list[Finding] = []
    named = _Named()
    for done, step in enumerate(chain(_trail(db, vault, named), _rows(db, vault, tables, named)), 1):
        findings += step
        progress(min(done, lines + rows), lines + rows)
    findings += _head(db, vault)
    if vault is not None:
        findings += _ways_in(vault, named)
        findings += _rings(db, vault, named)
        findings += _missing(named, {str(table.name) for table in tables})
    return Report(lines=lines, rows=rows, findings=tuple(findings))


def _trail(db: Connection, vault: Vault | None, named: _Named) -> Iterator[list[Finding]]:
    if vault and vault.inventory is None:
        # Nobody has unlocked here, so nobody has looked at the lines after the last signature.
        ledger.doubt(db, vault)
    doubted = set(ledger.of(db, vault).gaps) if vault else set()
    for line in trail.judged(db, vault):
        named.whole = named.whole and not line.wrong and line.seq not in doubted
        # One that follows another than was there may be whole; one that nobody signed counts for nothing.
        if line.seq not in doubted or line.wrong == trail.CHANGED:
            for entry in () if audit.only_shows(line.event) else line.entries:
                named.add(entry)
            if line.actor is not None:
                named.ways_in = max(named.ways_in, ways_in.named(line.event))
        yield [Finding(sentence=LINES[line.wrong].format(seq=line.seq))] if line.wrong else []


def _rows(db: Connection, vault: Vault | None, tables: list[Table], named: _Named) -> Iterator[list[Finding]]:
    kids = {row.ring: row.kid for row in db.execute(select(ring_table))}
    for table in tables:
        after = 0
        while batch := db.execute(
            select(table).where(table.c.id > after).order_by(table.c.id).limit(_AT_ONCE)
        ).all():
            after = batch[-1].id
            for row in batch:
                named.held.add((row.record.bytes, row.version))
                wrong = _frame(row, kids) or (_inside(vault, table, row, named) if vault else "")
                yield [_finding(table.name, row.record, row.version, wrong, row.ring)] if wrong else []


def _frame(row: Any, kids: dict[UUID, bytes]) -> str:
    """What can be seen without a key: the suite, the length, and that its ring exists."""
    if row.sealed[:1] != bytes([SUITE]) or len(row.sealed) < _SHORTEST:
        return "its bytes are not a sealed entry"
    if kids.get(row.ring) != row.kid:
        return "it names a key that this practice does not have"
    return ""


def _inside(vault: Vault, table: Table, row: Any, named: _Named) -> str:
    try:
        opened = vault.open(
            table=str(table.name),
            record=row.record,
            version=row.version,
            ring=row.ring,
            kid=row.kid,
            blob=row.sealed,
        )
        stamp, _ = _decode(opened.body)
    except (SealBroken, msgspec.DecodeError):
        return "its bytes were changed or damaged outside this program"
    if stamp.final != bool(row.final):
        return "its mark as final was changed outside this program"
    if _forged(vault, row, opened):
        return "the signature inside it is not valid"
    return _against(named, table, row, stamp, opened)


def _forged(vault: Vault, row: Any, opened: Envelope) -> bool:
    if opened.signed_as is None or opened.signature is None:
        return opened.signature is not None
    return not vault.signed(
        opened.signed_as,
        record=row.record,
        version=row.version,
        content_id=opened.content_id,
        signature=opened.signature,
    )


def _against(named: _Named, table: Table, row: Any, stamp: Stamp, opened: Envelope) -> str:
    """What the audit trail says against it."""
    entry = named.contents.get((row.record.bytes, row.version))
    if entry is None:
        return "the audit trail does not mention it"
    if (entry.table, entry.ring, entry.content_id) != (table.name, row.ring.bytes, opened.content_id):
        return "the audit trail describes other content for it"
    earlier = [version for version in named.versions[row.record.bytes] if version < row.version]
    before = named.contents[row.record.bytes, max(earlier)] if earlier else None
    if stamp.previous is not None and (before is None or before.content_id != stamp.previous):
        return "the version before it is not the right one"
    if stamp.follows_final and before:
        named.final[row.record.bytes, before.version] = row.ring
    if not stamp.final and row.version < named.newest[row.record.bytes].version:
        return "it is an old version that was put back"
    return ""


def _missing(named: _Named, tables: set[str]) -> Iterator[Finding]:
    """What the trail, or a later version, says must stand in the file, and does not."""
    standing = {record for record, _ in named.held}
    for record, entry in named.newest.items():
        if entry.table in tables and (record, entry.version) not in named.held:
            what = "an older version is in its place" if record in standing else "it is not in the file"
            yield _finding(entry.table, UUID(bytes=record), entry.version, what, UUID(bytes=entry.ring))
    for record, version in named.final.keys() - named.held:
        entry, ring = named.contents[record, version], named.final[record, version]
        yield _finding(entry.table, UUID(bytes=record), version, "it is not in the file", ring)


def _head(db: Connection, vault: Vault | None) -> Iterator[Finding]:
    if vault is not None:
        # One that was needed stays the finding of this unlock; another was written anew since.
        fault = vault.head_fault if vault.head_fault == second_copy.USED else ""
        # Beside ways in that nobody vouches for, neither of the two can be called the right one.
        fault = fault or (second_copy.fault(db, vault) if vault.slots_intact else "")
    else:
        fault = "" if second_copy.kept(db) else second_copy.MISSING
    if fault:
        yield Finding(sentence=HEADS[fault])


def _rings(db: Connection, vault: Vault, named: _Named) -> Iterator[Finding]:
    """Every ring is made in the transaction that keeps its first record, so the trail names them all.

    But for the two that are made with the practice: a second one of either kind is not taken for it.
    """
    if not named.whole:
        return
    for id in sorted(db.scalars(select(ring_table.c.ring).distinct()), key=lambda id: id.bytes):
        if id.bytes not in named.rings and id not in (vault.practice_ring, vault.own_ring):
            yield Finding(
                sentence=f"The key of one part of the record ({id.hex[:8]}) is not mentioned in the audit "
                "trail: it was added from outside this program."
            )


def _ways_in(vault: Vault, named: _Named) -> Iterator[Finding]:
    newer = named.whole and 0 < named.ways_in < vault.slot_generation
    if not vault.slots_intact or vault.slot_generation < named.ways_in or newer:
        yield Finding(
            sentence="The list of ways to unlock is not the one this program wrote last: a "
            "passphrase or a recovery sheet was added, removed or put back outside this program."
        )
    for id in sorted(vault.damaged_rings, key=lambda id: id.bytes):
        yield Finding(
            sentence=f"The key of one part of the record ({id.hex[:8]}) is missing or damaged. What it "
            "opens cannot be read.",
            ring=id,
        )


def _finding(table: str, record: UUID, version: int, wrong: str, ring: UUID) -> Finding:
    noun = NOUNS.get(table, "an entry")
    return Finding(
        sentence=f"{noun[0].upper()}{noun[1:]} ({record.hex[:8]}, version {version}): {wrong}.", ring=ring
    )
