"""CSV tables that spreadsheet programs take as text, never as formulas."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

# What begins a formula in one of the spreadsheet programs; a tab or a line end may stand before it.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A number or a telephone number is none, and stays as it was typed.
_HARMLESS = re.compile(r"[+-]?\d[\d\s().,/-]*")


def write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table: UTF-8 with a mark, every cell in quotes, lines ended by CR LF.

    The mark lets spreadsheet programs know the encoding. A cell that would be a formula gets an apostrophe
    before it, as these programs write it themselves.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([make_harmless(cell) for cell in row])
    return "\ufeff".encode() + text.getvalue().encode()


def make_harmless(cell: str) -> str:
    """Return a cell that no spreadsheet program computes; honest numbers such as -5 or +44 stay."""
    is_formula = cell.lstrip(" ").startswith(_FORMULA_START) and not _HARMLESS.fullmatch(cell.strip(" "))
    return f"'{cell}" if is_formula else cell
