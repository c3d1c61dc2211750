"""Which reader a file from outside goes to, in the process without keys.

A request says what kind of file it holds; each kind has a module with its own protocol.
"""

import msgspec

from clinic_toolkit.calendars import calendar_protocol
from clinic_toolkit.client_tables import table_protocol
from clinic_toolkit.images import logo_protocol
from clinic_toolkit.instruments import parser_protocol
from clinic_toolkit.worksheets import definition_protocol, filled_file_protocol

_PROTOCOLS = {
    "questionnaire": parser_protocol,
    "filled sheet": filled_file_protocol,
    "worksheet": definition_protocol,
    "client table": table_protocol,
    "calendar": calendar_protocol,
    "logo": logo_protocol,
}
MAX_REQUEST_BYTES = max(protocol.MAX_REQUEST_BYTES for protocol in _PROTOCOLS.values())


class _RequestKind(msgspec.Struct, frozen=True):
    """The tag of a request; the rest of it is left to its reader."""

    type: str


_decode_kind = msgspec.msgpack.Decoder(_RequestKind).decode


def prepare_readers() -> None:
    """Import and build what reading a definition needs, before a file arrives.

    The libraries that read a filled sheet and a calendar are large, and are loaded once such a file is there.
    """
    parser_protocol.prepare_parser()
    definition_protocol.prepare_parser()


def handle_request(packed: bytes) -> bytes:
    """Have a packed file read by the reader of its kind; returns the packed reply.

    Raises:
        MemoryError: reading needs more memory than the process may use.
        ValueError: there is no such kind.
    """
    kind = _decode_kind(packed).type
    if kind not in _PROTOCOLS:
        raise ValueError("no such kind of file")
    # Looked up at the moment of the call, so that a test can put another reader in its place.
    reply: bytes = _PROTOCOLS[kind].handle_request(packed)
    return reply
