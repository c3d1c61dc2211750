"""Addresses for templates, made without asking Flask for each of them.

A page has a dozen or more, and building one with Flask costs more than drawing the row that it stands in.
The rules stay the same as long as the program runs, so what an address is made of is asked once.
"""

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, request, url_for
from msgspec import Struct

# What Flask leaves as it is in a query.
_SAFE_IN_QUERY = "!$'()*,/:;?@"
_TEXT_TYPES = (str, int, UUID, NoneType)
_ANY_ID = UUID("00000000-0000-4000-8000-000000000000")


class _Pattern(Struct, frozen=True):
    """The path of a rule: its start, and for each value in it the name and what follows it.

    `types` says of each value whether it is an id or a number.
    """

    start: str
    gaps: tuple[tuple[str, str], ...]
    types: Mapping[str, type]


class PageAddresses:
    """The addresses of one app."""

    def __init__(self, app: Flask) -> None:
        self._rules = app.url_map
        self._patterns: dict[str, _Pattern | None] = {}

    def address_of(self, endpoint: str, **values: Any) -> str:
        """Return what Flask's `url_for` returns; the templates know it by that name.

        Args:
            endpoint: a leading dot stands for the blueprint of the request.
        """
        full_endpoint = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint
        if full_endpoint not in self._patterns:
            self._patterns[full_endpoint] = self._find_pattern(full_endpoint)
        pattern = self._patterns[full_endpoint]
        path_values, query = {}, {}
        for name, value in values.items():
            expected_type = pattern.types.get(name) if pattern else None
            if type(value) is expected_type:
                path_values[name] = value
            elif expected_type or not isinstance(value, _TEXT_TYPES) or name.startswith("_"):
                # Flask knows how to write it, or why it is refused.
                return url_for(full_endpoint, **values)
            elif value is not None:
                query[name] = value
        if pattern is None or len(path_values) < len(pattern.types):
            return url_for(full_endpoint, **values)
        path = pattern.start
        for name, following in pattern.gaps:
            path += f"{path_values[name]}{following}"
        return f"{path}?{urlencode(query, safe=_SAFE_IN_QUERY)}" if query else path

    def _find_pattern(self, endpoint: str) -> _Pattern | None:
        """Return the pattern of an endpoint, or None if it has several rules or none."""
        rules = [rule for rule in self._rules.iter_rules() if rule.endpoint == endpoint]
        if len(rules) != 1 or rules[0].defaults:
            return None
        examples: dict[str, Any] = {
            name: UUID(int=number) for number, name in enumerate(rules[0].arguments, start=1 << 127)
        }
        path, types = url_for(endpoint, **examples), {}
        for name, example in examples.items():
            types[name] = UUID if str(example) in path else int
            path = path.replace(str(example if types[name] is UUID else example.int), f"\0{name}\0")
        start, *parts = path.split("\0")
        return _Pattern(start, tuple(zip(parts[::2], parts[1::2], strict=True)), types)


@cache
def place_of(endpoint: str) -> str:
    """The address of a rule without values; `endpoint` is named with its blueprint."""
    return url_for(endpoint)


def page_of(endpoint: str, id: UUID) -> str:
    """The address of the page of this record.

    Args:
        endpoint: of a rule whose one value is `id`, with its blueprint, such as "clients.show".
    """
    before, after = _around_id(endpoint)
    return f"{before}{id}{after}"


@cache
def _around_id(endpoint: str) -> tuple[str, str]:
    before, _, after = url_for(endpoint, id=_ANY_ID).partition(str(_ANY_ID))
    return before, after
