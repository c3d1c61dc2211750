"""The header backup: a copy of the vault header in a file beside the database.

The header is the practice's ids, the key slots, the clinician's identity, the practice's own ring and the
clinician's own ring. One flipped bit in it would make every record unreadable. The backup holds the same
sealed rows as the database and nothing else, so only the same secrets open it. It is written right before the
commit of every transaction that changes a key slot, so that it never keeps a slot for a replaced passphrase.
It is used only if the header in the database does not open, or the clinician's own ring does not, or the
newest signature of the audit log does not fit, and only if the log names its slot list as the newest; the log
is signed with the identity's key, so an older backup put in its place opens nothing. From one whose slot list
was not checked, a damaged key for psychotherapy notes alone is taken. It is the header of the clinician who
set up the practice; colleagues have none yet.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.store.opening import open_temporary_store
from clinic_toolkit.store.storage_errors import StorageError
from clinic_toolkit.store.transactions import before_commit, on_rollback
from clinic_toolkit.vault import (
    header_backup_file,
    header_rows,
    identity,
    key_directory,
    key_slot_tables,
    key_slots,
)
from clinic_toolkit.vault.confirmed_keys import known_key_table
from clinic_toolkit.vault.header_fault import HeaderFault
from clinic_toolkit.vault.header_rows import VaultHeader
from clinic_toolkit.vault.ring_statements import list_users
from clinic_toolkit.vault.ring_tables import ring_grant_table, ring_table
from clinic_toolkit.vault.vault import Vault

log = logging.getLogger("clinic")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(VaultHeader).decode


def find_header_backup(db: Connection) -> VaultHeader | None:
    """Read the backup beside this database; None if it is missing or damaged."""
    content = header_backup_file.find_backup(identity.data_folder_of(db))
    try:
        header = _decode(content) if content else None
    except msgspec.DecodeError:
        return None
    return header if header and len(header.tables) == len(header_rows.HEADER_TABLES) else None


def find_fault(db: Connection, vault: Vault) -> HeaderFault | None:
    """Compare the backup with a database that opened; returns what is wrong, or None if they agree."""
    return compare_backup(db, vault)[0]


def compare_backup(
    db: Connection, vault: Vault, *, ended_incarnation: UUID | None = None
) -> tuple[HeaderFault | None, bool]:
    """Compare the backup with a database that opened.

    Args:
        ended_incarnation: the one that this transaction ended, if it began another. The backup still has it
            until the commit, which is no fault.

    Returns:
        What is wrong, or None; and whether the backup has to be rewritten. It is also rewritten after a new
        generation of one of its rings, which is no fault.
    """
    if not vault.is_founder:
        return None, False
    backup = find_header_backup(db)
    if backup is None:
        return HeaderFault.MISSING, True
    stored = header_rows.read_store_header(db, vault)
    expected = header_rows.change_incarnation(stored, ended_incarnation) if ended_incarnation else stored
    return HeaderFault.OUTDATED if _contradicts(backup, expected) else None, backup != stored


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
    store_ids = tuple(header_rows.encode_row(row) for row in db.execute(select(identity.vault_table)))
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
        undo = header_backup_file.write_backup(data_folder, _encode(header_rows.read_store_header(db, vault)))
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
    if header is None or header_rows.matches_store(db, header):
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
    for table, rows in header_rows.list_ring_rows(header):
        for row in rows:
            sealed_column = header_rows.IDENTIFYING_COLUMNS[table.name]
            is_same = and_(*(column == row[column.name] for column in table.primary_key.columns))
            db.execute(table.delete().where(or_(is_same, table.c[sealed_column] == row[sealed_column])))
    header_rows.insert_header(db, header)


def _find_colleagues(db: Connection, header: VaultHeader) -> set[UUID]:
    """Everyone but the clinician of the header who has a public key, or whom a ring of the header lists."""
    header_rings = [row["ring"] for row in header_rows.list_ring_rows(header)[0][1]]
    found = set(db.scalars(select(key_directory.public_key_table.c.user)))
    for members in db.scalars(select(ring_table.c.members).where(ring_table.c.ring.in_(header_rings))):
        found.update(list_users(members))
    return found - {UUID(bytes=header_rows.find_header_user(header))}


@contextmanager
def _temporary_store(db: Connection, header: VaultHeader) -> Iterator[Connection]:
    """An in-memory database: the header of the backup, and the stored public keys and rings."""
    beside = (key_directory.public_key_table, known_key_table)
    with open_temporary_store([*header_rows.HEADER_TABLES, *beside]) as temporary_db:
        header_rows.insert_header(temporary_db, header)
        held: dict[str, list[dict[str, Any]]] = {
            table.name: rows for table, rows in header_rows.list_ring_rows(header)
        }
        for table in (*beside, ring_table, ring_grant_table):
            for row in db.execute(select(table)):
                if not any(header_rows.is_copy(table, row, values) for values in held.get(table.name, ())):
                    # A row that was added from outside may break a constraint of its table.
                    with suppress(IntegrityError):
                        temporary_db.execute(table.insert().values(**row._mapping))
        yield temporary_db
