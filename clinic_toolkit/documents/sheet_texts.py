"""Texts that are printed on more than one sheet, and the format of dates and times."""

from datetime import date, datetime, time

from clinic_toolkit.psychometrics.item_response import ResponseStatus

CLIENT_LINE = "A conversation aid, not a test."
STATUS_LINE = "Written by this project. Not validated. No norms. For conversation, not for diagnosis."
CHANGED_LATER = "Changed after the note was signed"
NOT_PART_OF_NOTE = "This is not part of the signed note."
SOME_UNREADABLE = "Some of the record cannot be read at the moment, so a later change may be missing here."
LEGAL_LINE = "Not for legal or employment decisions."
DEMO_LABEL = "Demo – invented people"
DID_NOT_COME_UP = "It didn’t come up"
DECLINED = "I’d rather not answer"
TALK_LABEL = "Let’s talk about this"
NON_ANSWER_LABELS = {
    ResponseStatus.DID_NOT_COME_UP: DID_NOT_COME_UP,
    ResponseStatus.DECLINED: DECLINED,
    ResponseStatus.NOT_REACHED: "No answer",
}
MONTHS = (
    "January February March April May June July August September October November December".split()
)  # fmt: skip


def format_date(value: date) -> str:
    """A date such as "22 November 2026", independent of the system's locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def format_time(value: time | datetime) -> str:
    """A time such as "14:05"."""
    return f"{value.hour:02}:{value.minute:02}"


def format_time_range(start: time | None, end: time | None) -> str:
    """A range such as "14:05 to 14:55", or as much of it as is known."""
    if start is None:
        return "" if end is None else f"until {format_time(end)}"
    return f"from {format_time(start)}" if end is None else f"{format_time(start)} to {format_time(end)}"


def format_timestamp(value: datetime) -> str:
    """A time with its UTC offset, for a signature, such as "22 November 2026, 14:05 UTC+01:00"."""
    offset = value.strftime("%z")
    zone = "" if not offset else " UTC" if offset == "+0000" else f" UTC{offset[:3]}:{offset[3:5]}"
    return f"{format_date(value.date())}, {format_time(value)}{zone}"
