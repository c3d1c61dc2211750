"""A cell fires in no spreadsheet program, and honest values stay as they were typed."""

import csv
from io import StringIO

import pytest

from clinic_toolkit.exports.tables import make_harmless, write_table


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-2+cmd|' /C calc'!A0", "@now()", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "+44+A1"],
)
def test_a_formula_becomes_a_text(cell: str) -> None:
    assert make_harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-5", "+44", "+44 20 7946 0018", "-0.5", "3-4", "a=b", "", "–5", "+353 (0)1 234", "M. rang"]
)
def test_an_honest_value_stays(cell: str) -> None:
    assert make_harmless(cell) == cell


def test_a_table_reads_back_as_it_was() -> None:
    rows = [("a", 'says "no"'), ("two\nlines", "semi;colon"), ("é", "ا")]
    data = write_table(("one", "two"), rows)
    assert data.startswith("\ufeff".encode())
    assert list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""))) == [
        ["one", "two"],
        *map(list, rows),
    ]
