"""The form for a psychotherapy note."""

from clinic_toolkit.record.writing.psychotherapy_note_record import PsychotherapyNote
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field


class PsychotherapyNoteForm(fields.VersionedForm):
    """A day and a text; there is no field for a time or a result."""

    note_date = date_field("Day", years_back=5, years_ahead=0, needed="Enter a day.")
    text = fields.text_field("Note", limit=fields.MAX_PAGE, needed="Write at least one word.")

    def matches_record(self, note: PsychotherapyNote) -> bool:
        """Whether the note holds exactly these fields."""
        return (note.note_date, note.text) == (self.note_date.data, self.text.data)
