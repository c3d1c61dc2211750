"""What the program writes into the audit trail without a key: a closed set of events, each to the letter.

Whoever can write to the data file can write such a line as well. So nothing but these events is ever
signed for or shown, and no clinician's act is among them.
"""

import re
from enum import StrEnum

import msgspec

from clinic_toolkit.store.types import from_microseconds

# One row of a hand-over, as `answer_log.row_reference` names it: at most 5,000 rows.
_ROW_DETAIL = r" [0-9a-f]{8}-[1-9][0-9]{0,3}"


class KeylessEvent(StrEnum):
    """An act of a process that holds no key of the record."""

    UNLOCK_FAILED = "unlock.failed"
    HANDOVER_KEPT = "handover.kept"
    HANDOVER_FINISHED = "handover.finished"
    HANDOVER_GIVEN_BACK = "handover.given_back"


# What follows each event, if anything.
_DETAIL_PATTERNS = {
    KeylessEvent.UNLOCK_FAILED: "",
    KeylessEvent.HANDOVER_KEPT: _ROW_DETAIL,
    KeylessEvent.HANDOVER_FINISHED: _ROW_DETAIL,
    KeylessEvent.HANDOVER_GIVEN_BACK: _ROW_DETAIL,
}
_EVENT_PATTERN = re.compile(
    "|".join(f"{re.escape(event)}{detail}" for event, detail in _DETAIL_PATTERNS.items())
)
# The longest of them takes 45 bytes.
MAX_EVENT_BYTES = 64

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, int]).decode


class UnknownKeylessEvent(ValueError):
    """These bytes are none that this program writes without a key."""


def encode_event(event: str, recorded_at: int) -> bytes:
    """The text of a line.

    Args:
        event: one of `KeylessEvent`, with its detail.
        recorded_at: microseconds since 1970.

    Raises:
        UnknownKeylessEvent: the program writes no such event without a key.
    """
    if not _EVENT_PATTERN.fullmatch(event):
        raise UnknownKeylessEvent
    return _encode((event, recorded_at))


def decode_event(encoded: bytes) -> tuple[str, int]:
    """The event and its time, of the text of a line that anyone may have written.

    Raises:
        UnknownKeylessEvent: it is longer, another event, another spelling of one, or of a time that no clock
            can say.
    """
    if len(encoded) > MAX_EVENT_BYTES:
        raise UnknownKeylessEvent
    try:
        event, at = _decode(encoded)
        from_microseconds(at)
    except (msgspec.DecodeError, OverflowError, ValueError):
        raise UnknownKeylessEvent from None
    if not _EVENT_PATTERN.fullmatch(event) or _encode((event, at)) != encoded:
        raise UnknownKeylessEvent
    return event, at
