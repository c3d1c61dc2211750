"""No question to the database is put together from strings."""

import ast

from .tree import CHECKOUT, modules

ASKING = {"text", "execute", "executemany", "exec_driver_sql", "executescript", "scalar", "scalars"}


def put_together(source: str) -> list[int]:
    """The lines where a query is an f-string, a sum of strings or a filled-in one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ASKING and _is_made(node.args[0]):
            found.append(node.lineno)
    return found


def _is_made(query: ast.expr) -> bool:
    if isinstance(query, ast.JoinedStr):
        # SQLite takes no parameters in a PRAGMA; those here are filled with the store's own constants.
        return not ast.unparse(query).startswith(("f'PRAGMA ", 'f"PRAGMA '))
    if isinstance(query, ast.BinOp):
        return any(isinstance(side, ast.Constant | ast.JoinedStr) for side in (query.left, query.right))
    if not isinstance(query, ast.Call) or not isinstance(query.func, ast.Attribute):
        return False
    filled = query.func.attr in {"join", "replace"} and isinstance(query.func.value, ast.Constant)
    return filled or query.func.attr == "format"


def test_no_query_is_put_together() -> None:
    found = {
        f"{path.relative_to(CHECKOUT)}:{line}"
        for path in modules()
        for line in put_together(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_the_search_sees_each_way() -> None:
    assert put_together('db.execute(text(f"SELECT {name}"))') == [1]
    assert put_together('db.execute("SELECT " + name)') == [1]
    assert put_together('db.exec_driver_sql("SELECT %s" % name)') == [1]
    assert put_together('text("SELECT {}".format(name))') == [1]
    assert put_together('db.execute(f"PRAGMA user_version = {FORMAT}")') == []
    assert put_together('db.execute(text("SELECT :name"), {"name": name})') == []
