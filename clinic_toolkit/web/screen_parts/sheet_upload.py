"""A worksheet from a file: read in a process without keys, and what is wrong with it in words."""

import re

from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.web.screen_parts import keyless_parser
from clinic_toolkit.worksheets import definition_protocol
from clinic_toolkit.worksheets.definition_protocol import NoReply
from clinic_toolkit.worksheets.model import Worksheet

_BLOCK_PLACE = re.compile(r"^blocks\[(\d+)\](?:\.([a-z_]+))?")
_SENTENCES = {
    ParserOutcome.SLOW: "Reading this file took too long and was stopped. Nothing was added. Make "
    "the file simpler, and choose it again.",
    ParserOutcome.LARGE: "Reading this file was stopped because it needed far more memory than a worksheet "
    "needs. Nothing was added. Make the file simpler, and choose it again.",
}
_BROKEN = (
    "This file could not be read just now. Nothing was added. Choose it again; if that does not help, "
    "restart the program."
)


def parse_without_keys(definition: bytes) -> tuple[Worksheet | None, tuple[str, ...]]:
    """Let a process without keys read a file, before the request opens its transaction.

    Returns:
        The sheet, or what is wrong with it.

    Raises:
        ParsingFailed: the process gave no reply.
    """
    reply = keyless_parser.parse_without_keys(definition_protocol.encode_request(definition))
    try:
        sheet, problems = definition_protocol.decode_reply(reply)
    except NoReply as error:
        raise ParsingFailed(ParserOutcome.BROKEN) from error
    return (sheet if not problems else None), tuple(_name_block(problem) for problem in problems)


def failure_sentence(failure: ParsingFailed) -> str:
    """Why a file was not read, and what to do."""
    return _SENTENCES.get(failure.outcome, _BROKEN)


def _name_block(problem: str) -> str:
    """The same problem with its block as a person counts them: `blocks[1].label` becomes “Block 2, label”."""
    return _BLOCK_PLACE.sub(
        lambda match: f"Block {int(match[1]) + 1}" + (f", {match[2]}" if match[2] else ""), problem
    )
