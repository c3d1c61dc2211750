"""What a calendar file holds, kept in the memory of the login until it was answered, and how it is read.

It is not in the record, so leaving the page leaves nothing behind; a lock takes it away. A process without
keys reads the file (`cli/upload_readers.py`). Nothing is ever fetched from a network.
"""

import os
import stat
from datetime import date, timedelta
from pathlib import Path

from clinic_toolkit.calendars import calendar_protocol
from clinic_toolkit.calendars.calendar_limits import DAYS_BACK, MAX_DAYS_AHEAD, MAX_FILE_BYTES
from clinic_toolkit.calendars.calendar_protocol import CalendarFileError
from clinic_toolkit.calendars.file_hours import CalendarContent
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.calendars import check_place
from clinic_toolkit.web.screen_parts import keyless_parser

_PENDING_KEY = "hours of a calendar"
_MAX_FOLDER_ENTRIES = 2_000
_NOTHING_CHANGED = "Nothing was changed."
_SENTENCES = {
    ParserOutcome.SLOW: "Reading this calendar took too long and was stopped: an entry in it repeats "
    "without an end, or there is far too much in it. Export the calendar of your practice alone. "
    f"{_NOTHING_CHANGED}",
    ParserOutcome.LARGE: "Reading this calendar was stopped because it needed far more memory than a "
    f"calendar does. Export the calendar of your practice alone. {_NOTHING_CHANGED}",
}
_BROKEN = (
    f"This file could not be read just now. {_NOTHING_CHANGED} Choose it again; if that does not help, "
    "restart the program."
)
_NO_PLACE = (
    "There is no folder and no file at this place now. Look at how it is written, or whether the disk is "
    "there."
)
_NO_FILE = "There is no calendar file in this folder. Its name ends in .ics."
_UNREADABLE = "This file cannot be opened now: another program holds it, or it may not be read."


def read_without_keys(data: bytes, *, weeks: int, today: date) -> CalendarContent:
    """Let a process without keys read a file; called before the request opens its transaction.

    Args:
        weeks: how far ahead hours are read.

    Raises:
        CalendarFileError: it is no calendar file, or could not be read.
    """
    first = today - timedelta(days=DAYS_BACK)
    last = today + timedelta(days=min(weeks * 7, MAX_DAYS_AHEAD))
    request = calendar_protocol.encode_request(data, first=first, last=last)
    try:
        reply = keyless_parser.parse_without_keys(request)
    except ParsingFailed as failure:
        raise CalendarFileError(_SENTENCES.get(failure.outcome, _BROKEN)) from failure
    return calendar_protocol.decode_reply(reply, first=first, last=last)


def load_place() -> str:
    """The folder or file in which the program looks; "" for none. Read apart, before the request writes."""
    with reading(context.unit_of_work().engine) as db:
        return clinicians.load_clinician(db, context.vault()).payload.calendar_place


def read_from_place(place: str) -> bytes:
    """The newest calendar file of a folder, or the file itself.

    Raises:
        CalendarFileError: there is none, or it cannot be read.
    """
    if trouble := check_place(place):
        raise CalendarFileError(trouble)
    try:
        path = Path(place)
        file = _find_newest(path) if path.is_dir() else path
        # Not to wait for a pipe that somebody put there.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as opened:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise CalendarFileError(_NO_PLACE)
            return opened.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise CalendarFileError(_NO_PLACE) from error
    except (OSError, ValueError) as error:
        raise CalendarFileError(_UNREADABLE) from error


def _find_newest(folder: Path) -> Path:
    found: list[tuple[float, str]] = []
    with os.scandir(folder) as entries:
        for _, entry in zip(range(_MAX_FOLDER_ENTRIES), entries, strict=False):
            if entry.name.casefold().endswith(".ics") and entry.is_file():
                found.append((entry.stat().st_mtime, entry.path))
    if not found:
        raise CalendarFileError(_NO_FILE)
    return Path(max(found)[1])


def hold_content(content: CalendarContent) -> None:
    """Hold what a file holds until it is answered; that of another file is let go."""
    context.put_in_login(_PENDING_KEY, content)


def find_content() -> CalendarContent | None:
    """What waits to be answered, or None."""
    content = context.get_from_login(_PENDING_KEY)
    return content if isinstance(content, CalendarContent) else None


def discard_content() -> None:
    """Remove it from memory."""
    context.pop_from_login(_PENDING_KEY)
