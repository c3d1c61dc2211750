"""A definition as it was read: tables and lists, before anything in it is believed."""

from collections.abc import Iterator, Mapping
from typing import Any

RawTable = Mapping[str, Any]

# A definition needs five; what walks through it must not be led into the deep.
MAX_NESTING = 12
# As `model` has it; said also where the entries themselves are broken.
MAX_ENTRIES = {"items": 400, "facets": 100, "options": 11, "bands": 100}
# What a 64-bit number holds; a longer one cannot even be written out by Python.
_LARGEST = 2**63


def entries_of(raw: RawTable, part: str) -> Iterator[tuple[int, RawTable]]:
    """The tables of a list of tables, with their numbers; whatever else stands there is passed over."""
    entries = raw.get(part)
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield number, entry


def list_length_problems(raw: RawTable) -> Iterator[str]:
    """Which lists are longer than a questionnaire may have them."""
    for part, most in MAX_ENTRIES.items():
        if isinstance(raw.get(part), list) and len(raw[part]) > most:
            yield f"{part}: must have at most {most} entries"


def nesting_problems(raw: RawTable) -> list[str]:
    """What would break whoever walks through it: tables too deep in tables, numbers without end."""
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
