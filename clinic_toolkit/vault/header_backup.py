"""The header backup: a copy of the vault header in a file beside the database.

The header is the practice's ids, the key slots, the clinician's identity, the practice's own ring and the
clinician's own ring. One flipped bit in it would make every record unreadable. The backup holds the same
sealed rows as the database and nothing else, so only the same secrets open it. It is written right before
the commit of every transaction that changes a key slot, so that it never keeps a slot for a replaced
passphrase. It is used only if the header in the database does not open, and only if the audit log names its
slot list as the newest; the log is signed with the identity's key, so an older backup put in its place opens
nothing. It is the header of the clinician who set up the practice; colleagues have none yet.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, and_, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.opening import open_temporary_store
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import before_commit, on_rollback
from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault import header_backup_file, identity, key_directory, key_slot_tables, key_slots
from clinic_toolkit.vault.confirmed_keys import confirmed_colleague_table
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.ring_statements import list_users
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.vault import Vault

# This order is part of the file format, and so is the order of the columns in each table.
HEADER_TABLES: tuple[Table, ...] = (
    identity.vault_table,
    identity.identity_table,
    ring_table,
    ring_grant_table,
    key_slot_tables.slot_table,
    key_slot_tables.slot_list_table,
)
_Row = tuple[bytes | int | None, ...]
# By table, the column that identifies a row even if its primary key is damaged.
_SIGNED_OR_SEALED = {ring_table.name: "signature", ring_grant_table.name: "sealed"}


class VaultHeader(msgspec.Struct, array_like=True, frozen=True):
    """The rows of the header, by table in the order of `HEADER_TABLES`; ids are stored as bytes."""

    slot_generation: int
    tables: tuple[tuple[_Row, ...], ...]


log = logging.getLogger("clinic")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(VaultHeader).decode


def read_store_header(db: Connection, vault: Vault) -> VaultHeader:
    """Read the header from the database."""
    user_id, header_rings = vault.user_id, [vault.practice_ring, *filter(None, [vault.own_ring])]
    queries = (
        select(identity.vault_table),
        select(identity.identity_table).where(identity.identity_table.c.user == user_id),
        select(ring_table)
        .where(ring_table.c.ring.in_(header_rings))
        .order_by(ring_table.c.ring, ring_table.c.generation),
        select(ring_grant_table)
        .where(
            ring_grant_table.c.ring.in_(header_rings),
            ring_grant_table.c.user == user_id,
        )
        .order_by(ring_grant_table.c.ring, ring_grant_table.c.generation),
        select(key_slot_tables.slot_table)
        .where(key_slot_tables.slot_table.c.user == user_id)
        .order_by(key_slot_tables.slot_table.c.kind),
        select(key_slot_tables.slot_list_table).where(key_slot_tables.slot_list_table.c.user == user_id),
    )
    tables = tuple(tuple(_plain_row(row) for row in db.execute(query)) for query in queries)
    return VaultHeader(vault.slot_generation, tables)


def find_header_backup(db: Connection) -> VaultHeader | None:
    """Read the backup beside this database; None if it is missing or damaged."""
    content = header_backup_file.find_backup(identity.data_folder_of(db))
    try:
        header = _decode(content) if content else None
    except msgspec.DecodeError:
        return None
    return header if header and len(header.tables) == len(HEADER_TABLES) else None


def find_fault(db: Connection, vault: Vault) -> HeaderFault | None:
    """Compare the backup with a database that opened; returns what is wrong, or None if they agree."""
    return compare_backup(db, vault)[0]


def compare_backup(db: Connection, vault: Vault) -> tuple[HeaderFault | None, bool]:
    """Compare the backup with a database that opened.

    Returns:
        What is wrong, or None; and whether the backup has to be rewritten. It is also rewritten after a new
        generation of one of its rings, which is no fault.
    """
    if not vault.is_founder:
        return None, False
    backup = find_header_backup(db)
    if backup is None:
        return HeaderFault.MISSING, True
    stored = read_store_header(db, vault)
    return HeaderFault.OUTDATED if _contradicts(backup, stored) else None, backup != stored


def _contradicts(backup: VaultHeader, stored: VaultHeader) -> bool:
    """Whether the backup differs by more than missing generations of its rings."""
    rings_of_backup, rings_of_store = backup.tables[2:4], stored.tables[2:4]
    same_rings = all(
        set(rows) <= set(stored_rows)
        for rows, stored_rows in zip(rings_of_backup, rings_of_store, strict=True)
    )
    others = [(*header.tables[:2], *header.tables[4:]) for header in (backup, stored)]
    return backup.slot_generation != stored.slot_generation or others[0] != others[1] or not same_rings


def backup_has_other_ids(db: Connection) -> bool:
    """Whether a readable backup has another vault id or incarnation than the database."""
    backup = find_header_backup(db)
    store_ids = tuple(_plain_row(row) for row in db.execute(select(identity.vault_table)))
    return backup is not None and backup.tables[0] != store_ids


def write_before_commit(db: Connection, vault: Vault) -> None:
    """Write the backup right before this transaction commits.

    A slot list whose MAC does not verify is never backed up, because that would hide that it was changed.
    The existing backup is removed instead, since it still opens with the secret that was just replaced.
    """
    if vault.is_founder:
        before_commit(db, lambda: _write_backup(db, vault))


def try_write_before_commit(db: Connection, vault: Vault) -> None:
    """Write the backup as `write_before_commit` does, but let the transaction commit if that fails.

    Only for changes that replace no secret: then no replaced secret can open the existing backup.
    """

    def write() -> None:
        try:
            _write_backup(db, vault)
        except StorageError:
            log.exception("head.not_written")

    before_commit(db, write)


def _write_backup(db: Connection, vault: Vault) -> None:
    data_folder = identity.data_folder_of(db)
    if vault.slots_intact:
        undo = header_backup_file.write_backup(data_folder, _encode(read_store_header(db, vault)))
    else:
        undo = header_backup_file.remove_backup(data_folder)
    on_rollback(db, undo)


def unlock_from_backup(db: Connection, unlock: Callable[[Connection], Vault]) -> Vault | None:
    """Unlock with the header of the backup and the other rings of the database; None if that fails too.

    The caller must check against the audit log that the backup is the newest.

    Args:
        unlock: how to unlock, given a connection to a store with the header of the backup.

    Raises:
        WrongSecret: the backup is intact, but this secret does not open it.
    """
    header = find_header_backup(db)
    if header is None or _matches_store(db, header):
        return None
    try:
        with _temporary_store(db, header) as temporary_db:
            vault = unlock(temporary_db)
    except key_slots.WrongSecret:
        raise
    except (ClinicError, DBAPIError, ValueError):
        return None
    if not vault.slots_intact or vault.slot_generation != header.slot_generation:
        return None
    vault.header_fault = HeaderFault.USED
    return vault


def restore_header(db: Connection) -> None:
    """Replace the header in the database by the backup, which the caller has checked to be the newest.

    Rows of colleagues stay, and so do newer generations of a ring, which the backup may not hold yet.
    """
    header = find_header_backup(db)
    if header is None:
        return
    db.execute(identity.vault_table.delete())
    # The user id in a damaged row may be damaged too, so every row that is no known colleague's is removed.
    colleagues = _find_colleagues(db, header)
    for table in (identity.identity_table, key_slot_tables.slot_table, key_slot_tables.slot_list_table):
        db.execute(table.delete().where(table.c.user.not_in(colleagues)))
    for table, rows in _ring_rows(header):
        for row in rows:
            sealed_column = _SIGNED_OR_SEALED[table.name]
            is_same = and_(*(column == row[column.name] for column in table.primary_key.columns))
            db.execute(table.delete().where(or_(is_same, table.c[sealed_column] == row[sealed_column])))
    _insert_header(db, header)


def _find_colleagues(db: Connection, header: VaultHeader) -> set[UUID]:
    """Everyone but the clinician of the header who has a public key, or whom a ring of the header lists."""
    header_rings = [row["ring"] for row in _ring_rows(header)[0][1]]
    found = set(db.scalars(select(key_directory.public_key_table.c.user)))
    for members in db.scalars(select(ring_table.c.members).where(ring_table.c.ring.in_(header_rings))):
        found.update(list_users(members))
    return found - {UUID(bytes=_user_of(header))}


def _user_of(header: VaultHeader) -> bytes:
    """The user id, 16 bytes, of the clinician whose identity the header holds."""
    return bytes(cast(bytes, header.tables[1][0][0]))


def _ring_rows(header: VaultHeader) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The statements and the grants of the header, as values by column."""
    pairs = zip(HEADER_TABLES[2:4], header.tables[2:4], strict=True)
    return [(table, [_row_values(table, row) for row in rows]) for table, rows in pairs]


