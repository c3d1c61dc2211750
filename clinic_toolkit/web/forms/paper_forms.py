"""The form that identifies a paper form before its answers are entered."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self
from uuid import UUID

from wtforms import StringField
from wtforms.validators import ValidationError

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.instruments.form_code import PrintedForm as Sheet
from clinic_toolkit.instruments.model import Instrument
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.relationship_record import Relationship
from clinic_toolkit.record.questionnaires import paper_entry
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.administrations import AboutChoice, ChooseQuestionnaireForm
from clinic_toolkit.web.forms.date_fields import date_field


class PaperEntryForm(ChooseQuestionnaireForm):
    """The form code on the sheet, whom it is about, and when it was filled in."""

    code = fields.line_field("Code at the foot of the sheet", limit=60, needed="Type the code of the sheet.")
    on = date_field(
        "Answered on",
        years_back=5,
        years_ahead=None,
        needed="Write the day on which the sheet was filled in.",
    )
    instrument = None
    interpreter = None

    today: date
    known_instruments: Sequence[Instrument]

    @classmethod
    def for_paper_form(
        cls,
        client_relationships: Sequence[RecordVersion[Relationship]],
        ordered_ids: Sequence[UUID],
        known_instruments: Sequence[Instrument],
        typed: Any,
        *,
        on: date,
        today: date,
    ) -> Self:
        """Make the form for one client's relationships in this order; `on` is the most likely date."""
        form = cls(typed, data={"about": "" if client_relationships else AboutChoice.SOMEONE_NEW, "on": on})
        form.offer_relationships(client_relationships, ordered_ids)
        form.known_instruments = known_instruments
        form.today = today
        sheet = form.find_printed_form()
        # A sheet about people in general is about no one person, so no relationship has to be chosen.
        is_unchosen = not form.about.data or (
            form.about.data == AboutChoice.SOMEONE_NEW and not form.word.data
        )
        if sheet and sheet.general and is_unchosen:
            form.about.data = AboutChoice.IN_GENERAL
        return form

    def find_printed_form(self) -> Sheet | None:
        """The printed form with this code, or None if the code is unknown."""
        try:
            return paper_entry.find_edition(self.code.data or "", self.known_instruments)
        except ClinicError:
            return None

    def chosen_instrument(self) -> Instrument | None:
        """The questionnaire version that the code belongs to, or None."""
        sheet = self.find_printed_form()
        return sheet.instrument if sheet else None

    def matches_record(self, body: Administration) -> bool:
        """Whether the entry of the sheet was begun with exactly these fields."""
        instrument = self.chosen_instrument()
        return (
            instrument is not None
            and super().matches_record(body)
            and (instrument.digest, self.on.data) == (body.definition_digest, body.answered_on)
        )

    def validate_code(self, field: StringField) -> None:
        """Require a known code whose wording fits the relationship."""
        if not field.data:
            return
        try:
            sheet = paper_entry.find_edition(field.data, self.known_instruments)
        except ClinicError as error:
            raise ValidationError(error.sentence) from error
        if self.about.data and sheet.general != (self.about.data == AboutChoice.IN_GENERAL):
            raise ValidationError(paper_entry.WordingMismatch(general=sheet.general).sentence)

    def validate_on(self, field: Any) -> None:
        """Require a date on which the sheet can have been filled in."""
        if field.data:
            try:
                paper_entry.check_answer_date(field.data, today=self.today)
            except ClinicError as error:
                raise ValidationError(error.sentence) from error
