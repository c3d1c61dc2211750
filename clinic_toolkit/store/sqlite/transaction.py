"""One transaction of a store in SQLite: implements `store.protocol.SqlTransaction`."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table

from clinic_toolkit.store.chain import ChainEntry, ChainRow, ChainTip, RecordReference, build_chain_entry
from clinic_toolkit.store.rows import RawRow, RowTaken, RowValues, SealedRow, to_sealed_row
from clinic_toolkit.store.sqlite import schema, statements
from clinic_toolkit.store.sqlite.statements import MUTABLE_COLUMNS

# An entry from outside may have any number.
_LARGEST_INTEGER = (1 << 63) - 1
# As `ChainRow._make`, without its call in Python for each of many rows.
_build_chain_row: Callable[[tuple[Any, ...]], ChainRow] = partial(tuple.__new__, ChainRow)
_TAKEN = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class SqliteTransaction:
    """A transaction that was begun on this connection, and what is to be done when it ends."""

    def __init__(self, db: Connection, *, is_writing: bool, is_store_read_only: bool = False) -> None:
        self.db, self.is_writing, self.is_store_read_only = db, is_writing, is_store_read_only
        self.commit_hooks: list[Callable[[], None]] = []
        self.rollback_hooks: list[Callable[[], None]] = []
        self.new_entries: list[ChainEntry] = []
        self.acknowledges_losses = False
        self.memo: dict[object, Any] | None = None if is_writing else {}
        self._driver = cast(sqlite3.Connection, db.connection.driver_connection)

    def find_newest_row(self, table: Table, record: UUID) -> SealedRow | None:
        """The newest version of a record, or None."""
        row = statements.newest_statement(table).execute(self._driver, {"seen_id": record.bytes}).fetchone()
        return None if row is None else to_sealed_row(row)

    def iter_newest_rows(
        self, table: Table, ring: UUID | None, *, prefix_bytes: int | None
    ) -> Iterator[RawRow]:
        """The newest version of every record of a table, or of one ring of it."""
        statement = statements.every_newest_statement(table, ring is not None, prefix_bytes)
        return iter(statement.execute(self._driver, {} if ring is None else {"seen_ring": ring.bytes}))

    def find_row(self, table: Table, id: int) -> RawRow | None:
        """The row with this id, or None."""
        row: RawRow | None = (
            statements.row_by_id_statement(table).execute(self._driver, {"seen_id": id}).fetchone()
        )
        return row

    def list_versions(self, table: Table, record: UUID) -> list[SealedRow]:
        """Every stored version of a record, oldest first."""
        rows = statements.versions_statement(table).execute(self._driver, {"seen_id": record.bytes})
        return [to_sealed_row(row) for row in rows]

    def insert_row(self, table: Table, values: RowValues) -> None:
        """Insert a version; `RowTaken` if the record has it already."""
        raw = values | {"record": values["record"].bytes, "ring": values["ring"].bytes}
        try:
            statements.insert_statement(table).execute(self._driver, raw)
        except sqlite3.IntegrityError as error:
            raise _taken_or(error) from error

    def replace_row(self, table: Table, values: RowValues, *, record: UUID, expected_version: int) -> bool:
        """Replace a draft by its next version; False if it is not the expected one."""
        new_values = {name: values[name] for name in MUTABLE_COLUMNS}
        criteria = {
            "seen_id": record.bytes,
            "seen_version": expected_version,
            "seen_ring": values["ring"].bytes,
        }
        return statements.replace_statement(table).execute(self._driver, new_values | criteria).rowcount == 1

    def erase_rows(self, table: Table, ring: UUID) -> None:
        """Remove every row of a ring, final ones too."""
        with schema.deletions_allowed(self.db, table):
            self.db.execute(table.delete().where(table.c.ring == ring))

    def find_chain_tip(self, table: Table) -> ChainTip | None:
        """The last entry of the chain. A write transaction holds SQLite's one write lock from its start."""
        row = statements.chain_tip_statement(table).execute(self._driver, {}).fetchone()
        return None if row is None else ChainTip(*row)

    def append_entry(
        self,
        table: Table,
        row: ChainRow,
        *,
        incarnation: UUID,
        at: int,
        references: Iterable[RecordReference] = (),
    ) -> None:
        """Append an entry, and queue it for the anchor, which is written after the commit."""
        try:
            statements.insert_entry_statement(table).execute(self._driver, row._asdict())
        except sqlite3.IntegrityError as error:
            raise _taken_or(error) from error
        self.new_entries.append(build_chain_entry(row, incarnation=incarnation, at=at, references=references))

    def iter_entries(self, table: Table, first: int, last: int | None = None) -> Iterator[ChainRow]:
        """The entries from this number on, oldest first."""
        limits = {"seen_first": first, "seen_last": _LARGEST_INTEGER if last is None else last}
        return map(_build_chain_row, statements.entries_statement(table).execute(self._driver, limits))

    def acknowledge_losses(self) -> None:
        """Forget the findings of the verdict on commit."""
        self.acknowledges_losses = True

    def before_commit(self, callback: Callable[[], None]) -> None:
        """Run this right before the commit."""
        self.commit_hooks.append(callback)

    def on_rollback(self, callback: Callable[[], None]) -> None:
        """Run this if the transaction fails; does nothing while reading."""
        if self.is_writing:
            self.rollback_hooks.append(callback)


def _taken_or(error: sqlite3.IntegrityError) -> Exception:
    return RowTaken() if error.sqlite_errorcode in _TAKEN else error
