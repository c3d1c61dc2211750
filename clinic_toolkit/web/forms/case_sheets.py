"""Forms of a case sheet: of which days, the question, and the text as it was changed."""

from wtforms import Form

from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.day_ranges import DayRangeForm

MAX_TEXT = 200_000


class CaseSheetDaysForm(DayRangeForm):
    """Of which days, and what is asked in supervision."""

    question = fields.text_field("The question for supervision")


class CaseSheetTextForm(Form):
    """The question and the text, as they were changed."""

    question = fields.text_field("The question for supervision")
    text = fields.text_field("What happened", limit=MAX_TEXT, needed="There is no text.")
