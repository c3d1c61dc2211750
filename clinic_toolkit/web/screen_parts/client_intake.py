"""A list of clients that waits to be taken in, held in the memory of the login until then.

It is not in the record, so leaving the page leaves nothing behind; a lock removes it. A process without keys
reads the file (`cli/upload_readers.py`).
"""

from hashlib import sha256
from uuid import UUID, uuid4

from msgspec import Struct, field

from clinic_toolkit.client_tables import table_protocol
from clinic_toolkit.client_tables.columns import ClientColumn, guess_columns
from clinic_toolkit.client_tables.table_protocol import TableError
from clinic_toolkit.client_tables.table_reader import ClientTable, TextEncoding
from clinic_toolkit.client_tables.written_dates import find_order
from clinic_toolkit.dates import DateOrder
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import keyless_parser

_PENDING_KEY = "clients to take in"
_SENTENCES = {
    ParserOutcome.SLOW: "Reading this file took too long and was stopped. Nothing was added.",
    ParserOutcome.LARGE: "Reading this file was stopped because it needed far more memory than a list of "
    "clients does. Nothing was added.",
}
_BROKEN = (
    "This file could not be read just now. Nothing was added. Choose it again; if that does not help, "
    "restart the program."
)


class NothingToTakeIn(ClinicError):
    """No list of clients waits; a lock removes it."""

    def __init__(self) -> None:
        super().__init__("Choose the file once more: it is not kept while the practice is locked.")


class ClientIntake(Struct, kw_only=True):
    """A list that waits: its bytes and table, what each column is, what was corrected.

    `corrections` are the texts typed in place of those of the file, by line and field. Which clients of it
    were added is told by the record, since each line has its own id for a client.
    """

    data: bytes
    file: str
    table: ClientTable
    columns: tuple[ClientColumn, ...]
    date_order: DateOrder
    batch: UUID = field(default_factory=uuid4)
    corrections: dict[int, dict[str, str]] = field(default_factory=dict)

    def client_id(self, line: int) -> UUID:
        """The id for the client of a line: always the same, so that nobody is added twice."""
        digest = sha256(self.batch.bytes + line.to_bytes(4, "big")).digest()
        return UUID(bytes=digest[:16], version=4)

    def replace_table(self, table: ClientTable) -> None:
        """Take this reading of the file: its columns are guessed, and what was corrected is dropped."""
        self.table, self.columns = table, guess_columns(table.headings)
        self.date_order = find_order(self.cells_of(ClientColumn.BIRTH_DATE)) or self.date_order
        self.corrections.clear()

    def cells_of(self, column: ClientColumn) -> list[str]:
        """Every cell of the columns that hold this."""
        places = [place for place, chosen in enumerate(self.columns) if chosen == column]
        return [row.cells[place] for row in self.table.rows for place in places]


def read_without_keys(data: bytes, encoding: TextEncoding | None = None) -> ClientTable:
    """Let a process without keys read a file; called before the request opens its transaction.

    Raises:
        TableError: it is no table, or could not be read.
    """
    try:
        reply = keyless_parser.parse_without_keys(table_protocol.encode_request(data, encoding))
    except ParsingFailed as failure:
        raise TableError(_SENTENCES.get(failure.outcome, _BROKEN)) from failure
    return table_protocol.decode_reply(reply)


def begin_intake(data: bytes, file: str, table: ClientTable, usual_order: DateOrder) -> ClientIntake:
    """Hold this list until its clients are added; another one that waited is let go.

    Args:
        usual_order: how the practice writes dates, for a column that does not say.
    """
    intake = ClientIntake(data=data, file=file, table=table, columns=(), date_order=usual_order)
    intake.replace_table(table)
    context.put_in_login(_PENDING_KEY, intake)
    return intake


def find_intake() -> ClientIntake | None:
    """The list that waits, or None."""
    intake = context.get_from_login(_PENDING_KEY)
    return intake if isinstance(intake, ClientIntake) else None


def load_intake() -> ClientIntake:
    """The list that waits.

    Raises:
        NothingToTakeIn: there is none.
    """
    intake = find_intake()
    if intake is None:
        raise NothingToTakeIn
    return intake


def discard_intake() -> None:
    """Remove the list from memory."""
    context.pop_from_login(_PENDING_KEY)
