"""The answers of a filled sheet that wait to be confirmed, held in the memory of the login until then.

They are not in the record, so leaving the page leaves nothing behind. A process without keys reads the file
(`cli/upload_readers.py`), and the file itself is not held at all.
"""

from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import keyless_parser
from clinic_toolkit.worksheets import filled_file_protocol
from clinic_toolkit.worksheets.filled_file import FilledFile
from clinic_toolkit.worksheets.filled_file_protocol import FilledFileError

_PENDING_KEY = "answers of a sheet"
_SENTENCES = {
    ParserOutcome.SLOW: "Reading this file took too long and was stopped. Nothing was kept. No file that a "
    "PDF program makes of our sheets takes so long.",
    ParserOutcome.LARGE: "Reading this file was stopped because it needed far more memory than a sheet does. "
    "Nothing was kept.",
}
_BROKEN = (
    "This file could not be read just now. Nothing was kept. Choose it again; if that does not help, restart "
    "the program."
)


class PendingAnswers(Struct, frozen=True, kw_only=True):
    """The answers of one handout's file, by field."""

    handout_id: UUID
    answers: dict[str, str]


def read_without_keys(data: bytes) -> FilledFile:
    """Let a process without keys read a file; called before the request opens its transaction.

    Raises:
        FilledFileError: it is no filled sheet, or could not be read.
    """
    try:
        reply = keyless_parser.parse_without_keys(filled_file_protocol.encode_request(data))
    except ParsingFailed as failure:
        raise FilledFileError(_SENTENCES.get(failure.outcome, _BROKEN)) from failure
    return filled_file_protocol.decode_reply(reply)


def hold_answers(pending: PendingAnswers) -> None:
    """Hold these answers until they are confirmed; those of another file are let go."""
    context.put_in_login(_PENDING_KEY, pending)


def find_answers(handout_id: UUID) -> dict[str, str] | None:
    """The answers that wait for this handout, or None."""
    pending = context.get_from_login(_PENDING_KEY)
    if not isinstance(pending, PendingAnswers) or pending.handout_id != handout_id:
        return None
    return pending.answers


def discard_answers() -> None:
    """Remove the answers from memory."""
    context.pop_from_login(_PENDING_KEY)
