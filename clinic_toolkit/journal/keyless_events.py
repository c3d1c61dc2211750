"""The closed set of events that the program writes into the audit log without a key.

Anyone who can write to the data file can forge such an entry. So only the registered events, exactly as they
are registered, are ever signed or shown, and none of them is an act of a clinician.
"""

import re
from enum import StrEnum

import msgspec

from clinic_toolkit.store.types import from_microseconds

# The pattern of each registered event with the detail that follows it, by its code.
_patterns: dict[str, re.Pattern[str]] = {}


def register_keyless_events(events: type[StrEnum], detail_pattern: str = "") -> None:
    """Register the events that a part of the program writes without a key.

    Args:
        detail_pattern: a regular expression for what follows the event code; "" for nothing.
    """
    _patterns.update((str(event), re.compile(re.escape(event) + detail_pattern)) for event in events)


def list_keyless_events() -> tuple[str, ...]:
    """Return the codes of all registered events."""
    return tuple(_patterns)


def _is_registered(event: str) -> bool:
    pattern = _patterns.get(event.partition(" ")[0])
    return pattern is not None and pattern.fullmatch(event) is not None


# The longest valid event takes 45 bytes.
MAX_EVENT_BYTES = 64

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, int]).decode


class UnknownKeylessEvent(ValueError):
    """Not an event that this program writes without a key."""


def encode_event(event: str, recorded_at: int) -> bytes:
    """Encode the body of a keyless entry.

    Args:
        event: a registered event, with its detail.
        recorded_at: microseconds since 1970.

    Raises:
        UnknownKeylessEvent: the program writes no such event without a key.
    """
    if not _is_registered(event):
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
    if not _is_registered(event) or _encode((event, recorded_at)) != encoded:
        raise UnknownKeylessEvent
    return event, recorded_at
