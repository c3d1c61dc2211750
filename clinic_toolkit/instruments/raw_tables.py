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
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield number, entry


def list_length_problems(raw: RawTable) -> Iterator[str]:
    """Report every list that is longer than allowed."""
    for part, most in MAX_ENTRIES.items():
        if isinstance(raw.get(part), list) and len(raw[part]) > most:
            yield f"{part}: must have at most {most} entries"


def nesting_problems(raw: RawTable) -> list[str]:
    """Report values that would break further processing: nesting too deep, integers too large."""
    found: list[str] = []
    waiting: list[tuple[str, Any, int]] = [("", raw, 0)]
    while waiting:
        place, value, deep = waiting.pop()
        if isinstance(value, dict | list) and deep > MAX_NESTING:
            found.append(f"{place}: tables or lists are nested more than {MAX_NESTING} deep")
        elif isinstance(value, dict):
            waiting += [(f"{place}.{key}" if place else key, each, deep + 1) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{place}[{number}]", each, deep + 1) for number, each in enumerate(value)]
        elif isinstance(value, int) and abs(value) >= _LARGEST:
            found.append(f"{place}: is too large a number")
    return sorted(found)
