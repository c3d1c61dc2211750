"""What another store of the same practice, such as a backup, holds of some rings: read whole, and judged.

Every version is opened by the keys of that store, and every entry of its audit log that names one is kept,
also for drafts that were replaced. Before any of it is taken over, it is held against the log of the store
that is open: what that log named once must be the same content.
"""

from collections.abc import Callable, Iterator, Set
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import audit_entries, inventory_snapshot
from clinic_toolkit.journal.audit_log import VersionReference
from clinic_toolkit.journal.record_kind import list_kinds
from clinic_toolkit.journal.record_versions import VersionHeader, decode_header
from clinic_toolkit.journal.reference_filter import ReferenceFilter
from clinic_toolkit.journal.sealed_rows import list_sealed_tables
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.vault import Vault

# Called after each entry or version; raise an exception in it to stop.
StepCallback = Callable[[], None]


class CannotReturn(ClinicError):
    """What the other store holds cannot be taken over; nothing was changed."""


class PastVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One stored version: its table, its row, its header, and what was inside its seal."""

    table: str
    row: SealedRow
    header: VersionHeader
    plain: PlainContent

    def __repr__(self) -> str:
        return "<PastVersion>"


class PastRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in some rings of another store.

    `references` are those by which its log names these records, in the order in which they were written, each
    version once; `public_key` is that of the clinician there.
    """

    versions: tuple[PastVersion, ...]
    references: tuple[VersionReference, ...]
    public_key: bytes

    @property
    def record_ids(self) -> frozenset[bytes]:
        """The ids of all records."""
        return frozenset(reference.record for reference in self.references)


def read_rings(db: Connection, vault: Vault, rings: Set[UUID], step: StepCallback) -> PastRecords:
    """Read every version in these rings, and how the log names it. The store was checked before.

    Raises:
        CannotReturn: a version does not open, is a colleague's, or was saved by a newer program.
    """
    known_schemas = {kind.name: kind.schema_version for kind in list_kinds()}
    versions = []
    for table in list_sealed_tables():
        query = select(table).where(table.c.ring.in_(rings)).order_by(table.c.id)
        rows = [SealedRow(*row) for row in db.execute(query)]
        for row, plain in zip(rows, vault.open_rows(str(table.name), rows), strict=True):
            versions.append(_open_version(str(table.name), row, plain, known_schemas))
            if versions[-1].header.author_id != vault.user_id.bytes:
                raise CannotReturn(
                    "A colleague wrote a part of this record, so it cannot be brought back here."
                )
            step()
    ring_ids = {ring.bytes for ring in rings}
    named: dict[tuple[bytes, int], VersionReference] = {}
    for _, reference in _iter_references(db, vault, step):
        if reference.ring in ring_ids:
            named[reference.record, reference.version] = reference
    return PastRecords(
        versions=tuple(versions), references=tuple(named.values()), public_key=vault.public_key
    )


def check_against_log(
    db: Connection, vault: Vault, past: PastRecords, step: StepCallback
) -> dict[bytes, int]:
    """Compare what another store holds with what the log of this one says was saved.

    A key that was replaced counts only for what the log named before, and whoever had it could have made
    another store since. So with such a key nothing may be there that the log does not name.

    Returns:
        The number of the entry that named each record first, for those that the log names.

    Raises:
        CannotReturn: the two differ, or the key of the other store is not one that this practice knows.
    """
    is_present_key = past.public_key == vault.public_key
    past_keys = {known.signing_key for known in vault.key_directory.past_keys}
    if not is_present_key and past.public_key not in past_keys:
        raise CannotReturn(
            "Who made this backup cannot be confirmed. This practice never had the keys in it."
        )
    records = past.record_ids
    first_entries: dict[bytes, int] = {}
    named: dict[tuple[bytes, int], set[bytes]] = {}
    for seq, reference in _iter_references(db, vault, step):
        if reference.record in records:
            first_entries.setdefault(reference.record, seq)
            named.setdefault((reference.record, reference.version), set()).add(reference.content_id)
    for reference in past.references:
        known = named.get((reference.record, reference.version))
        if known is None and is_present_key:
            # Of a copy that went its own way: it was signed with the key that still counts.
            continue
        if known != {reference.content_id}:
            raise CannotReturn(
                "What this backup holds is not what the audit trail here says was saved. It is of a copy of "
                "the practice that went its own way, or it was changed."
            )
    return first_entries


def _iter_references(
    db: Connection, vault: Vault, step: StepCallback
) -> Iterator[tuple[int, VersionReference]]:
    """Yield what each believed entry wrote, oldest first, with the number of the entry."""
    gaps = set(inventory_snapshot.refresh_inventory(db, vault).gaps)
    reference_filter = ReferenceFilter(db, vault)
    for result in audit_entries.iter_entries_after(db, vault, 0):
        step()
        if result.seq not in gaps:
            for reference in reference_filter.select(result.entry):
                yield result.seq, reference


def _open_version(
    table: str, row: SealedRow, plain: PlainContent | None, known_schemas: dict[str, int]
) -> PastVersion:
    if plain is None:
        raise CannotReturn("A part of this record does not open in this backup. Use another backup.")
    try:
        header, _ = decode_header(plain.content)
    except msgspec.DecodeError:
        raise CannotReturn("A part of this record is damaged in this backup. Use another backup.") from None
    if header.schema_version > known_schemas.get(table, 0):
        raise CannotReturn("A newer version of this program wrote a part of this record. Update it first.")
    return PastVersion(table=table, row=row, header=header, plain=plain)
