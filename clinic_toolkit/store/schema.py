"""The shape the file must have, to the last trigger.

A trigger, view or index that someone planted runs with our rights and can drop versions without a
trace, so the file's own list of its objects must equal the list that this version would create.
"""

from functools import cache
from pathlib import Path

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
from clinic_toolkit.store.statements import PreparedStatement

SchemaObjects = frozenset[tuple[bytes, bytes, bytes, bytes | None]]

_OBJECTS_QUERY = """
    SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB)
    FROM sqlite_schema
"""
_ROOT_PAGES_QUERY = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'"


def create_tables(db: Connection, metadata: MetaData) -> None:
    """Create every table of this version, with its indexes and triggers."""
    # In the order of their names: where each of them begins in the file depends on nothing else then.
    ours = sorted(metadata.tables.values(), key=lambda table: table.name)
    metadata.create_all(db, tables=ours, checkfirst=False)


def read_schema(db: Connection) -> SchemaObjects:
    """What the file says it consists of. As bytes: in a damaged file they need not be text."""
    return frozenset(tuple(row) for row in db.execute(text(_OBJECTS_QUERY)))


def expected_schema(metadata: MetaData) -> SchemaObjects:
    """What this version would create, asked of the same SQLite in memory."""
    return _build_expected_schema(metadata, tuple(metadata.tables))


@cache
def _build_expected_schema(metadata: MetaData, tables: tuple[str, ...]) -> SchemaObjects:
    # Asked once for these tables: it takes as long as opening a practice does.
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as db:
            create_tables(db, metadata)
            return read_schema(db)
    finally:
        engine.dispose()


@cache
def root_pages(metadata: MetaData, tables: tuple[str, ...]) -> dict[str, int]:
    """The page on which each of these tables begins in a new file. It stays there for good."""
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
        DamagedFile: naming the first difference.
    """
    found, wanted = read_schema(db), expected_schema(metadata)
    if found == wanted:
        return
    names = sorted({(kind + b" " + name).decode(errors="replace") for kind, name, _, _ in found ^ wanted})
    raise DamagedFile(
        f"The data file {file} does not fit this version of the program (first difference: {names[0]}). "
        "Nothing was changed. Start the version that wrote it, or restore a backup."
    )


def tables_with_invalid_ids(db: Connection, metadata: MetaData) -> list[str]:
    """The tables with a row whose ids are none: no record could be told from another by them.

    SQLite's own check passes over the rules of a table where it may only read. What breaks another rule, such
    as a version below 1, is one hurt record, and the others stay readable.
    """
    asked = [(table.name, _invalid_ids_statement(table)) for table in metadata.sorted_tables]
    return [name for name, broken in asked if broken and broken.execute(db, {}).fetchone()]


@cache
def _invalid_ids_statement(table: Table) -> PreparedStatement | None:
    checks = [rule for rule in table.constraints if isinstance(rule, CheckConstraint)]
    rules = [not_(Grouping(rule.sqltext)) for rule in checks if str(rule.name).endswith("ids")]
    return (
        PreparedStatement(select(literal(1)).select_from(table).where(or_(*rules)).limit(1))
        if rules
        else None
    )


def other_version_error(file: Path) -> DamagedFile:
    """The error for a file whose tables are as here, but whose content another version wrote."""
    return DamagedFile(
        f"The data file {file} was written by another version of this program. Nothing was changed. "
        "Start the version that wrote it, or restore a backup."
    )
