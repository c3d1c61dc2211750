"""Names the values of a record by `docs/fields.md`, as the reader beside it prints them."""

import re
from pathlib import Path
from typing import Any

FIELDS = Path(__file__).resolve().parents[2] / "docs" / "fields.md"


# "What the fields of a record mean": the fields of every array, in their order
def field_tables(page: Path = FIELDS) -> dict[str, list[tuple[str, str]]]:
    parts = re.split(r"(?m)^## ([a-z_]+)$", page.read_text(encoding="utf-8"))[1:]
    rows = r"(?m)^\| ([a-z_]+) \| (.+?) \|"
    return {
        name: [row for row in re.findall(rows, text) if row[0] != "field"]
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def labelled(kind: str, values: Any, tables: dict[str, list[tuple[str, str]]]) -> Any:
    """The values of an array by the names of its fields, and the arrays in it in the same way."""
    if values is None:
        return None
    named = {}
    for (name, told), value in zip(tables[kind], values, strict=False):
        inner = told.removesuffix(" or nil").removeprefix("list of ")
        several = told.startswith("list of ")
        inner = inner if inner in tables else inner.removesuffix("s")
        if inner in tables and several:
            value = [labelled(inner, each, tables) for each in value]
        elif inner in tables:
            value = labelled(inner, value, tables)
        named[name] = value
    return named
