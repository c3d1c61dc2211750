"""Files of other programs become tables: letters, separators, quotation marks, and what is refused where."""

import pytest

from clinic_toolkit.client_tables import table_protocol, table_reader
from clinic_toolkit.client_tables.table_protocol import TableError
from clinic_toolkit.client_tables.table_reader import ClientTable, TextEncoding

ROWS = "Name;Geburtsdatum;Ort\nZoë Müller;03.04.1985;Köln\nŁukasz Nowak;12.11.1979;Bonn\n"
WESTERN_ROWS = ROWS.replace("Łukasz", "Lukasz")


def read(data: bytes | str, encoding: TextEncoding | None = None) -> ClientTable:
    """As the worker reads it: asked, read without keys, answered."""
    packed = table_protocol.encode_request(data.encode() if isinstance(data, str) else data, encoding)
    return table_protocol.decode_reply(table_protocol.handle_request(packed))


def cells(table: ClientTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", TextEncoding.UTF_8),
        ("utf-8-sig", TextEncoding.UTF_8),
        ("utf-16", TextEncoding.UTF_16),
        ("utf-16-le", TextEncoding.UTF_16),
        ("utf-16-be", TextEncoding.UTF_16),
    ],
)
def test_letters_are_read_as_another_program_stored_them(codec: str, found: TextEncoding) -> None:
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    data = mark + ROWS.encode(codec)
    table = read(data)
    assert table.encoding == found
    assert table.headings == ("Name", "Geburtsdatum", "Ort")
    assert cells(table) == [("Zoë Müller", "03.04.1985", "Köln"), ("Łukasz Nowak", "12.11.1979", "Bonn")]


def test_old_windows_letters_are_guessed_and_others_can_be_chosen() -> None:
    assert read(WESTERN_ROWS.encode("cp1252")).encoding == TextEncoding.WESTERN
    assert cells(read(WESTERN_ROWS.encode("cp1252")))[0][0] == "Zoë Müller"
    polish = ROWS.encode("cp1250")
    assert cells(read(polish))[1][0] != "Łukasz Nowak"
    assert cells(read(polish, TextEncoding.CENTRAL_EUROPEAN))[1][0] == "Łukasz Nowak"
    with pytest.raises(TableError, match=r"Line 2\. The letters of this file are not stored in that way"):
        read(polish, TextEncoding.UTF_8)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    table = read(ROWS.replace(";", separator))
    assert table.headings == ("Name", "Geburtsdatum", "Ort") and len(table.rows) == 2


def test_a_separator_inside_cells_is_not_taken_for_it() -> None:
    table = read('Name,Address\n"Reyes, Ana","1 Quay Street; Dublin"\n"Ode, Ben","2 Hill Road; Cork"\n')
    assert cells(table) == [("Reyes, Ana", "1 Quay Street; Dublin"), ("Ode, Ben", "2 Hill Road; Cork")]


def test_the_separator_that_a_spreadsheet_names_counts() -> None:
    assert read("sep=;\nName;Ort\nAna, die Erste;Köln\n").headings == ("Name", "Ort")


def test_honest_values_stay_and_only_the_mark_against_formulas_goes() -> None:
    table = read("Name,Note\nAna,-5\nBen,+44 20 7946 0018\nCy,=A1\nDi,'=A1\nEve,'tis late\nFay,'-5\n")
    assert [row[1] for row in cells(table)] == ["-5", "+44 20 7946 0018", "=A1", "=A1", "'tis late", "-5"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    table = read('Name,Address\n"Ana","1 Quay Street\nDublin"\n\n,\nBen,Cork\n')
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("Ana", "1 Quay Street\nDublin")),
        (6, ("Ben", "Cork")),
    ]


def test_headings_are_told_apart_and_short_rows_are_filled_up() -> None:
    table = read("Name,,Phone,Phone,\nAna,x\nBen,,1,2,3\n")
    assert table.headings == ("Name", "Column 2", "Phone", "Phone (column 4)")
    assert [(row.cells, row.extra_cells) for row in table.rows] == [
        (("Ana", "x", "", ""), 0),
        (("Ben", "", "1", "2"), 1),
    ]


def many(rows: int) -> str:
    return "Name,Code\n" + "".join(f"Client {number},{number}\n" for number in range(rows))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"  \n \n", "This file is empty."),
        (b"PK\x03\x04rest", "a spreadsheet program"),
        (b"\xd0\xcf\x11\xe0rest", "a spreadsheet program"),
        (b"%PDF-1.7\n%a,b\n", "This file is no table."),
        (b"Name,Code\nA\x00,1\n", "This file is no table."),
        (b"Name,Code\n", "headings and no row"),
        (b"Name\nAna\nBen\n", "No separate columns"),
        (b'Name,Code\nAna,1\n"Ben"x,2\n', r"Line 3\. Here a cell begins with a quotation mark"),
        (b'Name,Code\nAna,1\n"Ben,2\nCy,3\n', r"Line 3\. Here a cell begins with a quotation mark"),
        (b"Name,Code\nAna," + b"x" * 9_000 + b"\n", r"Line 2\. Here a cell is longer than 8,000"),
        (b"Name,Code\nAna," + b"x" * 200_000 + b"\n", r"Line 2\. Here a cell is longer than 8,000"),
        (",".join(f"c{n}" for n in range(61)).encode() + b"\n1,2\n3,4\n", "more than 60 columns"),
        (many(10_000).encode(), r"This file has 10,000 rows\. At most 500 clients can be added"),
        (b"x" * (table_reader.MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence) as refused:
        read(data)
    assert refused.value.sentence.endswith("Nothing was added.")


def test_five_hundred_rows_are_read() -> None:
    assert len(read(many(500)).rows) == 500


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xc1",
        table_protocol._encode({"table": {"headings": ["a"], "rows": [], "encoding": "utf-8"}}),
        table_protocol._encode(
            {"table": {"headings": ["a"], "rows": [{"line": 1, "cells": ["x", "y"]}], "encoding": "utf-8"}}
        ),
        b"\x00" * (table_protocol.MAX_REPLY_BYTES + 1),
    ],
)
def test_a_reply_is_believed_no_more_than_the_file(reply: bytes) -> None:
    with pytest.raises(TableError):
        table_protocol.decode_reply(reply)
