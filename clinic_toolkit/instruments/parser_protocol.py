"""The protocol for an untrusted questionnaire, and the limits of the process that parses it or another file.

A worker holds keys, so it never parses an untrusted file. It packs the bytes (`encode_request`), a process
without keys replies (`handle_request`), and the worker decodes the reply, up to a length limit, into the
types of the model (`decode_reply`). A reply cannot name a class or a function.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from clinic_toolkit import plain_text
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, loader, problem_locations
from clinic_toolkit.instruments.loader import DefinitionError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.problem_locations import LocatedProblem

# Limits of the parser process, from the moment it begins to read.
MAX_MEMORY_MB = 256
MAX_SECONDS = 5.0
MAX_REQUEST_BYTES = loader.MAX_BYTES + 4096
# A reply spells out the field names, so it is longer than the file.
MAX_REPLY_BYTES = 4 * 2**20
# How many problems a page shows.
MAX_SHOWN = 100

_SENTENCES = {
    ParserOutcome.SLOW: f"Checking this file took longer than {MAX_SECONDS:.0f} seconds and was stopped. "
    "Nothing was added. Make the file simpler, and choose it again.",
    ParserOutcome.LARGE: f"Checking this file was stopped because it needed more than {MAX_MEMORY_MB} MB of "
    "memory, far more than a questionnaire needs. Nothing was added. Make the file simpler, and choose it "
    "again.",
    ParserOutcome.BROKEN: "This file could not be checked just now. Nothing was added. Choose it again; if "
    "that does not help, restart the program.",
}


class ParsingFailed(ClinicError):
    """No reply about a file. The sentence is for a questionnaire; a page for other files has its own."""

    def __init__(self, outcome: ParserOutcome) -> None:
        self.outcome = outcome if outcome in _SENTENCES else ParserOutcome.BROKEN
        super().__init__(_SENTENCES[self.outcome])


class ParseRequest(msgspec.Struct, frozen=True, kw_only=True, tag="questionnaire"):
    """The bytes of a file, and its name for messages."""

    file: str
    definition: bytes


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The problems of a file: the first ones by line, and the number of all."""

    file: str
    problems: tuple[LocatedProblem, ...]
    count: int


class ParseReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either a valid questionnaire or the problems found; never both."""

    instrument: Instrument | None = None
    findings: Findings | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(ParseRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(ParseReply).decode


def encode_request(definition: bytes, file: str) -> bytes:
    """Pack a file for the parser process."""
    return _encode(ParseRequest(file=file, definition=definition))


def prepare_parser() -> None:
    """Import and build everything that parsing needs, before a file arrives."""
    loader.prepare_validators()
    catalogue.list_frames()


def handle_request(packed: bytes) -> bytes:
    """Parse and check a packed request; runs in the process without keys.

    Raises:
        MemoryError: parsing needs more memory than the process may use.
    """
    request = _decode_request(packed)
    try:
        instrument = loader.parse_instrument(request.definition, request.file, own=True)
        if conflicts := catalogue.conflicts_with_catalogue(instrument):
            raise DefinitionError(request.file, conflicts)
    except DefinitionError as error:
        return _encode(ParseReply(findings=collect_findings(error, request.definition)))
    return _encode(ParseReply(instrument=instrument))


def decode_reply(reply: bytes, definition: bytes) -> ParseReply:
    """Decode a reply about these bytes. The reply is untrusted; only its types are checked.

    Raises:
        ParsingFailed: it is not a valid reply.
    """
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
    except ValueError as error:
        raise ParsingFailed(ParserOutcome.BROKEN) from error
    if (decoded.instrument is None) == (decoded.findings is None):
        raise ParsingFailed(ParserOutcome.BROKEN)
    if decoded.instrument is None:
        return decoded
    # Digest and origin are set here and not taken from the reply.
    instrument = replace(decoded.instrument, digest=loader.definition_digest(definition), own=True)
    return ParseReply(instrument=instrument)


def collect_findings(error: DefinitionError, definition: bytes) -> Findings:
    """The problems of a file with their lines, for a person who has it open in an editor."""
    text = plain_text.decode_text_leniently(definition)
    located: Sequence[LocatedProblem] = [
        problem_locations.locate_problem(problem, text) for problem in error.problems[:MAX_SHOWN]
    ]
    by_line = tuple(sorted(located, key=lambda one: one.line))
    return Findings(file=error.file, problems=by_line, count=len(error.problems))
