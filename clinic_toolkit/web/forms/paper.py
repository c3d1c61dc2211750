"""What is sent before the answers on a sheet of paper are entered."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self
from uuid import UUID

from wtforms import StringField
from wtforms.validators import ValidationError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.form_code import Form as Sheet
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.record import paper
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.relationships import Relationship
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.administration import ChooseForm
from clinic_toolkit.web.forms.days import day


class PaperForm(ChooseForm):
    """The code on the sheet, which says what form it is; about whom, and when."""

    code = fields.line("Code at the foot of the sheet", limit=60, needed="Type the code of the sheet.")
    on = day("Answered on", back=5, ahead=None, needed="Write the day on which the sheet was filled in.")
    instrument = None
    interpreter = None

    today: date
    sheets: Sequence[Instrument]

    @classmethod
    def for_sheet(
        cls,
        known: Sequence[Kept[Relationship]],
        order: Sequence[UUID],
        sheets: Sequence[Instrument],
        typed: Any,
        *,
        on: date,
        today: date,
    ) -> Self:
        """The form for one client's relationships in this order; `on` is the day it most likely was."""
        form = cls(typed, data={"about": "" if known else "new", "on": on})
        form.offer(known, order)
        form.sheets = sheets
        form.today = today
        sheet = form.sheet()
        # A sheet about people in general names nobody, so nobody has to be chosen.
        nobody = not form.about.data or (form.about.data == "new" and not form.word.data)
        if sheet and sheet.general and nobody:
            form.about.data = "general"
        return form

    def sheet(self) -> Sheet | None:
        """The sheet that was meant, if the code is one that is known here."""
        try:
            return paper.sheet_of(self.code.data or "", self.sheets)
        except ClinicError:
            return None

    def chosen(self) -> Instrument | None:
        """The version that the code belongs to."""
        sheet = self.sheet()
        return sheet.instrument if sheet else None

    def says(self, body: Administration) -> bool:
        """Whether this is the form that this sheet was begun with."""
        chosen = self.chosen()
        return (
            chosen is not None
            and super().says(body)
            and (chosen.digest, self.on.data) == (body.digest, body.on)
        )

    def validate_code(self, field: StringField) -> None:
        """The code must be one that is known here, in the wording that fits whom it was about."""
        if not field.data:
            return
        try:
            sheet = paper.sheet_of(field.data, self.sheets)
        except ClinicError as wrong:
            raise ValidationError(wrong.sentence) from wrong
        if self.about.data and sheet.general != (self.about.data == "general"):
            raise ValidationError(paper.OtherWording(general=sheet.general).sentence)

    def validate_on(self, field: Any) -> None:
        """A day on which it can have been filled in."""
        if field.data:
            try:
                paper.check_day(field.data, today=self.today)
            except ClinicError as wrong:
                raise ValidationError(wrong.sentence) from wrong
