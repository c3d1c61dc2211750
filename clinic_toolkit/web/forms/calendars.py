"""The forms of calendar files: how far ahead, where the program looks, and what leaves as a file."""

from pathlib import Path
from typing import Any, ClassVar

from wtforms import Form
from wtforms.validators import ValidationError

from clinic_toolkit.record.calendars.own_hours import HourTitles
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

MAX_DAYS = 800
HOUR_TITLES = (
    (HourTitles.INITIALS.value, "Initials or code"),
    (HourTitles.NEUTRAL.value, "The word “Session” alone"),
)
_DEFAULT_WEEKS = "12"
ADDRESS_SENTENCE = (
    "This is an address on the internet. This program fetches nothing from there, so that nobody learns of "
    "your practice. Let your calendar program save the calendar as a file, and write the folder of that file "
    "here."
)


def check_place(place: str) -> str:
    """Return what is wrong with a place to look for calendar files; "" if nothing is."""
    lowered = place.strip().casefold()
    if "://" in lowered or lowered.startswith(("webcal:", "http:", "https:", "www.", "\\\\", "//")):
        return ADDRESS_SENTENCE
    if place and not Path(place).is_absolute():
        return "Write the whole path of the folder or file, from its beginning."
    return ""


class WeeksForm(Form):
    """How far ahead a calendar is read."""

    CHOICES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("4", "4 weeks"),
        (_DEFAULT_WEEKS, "12 weeks"),
        ("26", "Half a year"),
        ("57", "About a year"),
    )

    weeks = fields.choice_field("How far ahead", CHOICES)

    @property
    def chosen(self) -> str:
        """The choice; a usual one if none was sent."""
        return str(self.weeks.data) if self.weeks.data in dict(self.CHOICES) else _DEFAULT_WEEKS

    @property
    def number(self) -> int:
        """The number of weeks."""
        return int(self.chosen)


class CalendarPlaceForm(Form):
    """The folder or file in which the program looks."""

    place = fields.line_field("Folder or file", limit=500)

    def validate_place(self, field: Any) -> None:
        """Refuse an address on the internet, and half a path."""
        if trouble := check_place(field.data or ""):
            raise ValidationError(trouble)


class OwnHoursForm(Form):
    """Which hours leave as a calendar file, and what stands at each."""

    first = date_field("From", years_back=2, years_ahead=2, needed="Write the first day.")
    last = date_field("To", years_back=2, years_ahead=2, needed="Write the last day.")
    titles = fields.choice_field("What stands at each hour", HOUR_TITLES)

    def validate_last(self, field: Any) -> None:
        """Refuse a range that ends before it begins, or is very long."""
        if not field.data or not self.first.data:
            return
        days = (field.data - self.first.data).days
        if days < 0:
            raise ValidationError("The last day is before the first one.")
        if days > MAX_DAYS:
            raise ValidationError(f"Choose at most {MAX_DAYS} days.")
