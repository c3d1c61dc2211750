"""The form for the head of papers, and for how dates and times are written."""

from datetime import date, time
from typing import Any

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.dates import Clock, DateOrder, WritingStyle, format_date, format_time, written_in
from clinic_toolkit.record.people import country_styles
from clinic_toolkit.record.people.practice_record import PracticeSettings
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.countries import COUNTRIES

MAX_ADDRESS_LINES = 6
# The value of the choice to follow the country, which is stored as "".
USUAL = "usual"
_DAY, _TIME = date(2026, 11, 22), time(14, 5)


class PlaceForm(Form):
    """Address, licence, the order of dates, and the clock."""

    address = fields.text_field("Address and ways to reach you", limit=400)
    licence_line = fields.line_field("Licence or registration", limit=160)
    date_order = fields.choice_field("Dates", ())
    clock = fields.choice_field("Times", ())
    version = StringField("Version", default="0")

    @classmethod
    def for_practice(cls, typed: Any, current: PracticeSettings) -> "PlaceForm":
        """Make the form, filled in with the settings; each choice has an example."""
        stored = msgspec.structs.asdict(current)
        chosen = {name: stored[name] or USUAL for name in ("date_order", "clock")}
        form = cls(typed, data=stored | chosen)
        usual = country_styles.style_of_country(current.country)
        where = COUNTRIES.get(current.country, "your country")
        form.date_order.choices = [
            (USUAL, f"As is usual in {where}: {_example_date(usual)}"),
            *((order, _example_date(WritingStyle(order=order))) for order in DateOrder),
        ]
        form.clock.choices = [
            (USUAL, f"As is usual in {where}: {_example_time(usual)}"),
            *((clock, _example_time(WritingStyle(clock=clock))) for clock in Clock),
        ]
        return form

    def validate_address(self, field: Any) -> None:
        """Refuse more lines than the head of a page has room for."""
        if len((field.data or "").splitlines()) > MAX_ADDRESS_LINES:
            raise ValidationError(f"Write at most {MAX_ADDRESS_LINES} lines.")

    def practice(self, current: PracticeSettings) -> PracticeSettings:
        """The settings as typed; what this form does not ask for stays as it is stored."""
        return msgspec.structs.replace(
            current,
            address="\n".join(line.strip() for line in self.address.data.splitlines() if line.strip()),
            licence_line=self.licence_line.data,
            date_order=self.date_order.data.replace(USUAL, ""),
            clock=self.clock.data.replace(USUAL, ""),
        )


def _example_date(style: WritingStyle) -> str:
    with written_in(style):
        return format_date(_DAY)


def _example_time(style: WritingStyle) -> str:
    with written_in(style):
        return format_time(_TIME)
