"""What is sent before the answers on a sheet of paper are entered."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from wtforms import StringField
from wtforms.validators import ValidationError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import paper
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.administration import ChooseForm
from clinic_toolkit.web.forms.days import day


class PaperForm(ChooseForm):
    """Which form, in which version, with the code that stands on the sheet; about whom, and when."""

    code = fields.line("Code at the foot of the sheet", limit=60, needed="Type the code of the sheet.")
    on = day("Answered on", back=5, ahead=None, needed="Write the day on which the sheet was filled in.")
    interpreter = None

    today: date
    sheets: Sequence[Instrument]

    @classmethod
    def for_sheet(
        cls,
        known: Sequence[Kept[Relationship]],
        sheets: Sequence[Instrument],
        typed: Any,
        *,
        on: date,
        today: date,
    ) -> Self:
        """The form for one client's relationships; `on` is the day it most likely was."""
        form = cls(typed, data={"about": "" if known else "new", "on": on})
        form.offer(known)
        form.sheets = sheets
        form.instrument.choices = [(key(each), each.title) for each in sheets]
        form.today = today
        return form

    def chosen(self) -> Instrument | None:
        """The version that was chosen, if it is one of those known here."""
        return next((each for each in self.sheets if key(each) == self.instrument.data), None)

    def says(self, body: Administration) -> bool:
        """Whether this is the form that this sheet was begun with."""
        chosen = self.chosen()
        return (
            chosen is not None
            and super().says(body)
            and (chosen.digest, self.on.data) == (body.digest, body.on)
        )

    def validate_code(self, field: StringField) -> None:
        """The code must be that of the chosen version, in the wording that fits whom it was about."""
        chosen = self.chosen()
        if chosen is None or not field.data:
            return
        general = self.about.data == "general" if self.about.data else None
        try:
            paper.check_code(field.data, chosen, general=general, among=self.sheets)
        except ClinicError as wrong:
            raise ValidationError(wrong.sentence) from wrong

    def validate_on(self, field: Any) -> None:
        """A day on which it can have been filled in."""
        if field.data:
            try:
                paper.check_day(field.data, today=self.today)
            except ClinicError as wrong:
                raise ValidationError(wrong.sentence) from wrong


def key(instrument: Instrument) -> str:
    """What names one version of one questionnaire in this form."""
    return f"{instrument.id} {instrument.version}"
