"""What the worker asks the process without keys about a client table, and what it believes of the answer."""

import msgspec

from clinic_toolkit.client_tables import table_reader
from clinic_toolkit.client_tables.table_reader import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    ClientTable,
    TableProblem,
    TableRefused,
    TextEncoding,
)
from clinic_toolkit.errors import ClinicError

MAX_REQUEST_BYTES = MAX_BYTES + 4096
MAX_REPLY_BYTES = 4 * 2**20

_NOTHING_ADDED = "Nothing was added."
_SENTENCES = {
    TableProblem.EMPTY: "This file is empty.",
    TableProblem.TOO_LARGE: f"This file is too large: a list of clients may have {MAX_BYTES:,} bytes.",
    TableProblem.SPREADSHEET: (
        "This is a file of a spreadsheet program. Open it there, save it as “CSV UTF-8”, and choose "
        "that file."
    ),
    TableProblem.NOT_TEXT: "This file is no table. Let the other program give out its clients as CSV.",
    TableProblem.WRONG_ENCODING: "The letters of this file are not stored in that way.",
    TableProblem.NO_ROWS: "This file has headings and no row below them.",
    TableProblem.ONE_COLUMN: (
        "No separate columns were found in this file. "
        "Commas, semicolons and tabs between the columns are recognised."
    ),
    TableProblem.TOO_MANY_COLUMNS: (
        f"This file has more than {MAX_COLUMNS} columns. Leave out some of them in the other program."
    ),
    TableProblem.TOO_MANY_ROWS: (
        f"At most {MAX_ROWS} clients can be added at a time. "
        "Cut the file into several, and choose one after the other."
    ),
    TableProblem.QUOTES: "Here a cell begins with a quotation mark, and does not end with one.",
    TableProblem.LONG_CELL: (
        f"Here a cell is longer than {table_reader.MAX_CELL_LENGTH:,} characters. "
        "A quotation mark may be missing above it."
    ),
}


class TableError(ClinicError):
    """A client table cannot be read; nothing of it was added."""


class TableRequest(msgspec.Struct, frozen=True, kw_only=True, tag="client table"):
    """The bytes of a file, and how its letters are stored; None to find out."""

    data: bytes
    encoding: TextEncoding | None = None


class TableReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either the table, or why the file is refused, and where."""

    table: ClientTable | None = None
    problem: TableProblem | None = None
    line: int = 0
    count: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(TableRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(TableReply).decode


def encode_request(data: bytes, encoding: TextEncoding | None) -> bytes:
    """Pack a file for the process without keys."""
    return _encode(TableRequest(data=data, encoding=encoding))


def handle_request(packed: bytes) -> bytes:
    """Read a packed file; runs in the process without keys.

    Raises:
        MemoryError: reading needs more memory than the process may use.
    """
    request = _decode_request(packed)
    try:
        return _encode(TableReply(table=table_reader.read_table(request.data, request.encoding)))
    except TableRefused as refused:
        return _encode(TableReply(problem=refused.problem, line=refused.line, count=refused.count))


def decode_reply(reply: bytes) -> ClientTable:
    """The table. A reply is as little trusted as the file: its types and its measures are checked.

    Raises:
        TableError: the file was refused, or the reply is none.
    """
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
    except ValueError as error:
        raise TableError(_describe(TableProblem.NOT_TEXT)) from error
    table = decoded.table
    if table is None or decoded.problem is not None:
        raise TableError(_describe(decoded.problem or TableProblem.NOT_TEXT, decoded.line, decoded.count))
    width = len(table.headings)
    if not 1 <= width <= MAX_COLUMNS or not 1 <= len(table.rows) <= MAX_ROWS:
        raise TableError(_describe(TableProblem.NOT_TEXT))
    if any(len(row.cells) != width for row in table.rows):
        raise TableError(_describe(TableProblem.NOT_TEXT))
    return table


def _describe(problem: TableProblem, line: int = 0, count: int = 0) -> str:
    place = f"Line {line}. " if line else ""
    counted = f"This file has {count:,} rows. " if problem == TableProblem.TOO_MANY_ROWS and count else ""
    return f"{place}{counted}{_SENTENCES[problem]} {_NOTHING_ADDED}"
