"""Whom a client can call in a crisis: suggestions by country, from a dated table with its sources."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("crisis_lines.toml")


class CrisisLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line that is open to everybody; `source` is the page that its number was read on."""

    country: str
    name: str
    number: str
    hours: str
    emergency: str
    source: str

    @property
    def text(self) -> str:
        """The suggestion, as it would stand on the client page."""
        return f"{self.name}: {self.number}, {self.hours}. In danger of life: {self.emergency}."


class CrisisLines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table, and the day on which it was read."""

    read_on: date
    lines: tuple[CrisisLine, ...]


@cache
def load_crisis_lines() -> CrisisLines:
    """Read the table from its file."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), CrisisLines)


def find_crisis_line(country: str) -> CrisisLine | None:
    """Return the suggestion for this country (ISO 3166, two letters); None if there is none."""
    return next((line for line in load_crisis_lines().lines if line.country == country), None)
