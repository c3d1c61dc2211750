"""What goes to and comes from the process that parses a stranger's definition.

A worker holds keys, so it never parses a file that somebody sent: it packs the bytes (`asked`), a process
without keys answers (`answered`), and the worker takes the answer as values of the model's own types, within
a length (`read`). Nothing in an answer can name a class or a function.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from clinic_toolkit import plain_text
from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import catalogue, loader, places
from clinic_toolkit.instruments.loader import DefinitionError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.instruments.places import Told

# What the process may use, counted from the moment it begins to read.
MEGABYTES = 256
SECONDS = 5.0
LONGEST_ASKED = loader.MAX_BYTES + 4096
# A definition is written out with the names of its fields here, so it is longer than its file.
LONGEST_REPLY = 4 * 2**20
# A page shows so many of the places to mend.
SHOWN = 100

SLOW, LARGE, BROKEN = "slow", "large", "broken"
_SENTENCES = {
    SLOW: f"Checking this file took longer than {SECONDS:.0f} seconds and was stopped. Nothing was added. "
    "Make the file simpler, and choose it again.",
    LARGE: f"Checking this file was stopped because it needed more than {MEGABYTES} MB of memory, far "
    "more than a questionnaire needs. Nothing was added. Make the file simpler, and choose it "
    "again.",
    BROKEN: "This file could not be checked just now. Nothing was added. Choose it again; if that does "
    "not help, restart the program.",
}


class NotParsed(ClinicError):
    """There is no answer about a file. Outcomes `SLOW` and `LARGE` are the file's doing, `BROKEN` is not."""

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome if outcome in _SENTENCES else BROKEN
        super().__init__(_SENTENCES[self.outcome])


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it came, and the name it is called by in sentences."""

    file: str
    definition: bytes


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be mended in a file: the first places, by line, and how many there are in all."""

    file: str
    told: tuple[Told, ...]
    count: int


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire that can be used, or what is to be mended; exactly one of them."""

    instrument: Instrument | None = None
    findings: Findings | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_asked = msgspec.msgpack.Decoder(Asked).decode
_decode_reply = msgspec.msgpack.Decoder(Reply).decode


def asked(definition: bytes, file: str) -> bytes:
    """Pack a file for the process that parses."""
    return _encode(Asked(file=file, definition=definition))


def get_ready() -> None:
    """Import and build everything that an answer needs, before there is a file."""
    loader.prepare()
    catalogue.frames()


def answered(packed: bytes) -> bytes:
    """Parse and check what `asked` packed. This is what the process without keys does.

    Raises:
        MemoryError: it needs more memory than the process may use.
    """
    one = _decode_asked(packed)
    try:
        instrument = loader.parse_instrument(one.definition, one.file, own=True)
        if found := catalogue.against_the_shelf(instrument):
            raise DefinitionError(one.file, found)
    except DefinitionError as refused:
        return _encode(Reply(findings=findings(refused, one.definition)))
    return _encode(Reply(instrument=instrument))


def read(reply: bytes, definition: bytes) -> Reply:
    """Take an answer about these bytes, believing only that it has the right types.

    Raises:
        NotParsed: it is no such answer.
    """
    try:
        if len(reply) > LONGEST_REPLY:
            raise ValueError("too long")
        told = _decode_reply(reply)
    except ValueError as error:
        raise NotParsed(BROKEN) from error
    if (told.instrument is None) == (told.findings is None):
        raise NotParsed(BROKEN)
    if told.instrument is None:
        return told
    # Which bytes it is and whose it is we know ourselves.
    instrument = replace(told.instrument, digest=loader.digest_of(definition), own=True)
    return Reply(instrument=instrument)


def findings(refused: DefinitionError, definition: bytes) -> Findings:
    """What was found in a file, each place with its line, for a person who has it open."""
    text = plain_text.read_leniently(definition)
    told: Sequence[Told] = [places.told(each, text) for each in refused.problems[:SHOWN]]
    by_line = tuple(sorted(told, key=lambda one: one.line))
    return Findings(file=refused.file, told=by_line, count=len(refused.problems))
