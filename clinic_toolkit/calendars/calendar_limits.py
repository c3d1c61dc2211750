"""How much of a calendar file is read, and why a file is refused."""

from enum import StrEnum

MIB = 2**20
# A file that is sent by a page stays below what the server would write to a temporary file.
MAX_UPLOAD_BYTES = 5 * MIB // 2
MAX_FILE_BYTES = 12 * MIB
MAX_EVENTS = 20_000
# Of those, the entries that may lie in the time that is read, and the hours that they may become.
MAX_EVENTS_IN_WINDOW = 2_000
MAX_HOURS = 4_000
# Longer than this is no hour with a client; whole-day entries are neither.
MAX_MINUTES = 12 * 60
DAYS_BACK = 31
MAX_DAYS_AHEAD = 400
# Further from UTC than any zone there is: such rules are a mistake.
MAX_OFFSET_MINUTES = 18 * 60
MAX_TEXT_LENGTH = 200
MAX_UID_LENGTH = 255


class CalendarProblem(StrEnum):
    """Why a calendar file is not read."""

    TOO_LARGE = "too large"
    NO_CALENDAR = "no calendar"
    BROKEN = "broken"
    TOO_MANY_EVENTS = "too many events"
    TOO_MANY_IN_WINDOW = "too many events in the window"
    TOO_MANY_HOURS = "too many hours"


class CalendarRefused(Exception):
    """A calendar file is not read."""

    def __init__(self, problem: CalendarProblem) -> None:
        super().__init__(problem)
        self.problem = problem


_NOTHING_CHANGED = "Nothing was changed."
_EXPORT_LESS = "Export the calendar of your practice alone, or only this year and the next."
PROBLEM_SENTENCES = {
    CalendarProblem.TOO_LARGE: f"This file is too large: {MAX_UPLOAD_BYTES // 1000:,} kB can be chosen on "
    f"this page, and {MAX_FILE_BYTES // MIB} MB be read from a folder. {_EXPORT_LESS} {_NOTHING_CHANGED}",
    CalendarProblem.NO_CALENDAR: "This is no calendar file. In your calendar program look for “Export”; the "
    f"file it saves ends in .ics (Google packs it into a .zip, which has to be unpacked). {_NOTHING_CHANGED}",
    CalendarProblem.BROKEN: "This calendar file is damaged and could not be read. Export it again. "
    f"{_NOTHING_CHANGED}",
    CalendarProblem.TOO_MANY_EVENTS: f"This calendar holds more than {MAX_EVENTS:,} entries, and was not "
    f"read. {_EXPORT_LESS} {_NOTHING_CHANGED}",
    CalendarProblem.TOO_MANY_IN_WINDOW: "This calendar holds more than "
    f"{MAX_EVENTS_IN_WINDOW:,} entries in the weeks that are read, and was not read. {_EXPORT_LESS} "
    f"{_NOTHING_CHANGED}",
    CalendarProblem.TOO_MANY_HOURS: "The entries of this calendar repeat so often that they are more than "
    f"{MAX_HOURS:,} hours in the weeks that are read. It was not read. Choose fewer weeks, or look for an "
    f"entry that repeats without need. {_NOTHING_CHANGED}",
}
