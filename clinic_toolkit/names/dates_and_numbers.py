"""Dates, e-mail addresses and long numbers in a text, however they are written; for taking them out."""

import re
from datetime import date, datetime

_MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
).split()
_MONTH = f"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}"
    rf"|{_DAY}(?: of)? {_MONTH}(?:,? \d{{4}})?|{_MONTH} {_DAY}(?:,? \d{{4}})?|{_MONTH} \d{{4}}"
    r"|(?:19|20)\d\d)\b"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+")
# Six figures or more, as in a telephone number, with what people write between them.
_NUMBER = re.compile(r"\+?\d(?:[\s().,/-]{0,2}\d){5,}")
_PARSED = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%B %d, %Y")

DATE_MARK, CONTACT_MARK, NUMBER_MARK = "[date]", "[contact]", "[number]"


def find_dates_and_numbers(text: str) -> list[str]:
    """Every date, year, e-mail or web address and long number that stands in a text, in order."""
    found = [match for pattern in (_MAIL, _DATE, _NUMBER) for match in pattern.finditer(text)]
    return [match[0] for match in sorted(found, key=lambda match: match.start())]


def replace_dates_and_numbers(text: str, first_day: date) -> str:
    """Return a text with weeks in place of days that can be read, and a mark in place of the rest.

    Args:
        first_day: the day of the first session; a day in its first seven days is in week 1.
    """

    def week_of(match: re.Match[str]) -> str:
        day = _read_day(match[0])
        return format_week(day, first_day) if day and day >= first_day else DATE_MARK

    without_addresses = _MAIL.sub(CONTACT_MARK, text)
    return _NUMBER.sub(NUMBER_MARK, _DATE.sub(week_of, without_addresses))


def format_week(day: date, first_day: date) -> str:
    """The week of a day, counted from 1."""
    return f"week {(day - first_day).days // 7 + 1}"


def _read_day(text: str) -> date | None:
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b| of\b", "", text)
    for form in _PARSED:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
