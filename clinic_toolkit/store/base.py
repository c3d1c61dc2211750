"""Shared table definitions: naming conventions, the table of sealed records and the one of the audit chain.

Nothing here is in the words of one database engine. What a table refuses, and how its rows may lie, is noted
in `Table.info`; each engine makes its own triggers and storage options of it.
"""

from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, UniqueConstraint

from clinic_toolkit.store.chain import CHAIN_TABLE
from clinic_toolkit.store.types import UuidType

_REFUSALS, _HIDES_ORDER, _RECORD_COLUMN = "refusals", "hides_insertion_order", "record_column"

# `Table(..., info=HIDES_INSERTION_ORDER)`: the rows must not lie in the order in which they were inserted.
HIDES_INSERTION_ORDER: dict[Any, Any] = {_HIDES_ORDER: True}

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def belongs_to_record(column: str) -> dict[Any, Any]:
    """`Table(..., info=belongs_to_record("name"))`: the rows go with the record that this column names."""
    return {_RECORD_COLUMN: column}


def record_column_of(table: Table) -> str | None:
    """Return the column that names the record to which the rows of this table belong, if there is one."""
    found: str | None = table.info.get(_RECORD_COLUMN)
    return found


class RowOperation(StrEnum):
    """What can be refused for the rows of a table."""

    UPDATE = "UPDATE"
    DELETE = "DELETE"


class Refusal(Struct, frozen=True, kw_only=True):
    """One operation that a table refuses by itself, whatever the code above does; or only for final rows."""

    operation: RowOperation
    final_only: bool
    message: str


def sealed_table(name: str, target_metadata: MetaData = metadata) -> Table:
    """Define a table of sealed records: only the columns needed to find a row are plain.

    The plain columns are hints, and the seal covers them too. `UNIQUE(record, version)` resolves concurrent
    writes. The table refuses to change or delete a final row.
    """
    table = Table(
        name,
        target_metadata,
        Column("id", Integer, primary_key=True),
        Column("record", UuidType, nullable=False),
        Column("version", Integer, nullable=False),
        Column("ring", UuidType, nullable=False),
        Column("key_id", LargeBinary(16), nullable=False),
        Column("final", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        UniqueConstraint("record", "version"),
        CheckConstraint("length(record) = 16 AND length(ring) = 16 AND length(key_id) = 16", name="ids"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("final IN (0, 1)", name="final"),
    )
    Index(None, table.c.ring)
    for operation in RowOperation:
        refuse_operation(table, operation, final_only=True, message="a final version stays as it is")
    return table


def chain_table(target_metadata: MetaData = metadata) -> Table:
    """Define the table of the audit chain, which is only added to."""
    table = Table(
        CHAIN_TABLE,
        target_metadata,
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("body", LargeBinary, nullable=False),
        Column("hash", LargeBinary(32), nullable=False),
        Column("signature", LargeBinary(64), nullable=True),
    )
    for operation in RowOperation:
        refuse_operation(table, operation, message="the audit trail is only added to")
    return table


def refuse_operation(
    table: Table, operation: RowOperation, *, message: str, final_only: bool = False
) -> None:
    """Make the table refuse this operation on every row, or on final rows only."""
    refusal = Refusal(operation=operation, final_only=final_only, message=message)
    # A new dictionary, since several tables may have been given the same one.
    table.info = {**table.info, _REFUSALS: (*refusals_of(table), refusal)}


def refusals_of(table: Table) -> tuple[Refusal, ...]:
    """What this table refuses, in the order in which it was defined."""
    refusals: tuple[Refusal, ...] = table.info.get(_REFUSALS, ())
    return refusals


def hides_insertion_order(table: Table) -> bool:
    """Whether the order of the rows must not show which of them were inserted together."""
    return bool(table.info.get(_HIDES_ORDER))
