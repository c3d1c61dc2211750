"""A questionnaire definition under preview, held in the session's memory until it is added or the lock.

It is not in the record, so leaving the page leaves nothing behind. A process without keys parses it
(`cli/parser_process.py`).
"""

from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import parser_protocol
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.web import context
from clinic_toolkit.web.screen_parts import keyless_parser

_PENDING_KEY = "definition looked at"


class NoPendingDefinition(ClinicError):
    """No definition is under preview; a lock removes it."""

    def __init__(self) -> None:
        super().__init__("Choose the file once more: it is not kept while the practice is locked.")


class PendingDefinition(Struct, frozen=True, kw_only=True):
    """The definition's bytes as received, its file name, and the parsed questionnaire."""

    definition: bytes
    file: str
    instrument: Instrument


def parse_without_keys(definition: bytes, file: str) -> parser_protocol.ParseReply:
    """Let a process without keys parse a file, before the request opens its transaction.

    Raises:
        ParsingFailed: the process gave no reply.
    """
    reply = keyless_parser.parse_without_keys(parser_protocol.encode_request(definition, file))
    return parser_protocol.decode_reply(reply, definition)


def store_pending_definition(pending: PendingDefinition) -> None:
    """Make this definition the one under preview."""
    context.put_in_login(_PENDING_KEY, pending)


def load_pending_definition() -> PendingDefinition:
    """The definition under preview.

    Raises:
        NoPendingDefinition: there is none.
    """
    pending = context.get_from_login(_PENDING_KEY)
    if not isinstance(pending, PendingDefinition):
        raise NoPendingDefinition
    return pending


def discard_pending_definition() -> None:
    """End the preview and remove the definition from memory."""
    context.pop_from_login(_PENDING_KEY)
