"""A definition as parsed TOML, before anything in it is validated."""

from collections.abc import Iterator, Mapping
from typing import Any

RawTable = Mapping[str, Any]

# A valid definition needs five levels; the limit protects recursive functions.
MAX_NESTING = 12
# The limits of `model`, checked here too so that they are reported even if the entries are broken.
MAX_ENTRIES = {"items": 400, "facets": 100, "options": 11, "bands": 100}
# The limit of a 64-bit integer; Python refuses to convert a very long one to text.
_LARGEST = 2**63


def entries_of(raw: RawTable, part: str) -> Iterator[tuple[int, RawTable]]:
    """The tables in a list of tables, with their index; anything else is skipped."""
    entries = raw.get(part)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def list_length_problems(raw: RawTable) -> Iterator[str]:
    """Report every list that is longer than allowed."""
    for part, maximum in MAX_ENTRIES.items():
        if isinstance(raw.get(part), list) and len(raw[part]) > maximum:
            yield f"{part}: must have at most {maximum} entries"


def nesting_problems(raw: RawTable) -> list[str]:
    """Report values that would break further processing: nesting too deep, integers too large."""
    problems: list[str] = []
    pending: list[tuple[str, Any, int]] = [("", raw, 0)]
    while pending:
        path, value, depth = pending.pop()
        if isinstance(value, dict | list) and depth > MAX_NESTING:
            problems.append(f"{path}: tables or lists are nested more than {MAX_NESTING} deep")
        elif isinstance(value, dict):
            pending += [(f"{path}.{key}" if path else key, inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            pending += [(f"{path}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
        elif isinstance(value, int) and abs(value) >= _LARGEST:
            problems.append(f"{path}: is too large a number")
    return sorted(problems)
