"""What the program writes into the audit trail without a key: a closed set of events, each to the letter.

Whoever can write to the data file can write such a line as well. So nothing but these events is ever
signed for or shown, and no clinician's act is among them.
"""

import re
from enum import StrEnum

import msgspec

from clinic_toolkit.store.types import from_us

# One row of a hand-over, as `handover_rows.marked` names it: at most 5,000 rows.
_ROW = r" [0-9a-f]{8}-[1-9][0-9]{0,3}"


class Keyless(StrEnum):
    """An act of a process that holds no key of the record."""

    UNLOCK_FAILED = "unlock.failed"
    HANDOVER_KEPT = "handover.kept"
    HANDOVER_FINISHED = "handover.finished"
    HANDOVER_GIVEN_BACK = "handover.given_back"


# What follows each event, if anything.
_DETAIL = {
    Keyless.UNLOCK_FAILED: "",
    Keyless.HANDOVER_KEPT: _ROW,
    Keyless.HANDOVER_FINISHED: _ROW,
    Keyless.HANDOVER_GIVEN_BACK: _ROW,
}
_EVENT = re.compile("|".join(f"{re.escape(event)}{detail}" for event, detail in _DETAIL.items()))
# The longest of them takes 45 bytes.
MOST_BYTES = 64

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, int]).decode


class NotOurs(ValueError):
    """These bytes are none that this program writes without a key."""


def packed(event: str, at: int) -> bytes:
    """The text of a line.

    Args:
        event: one of `Keyless`, with its detail.
        at: microseconds since 1970.

    Raises:
        NotOurs: the program writes no such event without a key.
    """
    if not _EVENT.fullmatch(event):
        raise NotOurs
    return _encode((event, at))


def read(text: bytes) -> tuple[str, int]:
    """The event and its time, of the text of a line that anyone may have written.

    Raises:
        NotOurs: it is longer, another event, another spelling of one, or of a time that no clock can say.
    """
    if len(text) > MOST_BYTES:
        raise NotOurs
    try:
        event, at = _decode(text)
        from_us(at)
    except (msgspec.DecodeError, OverflowError, ValueError):
        raise NotOurs from None
    if not _EVENT.fullmatch(event) or _encode((event, at)) != text:
        raise NotOurs
    return event, at
