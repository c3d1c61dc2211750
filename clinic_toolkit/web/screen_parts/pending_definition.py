"""A definition that is being looked at: in the memory of this process until it is taken in, or the lock.

It is not in the record, so leaving the page leaves nothing behind. Another process parses it, which has no
keys (`cli/parser.py`).
"""

from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import parser_protocol
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.web import context

_PENDING_KEY = "definition looked at"
_MAX_NAME_LENGTH = 80


class NoPendingDefinition(ClinicError):
    """No definition is looked at, or not any more: a lock puts it away."""

    def __init__(self) -> None:
        super().__init__("Choose the file once more: it is not kept while the practice is locked.")


class PendingDefinition(Struct, frozen=True, kw_only=True):
    """The bytes as they came, the name of their file, and the questionnaire they make."""

    definition: bytes
    file: str
    instrument: Instrument


def printable_file_name(name: str) -> str:
    """The name of a file as a page says it: its last part, short, and only what prints."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "?" for c in last)[:_MAX_NAME_LENGTH] or "the file"


def parse_without_keys(definition: bytes, file: str) -> parser_protocol.ParseReply:
    """What a process without keys makes of a file: a questionnaire, or what is to be mended.

    It takes a second or so, and up to five with a file that is made to be slow, so it comes before the
    request opens the record: nobody who saves meanwhile waits for it.

    Raises:
        ParsingFailed: there is no answer.
    """
    if context.unit_of_work().is_open:
        raise RuntimeError("a definition is parsed before the record is opened")
    answer = context.worker().keeper.parse_definition(parser_protocol.encode_request(definition, file))
    return parser_protocol.decode_reply(answer, definition)


def store_pending_definition(pending: PendingDefinition) -> None:
    """Look at this one from now on."""
    context.put_in_session(_PENDING_KEY, pending)


def load_pending_definition() -> PendingDefinition:
    """The one that is looked at.

    Raises:
        NoPendingDefinition: there is none, or not any more.
    """
    found = context.get_from_session(_PENDING_KEY)
    if not isinstance(found, PendingDefinition):
        raise NoPendingDefinition
    return found


def discard_pending_definition() -> None:
    """It was taken in, or is not wanted."""
    context.pop_from_session(_PENDING_KEY)
