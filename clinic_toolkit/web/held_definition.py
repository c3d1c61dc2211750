"""A definition that is being looked at: in the memory of this process until it is taken in, or the lock.

It is not in the record, so leaving the page leaves nothing behind. Another process parses it, which has no
keys (`cli/parser.py`).
"""

from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments import parsing
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.web import context

_HELD = "definition looked at"
_LONGEST_NAME = 80


class NothingHeld(ClinicError):
    """No definition is looked at, or not any more: a lock puts it away."""

    def __init__(self) -> None:
        super().__init__("Choose the file once more: it is not kept while the practice is locked.")


class Held(Struct, frozen=True, kw_only=True):
    """The bytes as they came, the name of their file, and the questionnaire they make."""

    definition: bytes
    file: str
    instrument: Instrument


def plain_name(name: str) -> str:
    """The name of a file as a page says it: its last part, short, and only what prints."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "?" for c in last)[:_LONGEST_NAME] or "the file"


def parsed(definition: bytes, file: str) -> parsing.Reply:
    """What a process without keys makes of a file: a questionnaire, or what is to be mended.

    It takes a second or so, and up to five with a file that is made to be slow, so it comes before the
    request opens the record: nobody who saves meanwhile waits for it.

    Raises:
        NotParsed: there is no answer.
    """
    if context.unit().is_open:
        raise RuntimeError("a definition is parsed before the record is opened")
    answer = context.worker().keeper.parse(parsing.asked(definition, file))
    return parsing.read(answer, definition)


def hold(held: Held) -> None:
    """Look at this one from now on."""
    context.keep_in_session(_HELD, held)


def the_one() -> Held:
    """The one that is looked at.

    Raises:
        NothingHeld: there is none, or not any more.
    """
    found = context.peek_in_session(_HELD)
    if not isinstance(found, Held):
        raise NothingHeld
    return found


def let_go() -> None:
    """It was taken in, or is not wanted."""
    context.take_from_session(_HELD)
