"""Reads the formats that ship with the program, and refuses any that is not whole."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from clinic_toolkit.note_formats.model import NoteFormat, list_problems

DEFINITIONS = Path(__file__).parent / "definitions"


class NoteFormatError(Exception):
    """A file of a format says something that no format can be."""


@cache
def list_shipped_formats(sources: frozenset[str], optional: frozenset[str]) -> tuple[NoteFormat, ...]:
    """Every format in `definitions/`, by name.

    Args:
        sources: every source that a prefilled part may have.
        optional: those of them that a format may leave out.

    Raises:
        NoteFormatError: a file is not one format, or two have one id.
    """
    formats = [read_format_file(path, sources, optional) for path in sorted(DEFINITIONS.glob("*.toml"))]
    if len({note_format.id for note_format in formats}) < len(formats):
        raise NoteFormatError("Two formats have the same id.")
    return tuple(formats)


def read_format_file(path: Path, sources: Iterable[str], optional: Iterable[str] = ()) -> NoteFormat:
    """Read one format; `sources` and `optional` as in `list_shipped_formats`.

    Raises:
        NoteFormatError: it cannot be read, a name in it is unknown or missing, or a source has no section.
    """
    try:
        note_format = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), NoteFormat)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise NoteFormatError(f"{path.name}: {error}") from error
    if problems := list_problems(note_format, sources, optional):
        raise NoteFormatError(f"{path.name}: {'; '.join(problems)}")
    return note_format
