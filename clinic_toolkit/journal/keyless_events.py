"""The closed set of events that the program writes into the audit log without a key.

Anyone who can write to the data file can forge such an entry. So only these exact events are ever signed or
shown, and none of them is an act of a clinician.
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


# The pattern of the detail that follows each event; "" for none.
_DETAIL_PATTERNS = {
    KeylessEvent.UNLOCK_FAILED: "",
    KeylessEvent.HANDOVER_KEPT: _ROW_DETAIL,
    KeylessEvent.HANDOVER_FINISHED: _ROW_DETAIL,
    KeylessEvent.HANDOVER_GIVEN_BACK: _ROW_DETAIL,
}
_EVENT_PATTERN = re.compile(
    "|".join(f"{re.escape(event)}{detail}" for event, detail in _DETAIL_PATTERNS.items())
)
# The longest valid event takes 45 bytes.
MAX_EVENT_BYTES = 64

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, int]).decode


class UnknownKeylessEvent(ValueError):
    """Not an event that this program writes without a key."""


def encode_event(event: str, recorded_at: int) -> bytes:
    """Encode the body of a keyless entry.

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
    """Decode the body of a keyless entry, which anyone may have written.

    Returns:
        The event with its detail, and its time in microseconds since 1970.

    Raises:
        UnknownKeylessEvent: it is too long, not one of these events, not encoded exactly as `encode_event`
            does, or its time is out of range.
    """
    if len(encoded) > MAX_EVENT_BYTES:
        raise UnknownKeylessEvent
    try:
        event, recorded_at = _decode(encoded)
        from_microseconds(recorded_at)
    except (msgspec.DecodeError, OverflowError, ValueError):
        raise UnknownKeylessEvent from None
    if not _EVENT_PATTERN.fullmatch(event) or _encode((event, recorded_at)) != encoded:
        raise UnknownKeylessEvent
    return event, recorded_at
