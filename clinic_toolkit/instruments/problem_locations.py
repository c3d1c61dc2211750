"""Translates the place of a problem into a question and a line, for a person with the file in an editor."""

import re

from msgspec import Struct

_PLACE = re.compile(r"(items|facets|options|bands)\[(\d+)\]\.?([^:\s]*): (.*)", re.DOTALL)
_LINE = re.compile(r"line ([0-9]{1,9}): (.*)", re.DOTALL)
_OTHER = re.compile(r"\b(items|facets|options|bands)\[(\d+)\]")
_PART_NAMES = {"items": "Question", "facets": "Part", "options": "Answer", "bands": "Band"}


class LocatedProblem(Struct, frozen=True, kw_only=True):
    """One problem: its place in words, what is wrong, and the line of the file, 0 if unknown."""

    where: str
    what: str
    line: int


def locate_problem(problem: str, text: str) -> LocatedProblem:
    """Locate one of the problems of a `DefinitionError`; `text` is the content of the file."""
    if line_match := _LINE.fullmatch(problem):
        return LocatedProblem(where="", what=line_match[2], line=int(line_match[1]))
    place_match = _PLACE.fullmatch(problem)
    if not place_match:
        where, _, what = problem.rpartition(": ") if problem.count(": ") == 1 else problem.partition(": ")
        return LocatedProblem(where=where, what=what, line=_line_at_top_level(where, text))
    part, number, name, what = place_match[1], int(place_match[2]), place_match[3], place_match[4]
    where = f"{_PART_NAMES[part]} {number + 1}" + (f", {name}" if name else "")
    what = _OTHER.sub(lambda match: f"{_PART_NAMES[match[1]].lower()} {int(match[2]) + 1}", what)
    return LocatedProblem(where=where, what=what, line=_line_in_entry(part, number, name, text))


def _line_in_entry(part: str, number: int, name: str, text: str) -> int:
    """The line of a key in the entry with this number, else the line of the entry's header."""
    header_starts = [match.start() for match in re.finditer(rf"(?m)^[ \t]*\[\[[ \t]*{part}[ \t]*\]\]", text)]
    if number >= len(header_starts):
        return 0
    entry_start = header_starts[number]
    key = re.match(r"[A-Za-z0-9_-]*", name)
    # The entry ends where the next table begins; for a table inside the entry its header is used.
    next_table = re.compile(r"(?m)^[ \t]*\[").search(text, text.index("]]", entry_start) + 2)
    entry_text = text[entry_start : next_table.start() if next_table else len(text)]
    key_match = (
        re.search(rf"(?m)^[ \t]*{re.escape(key[0])}[ \t]*[=.]", entry_text) if key and key[0] else None
    )
    return _line_number(text, entry_start + (key_match.start() if key_match else 0))


def _line_at_top_level(where: str, text: str) -> int:
    """The line of a top-level key, or of a key in a table, such as `evidence.author`."""
    table, _, name = where.rpartition(".")
    if not re.fullmatch(r"[A-Za-z0-9_]+(\[\d+\])?", name):
        return 0
    start = 0
    if table:
        header = re.search(rf"(?m)^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\]", text)
        if not header:
            return 0
        start = header.end()
    next_table = re.compile(r"(?m)^[ \t]*\[").search(text, start)
    table_text = text[start : next_table.start() if next_table else len(text)]
    key_match = re.search(rf"(?m)^[ \t]*{re.escape(name.partition('[')[0])}[ \t]*=", table_text)
    if key_match:
        return _line_number(text, start + key_match.start())
    return _line_number(text, start) if table else 0


def _line_number(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
