"""A calendar file between the worker and the process without keys: what is asked, and what is believed."""

from datetime import date, datetime

import msgspec
import pytest

from clinic_toolkit.calendars import calendar_protocol
from clinic_toolkit.calendars.calendar_limits import (
    MAX_FILE_BYTES,
    MAX_HOURS,
    PROBLEM_SENTENCES,
    CalendarProblem,
)
from clinic_toolkit.calendars.calendar_protocol import CalendarFileError, CalendarReply
from clinic_toolkit.calendars.file_hours import CalendarContent, FileHour, HourStatus
from clinic_toolkit.cli import upload_readers
from tests.calendars.test_file_reader import make_file

_FIRST, _LAST = date(2026, 1, 1), date(2026, 12, 31)
_HOUR = FileHour(
    uid="one",
    recurrence="",
    local=datetime(2026, 3, 1, 10, 0),  # noqa: DTZ001 - a time of a clock
    minutes=50,
    zone="UTC",
    file_offset=None,
    name_offset=0,
    sequence=0,
    status=HourStatus.PLANNED,
    summary="Q. V.",
)
_CONTENT = CalendarContent(source="", first=_FIRST, last=_LAST, hours=(_HOUR,))


def _decode(reply: CalendarReply) -> CalendarContent:
    return calendar_protocol.decode_reply(msgspec.msgpack.encode(reply), first=_FIRST, last=_LAST)


def test_file_comes_back_as_its_hours() -> None:
    file = make_file(["DTSTART:20260301T100000Z", "DURATION:PT50M"])
    request = calendar_protocol.encode_request(file, first=_FIRST, last=_LAST)
    content = calendar_protocol.decode_reply(upload_readers.handle_request(request), first=_FIRST, last=_LAST)
    assert [(hour.local, hour.minutes) for hour in content.hours] == [(_HOUR.local, 50)]


def test_one_entry_with_a_number_below_nothing_spoils_no_file() -> None:
    file = make_file(["DTSTART:20260301T100000Z", "DURATION:PT50M", "SEQUENCE:-1"])
    request = calendar_protocol.encode_request(file, first=_FIRST, last=_LAST)
    content = calendar_protocol.decode_reply(upload_readers.handle_request(request), first=_FIRST, last=_LAST)
    assert [hour.sequence for hour in content.hours] == [0]


def test_every_refusal_has_its_sentence() -> None:
    assert set(PROBLEM_SENTENCES) == set(CalendarProblem)
    request = calendar_protocol.encode_request(b"no calendar", first=_FIRST, last=_LAST)
    with pytest.raises(CalendarFileError) as refused:
        calendar_protocol.decode_reply(upload_readers.handle_request(request), first=_FIRST, last=_LAST)
    assert refused.value.sentence == PROBLEM_SENTENCES[CalendarProblem.NO_CALENDAR]


def test_file_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(CalendarFileError):
        calendar_protocol.encode_request(b" " * (MAX_FILE_BYTES + 1), first=_FIRST, last=_LAST)


@pytest.mark.parametrize(
    "content",
    [
        {"first": date(2025, 1, 1)},
        {"hours": (_HOUR,) * (MAX_HOURS + 1)},
        {"whole_day": -1},
        {"source": "x" * 300},
        *(
            {"hours": (msgspec.structs.replace(_HOUR, **wrong),)}
            for wrong in (
                {"minutes": 0},
                {"minutes": 10_000},
                {"name_offset": 10_000},
                {"name_offset": None},
                {"zone": ""},
                {"sequence": -1},
                {"summary": "x" * 300},
                {"uid": "x" * 300},
                {"local": datetime(2031, 3, 1, 10, 0)},  # noqa: DTZ001
            )
        ),
    ],
)
def test_answer_outside_its_limits_is_none(content: dict[str, object]) -> None:
    assert _decode(CalendarReply(content=_CONTENT)) == _CONTENT
    with pytest.raises(CalendarFileError):
        _decode(CalendarReply(content=msgspec.structs.replace(_CONTENT, **content)))


@pytest.mark.parametrize("reply", [b"", b"\xff", b"x" * (calendar_protocol.MAX_REPLY_BYTES + 1)])
def test_answer_that_is_none_is_a_damaged_file(reply: bytes) -> None:
    with pytest.raises(CalendarFileError) as refused:
        calendar_protocol.decode_reply(reply, first=_FIRST, last=_LAST)
    assert refused.value.sentence == PROBLEM_SENTENCES[CalendarProblem.BROKEN]
