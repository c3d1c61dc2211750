"""Forms for a client's request: received, its time extended, answered, disagreed with."""

from typing import Any

from wtforms import Form

from clinic_toolkit.record.writing.client_request_record import (
    DECISION_LABELS,
    REQUEST_LABELS,
    ClientRequest,
)
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field


class RequestForm(Form):
    """What is asked, when it came, and until when it is answered."""

    kind = fields.choice_field(
        "What is asked for", REQUEST_LABELS.items(), needed="Choose what is asked for."
    )
    received_on: Any = date_field("Day it came", years_back=2, years_ahead=0, needed="Write the day it came.")
    how = fields.line_field("How it came", limit=120)
    words = fields.text_field("In the client’s words", limit=4000, needed="Write what the client asks for.")
    due_on: Any = date_field("Answer due on", years_back=2, years_ahead=2)

    def matches_record(self, stored: ClientRequest) -> bool:
        """Whether the request as typed is the stored one."""
        typed = (self.kind.data, self.received_on.data, self.words.data, self.how.data)
        same_day = self.due_on.data in (None, stored.due_on)
        return same_day and typed == (stored.kind, stored.received_on, stored.words, stored.how)


class ExtensionForm(Form):
    """Why the answer takes longer."""

    reason = fields.text_field("Why it takes longer", limit=1000, needed="Write why, as the client is told.")


class AnswerForm(Form):
    """What is answered, and on which day."""

    decision = fields.choice_field("Answer", DECISION_LABELS.items(), needed="Choose what was answered.")
    answer = fields.text_field("What the client is told", limit=4000)
    answered_on: Any = date_field("Day of the answer", years_back=2, years_ahead=0, needed="Write the day.")


class DisagreementForm(Form):
    """The client's statement of disagreement, and what is answered to it."""

    disagreement = fields.text_field("The client’s statement", limit=8000, needed="Write the statement.")
    rebuttal = fields.text_field("Your answer to it", limit=8000)
    disagreed_on: Any = date_field("Day it came", years_back=2, years_ahead=0, needed="Write the day.")
