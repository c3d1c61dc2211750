"""What the worker asks the process without keys about a calendar file, and what it believes of the answer.

A reply is as little trusted as the file: its types, its lengths and its numbers are checked here.
"""

from datetime import date

import msgspec

from clinic_toolkit.calendars.calendar_limits import (
    MAX_FILE_BYTES,
    MAX_HOURS,
    MAX_MINUTES,
    MAX_OFFSET_MINUTES,
    MAX_TEXT_LENGTH,
    MAX_UID_LENGTH,
    PROBLEM_SENTENCES,
    CalendarProblem,
    CalendarRefused,
)
from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour
from clinic_toolkit.errors import ClinicError

MAX_REQUEST_BYTES = MAX_FILE_BYTES + 4096
MAX_REPLY_BYTES = 4 * 2**20
_MAX_SEQUENCE = 2**31


class CalendarFileError(ClinicError):
    """A calendar file cannot be read; nothing was changed."""


class CalendarRequest(msgspec.Struct, frozen=True, kw_only=True, tag="calendar"):
    """The bytes of a file, and the days to read."""

    data: bytes
    first: date
    last: date


class CalendarReply(msgspec.Struct, frozen=True, kw_only=True):
    """Either what the file holds or why it is refused; never both."""

    content: CalendarContent | None = None
    problem: CalendarProblem | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(CalendarRequest).decode
_decode_reply_bytes = msgspec.msgpack.Decoder(CalendarReply).decode


def encode_request(data: bytes, *, first: date, last: date) -> bytes:
    """Pack a file for the process without keys.

    Raises:
        CalendarFileError: it is too large to be sent there.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CalendarFileError(PROBLEM_SENTENCES[CalendarProblem.TOO_LARGE])
    return _encode(CalendarRequest(data=data, first=first, last=last))


def handle_request(packed: bytes) -> bytes:
    """Read a packed file; runs in the process without keys.

    Raises:
        MemoryError: reading needs more memory than the process may use.
    """
    # The libraries are large, and are loaded once such a file is there.
    from clinic_toolkit.calendars import file_reader

    request = _decode_request(packed)
    try:
        content = file_reader.read_calendar(request.data, first=request.first, last=request.last)
    except CalendarRefused as refused:
        return _encode(CalendarReply(problem=refused.problem))
    return _encode(CalendarReply(content=content))


def decode_reply(reply: bytes, *, first: date, last: date) -> CalendarContent:
    """What the file holds between these days.

    Raises:
        CalendarFileError: it was refused, or the reply is none.
    """
    try:
        if len(reply) > MAX_REPLY_BYTES:
            raise ValueError("too long")
        decoded = _decode_reply_bytes(reply)
        if decoded.content is not None:
            _check_content(decoded.content, first, last)
    except ValueError as error:
        raise CalendarFileError(PROBLEM_SENTENCES[CalendarProblem.BROKEN]) from error
    if decoded.content is None or decoded.problem is not None:
        raise CalendarFileError(PROBLEM_SENTENCES[decoded.problem or CalendarProblem.BROKEN])
    return decoded.content


def _check_content(content: CalendarContent, first: date, last: date) -> None:
    is_sound = (
        (content.first, content.last) == (first, last)
        and len(content.hours) <= MAX_HOURS
        and all(len(text) <= MAX_TEXT_LENGTH for text in (content.source, *content.unknown_zones))
        and min(content.whole_day, content.too_long, content.unreadable) >= 0
        and all(_is_sound_hour(hour, first, last) for hour in content.hours)
    )
    if not is_sound:
        raise ValueError("not what was asked for")


def _is_sound_hour(hour: FileHour, first: date, last: date) -> bool:
    offsets = [each for each in (hour.file_offset, hour.name_offset) if each is not None]
    return (
        len(hour.uid) <= MAX_UID_LENGTH
        and len(hour.recurrence) <= MAX_TEXT_LENGTH
        and len(hour.zone) <= MAX_TEXT_LENGTH
        and len(hour.summary) <= MAX_TEXT_LENGTH
        and hour.local.tzinfo is None
        and first <= hour.local.date() <= last
        and 0 < hour.minutes <= MAX_MINUTES
        and all(abs(each) <= MAX_OFFSET_MINUTES for each in offsets)
        and bool(offsets) == bool(hour.zone)
        and 0 <= hour.sequence <= _MAX_SEQUENCE
    )
