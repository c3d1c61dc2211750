"""No two modules need each other, not even for types alone: each can be read before the one above it."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .tree import PACKAGE, modules


def name_of(path: Path, root: Path) -> str:
    """The dotted name of a module below this folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, known: frozenset[str]) -> Iterator[str]:
    """The modules of ours that this one imports when it is loaded, and for types.

    An import inside a function is left out: it is made when somebody calls it.
    """
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If | ast.Try):
            waiting += [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield from (each for each in [whole if whole in known else node.module] if each in known)


def find_circle(sources: Mapping[str, str]) -> list[str]:
    """The modules of one circle, or nothing.

    Args:
        sources: the text of each module, by its dotted name.
    """
    known = frozenset(sources)
    graph = {name: set(imported(ast.parse(text), known)) - {name} for name, text in sources.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_there_is_no_circle() -> None:
    sources = {name_of(path, PACKAGE.parent): path.read_text(encoding="utf-8") for path in modules()}
    assert len(sources) > 300
    assert find_circle(sources) == []


@pytest.mark.parametrize(
    "back",
    [
        "from house.one import Thing",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from house import one",
    ],
    ids=["at once", "for types alone"],
)
def test_a_circle_is_found(back: str) -> None:
    assert find_circle({"house.one": "import house.two", "house.two": back})
    lazily = "def go():\n    from house import one"
    assert find_circle({"house.one": "import house.two", "house.two": lazily}) == []
