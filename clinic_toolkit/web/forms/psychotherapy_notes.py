"""The form for a psychotherapy note."""

from wtforms import Form, StringField

from clinic_toolkit.record.writing.psychotherapy_note_record import PsychotherapyNote
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field


class PsychotherapyNoteForm(Form):
    """A day and a text; there is no field for a time or a result."""

    note_date = date_field("Day", years_back=5, years_ahead=0, needed="Enter a day.")
    text = fields.text_field("Note", limit=fields.MAX_PAGE, needed="Write at least one word.")
    version = StringField("Version", default="0")

    @property
    def expected_version(self) -> int:
        """The version that the page showed; 0 for a new note."""
        return fields.parse_whole_number(self.version.data)

    def matches_record(self, note: PsychotherapyNote) -> bool:
        """Whether the note holds exactly these fields."""
        return (note.note_date, note.text) == (self.note_date.data, self.text.data)
