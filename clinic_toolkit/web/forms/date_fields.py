"""A day as a browser sends it; one that is far away is asked back, once, and nothing typed is lost.

A slip in the year (2226, 1026) is a day like any other for the record, and nobody sees it again: a next
check that never comes, an hour before everyone's birth.
"""

from datetime import date, datetime
from typing import Any

from wtforms import DateField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional, ValidationError

from clinic_toolkit.web.forms.fields import clean_line

# How its tick is named: the name of the field and this.
CONFIRMED_SUFFIX = "-meant"
_YEAR = 365.25


def date_field(label: str, *, years_back: int | None, years_ahead: int | None, needed: str = "") -> Any:
    """A date.

    Args:
        back, ahead: so many years before and after today are likely here; beyond them it is asked whether the
            day is meant. None where a far day does no harm or is refused by the form itself.
        needed: the sentence shown when it is empty.
    """
    checks = [InputRequired(needed) if needed else Optional()]
    return _ConfirmedDateField(label, checks, years_back=years_back, years_ahead=years_ahead)


def describe_distance(day: date, today: date) -> str:
    """How far away a day is, in words: "in 200 years", "112 years ago"."""
    years = round(abs((day - today).days) / _YEAR)
    counted = "about a year" if years <= 1 else f"{years} years"
    return f"in {counted}" if day > today else f"{counted} ago"


class _ConfirmedDateField(DateField):
    def __init__(
        self, label: str, checks: Any, *, years_back: int | None, years_ahead: int | None, **bound: Any
    ) -> None:
        super().__init__(label, checks, **bound)
        self.years_back, self.years_ahead = years_back, years_ahead
        self.confirmed_days: tuple[str, ...] = ()

    def process(self, formdata: Any, *given: Any, **more: Any) -> None:
        super().process(formdata, *given, **more)
        self.confirmed_days = tuple(formdata.getlist(self.name + CONFIRMED_SUFFIX)) if formdata else ()

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([clean_line(value) for value in valuelist])
        except ValueError as unread:
            raise ValueError("Write the day as year-month-day, for example 2026-11-22.") from unread

    def post_validate(self, form: BaseForm, validation_stopped: bool) -> None:
        # Last: what may not be at all is said first.
        if self.data is None or validation_stopped or self.errors:
            return
        if self.is_far and not self.is_confirmed:
            raise ValidationError(
                f"That is {describe_distance(self.data, _today())}. Is it meant? If so, tick the line below "
                "the date; if not, correct it."
            )

    @property
    def is_far(self) -> bool:
        """Whether the day is further away than is likely here, and not the one that is kept already."""
        if self.data is None or self.data == self.object_data:
            return False
        years = (self.data - _today()).days / _YEAR
        return (self.years_ahead is not None and years > self.years_ahead) or (
            self.years_back is not None and -years > self.years_back
        )

    @property
    def is_confirmed(self) -> bool:
        """Whether the tick stands beside this very day."""
        return self.data is not None and self.data.isoformat() in self.confirmed_days

    @property
    def page_values(self) -> dict[str, Any]:
        """What stands in the field, also what is no day; and the day that is asked about, and its tick."""
        raw = self.raw_data[0] if self.raw_data else ""
        found: dict[str, Any] = {self.name: self.data.isoformat() if self.data else raw}
        if self.is_far:
            found |= {
                f"{self.name}-day": self.data,
                self.name + CONFIRMED_SUFFIX: "yes" if self.is_confirmed else "asked",
            }
        return found


def _today() -> date:
    return datetime.now().astimezone().date()