@contextmanager
def _temporary_store(db: Connection, header: VaultHeader) -> Iterator[Connection]:
    """An in-memory database: the header of the backup, and the stored public keys and rings."""
    beside = (key_directory.public_key_table, confirmed_colleague_table)
    with open_temporary_store([*HEADER_TABLES, *beside]) as temporary_db:
        _insert_header(temporary_db, header)
        held: dict[str, list[dict[str, Any]]] = {table.name: rows for table, rows in _ring_rows(header)}
        for table in (*beside, ring_table, ring_grant_table):
            for row in db.execute(select(table)):
                if not any(_is_copy(table, row, values) for values in held.get(table.name, ())):
                    # A row that was added from outside may break a constraint of its table.
                    with suppress(IntegrityError):
                        temporary_db.execute(table.insert().values(**row._mapping))
        yield temporary_db


def _is_copy(table: Table, row: Any, values: dict[str, Any]) -> bool:
    """Whether a stored row is this row of the header, even if one of its columns is damaged."""
    stored, sealed_column = row._mapping, _SIGNED_OR_SEALED[table.name]
    is_same = all(stored[key.name] == values[key.name] for key in table.primary_key.columns)
    return is_same or stored[sealed_column] == values[sealed_column]


def _insert_header(db: Connection, header: VaultHeader) -> None:
    for table, rows in zip(HEADER_TABLES, header.tables, strict=True):
        for row in rows:
            db.execute(table.insert().values(**_row_values(table, row)))


def _matches_store(db: Connection, header: VaultHeader) -> bool:
    """Whether the database holds the same header rows; if so, trying the backup is pointless.

    An extra row for one of its rings counts as a difference: it may be what blocks the ring.
    """
    user, rings = _user_of(header), {row[0] for row in header.tables[2]}
    for table, rows in zip(HEADER_TABLES, header.tables, strict=True):
        stored = {_plain_row(row) for row in db.execute(select(table))}
        if table is ring_table:
            stored = {row for row in stored if row[0] in rings}
        elif table is ring_grant_table:
            stored = {row for row in stored if row[0] in rings and row[2] == user}
        else:
            stored &= set(rows)
        if stored != set(rows):
            return False
    return True


def _plain_row(row: Any) -> _Row:
    return tuple(value.bytes if isinstance(value, UUID) else value for value in row)


def _row_values(table: Table, row: _Row) -> dict[str, Any]:
    pairs = zip(table.columns, row, strict=True)
    return {
        column.name: UUID(bytes=value) if isinstance(value, bytes) and _is_uuid_column(column) else value
        for column, value in pairs
    }


def _is_uuid_column(column: Any) -> bool:
    return isinstance(column.type, UuidType)
