"""The rows of the vault header: what they are, and how a database is read, filled and compared with them."""

from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, select

from clinic_toolkit.store.types import UuidType
from clinic_toolkit.vault import identity, key_slot_tables
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
HeaderRow = tuple[bytes | int | None, ...]
# By table, the column that identifies a row even if its primary key is damaged.
IDENTIFYING_COLUMNS = {ring_table.name: "signature", ring_grant_table.name: "sealed"}


class VaultHeader(msgspec.Struct, array_like=True, frozen=True):
    """The rows of the header, by table in the order of `HEADER_TABLES`; ids are stored as bytes."""

    slot_generation: int
    tables: tuple[tuple[HeaderRow, ...], ...]


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
    tables = tuple(tuple(encode_row(row) for row in db.execute(query)) for query in queries)
    return VaultHeader(vault.slot_generation, tables)


def change_incarnation(header: VaultHeader, incarnation: UUID) -> VaultHeader:
    """The same header with another incarnation in its row of the practice's ids."""
    position = list(identity.vault_table.columns).index(identity.vault_table.c.incarnation)
    ids = tuple((*row[:position], incarnation.bytes, *row[position + 1 :]) for row in header.tables[0])
    return msgspec.structs.replace(header, tables=(ids, *header.tables[1:]))


def find_header_user(header: VaultHeader) -> bytes:
    """The user id, 16 bytes, of the clinician whose identity the header holds."""
    return bytes(cast(bytes, header.tables[1][0][0]))


def list_ring_rows(header: VaultHeader) -> list[tuple[Table, list[dict[str, Any]]]]:
    """The statements and the grants of the header, as values by column."""
    pairs = zip(HEADER_TABLES[2:4], header.tables[2:4], strict=True)
    return [(table, [decode_row(table, row) for row in rows]) for table, rows in pairs]


def is_copy(table: Table, row: Any, values: dict[str, Any]) -> bool:
    """Whether a stored row is this row of the header, even if one of its columns is damaged."""
    stored, sealed_column = row._mapping, IDENTIFYING_COLUMNS[table.name]
    is_same = all(stored[key.name] == values[key.name] for key in table.primary_key.columns)
    return is_same or stored[sealed_column] == values[sealed_column]


def insert_header(db: Connection, header: VaultHeader) -> None:
    """Insert every row of the header into a database that holds none of them."""
    for table, rows in zip(HEADER_TABLES, header.tables, strict=True):
        for row in rows:
            db.execute(table.insert().values(**decode_row(table, row)))


def matches_store(db: Connection, header: VaultHeader) -> bool:
    """Whether the database holds the same header rows; if so, trying the backup is pointless.

    An extra row for one of its rings counts as a difference: it may be what blocks the ring.
    """
    user, rings = find_header_user(header), {row[0] for row in header.tables[2]}
    for table, rows in zip(HEADER_TABLES, header.tables, strict=True):
        stored = {encode_row(row) for row in db.execute(select(table))}
        if table is ring_table:
            stored = {row for row in stored if row[0] in rings}
        elif table is ring_grant_table:
            stored = {row for row in stored if row[0] in rings and row[2] == user}
        else:
            stored &= set(rows)
        if stored != set(rows):
            return False
    return True


def encode_row(row: Any) -> HeaderRow:
    """A stored row as the header holds it: its values in the order of the columns, ids as bytes."""
    return tuple(value.bytes if isinstance(value, UUID) else value for value in row)


def decode_row(table: Table, row: HeaderRow) -> dict[str, Any]:
    """The values of a header row by column, as they are inserted into this table."""
    pairs = zip(table.columns, row, strict=True)
    return {
        column.name: UUID(bytes=value) if isinstance(value, bytes) and _is_uuid_column(column) else value
        for column, value in pairs
    }


def _is_uuid_column(column: Any) -> bool:
    return isinstance(column.type, UuidType)
