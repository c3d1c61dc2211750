"""The exact schema that the file must have, including every trigger.

A planted trigger, view or index would run with our rights and could drop versions without a trace, so the
schema of the file must equal the one that this version would create.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    Connection,
    MetaData,
    Table,
    create_engine,
    literal,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.sql.elements import Grouping

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store.base import Refusal, RowOperation, hides_insertion_order, refusals_of
from clinic_toolkit.store.sqlite.statements import PreparedStatement

SchemaObjects = frozenset[tuple[bytes, bytes, bytes, bytes | None]]

_OBJECTS_QUERY = """
    SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB)
    FROM sqlite_schema
"""
_ROOT_PAGES_QUERY = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'"


def create_tables(db: Connection, metadata: MetaData) -> None:
    """Create all tables of this version, with their indexes and triggers."""
    # In the order of their names, so that the root page of each table is always the same.
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        create_table(db, table)


def create_table(db: Connection, table: Table) -> None:
    """Create one table with its indexes, and a trigger for each operation that it refuses."""
    set_storage_options(table)
    table.create(db)
    for refusal in refusals_of(table):
        db.exec_driver_sql(_trigger_definition(table, refusal))


@contextmanager
def deletions_allowed(db: Connection, table: Table) -> Iterator[None]:
    """Take the refusals to delete rows of this table away, and put them back at the end of the block.

    Both happen in the transaction of the connection, so no other one ever sees the table without them.
    """
    refusals = [refusal for refusal in refusals_of(table) if refusal.operation == RowOperation.DELETE]
    for refusal in refusals:
        db.exec_driver_sql(_trigger_removal(table, refusal))
    yield
    for refusal in refusals:
        db.exec_driver_sql(_trigger_definition(table, refusal))


def set_storage_options(table: Table) -> None:
    """Set how SQLite stores the rows of this table."""
    options = table.dialect_options["sqlite"]
    # Without STRICT, one flipped bit could turn a stored hash into text; the driver would then raise an error
    # before SQLite's own integrity check can report the damage.
    options["strict"] = True
    # Without row numbers the rows are ordered by their key, and nothing counts them.
    options["with_rowid"] = not hides_insertion_order(table)


def _trigger_definition(table: Table, refusal: Refusal) -> str:
    operation, condition = refusal.operation.value, "OLD.final = 1" if refusal.final_only else "1"
    return (
        f"CREATE TRIGGER {_trigger_name(table, refusal)} BEFORE {operation} ON {table.name} "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{refusal.message}'); END"
    )


def _trigger_removal(table: Table, refusal: Refusal) -> str:
    return f"DROP TRIGGER {_trigger_name(table, refusal)}"


def _trigger_name(table: Table, refusal: Refusal) -> str:
    return f"no_{refusal.operation.value.lower()}_{table.name}"


def read_schema(db: Connection) -> SchemaObjects:
    """Read all schema objects of the file, as bytes, since in a damaged file they may not be valid text."""
    return frozenset(tuple(row) for row in db.execute(text(_OBJECTS_QUERY)))


def digest_schema(objects: SchemaObjects) -> str:
    """The SHA-256 of these schema objects, in hexadecimal digits: one digest for each format."""
    lines = sorted(b"\0".join((kind, name, table, sql or b"")) for kind, name, table, sql in objects)
    return hashlib.sha256(b"\0\0".join(lines)).hexdigest()


def expected_schema(metadata: MetaData) -> SchemaObjects:
    """The schema objects that this version would create, built with the same SQLite in memory."""
    return _build_expected_schema(metadata, tuple(metadata.tables))


@cache
def _build_expected_schema(metadata: MetaData, tables: tuple[str, ...]) -> SchemaObjects:
    # Cached, because it takes as long as opening a practice.
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as db:
            create_tables(db, metadata)
            return read_schema(db)
    finally:
        engine.dispose()


@cache
def root_pages(metadata: MetaData, tables: tuple[str, ...]) -> dict[str, int]:
    """The root page of each of these tables in a new file; it never changes."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as db:
            create_tables(db, metadata)
            return {row.name: row.rootpage for row in db.execute(text(_ROOT_PAGES_QUERY))}
    finally:
        engine.dispose()


def check_schema(db: Connection, metadata: MetaData, file: Path) -> None:
    """Refuse a file whose tables, indexes, triggers and views are not exactly this version's.

    Raises:
        DamagedFile: the schema differs; the message names the first difference.
    """
    actual, expected = read_schema(db), expected_schema(metadata)
    if actual == expected:
        return
    differences = sorted(
        {(kind + b" " + name).decode(errors="replace") for kind, name, _, _ in actual ^ expected}
    )
    raise DamagedFile(
        f"The data file {file} does not fit this version of the program "
        f"(first difference: {differences[0]}). Nothing was changed. "
        "Start the version that wrote it, or restore a backup."
    )


def tables_with_invalid_ids(db: Connection, metadata: MetaData) -> list[str]:
    """The tables that hold a row with malformed ids, which make records impossible to tell apart.

    SQLite's integrity check skips CHECK constraints on a read-only connection. A violation of another
    constraint, such as a version below 1, damages one record only, and the others stay readable.
    """
    driver = cast(sqlite3.Connection, db.connection.driver_connection)
    statements = [(table.name, _invalid_ids_statement(table)) for table in metadata.sorted_tables]
    return [name for name, statement in statements if statement and statement.execute(driver, {}).fetchone()]


@cache
def _invalid_ids_statement(table: Table) -> PreparedStatement | None:
    check_constraints = [
        constraint for constraint in table.constraints if isinstance(constraint, CheckConstraint)
    ]
    conditions = [
        not_(Grouping(constraint.sqltext))
        for constraint in check_constraints
        if str(constraint.name).endswith("ids")
    ]
    return (
        PreparedStatement(select(literal(1)).select_from(table).where(or_(*conditions)).limit(1))
        if conditions
        else None
    )
