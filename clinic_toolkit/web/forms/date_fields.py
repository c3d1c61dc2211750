"""A date field that asks for confirmation, once, if the date is implausibly far away.

A mistyped year (2226, 1026) is a valid date that nobody would notice again: a next check that never comes, a
session before everyone's birth.
"""

from datetime import date, datetime
from typing import Any

from wtforms import DateField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional, ValidationError

from clinic_toolkit.web.forms.fields import clean_line

# The confirmation box is named after the field with this suffix.
CONFIRMED_SUFFIX = "-meant"
_YEAR = 365.25


def date_field(label: str, *, years_back: int | None, years_ahead: int | None, needed: str = "") -> Any:
    """Make a date field.

    Args:
        years_back, years_ahead: how many years before and after today are plausible; a date beyond them must
            be confirmed. None if a far date does no harm or the form refuses it itself.
        needed: the error message if it is empty; "" if it may be empty.
    """
    validators = [InputRequired(needed) if needed else Optional()]
    return _ConfirmedDateField(label, validators, years_back=years_back, years_ahead=years_ahead)


def describe_distance(day: date, today: date) -> str:
    """The distance of a date from today in words: "in 200 years", "112 years ago"."""
    years = round(abs((day - today).days) / _YEAR)
    distance = "about a year" if years <= 1 else f"{years} years"
    return f"in {distance}" if day > today else f"{distance} ago"


class _ConfirmedDateField(DateField):
    def __init__(
        self, label: str, checks: Any, *, years_back: int | None, years_ahead: int | None, **bound: Any
    ) -> None:
        super().__init__(label, checks, **bound)
        self.years_back, self.years_ahead = years_back, years_ahead
        self.confirmed_days: tuple[str, ...] = ()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        self.confirmed_days = tuple(formdata.getlist(self.name + CONFIRMED_SUFFIX)) if formdata else ()

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([clean_line(value) for value in valuelist])
        except ValueError as error:
            raise ValueError("Write the day as year-month-day, for example 2026-11-22.") from error

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        # Checked last: a date that is not allowed at all gets that error, and no question.
        if self.data is None or validation_stopped or self.errors:
            return
        if self.is_far and not self.is_confirmed:
            raise ValidationError(
                f"That is {describe_distance(self.data, _today())}. Is it meant? If so, tick the line below "
                "the date; if not, correct it."
            )

    @property
    def is_far(self) -> bool:
        """Whether the date is implausibly far away and differs from the stored one."""
        if self.data is None or self.data == self.object_data:
            return False
        years = (self.data - _today()).days / _YEAR
        return (self.years_ahead is not None and years > self.years_ahead) or (
            self.years_back is not None and -years > self.years_back
        )

    @property
    def is_confirmed(self) -> bool:
        """Whether the confirmation box was ticked for exactly this date."""
        return self.data is not None and self.data.isoformat() in self.confirmed_days

    @property
    def page_values(self) -> dict[str, Any]:
        """Template values: the field's text even if it is no date, the date to confirm, and its tick."""
        typed = self.raw_data[0] if self.raw_data else ""
        values: dict[str, Any] = {self.name: self.data.isoformat() if self.data else typed}
        if self.is_far:
            values |= {
                f"{self.name}-day": self.data,
                self.name + CONFIRMED_SUFFIX: "yes" if self.is_confirmed else "asked",
            }
        return values


def _today() -> date:
    return datetime.now().astimezone().date()
