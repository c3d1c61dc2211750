"""The form for what happened with what was agreed."""

from wtforms import Form, StringField

from clinic_toolkit.record.people.task_words import TASK_LABELS
from clinic_toolkit.record.people.therapy_session_record import TaskAnswer
from clinic_toolkit.web.forms import fields

LINE_LIMIT = 200


class TaskForm(Form):
    """One of five answers, and a line of what the client says of it."""

    answer = fields.choice_field(
        "What happened with it?", TASK_LABELS.items(), needed="Choose one of the five."
    )
    said = fields.line_field("What your client says of it, in one line", limit=LINE_LIMIT)
    version = StringField("Version", default="0")

    @property
    def answer_chosen(self) -> TaskAnswer:
        """The answer; only after the form was found valid."""
        return TaskAnswer(self.answer.data)
