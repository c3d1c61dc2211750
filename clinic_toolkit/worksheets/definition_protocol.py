"""What the worker asks the process without keys about a worksheet file, and what it believes of the answer.

The reply is as little trusted as the file: it is a table or a list of sentences, and the worker checks the
table by the same rules again.
"""

from dataclasses import asdict
from typing import Any

import msgspec

from clinic_toolkit.worksheets import loader
from clinic_toolkit.worksheets.loader import MAX_BYTES, WorksheetError
from clinic_toolkit.worksheets.model import Worksheet

MAX_REQUEST_BYTES = MAX_BYTES + 4096
MAX_REPLY_BYTES = 4 * 2**20
MAX_PROBLEMS = 100
# Not taken over: the reason to give a sheet is that of the clinician who found it.
_LEFT_BEHIND = ("digest", "own", "fear_reason")


class SheetRequest(msgspec.Struct, frozen=True, kw_only=True, tag="worksheet"):
    """The bytes of a worksheet file."""

    definition: bytes


class SheetReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either the table of a sheet or what is wrong with the file; never both."""

    table: dict[str, Any] | None = None
    problems: tuple[str, ...] = ()


class NoReply(Exception):
    """The reply is none."""


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(SheetRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(SheetReply).decode


def encode_request(definition: bytes) -> bytes:
    """Pack a file for the process without keys."""
    return _encode(SheetRequest(definition=definition))


def prepare_parser() -> None:
    """Import and build everything that parsing needs, before a file arrives."""
    loader.check_worksheet({}, own=True)


def handle_request(packed: bytes) -> bytes:
    """Parse and check a packed file; runs in the process without keys.

    Raises:
        MemoryError: parsing needs more memory than the process may use.
    """
    try:
        sheet = loader.parse_worksheet(_decode_request(packed).definition, "", own=True)
    except WorksheetError as error:
        problems = tuple(problem.lstrip(",: ") for problem in error.problems[:MAX_PROBLEMS])
        return _encode(SheetReply(problems=problems))
    table = {name: value for name, value in asdict(sheet).items() if name not in _LEFT_BEHIND}
    return _encode(SheetReply(table=table))


def decode_reply(reply: bytes) -> tuple[Worksheet | None, tuple[str, ...]]:
    """The sheet of a file, or what is wrong with it, as `loader.check_worksheet` says it.

    Raises:
        NoReply: it is not a valid reply.
    """
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
    except ValueError as error:
        raise NoReply from error
    if decoded.table is None:
        if not decoded.problems:
            raise NoReply
        return None, decoded.problems
    table = {name: value for name, value in decoded.table.items() if name not in _LEFT_BEHIND}
    return loader.check_worksheet(table, own=True)
