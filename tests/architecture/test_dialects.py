"""No word of one database engine stands above the engine: another one must fit behind the same protocol."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from clinic_toolkit.record import record_kinds

from .tree import CHECKOUT, PACKAGE, modules, strings_in

STORE = PACKAGE / "store"
# Each package in the store is an engine, and may speak its own dialect.
ENGINES = sorted(folder.parent for folder in STORE.glob("*/__init__.py"))
# The one module that may name an engine, since it opens it.
OPENING = PACKAGE / "store" / "opening.py"

_DIALECT_ARGUMENT = re.compile(r"(sqlite|postgresql|mysql|mssql|oracle)_")
_DIALECT_WORDS = re.compile(
    r"\bPRAGMA\b|\bCREATE\s+TRIGGER\b|\bRAISE\s*\(|\bROWID\b|\bsqlite(_|:|3)", re.IGNORECASE
)
# What reaches past portable SQLAlchemy Core to a driver, or writes SQL by hand.
_PAST_CORE = {
    "create_engine",
    "dialect",
    "dialect_options",
    "driver_connection",
    "exec_driver_sql",
    "literal_column",
    "on_conflict_do_nothing",
    "on_conflict_do_update",
    "raw_connection",
    "text",
}
_AGGREGATES = {"max", "min", "count", "sum", "avg"}


def dialect_in(source: str, *, may_name_engine: bool = False) -> list[str]:
    """What a module says that only one engine understands."""
    tree = ast.parse(source)
    found = [f"{name} in a string" for name in map(_dialect_words_of, strings_in(source)) if name]
    for node in ast.walk(tree):
        for name in _imported(node):
            if name.split(".")[0] == "sqlite3" or name.startswith("sqlalchemy.dialects"):
                found.append(name)
            if _is_engine(name) and not may_name_engine:
                found.append(name)
            if name.startswith("sqlalchemy.") and name.split(".")[-1] in _PAST_CORE:
                found.append(name)
        if isinstance(node, ast.keyword) and node.arg and _DIALECT_ARGUMENT.match(node.arg):
            found.append(node.arg)
        if isinstance(node, ast.Attribute) and node.attr in _PAST_CORE and not _is_other_text(node):
            found.append(node.attr)
    return found


def bare_columns_in(source: str) -> list[int]:
    """The lines where a query asks for a column beside an aggregate, of which only SQLite knows the row."""
    tree = ast.parse(source)
    tuples = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple | ast.List)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == "select":
            aggregates = [_is_aggregate(column) for column in _columns(node, tuples)]
            if any(aggregates) and not all(aggregates):
                found.append(node.lineno)
    return found


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{name.name}" for name in node.names)


def _is_engine(module: str) -> bool:
    names = module.split(".")
    return names[:2] == ["clinic_toolkit", "store"] and names[2:3] in [[engine.name] for engine in ENGINES]


def _is_other_text(attribute: ast.Attribute) -> bool:
    # Much has a text; only that of the library is SQL.
    return attribute.attr == "text" and ast.unparse(attribute.value) not in ("sqlalchemy", "sa")


def _dialect_words_of(string: str) -> str:
    match = _DIALECT_WORDS.search(string)
    return match[0] if match else ""


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _columns(select: ast.Call, tuples: dict[str, ast.Tuple | ast.List]) -> Iterator[ast.expr]:
    for argument in select.args:
        if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Name):
            yield from tuples[argument.value.id].elts if argument.value.id in tuples else ()
        else:
            yield argument


def _is_aggregate(column: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in _AGGREGATES
        and isinstance(node.value, ast.Name)
        and node.value.id == "func"
        for node in ast.walk(column)
    )


def test_no_dialect_stands_above_the_engine() -> None:
    found = {
        path.relative_to(CHECKOUT).as_posix(): words
        for path in modules()
        if not any(path.is_relative_to(engine) for engine in ENGINES)
        and (words := dialect_in(path.read_text(encoding="utf-8"), may_name_engine=path == OPENING))
    }
    assert not found


def test_the_engine_itself_is_full_of_it() -> None:
    """The control: the search finds in the engine what it does not find above."""
    assert STORE / "sqlite" in ENGINES
    found = "\n".join(
        word
        for path in (STORE / "sqlite").glob("*.py")
        for word in dialect_in(path.read_text(encoding="utf-8"))
    )
    for word in ("sqlite3", "sqlalchemy.dialects", "dialect_options", "PRAGMA in", "CREATE TRIGGER in"):
        assert word in found


@pytest.mark.parametrize(
    "breach",
    [
        "import sqlite3",
        "def read():\n    import sqlite3",
        "from sqlalchemy.dialects.sqlite import insert",
        "from sqlalchemy.dialects import postgresql",
        "from sqlalchemy import text",
        "import sqlalchemy as sa\nsa.text('SELECT 1')",
        "from sqlalchemy import create_engine",
        "import clinic_toolkit.store.sqlite.anchor",
        "from clinic_toolkit.store.sqlite import log_copies",
        "from clinic_toolkit.store.sqlite.losses import Loss",
        "from clinic_toolkit.store import sqlite",
        "Table('note', metadata, sqlite_strict=True)",
        "Index(None, table.c.ring, postgresql_using='hash')",
        "db.exec_driver_sql('SELECT 1')",
        "db.connection.driver_connection.execute(statement)",
        "engine = make_engine('sqlite://')",
        "db.scalar(words('pragma user_version'))",
        "statement = 'CREATE TRIGGER no_delete BEFORE DELETE ON note'",
        "rows.insert().on_conflict_do_update(index_elements=['id'])",
    ],
)
def test_each_word_of_an_engine_is_noticed(breach: str) -> None:
    assert dialect_in(breach)


def test_portable_statements_are_no_dialect() -> None:
    portable = (
        "'''PRAGMA and sqlite3 may be explained.'''\n"
        "from sqlalchemy import Column, Integer, Table, func, select\n"
        "from clinic_toolkit.store.transactions import transaction_of\n"
        "db.execute(select(func.max(table.c.seq)).where(table.c.text == 'a fact'))\n"
    )
    assert dialect_in(portable) == []
    assert dialect_in("from clinic_toolkit.store.sqlite import snapshot", may_name_engine=True) == []


def test_no_query_takes_a_column_from_the_row_with_the_maximum() -> None:
    found = {
        f"{path.relative_to(CHECKOUT)}:{line}"
        for path in modules()
        for line in bare_columns_in(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_a_column_beside_an_aggregate_is_noticed() -> None:
    assert bare_columns_in("select(table.c.id, func.max(table.c.version)).group_by(table.c.record)") == [1]
    assert bare_columns_in("columns = (table.c.id, func.max(table.c.version))\nselect(*columns, sealed)") == [
        2
    ]
    assert bare_columns_in("sqlalchemy.select(func.count(), table.c.id)") == [1]
    assert bare_columns_in("select(func.min(table.c.seq), func.max(table.c.seq))") == []
    assert bare_columns_in("select(table.c.id, table.c.version)") == []


def reserved_words_in(check: str, columns: Iterable[str]) -> list[str]:
    """The columns that a CHECK names without quotes, although PostgreSQL reads them as words of its own."""
    return [name for name in columns if name in RESERVED_WORDS and re.search(rf'(?<!")\b{name}\b', check)]


def test_no_check_takes_a_column_for_a_word_of_another_engine() -> None:
    """`length(user)` would be the length of the login role in PostgreSQL, whatever the row holds."""
    checks = [
        (str(constraint.sqltext), table.c.keys())
        for table in record_kinds.ALL_TABLES
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    assert [check for check, columns in checks if reserved_words_in(check, columns)] == []
    assert any('"user"' in check for check, _ in checks)
    assert reserved_words_in("length(user) = 16", ["user", "sealed"]) == ["user"], "the control"
