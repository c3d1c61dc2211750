"""The form for the sheets of a day: which day, and initials or names."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import Form

from clinic_toolkit.dates import format_date, weekday_name
from clinic_toolkit.web.forms import fields

INITIALS, NAMES = "initials", "names"
WHO_LABELS = {INITIALS: "Initials or codes", NAMES: "Names"}


class DaySheetsForm(Form):
    """Which day is printed, and how the clients are called."""

    day = fields.choice_field("Which day", (), needed="Choose one of these days.")
    who = fields.choice_field("What stands on it", WHO_LABELS.items())

    def __init__(self, typed: Any, *, days: Iterable[date]) -> None:
        """Make the form for the days on which there is a session to come."""
        offered = [(day.isoformat(), f"{weekday_name(day)} {format_date(day)}") for day in days]
        super().__init__(typed, data={"day": offered[0][0] if offered else "", "who": INITIALS})
        self.day.choices = offered

    @property
    def by_name(self) -> bool:
        """Whether the sheets say names."""
        return bool(self.who.data == NAMES)
