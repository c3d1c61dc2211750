"""An event of the audit log is written as a member of its enumeration, never as a string beside it."""

import ast
from collections.abc import Iterator

from .tree import PACKAGE, modules

SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in modules()}


def _event_classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Event") and _is_enumeration(node):
            yield node


def _is_enumeration(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)


def _strings_below(node: ast.AST) -> Iterator[ast.Constant]:
    for below in ast.walk(node):
        if isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below


def event_codes() -> set[str]:
    """The code of every event of the audit log."""
    return {
        string.value
        for source in SOURCES.values()
        for events in _event_classes(ast.parse(source))
        for assignment in events.body
        if isinstance(assignment, ast.Assign)
        for string in _strings_below(assignment)
        if isinstance(string.value, str)
    }


def bare_codes_in(source: str, codes: set[str]) -> list[str]:
    """The strings of a module that are the code of an event, or begin with one, outside its enumeration."""
    tree = ast.parse(source)
    defined = {id(string) for events in _event_classes(tree) for string in _strings_below(events)}
    return [
        str(string.value)
        for string in _strings_below(tree)
        if id(string) not in defined and str(string.value).partition(" ")[0] in codes
    ]


def test_no_event_is_a_string_beside_its_enumeration() -> None:
    codes = event_codes()
    found = {path: bare for path, source in SOURCES.items() if (bare := bare_codes_in(source, codes))}
    assert not found


def test_a_bare_code_is_noticed() -> None:
    """The control: what is looked for is there, and a string beside it is found."""
    codes = event_codes()
    assert {"draft.saved", "records.read", "unlock.failed", "client.added"} <= codes and len(codes) > 50
    assert bare_codes_in('save(db, "draft.saved")', codes) == ["draft.saved"]
    assert bare_codes_in('save(db, f"handover.kept {row}")', codes) == ["handover.kept "]
    assert bare_codes_in('class DraftEvent(StrEnum):\n    SAVED = "draft.saved"', codes) == []
    assert bare_codes_in('log.error("request.trouble")', codes) == []
