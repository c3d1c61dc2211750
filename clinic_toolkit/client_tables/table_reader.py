"""Reads the bytes of a CSV file into a table, whichever program wrote it.

Runs in the process without keys. Nothing is interpreted: `-5`, `+44 20 7946 0018` and `=A1` stay as they are.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

MAX_BYTES = 2**20
MAX_ROWS = 500
MAX_COLUMNS = 60
MAX_CELL_LENGTH = 8_000
_ROWS_COUNTED = 100_000
_ROWS_TRIED = 30


class TextEncoding(StrEnum):
    """How the letters are stored in the file."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WESTERN = "cp1252"
    CENTRAL_EUROPEAN = "cp1250"
    CYRILLIC = "cp1251"
    MAC = "mac_roman"


class TableProblem(StrEnum):
    """Why a file cannot be read as a table."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    SPREADSHEET = "spreadsheet"
    NOT_TEXT = "not_text"
    WRONG_ENCODING = "wrong_encoding"
    NO_ROWS = "no_rows"
    ONE_COLUMN = "one_column"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_ROWS = "too_many_rows"
    QUOTES = "quotes"
    LONG_CELL = "long_cell"


class TableRefused(Exception):
    """The file cannot be read as a table; `line` is where, `count` how many there are, 0 if unknown."""

    def __init__(self, problem: TableProblem, *, line: int = 0, count: int = 0) -> None:
        super().__init__(problem)
        self.problem, self.line, self.count = problem, line, count


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row: the line of the file on which it begins, a cell for each column, and how many were over."""

    line: int
    cells: tuple[str, ...]
    extra_cells: int = 0


class ClientTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table: its headings, each once, and its rows, without those that are empty."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: TextEncoding


def read_table(data: bytes, encoding: TextEncoding | None = None) -> ClientTable:
    """Read the bytes of a CSV file.

    Args:
        encoding: how its letters are stored; None to find out.

    Raises:
        TableRefused: it is no such table, or too large.
    """
    if len(data) > MAX_BYTES:
        raise TableRefused(TableProblem.TOO_LARGE)
    # The library would stop at its own limit, with a sentence for programmers.
    csv.field_size_limit(MAX_BYTES)
    text, used_encoding = _decode(data, encoding)
    if not text.strip():
        raise TableRefused(TableProblem.EMPTY)
    text, separator = _find_separator(text)
    records = _read_records(text, separator)
    headings = _name_columns(next(records).cells)
    rows: list[TableRow] = []
    count = 0
    for record in records:
        count += 1
        if count > _ROWS_COUNTED:
            break
        if count <= MAX_ROWS:
            rows.append(_fit_row(record, len(headings)))
    if not count:
        raise TableRefused(TableProblem.NO_ROWS)
    if count > MAX_ROWS:
        raise TableRefused(TableProblem.TOO_MANY_ROWS, count=count)
    return ClientTable(headings=headings, rows=tuple(rows), encoding=used_encoding)


def _decode(data: bytes, encoding: TextEncoding | None) -> tuple[str, TextEncoding]:
    # A spreadsheet is a ZIP file, an older one a compound file.
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableRefused(TableProblem.SPREADSHEET)
    if encoding is None:
        encoding = _guess_encoding(data)
    codec = "utf-8-sig" if encoding == TextEncoding.UTF_8 else encoding.value
    if encoding == TextEncoding.UTF_16 and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableRefused(TableProblem.WRONG_ENCODING, line=line) from error
    if "\0" in text or data.startswith(b"%PDF"):
        raise TableRefused(TableProblem.NOT_TEXT)
    return text, encoding


def _guess_encoding(data: bytes) -> TextEncoding:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextEncoding.UTF_16
    # Text of Latin letters in UTF-16 without a mark has a zero in every second byte.
    if len(data) > 1 and data[1::2].count(0) * 2 > len(data[1::2]):
        return TextEncoding.UTF_16
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return TextEncoding.WESTERN
    return TextEncoding.UTF_8


def _find_separator(text: str) -> tuple[str, str]:
    """The text without Excel's line that names the separator, and the separator."""
    if named := re.match(r"sep=(.)\r?\n", text):
        return text[named.end() :], named[1]
    best = max(",;\t|", key=lambda separator: _count_alike_columns(text, separator))
    if not _count_alike_columns(text, best):
        raise TableRefused(TableProblem.ONE_COLUMN)
    return text, best


def _count_alike_columns(text: str, separator: str) -> int:
    """How many columns the first rows have, if most have as many as the heading; 0 if it parts nothing."""
    counts: list[int] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True)[:_ROWS_TRIED], delimiter=separator):
            counts += [len(row)] if row else []
    except csv.Error:
        return 0
    if not counts or counts[0] < 2:
        return 0
    return counts[0] if sum(count == counts[0] for count in counts) * 2 > len(counts) else 1


def _read_records(text: str, separator: str) -> Iterator[TableRow]:
    """Every record that is not empty, with the line on which it begins."""
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    while True:
        begins_at = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableRefused(TableProblem.QUOTES, line=begins_at) from error
        cleaned = tuple(_clean_cell(cell) for cell in cells)
        if any(len(cell) > MAX_CELL_LENGTH for cell in cleaned):
            raise TableRefused(TableProblem.LONG_CELL, line=begins_at)
        if any(cleaned):
            yield TableRow(line=begins_at, cells=cleaned)


def _lines(text: str) -> Iterable[str]:
    # Not `splitlines`, which also parts at characters that belong to a cell.
    return (line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _clean_cell(cell: str) -> str:
    """A cell as it is meant: without spaces around it, and without the mark against formulas.

    Programs that give out a text such as `=A1` may put an apostrophe before it, so that no spreadsheet takes
    it for a formula.
    """
    stripped = cell.strip().strip("\ufeff")
    return stripped[1:] if re.match(r"'[=+\-@]", stripped) else stripped


def _name_columns(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The headings; an empty one is called by its number, and of two alike the second gets one."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MAX_COLUMNS:
        raise TableRefused(TableProblem.TOO_MANY_COLUMNS, count=len(cells))
    headings: list[str] = []
    for number, cell in enumerate(cells, start=1):
        heading = " ".join(cell.split())[:80] or f"Column {number}"
        headings.append(heading if heading not in headings else f"{heading} (column {number})")
    return tuple(headings)


def _fit_row(record: TableRow, columns: int) -> TableRow:
    cells = (*record.cells, *("",) * (columns - len(record.cells)))
    extra = sum(bool(cell) for cell in cells[columns:])
    return TableRow(line=record.line, cells=cells[:columns], extra_cells=extra)
